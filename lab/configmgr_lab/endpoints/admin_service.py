# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AdminService of an SMS Provider: the site's own records, behind a Windows logon.

Shapes of the answers are those of public programs that read them (ConfigManBearPig, jonasatgit's scripts) and of
Microsoft's pages about the classes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ..machine.machine import Machine
from ..wire.authentication import Admitted, Authenticator
from ..wire.http import HttpAnswer, HttpRequest
from .tables import table

PREFIX = "/adminservice/wmi/"
PAGE = 1000
Row = dict[str, Any]
_EQUALS = re.compile(r"(\w+) eq '?([^']*)'?")


class PageLogon(Authenticator):
    """A logon to pages: they are asked for without a body, which is no set-up of a context here."""

    def _open(self, request: HttpRequest, headers: tuple[tuple[str, str], ...]) -> Admitted | HttpAnswer:
        assert self.user is not None
        return Admitted(self.user, request.body, False, headers)

    def refuse(self) -> HttpAnswer:
        offers = (("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", "NTLM"))
        return HttpAnswer(401, headers=(*offers, ("WWW-Authenticate", 'Basic realm="AdminService"')))


class AdminService:
    """``machines``: of the whole site. ``page``: rows that one answer has at the most."""

    def __init__(self, machines: Mapping[str, Machine], code: str, version: str) -> None:
        self.page = PAGE
        self.requests: list[str] = []
        self._classes: dict[str, Callable[[], list[Row]]] = {
            "SMS_Site": lambda: _sites(machines, code, version),
            "SMS_SCI_SiteDefinition": lambda: _definitions(machines, code),
            "SMS_SCI_SysResUse": lambda: _resources(machines, code),
            "SMS_HA_SiteServerTopLevelMonitoring": lambda: _monitored(machines, code),
            "SMS_R_System": lambda: _systems(machines, code),
            "SMS_FullCollectionMembership": lambda: _members(machines, code),
        }

    def answer(self, request: HttpRequest, logon: Authenticator) -> HttpAnswer:
        """One request of a connection. Class names are case-sensitive, the way to them is not."""
        admitted = logon.admit(request)
        if isinstance(admitted, HttpAnswer):
            return admitted
        self.requests.append(unquote(request.path))
        address = urlsplit(request.path)
        rows = self._classes.get(address.path[len(PREFIX) :])
        if request.method != "GET" or rows is None:
            return _json(404, {"error": {"code": "", "message": "Resource not found"}}, admitted.headers)
        options = {name: values[0] for name, values in parse_qs(address.query).items()}
        if "$select" in options and address.path.endswith("SMS_SCI_SysResUse"):
            return _json(500, {"error": {"code": "", "message": "A column cannot be selected"}}, admitted.headers)
        return _json(200, self._some(request, rows(), options), admitted.headers)

    def _some(self, request: HttpRequest, rows: list[Row], options: Mapping[str, str]) -> dict[str, Any]:
        if match := _EQUALS.fullmatch(options.get("$filter", "")):
            rows = [row for row in rows if str(row.get(match[1])) == match[2]]
        first, wanted = int(options.get("$skip", 0)), int(options.get("$top", len(rows)))
        shown = rows[first : first + min(wanted, self.page)]
        body: dict[str, Any] = {"@odata.context": "$metadata", "value": shown}
        if "$top" not in options and first + len(shown) < len(rows):
            host = request.headers.get("host", "")
            others = "&".join(f"{name}={value}" for name, value in options.items() if name != "$skip")
            path = urlsplit(request.path).path
            body["@odata.nextLink"] = f"https://{host}{path}?{others}{'&' if others else ''}$skip={first + len(shown)}"
        return body


def _json(status: int, body: Mapping[str, Any], headers: Sequence[tuple[str, str]]) -> HttpAnswer:
    text = json.dumps(body).encode()
    return HttpAnswer(status, text, "application/json; odata.metadata=minimal", tuple(headers), "Microsoft-HTTPAPI/2.0")


def _name(machine: Machine) -> str:
    host = machine.site_host
    return f"{host.name}.{host.domain}"


def _with(machines: Mapping[str, Machine], role: str) -> list[Machine]:
    return [machine for machine in machines.values() if role in machine.site_host.roles]


def _sites(machines: Mapping[str, Machine], code: str, version: str) -> list[Row]:
    (server,) = _with(machines, "site_server")
    return [
        {
            "SiteCode": code,
            "SiteName": f"Site {code}",
            "ReportingSiteCode": "",
            "ServerName": _name(server),
            "Type": 2,
            "Status": 1,
            "Version": version,
            "BuildNumber": int(version.split(".")[2]),
        }
    ]


def _definitions(machines: Mapping[str, Machine], code: str) -> list[Row]:
    (server,) = _with(machines, "site_server")
    database = _with(machines, "site_database")[0]
    return [
        {
            "SiteCode": code,
            "ParentSiteCode": "",
            "SiteServerName": _name(server),
            "SQLServerName": database.site_host.name,
            "SQLDatabaseName": f"CM_{code}",
            "SiteType": 2,
            "Props": [{"PropertyName": "SQLServerFQDN", "Value": 0, "Value1": _name(database), "Value2": ""}],
        }
    ]


def _resources(machines: Mapping[str, Machine], code: str) -> list[Row]:
    """One row per role of a server, in the names of ConfigMgr; every server is a site system and a component server."""
    known = table("endpoints/site_system_names.yml")["roles"]
    rows = []
    for machine in machines.values():
        names = [name for role in machine.site_host.roles for name in known.get(role, ())]
        if names:
            rows += [_resource(machine, code, name) for name in ("SMS Site System", "SMS Component Server", *names)]
    return rows


def _resource(machine: Machine, code: str, role: str) -> Row:
    path = f"\\\\{_name(machine)}"
    return {
        "SiteCode": code,
        "RoleName": role,
        "NALType": "Windows NT Server",
        "NALPath": f'["Display={path}\\"]MSWNET:["SMS_SITE={code}"]{path}\\',
        "NetworkOSPath": path,
        "Type": 2 if role == "SMS Site Server" else 8,
        "Props": [],
    }


def _monitored(machines: Mapping[str, Machine], code: str) -> list[Row]:
    passive = _with(machines, "passive_site_server")
    rows = [*_with(machines, "site_server"), *passive] if passive else []
    return [{"SiteCode": code, "SiteServerName": _name(machine)} for machine in rows]


def _clients(machines: Mapping[str, Machine]) -> Iterable[Machine]:
    return _with(machines, "client")


def _systems(machines: Mapping[str, Machine], code: str) -> list[Row]:
    return [
        {
            "ResourceID": 16777220 + number,
            "Name": machine.site_host.name,
            "NetbiosName": machine.site_host.name,
            "ResourceNames": [_name(machine)],
            "FullDomainName": machine.site_host.domain,
            "SMSAssignedSites": [code],
            "IPAddresses": [machine.address],
            "Client": 1,
            "Obsolete": 0,
        }
        for number, machine in enumerate(_clients(machines))
    ]


def _members(machines: Mapping[str, Machine], code: str) -> list[Row]:
    return [
        {
            "CollectionID": "SMS00001",
            "ResourceID": 16777220 + number,
            "Name": machine.site_host.name,
            "Domain": machine.site_host.domain.split(".")[0].upper(),
            "SiteCode": code,
            "IsClient": True,
            "IsObsolete": False,
        }
        for number, machine in enumerate(_clients(machines))
    ]

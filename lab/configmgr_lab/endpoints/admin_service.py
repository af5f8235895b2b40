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
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ..hierarchy import CENTRAL, PRIMARY, SECONDARY, SiteInfo
from ..machine.machine import Machine
from ..wire.authentication import Admitted, Authenticator
from ..wire.http import HttpAnswer, HttpRequest
from .cmpivot import FIRST_ID, CMPivot, NotParsed
from .compliance import Compliance
from .listeners import called_at
from .notifications import Notifications
from .rows import Row
from .tables import table

PREFIX = "/adminservice/wmi/"
ENTITIES = "/adminservice/v1.0/"
PAGE = 1000
# Microsoft, What's new in version 2509: the AdminService now rejects NTLM authentication.
NO_NTLM_SINCE = 9141
# SMS_Site.Type. Source: Microsoft, SMS_Site Server WMI Class.
_TYPES = {SECONDARY: 1, PRIMARY: 2, CENTRAL: 4}
_CALLED = ("management_point", "distribution_point", "software_update_point", "state_migration_point")
_COUNTED = re.compile(r"(?i:/adminservice/wmi/)SMS_ClientOperationStatus\(([0-9]+)\)")
_NOTIFY = "SMS_ClientOperation.InitiateClientOperation"
_COLLECTION = re.compile(r"Collections\('([A-Z0-9]{8})'\)/AdminService\.RunCMPivot")
_DEVICE = re.compile(r"Device\(([0-9]+)\)/AdminService\.RunCMPivot")
_RESULT = re.compile(r"Device\(([0-9]+)\)/AdminService\.CMPivotResult\(OperationId=([0-9]+)\)")
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

    def __init__(self, machines: Mapping[str, Machine], sites: Iterable[SiteInfo]) -> None:
        known = tuple(sites)
        self.page = PAGE
        self.ntlm = all(int(site.version.split(".")[2]) < NO_NTLM_SINCE for site in known)
        """Whether it takes a logon with NTLM."""
        self.logons: list[str] = []
        """How each request that was answered had logged on."""
        self.requests: list[str] = []
        self._classes: dict[str, Callable[[], list[Row]]] = {
            "SMS_Site": lambda: [_site(site, machines) for site in known],
            "SMS_SCI_SiteDefinition": lambda: [_definition(site, machines) for site in known],
            "SMS_SCI_SysResUse": lambda: _resources(machines),
            "SMS_HA_SiteServerTopLevelMonitoring": lambda: _monitored(machines),
            "SMS_R_System": lambda: _systems(machines),
            "SMS_FullCollectionMembership": lambda: _members(machines),
            "SMS_CombinedDeviceResources": lambda: _devices(machines, self.cmpivot),
            "SMS_CI_CurrentComplianceStatus": lambda: self.compliance.statuses(),
            "SMS_ConfigurationBaselineInfo": lambda: self.compliance.baseline_rows(),
            "SMS_BaselineAssignment": lambda: self.compliance.assignment_rows(),
            "SMS_G_System_OPERATING_SYSTEM": lambda: _systems_inventory(machines),
        }
        self._machines = machines

    @cached_property
    def cmpivot(self) -> CMPivot:
        """What the clients are asked; made when somebody asks."""
        return CMPivot(self._by_id)

    @cached_property
    def compliance(self) -> Compliance:
        """Baselines, and what clients said of them."""
        return Compliance(self._by_id)

    @cached_property
    def notifications(self) -> Notifications:
        """What clients are told to do at once."""
        return Notifications(self._by_id, self.cmpivot.is_offline)

    @property
    def _by_id(self) -> dict[int, Machine]:
        return {FIRST_ID + number: machine for number, machine in enumerate(_clients(self._machines))}

    def answer(self, request: HttpRequest, logon: Authenticator) -> HttpAnswer:
        """One request of a connection. Class names are case-sensitive, the way to them is not."""
        admitted = logon.admit(request)
        if isinstance(admitted, HttpAnswer):
            return admitted
        self.requests.append(unquote(request.path))
        self.logons.append(logon.method)
        address = urlsplit(request.path)
        if self.cmpivot.settings.busy > 0:
            self.cmpivot.settings.busy -= 1
            return _json(503, {}, admitted.headers)
        if address.path.lower().startswith(ENTITIES) or _COUNTED.fullmatch(unquote(address.path)):
            return self._of_cmpivot(request, admitted)
        if request.method == "POST" and address.path[len(PREFIX) :] == _NOTIFY:
            return self._notify(request.body, admitted)
        rows = self._classes.get(address.path[len(PREFIX) :])
        if request.method != "GET" or rows is None:
            return _json(404, {"error": {"code": "", "message": "Resource not found"}}, admitted.headers)
        options = {name: values[0] for name, values in parse_qs(address.query).items()}
        if "$select" in options and address.path.endswith("SMS_SCI_SysResUse"):
            return _json(500, {"error": {"code": "", "message": "A column cannot be selected"}}, admitted.headers)
        return _json(200, self._some(request, rows(), options), admitted.headers)

    def _of_cmpivot(self, request: HttpRequest, admitted: Admitted) -> HttpAnswer:
        """Names of the route v1.0 are case-sensitive; nothing there yet is a 404."""
        address, pivot = urlsplit(request.path), self.cmpivot
        path, query = unquote(address.path), parse_qs(address.query)
        name = path[len(ENTITIES) :]
        if name == "$metadata":
            entities = [
                *(["Device"] if pivot.settings.devices else []),
                *(["SMS_CMPivotStatus"] if pivot.settings.lists else []),
            ]
            return HttpAnswer(200, _metadata(entities).encode(), "application/xml", tuple(admitted.headers))
        if request.method == "POST":
            return self._run(name, request.body, admitted)
        if of_device := _RESULT.fullmatch(name):
            told = pivot.result(int(of_device[2]), int(of_device[1])) if pivot.settings.devices else None
            return _json(200 if told else 404, {"value": told} if told else {}, admitted.headers)
        if counted := _COUNTED.fullmatch(path):
            rows = pivot.counted(int(counted[1])) or self.notifications.counted(int(counted[1]))
        else:
            of = _EQUALS.fullmatch(query.get("$filter", [""])[0])
            rows = pivot.status(int(of[2])) if name == "SMS_CMPivotStatus" and of else []
        if not rows:
            return _json(404, {}, admitted.headers)
        options = {name: values[0] for name, values in query.items() if name != "$filter"}
        return _json(200, self._some(request, rows, options), admitted.headers)

    def _run(self, name: str, body: bytes, admitted: Admitted) -> HttpAnswer:
        pivot, asked, device = self.cmpivot, json.loads(body), None
        if pivot.settings.forbidden:
            return _json(403, {}, admitted.headers)
        if collection := _COLLECTION.fullmatch(name):
            ids = set(pivot.machines) if collection[1] == "SMS00001" else set()
        elif name == "SMS_CMPivotStatus/AdminService.RunCMPivot" and pivot.settings.lists:
            ids = {int(part) for part in asked["ResourceIds"].split(",")}
        elif (device := _DEVICE.fullmatch(name)) and pivot.settings.devices and set(asked) == {"InputQuery"}:
            ids = {int(device[1])}
        else:
            return _json(404, {}, admitted.headers)
        try:
            number = pivot.run(asked["InputQuery"], ids)
        except NotParsed:
            return _json(400, {}, admitted.headers)
        answer: dict[str, Any] = {"OperationId": number}
        # Of one device it is within value.
        return _json(
            200, {"@odata.context": "$metadata", **({"value": answer} if device else answer)}, admitted.headers
        )

    def _notify(self, body: bytes, admitted: Admitted) -> HttpAnswer:
        """Resource ids of no collection's members are all that is taken here; success is 201."""
        asked = json.loads(body)
        if self.notifications.forbidden:
            return _json(403, {}, admitted.headers)
        if set(asked) != {"Type", "TargetCollectionID", "RandomizationWindow", "TargetResourceIDs"}:
            return _json(400, {}, admitted.headers)
        number = self.notifications.initiate(int(asked["Type"]), [int(each) for each in asked["TargetResourceIDs"]])
        return _json(201, {"@odata.context": "$metadata", "OperationID": number, "ReturnValue": 0}, admitted.headers)

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


def _site(site: SiteInfo, machines: Mapping[str, Machine]) -> Row:
    return {
        "SiteCode": site.code,
        "SiteName": f"Site {site.code}",
        "ReportingSiteCode": site.parent,
        "ServerName": _name(machines[site.server]),
        "Type": _TYPES[site.kind],
        "Status": 1,
        "Version": site.version,
        "BuildNumber": int(site.version.split(".")[2]),
    }


def _definition(site: SiteInfo, machines: Mapping[str, Machine]) -> Row:
    database = machines[site.database_server]
    return {
        "SiteCode": site.code,
        "ParentSiteCode": site.parent,
        "SiteServerName": _name(machines[site.server]),
        "SQLServerName": database.site_host.name,
        "SQLDatabaseName": f"CM_{site.code}",
        "SiteType": _TYPES[site.kind],
        "Props": [_prop("SQLServerFQDN", 0, _name(database))],
    }


def _prop(name: str, value: int, text: str = "") -> Row:
    return {"PropertyName": name, "Value": value, "Value1": text, "Value2": ""}


def _resources(machines: Mapping[str, Machine]) -> list[Row]:
    """One row per role of a server, in the names of ConfigMgr; every server is a site system and a component server."""
    known = table("endpoints/site_system_names.yml")["roles"]
    rows = []
    for machine in machines.values():
        named = [(role, name) for role in machine.site_host.roles for name in known.get(role, ())]
        if named:
            rows += [_resource(machine, "", name) for name in ("SMS Site System", "SMS Component Server")]
            rows += [_resource(machine, role, name) for role, name in named]
    return rows


def _resource(machine: Machine, role: str, name: str) -> Row:
    path, site = f"\\\\{_name(machine)}", machine.site_host.site
    return {
        "SiteCode": site,
        "RoleName": name,
        "NALType": "Windows NT Server",
        "NALPath": f'["Display={path}\\"]MSWNET:["SMS_SITE={site}"]{path}\\',
        "NetworkOSPath": path,
        "Type": 2 if name == "SMS Site Server" else 8,
        **_reached(machine, role),
    }


def _reached(machine: Machine, role: str) -> Row:
    """How a role is reached, in the properties that the tests of ConfigMgrCBDsc name."""
    port, kind = called_at(machine.site_host, role) if role in _CALLED else (0, "")
    told: Row = {"SslState": int(port > 0 and kind == "https"), "Props": []}
    if role == "software_update_point":
        told["Props"] = [_prop("SSLWSUS", int(port > 0)), _prop("WSUSIISSSLPort", port or 8531)]
    if role == "distribution_point":
        told["Props"] = [_prop("IsPullDP", int("pull_distribution_point" in machine.site_host.roles))]
    return told


def _monitored(machines: Mapping[str, Machine]) -> list[Row]:
    """The site servers of sites that have a second one."""
    twice = {machine.site_host.site for machine in _with(machines, "passive_site_server")}
    both = [*_with(machines, "site_server"), *_with(machines, "passive_site_server")]
    return [
        {"SiteCode": machine.site_host.site, "SiteServerName": _name(machine)}
        for machine in both
        if machine.site_host.site in twice
    ]


def _clients(machines: Mapping[str, Machine]) -> Iterable[Machine]:
    return _with(machines, "client")


def _systems(machines: Mapping[str, Machine]) -> list[Row]:
    return [
        {
            "ResourceID": FIRST_ID + number,
            "Name": machine.site_host.name,
            "NetbiosName": machine.site_host.name,
            "ResourceNames": [_name(machine)],
            "FullDomainName": machine.site_host.domain,
            "SMSAssignedSites": [machine.site_host.assigned],
            "IPAddresses": [machine.address],
            "Client": 1,
            "Obsolete": 0,
        }
        for number, machine in enumerate(_clients(machines))
    ]


def _metadata(entities: Sequence[str]) -> str:
    bound = "".join(
        '<Action Name="RunCMPivot" IsBound="true">'
        f'<Parameter Name="bindingParameter" Type="AdminService.{name}"/></Action>'
        for name in ("Collections", *entities)
    )
    return f'<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">{bound}</edmx:Edmx>'


def _devices(machines: Mapping[str, Machine], pivot: CMPivot) -> list[Row]:
    return [
        {
            "ResourceID": FIRST_ID + number,
            "Name": machine.site_host.name,
            "Domain": machine.site_host.domain.split(".")[0].upper(),
            "SiteCode": machine.site_host.assigned,
            "IsClient": True,
            "IsObsolete": False,
            "CNIsOnline": not pivot.is_offline(machine),
            "ClientActiveStatus": 0 if pivot.is_offline(machine) else 1,
            "CNLastOnlineTime": _moment(machine.clock.now()),
            "LastActiveTime": _moment(machine.clock.now()),
            "UserName": next(iter(machine.people.sessions), ""),
            "CurrentLogonUser": next(iter(machine.people.sessions), ""),
            "DeviceOS": f"Microsoft Windows NT {'Server' if _is_server(machine) else 'Workstation'}",
            "DeviceOSBuild": f"{'10.0' if machine.image.build >= 10240 else '6.1'}.{machine.image.build}.1",
            "ClientState": 0,
        }
        for number, machine in enumerate(_clients(machines))
    ]


def _is_server(machine: Machine) -> bool:
    path = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\ProductOptions"
    return machine.registry.text(path, "ProductType") != "WinNT"


def _moment(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _systems_inventory(machines: Mapping[str, Machine]) -> list[Row]:
    """As the last hardware inventory found it: here it is always of now."""
    return [
        {
            "ResourceID": FIRST_ID + number,
            "BuildNumber": str(machine.image.build),
            "LastBootUpTime": _moment(machine.boot_time),
        }
        for number, machine in enumerate(_clients(machines))
    ]


def _members(machines: Mapping[str, Machine]) -> list[Row]:
    return [
        {
            "CollectionID": "SMS00001",
            "ResourceID": FIRST_ID + number,
            "Name": machine.site_host.name,
            "Domain": machine.site_host.domain.split(".")[0].upper(),
            "SiteCode": machine.site_host.assigned,
            "IsClient": True,
            "IsObsolete": False,
        }
        for number, machine in enumerate(_clients(machines))
    ]

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the rows of the SMS Provider's classes to sites, servers and clients. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._data import configmgr_release, roles

__all__ = ["OF_ACTIVITY", "Client", "Estate", "Rows", "Server", "Site", "estate_of"]

# Windows' names of computers and domains, with the underscore that older ones have. Never a hyphen in front.
_MACHINE = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,252}[a-z0-9])?")
_CODE = re.compile(r"[A-Za-z0-9]{3}")

# SMS_Site.Type. Source: Microsoft, SMS_Site Server WMI Class.
SITE_TYPES = {1: "secondary", 2: "primary", 4: "central_administration_site"}
# What every server of a site has besides its roles. Source: the same list as configmgr_names of the roles.
_NO_ROLES = frozenset({"SMS Site System", "SMS Component Server"})
_SITE_SERVER = "SMS Site Server"
_WINDOWS_SERVER = "Windows NT Server"
OF_ACTIVITY = ("ClientActiveStatus", "CNIsOnline", "LastActiveTime", "UserName", "DeviceOSBuild")
"""What SMS_CombinedDeviceResources has of a client; public programs choose these columns of it."""
_PULLS = "pull_distribution_point"


@dataclass(frozen=True)
class Rows:
    """What was read, class by class. ``members``: names and domains of clients, None when nobody asked."""

    sites: Sequence[Mapping[str, Any]]
    definitions: Sequence[Mapping[str, Any]]
    resources: Sequence[Mapping[str, Any]]
    monitored: Sequence[Mapping[str, Any]] = ()
    clients: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Site:
    """A site of the hierarchy.

    ``type``: a value of SITE_TYPES, or unknown. ``release``: such as 2309, None for a build that is not known.
    """

    code: str
    type: str
    version: str
    release: int | None
    parent: str
    server: str


@dataclass
class Server:
    """A server of the hierarchy, with its roles.

    ``name``: in full, small letters. ``roles``: ids of ours; ``unknown_roles``: names that are not in our table.

    ``ssl_state``: as the site has it for each of its roles, 0 where it is not told to use HTTPS. ``wsus_port``: for
    HTTPS, None where WSUS does not use it.
    """

    name: str
    site: str
    roles: list[str] = field(default_factory=list)
    unknown_roles: list[str] = field(default_factory=list)
    ssl_state: dict[str, int] = field(default_factory=dict)
    wsus_port: int | None = None


@dataclass(frozen=True)
class Client:
    """A machine with ConfigMgr's client.

    ``site``: the code of the site it is assigned to, empty when not told. ``active``: whether the site calls it so,
    None when it was not asked or does not say. ``known``: what else the site has of it, by the names of OF_ACTIVITY.
    """

    name: str
    site: str
    active: bool | None = None
    known: Mapping[str, str | int | bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Estate:
    """Sites by code; servers and clients by name. A client that is a server is among the servers, too.

    strange: names that no machine can have, as they came; their rows were passed over.
    """

    sites: Mapping[str, Site]
    servers: Mapping[str, Server]
    clients: Mapping[str, Client]
    strange: tuple[str, ...] = ()


def estate_of(rows: Rows) -> Estate:
    """Rows without a name or a site code are passed over: they name no machine."""
    sites = {site.code: site for site in map(_site_with(rows.definitions), rows.sites) if site.code}
    passive = _passive(rows.monitored, sites)
    servers: dict[str, Server] = {}
    for row in rows.resources:
        name = server_name(str(row.get("NetworkOSPath") or ""))
        if row.get("NALType") != _WINDOWS_SERVER or not name:
            continue
        server = servers.setdefault(name, Server(name, site_code(row.get("SiteCode"))))
        _add_role(server, row, sites, passive)
    clients = {client.name: client for client in map(_client, rows.clients) if client.name}
    return Estate(sites, servers, clients, tuple(_strange(rows)))


def server_name(path: str) -> str:
    r"""The machine of a network path such as C(\\\\cm01.corp.example); empty when there is none."""
    return machine_name(path.lstrip("\\").partition("\\")[0])


def machine_name(text: str) -> str:
    """The name in small letters; empty for what no machine can be called. It becomes a word of command lines."""
    name = text.strip().lower()
    return name if _MACHINE.fullmatch(name) else ""


def site_code(value: object) -> str:
    """Three letters or digits; empty for anything else. It becomes the name of a group."""
    code = str(value or "")
    return code if _CODE.fullmatch(code) else ""


def _strange(rows: Rows) -> Iterator[str]:
    for row in rows.resources:
        path = str(row.get("NetworkOSPath") or "")
        if row.get("NALType") == _WINDOWS_SERVER and path.strip("\\") and not server_name(path):
            yield path
    for row in rows.clients:
        name = _full_name(row)
        if name and not machine_name(name):
            yield name


def _site_with(definitions: Sequence[Mapping[str, Any]]) -> Any:
    parents = {str(row.get("SiteCode")): str(row.get("ParentSiteCode") or "") for row in definitions}

    def site(row: Mapping[str, Any]) -> Site:
        code, version = site_code(row.get("SiteCode")), str(row.get("Version") or "")
        return Site(
            code,
            SITE_TYPES.get(_number(row.get("Type")), "unknown"),
            version,
            release_of(version),
            parents.get(code) or str(row.get("ReportingSiteCode") or ""),
            str(row.get("ServerName") or "").lower(),
        )

    return site


def release_of(version: str) -> int | None:
    """The release of a version such as 5.00.9122.1000."""
    parts = version.split(".")
    return configmgr_release(int(parts[2])) if len(parts) > 2 and parts[2].isdigit() else None


def _passive(monitored: Iterable[Mapping[str, Any]], sites: Mapping[str, Site]) -> set[tuple[str, str]]:
    """Of the site servers that a site has, those that are not its own server now. Source: jonasatgit's scripts."""
    found = set()
    for row in monitored:
        code, name = site_code(row.get("SiteCode")), str(row.get("SiteServerName") or "").lower()
        site = sites.get(code)
        if site is not None and name and not _same(name, site.server):
            found.add((code, _short(name)))
    return found


def _add_role(server: Server, row: Mapping[str, Any], sites: Mapping[str, Site], passive: set[tuple[str, str]]) -> None:
    name, code = str(row.get("RoleName") or ""), site_code(row.get("SiteCode"))
    if not name or name in _NO_ROLES:
        return
    if name == _SITE_SERVER:
        site = sites.get(code)
        if (code, _short(server.name)) in passive:
            role = "passive_site_server"
        else:
            secondary = site is not None and site.type == "secondary"
            role = "secondary_site" if secondary else "site_server"
        found = [role]
    else:
        found = [role.id for role in roles() if name in role.configmgr_names]
    into = server.roles if found else server.unknown_roles
    into += [role for role in found or [name] if role not in into]
    _add_properties(server, found, row)


def _add_properties(server: Server, found: Iterable[str], row: Mapping[str, Any]) -> None:
    """Names of properties as in the tests of dsccommunity's ConfigMgrCBDsc."""
    if "SslState" in row:
        server.ssl_state |= dict.fromkeys(found, _number(row["SslState"]))
    listed = row.get("Props")
    values = {
        str(each.get("PropertyName")): _number(each.get("Value"))
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, Mapping)
    }
    if values.get("IsPullDP") and _PULLS not in server.roles:
        server.roles.append(_PULLS)
    if values.get("SSLWSUS"):
        server.wsus_port = values.get("WSUSIISSSLPort") or server.wsus_port


def _full_name(row: Mapping[str, Any]) -> str:
    name = _first(row.get("ResourceNames")) or str(row.get("Name") or "")
    domain = str(row.get("FullDomainName") or "")
    if name and "." not in name and "." in domain:
        name = f"{name}.{domain}"
    return name


def _client(row: Mapping[str, Any]) -> Client:
    site = site_code(_first(row.get("SMSAssignedSites")) or row.get("SiteCode"))
    # Source: Microsoft, Client activity details; 1 is active, 0 inactive.
    told = row.get("ClientActiveStatus")
    # Of a row without any of them nobody asked.
    names = ("ResourceID", *OF_ACTIVITY[1:]) if any(name in row for name in OF_ACTIVITY) else ()
    known = {name: row[name] for name in names if isinstance(row.get(name), (str, int)) and row[name] != ""}
    return Client(machine_name(_full_name(row)), site, told == 1 if told in (0, 1) else None, known)


def _first(values: Any) -> str:
    """The first of a list, empty when there is none."""
    return str(values[0]) if isinstance(values, list) and values else ""


def _same(name: str, other: str) -> bool:
    return _short(name) == _short(other)


def _short(name: str) -> str:
    return name.partition(".")[0].lower()


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0

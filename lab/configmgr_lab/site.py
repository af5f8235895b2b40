# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site: the machines that a site file describes, and the inventory that reaches them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from .endpoints.listeners import bound_ports
from .hierarchy import CENTRAL, KINDS, PRIMARY, SiteInfo
from .images import build_image
from .inventory import inventory
from .machine.clock import Clock, SystemClock
from .machine.faults import MOST_PROGRAM_SECONDS
from .machine.host import SiteHost
from .machine.machine import Machine, Timing
from .shell.interpreter import run_line
from .shell.messages import UnknownLocale, table

ROLES = (
    "site_server", "passive_site_server", "sms_provider", "site_database", "management_point", "distribution_point",
    "state_migration_point", "fallback_status_point", "software_update_point", "reporting_services_point",
    "service_connection_point", "application_catalog", "admin_console", "client", "secondary_site",
    "cmg_connection_point", "pull_distribution_point", "cloud_gateway",
)  # fmt: skip
CONNECTIONS = ("winrm", "psrp", "ssh")
AUTHS = ("basic", "ntlm", "kerberos")

_VARIABLES = {"domain", "site_code", "version", "site_server", "database_server"}
_SITE_REQUIRED = {"name", "user", "password", "hosts"} | _VARIABLES
_SITE_OPTIONAL = {
    "kerberos",
    "restart_seconds",
    "service_seconds",
    "program_seconds",
    "powershell_seconds",
    "client_images",
    "sites",
}
_BELOW = {"code", "kind", "parent", "server", "database_server"}
_HOST_REQUIRED = {"name", "address", "image", "roles", "connection", "auth"}
_HOST_OPTIONAL = {"products", "locale", "user", "password", "variables", "site", "assigned", "ports"}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,14}")
_FIRST_CLIENT_NETWORK = 10
_CLIENTS_PER_NETWORK = 250
MAX_CLIENTS = 60_000


class BadSite(ValueError):
    """The site file is wrong; the message names the file, the place and the problem."""


@dataclass(frozen=True)
class Site:
    """All machines of a hierarchy, by name, in the order of the file. `code` and `version`: of its topmost site."""

    name: str
    code: str
    version: str
    sites: tuple[SiteInfo, ...]
    machines: Mapping[str, Machine]
    realm: str = ""
    """The domain that is a Kerberos realm as well, if it is one."""

    def inventory(self, ca_path: str) -> dict[str, Any]:
        """An Ansible inventory (YAML shape). `ca_path` is the file of the authority behind the hosts' certificates."""
        return inventory([machine.site_host for machine in self.machines.values()], ca_path)


def load_site(
    path_or_name: str,
    *,
    network: str = "127.77",
    clients: int = 0,
    clock: Clock | None = None,
    connection: str = "",
    program_seconds: float | None = None,
    powershell_seconds: float | None = None,
    restart_seconds: float | None = None,
) -> Site:
    """Build a site from a file, or from a shipped one by its name. Raises BadSite and BadImage.

    `network` is the first two parts of every address; `clients` more clients are added as CL0001 and so on.
    `connection` replaces the one that the file has for each host, `program_seconds`, `powershell_seconds` and
    `restart_seconds` how long the file has a program, PowerShell and a restart take (0, 0 and 1 when it does not say).
    """
    source, content = _content(path_or_name)
    site = _checked(source, content)
    try:
        ipaddress.IPv4Address(f"{network}.0.1")
    except ValueError as error:
        raise BadSite(f"network {network!r} is not the first two parts of an IPv4 address") from error
    if not 0 <= clients <= MAX_CLIENTS:
        raise BadSite(f"{clients} clients: must be between 0 and {MAX_CLIENTS}")
    sites = _sites(source, site)
    rows = [_host(source, row, site, network) for row in site["hosts"]] + _clients(source, site, network, clients)
    if connection:
        _check_choice(f"site {source}", "connection", connection, CONNECTIONS)
        rows = [replace(row, connection=connection) for row in rows]
    _check_together(source, rows, sites)
    _check_realm(source, site, rows)
    domain = str(site["domain"])
    timing = Timing(
        restart=float(site.get("restart_seconds", 1.0) if restart_seconds is None else restart_seconds),
        service=float(site.get("service_seconds", 0.0)),
        program=_program_seconds(source, "program_seconds", program_seconds, site),
        powershell=_program_seconds(source, "powershell_seconds", powershell_seconds, site),
    )
    clock = clock or SystemClock()
    by_code = {each.code: each for each in sites}
    machines = {
        row.name: Machine(
            row,
            build_image(row.image, row.products, _texts(row, by_code, domain), bound_ports(row)),
            shell=run_line,
            clock=clock,
            timing=timing,
        )
        for row in rows
    }
    realm = domain if site.get("kerberos") else ""
    return Site(str(site["name"]), sites[0].code, sites[0].version, sites, machines, realm)


def shipped_sites() -> list[str]:
    """The names of the site files that come with the lab."""
    names = [item.name for item in (files("configmgr_lab") / "sites").iterdir()]
    return sorted(name.removesuffix(".yml") for name in names if name.endswith(".yml"))


def _content(path_or_name: str) -> tuple[str, object]:
    if path_or_name in shipped_sites():
        text = (files("configmgr_lab") / "sites" / f"{path_or_name}.yml").read_text(encoding="utf-8")
    else:
        try:
            text = Path(path_or_name).read_text(encoding="utf-8")
        except OSError as error:
            known = ", ".join(shipped_sites())
            raise BadSite(f"site {path_or_name!r} is neither a file that can be read nor one of: {known}") from error
    try:
        return path_or_name, yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadSite(f"site {path_or_name}: not YAML: {error}") from error


def _checked(source: str, content: object) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise BadSite(f"site {source}: is no mapping")
    _check_fields(f"site {source}", content, _SITE_REQUIRED, _SITE_OPTIONAL)
    if not isinstance(content["hosts"], list) or not content["hosts"]:
        raise BadSite(f"site {source}: hosts must be a list with at least one host")
    if not re.fullmatch(r"[A-Z0-9]{3}", str(content["site_code"])):
        raise BadSite(f"site {source}: site_code {content['site_code']!r} is not three letters or digits")
    return content


def _sites(source: str, site: Mapping[str, Any]) -> tuple[SiteInfo, ...]:
    """The topmost site first; it is a primary one unless `sites` has some below it."""
    below = site.get("sites") or []
    for row in below:
        where = f"site {source}, site {row.get('code', '?')}"
        _check_fields(where, row, _BELOW, set())
        _check_choice(where, "kind", row["kind"], KINDS)
    top = {
        "code": site["site_code"],
        "kind": CENTRAL if any(row["kind"] == PRIMARY for row in below) else PRIMARY,
        "parent": "",
        "server": site["site_server"],
        "database_server": site["database_server"],
    }
    version = str(site["version"])
    return tuple(SiteInfo(version=version, **{name: str(text) for name, text in row.items()}) for row in (top, *below))


def _texts(row: SiteHost, sites: Mapping[str, SiteInfo], domain: str) -> dict[str, str]:
    """What stands for itself in the layers of an image."""
    site = sites[row.site]
    return {
        "site_code": site.code,
        "parent_site_code": site.parent,
        "assigned_site_code": row.assigned,
        "version": site.version,
        "site_server": f"{site.server}.{domain}",
        "database_server": f"{site.database_server}.{domain}",
        "domain": domain,
    }


def _check_fields(where: str, row: Mapping[str, Any], required: set[str], optional: set[str]) -> None:
    missing = sorted(required - set(row))
    unknown = sorted(str(field) for field in set(row) - required - optional)
    if missing:
        raise BadSite(f"{where}: {missing[0]} is missing")
    if unknown:
        raise BadSite(f"{where}: unknown field {unknown[0]!r}")


def _host(source: str, row: object, site: Mapping[str, Any], network: str) -> SiteHost:
    if not isinstance(row, dict):
        raise BadSite(f"site {source}: a host is no mapping: {row!r}")
    where = f"site {source}, host {row.get('name', '?')}"
    _check_fields(where, row, _HOST_REQUIRED, _HOST_OPTIONAL)
    if not _NAME.fullmatch(str(row["name"])):
        raise BadSite(f"{where}: the name must be 1 to 15 letters, digits or hyphens")
    _check_choice(where, "connection", row["connection"], CONNECTIONS)
    _check_choice(where, "auth", row["auth"], AUTHS)
    for role in row["roles"]:
        _check_choice(where, "role", role, ROLES)
    try:
        table(row.get("locale", "en"))
        address = str(ipaddress.IPv4Address(f"{network}.{row['address']}"))
    except UnknownLocale as error:
        raise BadSite(f"{where}: there are no messages in locale {row['locale']!r}") from error
    except ValueError as error:
        raise BadSite(f"{where}: address {row['address']!r} is not the last two parts of an IPv4 address") from error
    return SiteHost(
        name=str(row["name"]),
        address=address,
        image=str(row["image"]),
        products=tuple(row.get("products") or ()),
        roles=tuple(row["roles"]),
        connection=row["connection"],
        auth=row["auth"],
        user=str(row.get("user", site["user"])),
        password=str(row.get("password", site["password"])),
        locale=row.get("locale", "en"),
        domain=str(site["domain"]),
        variables=_host_variables(where, row.get("variables") or {}),
        site=str(row.get("site", site["site_code"])),
        assigned=str(row.get("assigned", row.get("site", site["site_code"]))),
        ports=tuple((str(role), int(port)) for role, port in (row.get("ports") or {}).items()),
    )


def _host_variables(where: str, given: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, dict):
        raise BadSite(f"{where}: variables is no mapping")
    return tuple((str(name), str(value)) for name, value in given.items())


def _program_seconds(source: str, name: str, given: float | None, site: Mapping[str, Any]) -> float:
    seconds = float(site.get(name, 0.0) if given is None else given)
    if not 0 <= seconds <= MOST_PROGRAM_SECONDS:
        raise BadSite(f"site {source}: {name} {seconds:g} is not from 0 to {MOST_PROGRAM_SECONDS:g}")
    return seconds


def _check_choice(where: str, what: str, given: object, known: tuple[str, ...]) -> None:
    if given not in known:
        raise BadSite(f"{where}: {what} {given!r} is none of {', '.join(known)}")


def _clients(source: str, site: Mapping[str, Any], network: str, count: int) -> list[SiteHost]:
    kinds = site.get("client_images") or []
    if count and not kinds:
        raise BadSite(f"site {source}: client_images is missing, so no clients can be added")
    rows = []
    for index in range(count):
        kind = kinds[index % len(kinds)]
        row = {
            "name": f"CL{index + 1:04d}",
            "address": f"{_FIRST_CLIENT_NETWORK + index // _CLIENTS_PER_NETWORK}.{index % _CLIENTS_PER_NETWORK + 1}",
            "roles": ["client"],
            # All four ways to connect, basic over https first as the cheapest.
            "connection": CONNECTIONS[index % 4 == 1],
            "auth": AUTHS[index % 4 == 3],
            **kind,
        }
        rows.append(_host(source, row, site, network))
    return rows


def _check_realm(source: str, site: Mapping[str, Any], rows: list[SiteHost]) -> None:
    if not isinstance(site.get("kerberos", False), bool):
        raise BadSite(f"site {source}: kerberos is {site['kerberos']!r}; it must be true or false")
    unable = [row.name for row in rows if row.auth == "kerberos"]
    if unable and not site.get("kerberos"):
        raise BadSite(f"site {source}, host {unable[0]}: auth kerberos needs kerberos: true for the site")


def _check_together(source: str, rows: list[SiteHost], sites: tuple[SiteInfo, ...]) -> None:
    codes = {site.code for site in sites}
    strangers = sorted({code for row in rows for code in (row.site, row.assigned)} - codes)
    if strangers:
        raise BadSite(f"site {source}: there is no site {strangers[0]!r}")
    for what, given in (("name", [row.name.upper() for row in rows]), ("address", [row.address for row in rows])):
        twice = sorted({each for each in given if given.count(each) > 1}) if len(set(given)) < len(given) else []
        if twice:
            raise BadSite(f"site {source}: {what} {twice[0]} is given to more than one host")

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the hierarchy to hosts of an inventory: names, groups and variables as the roles and playbooks use them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from .._data import roles
from .records import Estate, Server

__all__ = ["PARENT", "Host", "hosts_of"]

PARENT = "configmgr"
_CLIENT = "client"
_KNOWN = {
    "ResourceID": "configmgr_resource_id",
    "CNIsOnline": "configmgr_client_online",
    "LastActiveTime": "configmgr_client_last_active",
    "UserName": "configmgr_last_user",
    "DeviceOSBuild": "configmgr_os_build",
}


@dataclass(frozen=True)
class Host:
    name: str
    groups: tuple[str, ...]
    variables: dict[str, Any]


def hosts_of(estate: Estate, sites: Collection[str], *, short: bool) -> Iterator[Host]:
    """Servers in the order of restarts, then clients. ``sites``: codes, all when empty.

    Short names are used as long as they are unique: two machines of one name in two domains keep theirs in full.
    """
    known = {role.id: role for role in roles()}
    machines = _machines(estate)
    counts: dict[str, int] = {}
    for name in machines:
        counts[_short(name)] = counts.get(_short(name), 0) + 1
    rows = []
    for name, (site, ids, strangers) in machines.items():
        if sites and site not in sites:
            continue
        restart_group = max((known[role].restart_group for role in ids), default=0)
        shown = _short(name).upper() if short and counts[_short(name)] == 1 else name
        groups = [*ids, *([f"site_{site}"] if site else []), f"restart_group_{restart_group}"]
        rows.append((restart_group, Host(shown, tuple(groups), _variables(estate, name, site, ids, strangers))))
    for _group, host in sorted(rows, key=lambda row: (-row[0], row[1].name)):
        yield host


def _machines(estate: Estate) -> dict[str, tuple[str, list[str], list[str]]]:
    """By name: site code, ids of roles, names of roles that are not known."""
    found = {
        server.name: (server.site, list(server.roles), list(server.unknown_roles)) for server in estate.servers.values()
    }
    for client in estate.clients.values():
        site, ids, strangers = found.get(client.name, (client.site, [], []))
        found[client.name] = (site, [*ids, _CLIENT], strangers)
    return found


def _variables(estate: Estate, name: str, site: str, ids: list[str], strangers: list[str]) -> dict[str, Any]:
    variables: dict[str, Any] = {"ansible_host": name, "configmgr_roles": ids, "configmgr_site_code": site}
    if client := estate.clients.get(name):
        variables["configmgr_assigned_site"] = client.site
        if client.active is not None:
            variables["configmgr_client_active"] = client.active
        variables |= {_KNOWN[name]: value for name, value in client.known.items()}
    if server := estate.servers.get(name):
        variables |= _of_server(server)
    if strangers:
        variables["configmgr_unknown_roles"] = strangers
        # The audit has a finding about roles that nothing is known about.
        variables["configmgr_tls_roles"] = strangers
    record = estate.sites.get(site)
    if record is not None:
        variables |= {
            "configmgr_version": record.version,
            "configmgr_site_type": record.type,
            "configmgr_parent_site": record.parent,
        }
        if record.release is not None:
            variables["configmgr_release"] = record.release
            variables["configmgr_tls_configmgr_version"] = record.release
    return variables


def _of_server(server: Server) -> dict[str, Any]:
    """What the site knows of how its roles are reached; what it does not say is left to the machine itself."""
    told: dict[str, Any] = {}
    if server.ssl_state:
        told["configmgr_ssl_state"] = dict(server.ssl_state)
    if server.wsus_port:
        told["configmgr_tls_port_software_update_point"] = server.wsus_port
    return told


def _short(name: str) -> str:
    return name.partition(".")[0]

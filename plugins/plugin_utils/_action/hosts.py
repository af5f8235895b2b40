# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an action that works over all hosts of a run reads of them, without rendering a single template."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._data import roles as known_roles
from .._failure import Failure
from .._plain import plain
from .._tls.group import first_few
from .._tls.sites import SiteVariables
from .base import Task

__all__ = ["HostVariables", "host_variables", "left_out_hosts", "not_in_inventory"]

_PORT = "configmgr_tls_port_"
# What tls_cmpivot_facts told of all clients: one result for the whole play, since a fact per client takes longer to set
# than to read.
_CLIENTS = "configmgr_tls_clients_read"
_WINRM_HTTP, _PLAIN = 5985, "http"


@dataclass(frozen=True)
class HostVariables:
    """One host as the run knows it. ``facts`` is None when this run did not read it.

    ``stopped`` says at which step it failed.
    """

    name: str
    facts: Mapping[str, Any] | None
    stopped: Mapping[str, Any] | None
    variables: Mapping[str, Any]

    @property
    def told(self) -> SiteVariables:
        """What the inventory says of its site, ports and address. A template is not looked at here."""
        get = self.variables.get
        parent = get("configmgr_parent_site")
        site, assigned = (str(get(name) or "") for name in ("configmgr_site_code", "configmgr_assigned_site"))
        given = {name: str(value) for name, value in self.variables.items() if name.startswith(_PORT)}
        ports = {name: int(value) for name, value in given.items() if value.isdecimal()}
        address = str(get("ansible_host") or "")
        return SiteVariables(site, assigned, None if parent is None else str(parent), ports, address)

    @property
    def roles_of_groups(self) -> list[str]:
        """Roles whose name is an inventory group of the host."""
        groups = {str(name).removeprefix("configmgr_") for name in self.variables.get("group_names") or ()}
        return sorted(role.id for role in known_roles() if role.id in groups)

    @property
    def told_roles(self) -> set[str]:
        """All that the inventory says of its roles. A template may say anything, and is not looked at here."""
        given = self.variables.get("configmgr_tls_roles") or ()
        return {*self.roles_of_groups, *(["?"] if isinstance(given, str) else map(str, given))}

    @property
    def over_https(self) -> bool:
        """Whether the controller reaches it over TLS."""
        get = self.variables.get
        connection = str(get("ansible_connection") or "")
        scheme = get(f"ansible_{connection}_scheme") or get(f"ansible_{connection}_protocol")
        port = get(f"ansible_{connection}_port") or get("ansible_port") or 5986
        return (
            connection in ("winrm", "psrp")
            and str(scheme or (_PLAIN if int(port) == _WINRM_HTTP else "https")) == "https"
        )


def host_variables(task: Task, names: Sequence[str] | None = None) -> list[HostVariables]:
    """Those of ``names``, by default of all hosts of the play, whether they are still in it or not.

    Raises Failure for a name that the inventory does not know.
    """
    wanted = names or plain(task.variables.get("ansible_play_hosts_all") or [task.host])
    return [_one(name, variables) for name, variables in _raw(task, "hosts", wanted).items()]


def left_out_hosts(task: Task, names: Sequence[str], played: Sequence[HostVariables]) -> list[HostVariables]:
    """Those of ``names`` that are not played. Facts of theirs are from a cache, and would pass for today's.

    Raises Failure for a name that the inventory does not know.
    """
    known = {host.name for host in played}
    variables = _raw(task, "hierarchy", [name for name in names if name not in known])
    return [HostVariables(name, None, None, mine) for name, mine in variables.items()]


def not_in_inventory(option: str, names: Iterable[str], inventory: Container[str]) -> str:
    """Which hosts that an option names nobody knows, in a sentence without its end; empty when all are known."""
    unknown = [str(name) for name in names if name not in inventory]
    return f"{option} names {first_few(unknown)}, which the inventory does not know" if unknown else ""


def _raw(task: Task, option: str, names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The variables of these hosts; ``option`` names them."""
    hostvars = task.variables["hostvars"]
    # Asked for by name, a host that is not known ends the task with a sentence of Ansible's that names nothing.
    if problem := not_in_inventory(option, names, hostvars):
        raise Failure("bad_argument", f"{problem}.", "Correct the list, or bring the host into the inventory.")
    return {str(name): hostvars.raw_get(name) for name in names}


def _one(name: str, variables: Mapping[str, Any]) -> HostVariables:
    stopped = plain(variables.get("configmgr_tls_stopped"))
    facts = (variables.get("ansible_facts") or {}).get("configmgr_tls")
    # A fact of a host that this run could not read is from a cache, and would pass for today's.
    if stopped and stopped.get("step") == "audit":
        facts = None
    read = variables.get(_CLIENTS) or {}
    if name in read.get("hosts", ()) or name in read.get("not_read", ()):
        facts, stopped = read["hosts"].get(name), read["not_read"].get(name)
    # Left as it is: a copy of the facts of ten thousand hosts takes longer than what is done with them.
    return HostVariables(name, facts, stopped, variables)

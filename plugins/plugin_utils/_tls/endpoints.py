# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the roles of a hierarchy listen, taken from the conversations in which they are called."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .conversation import conversations

__all__ = ["RoleEndpoint", "callers_of", "ports_in_use", "role_endpoints"]

# WinRM's own, which is no role's.
_WINRM = 5986
_WSUS, _WSUS_ALTERNATE = "software_update_point", 443


@dataclass(frozen=True)
class RoleEndpoint:
    """A port that a role listens on with TLS.

    ``variable``: the inventory variable that changes ``port``. ``kind``: https, or tds for SQL Server.

    ``optional``: only where the site uses HTTPS.
    """

    role: str
    stack: str
    port: int
    variable: str
    optional: bool = False

    @property
    def kind(self) -> str:
        return "tds" if self.stack == "sql_server" else "https"


@functools.cache
def _all() -> tuple[RoleEndpoint, ...]:
    rows = (
        RoleEndpoint(row.callee_role, row.callee_stack, row.port, row.variable, row.tls == "optional")
        for row in conversations()
        if row.callee == "host" and row.caller != "controller" and row.tls != "never" and row.probed
    )
    return tuple(dict.fromkeys(rows))


def role_endpoints(roles: Collection[str]) -> list[RoleEndpoint]:
    """The TLS endpoints of a host with ``roles``."""
    return [endpoint for endpoint in _all() if endpoint.role in roles]


def ports_in_use(endpoint: RoleEndpoint, facts: Mapping[str, Any], set_to: int | None = None) -> list[int]:
    """The ports that a role listens on with TLS.

    Where the role listens with TLS on a machine: as its variable is ``set_to`` (0: nowhere), else as the machine has
    it, else on ConfigMgr's default port. Empty when nothing takes TLS there, which is right where a site uses HTTP.

    Which port belongs to which role the machine does not tell: it is the default one, or else any that is no other
    role's.
    """
    if set_to is not None:
        return [set_to] if set_to else []
    if endpoint.stack == "sql_server":
        given = facts.get("sql_ports") or ()
        return [endpoint.port] if not given or endpoint.port in given else list(given)
    bound = facts.get("https_ports")
    if bound is None or endpoint.port in bound:
        return [endpoint.port]
    is_wsus = endpoint.role == _WSUS
    if is_wsus and (facts.get("components") or {}).get("wsus_ssl") is False:
        return []
    others = {row.port for row in role_endpoints(facts.get("roles") or ()) if row.port != endpoint.port}
    found = [port for port in bound if port != _WINRM and port not in others]
    # WSUS is on 8531, or on 443, which it may share. Source: Microsoft, "Ports used in Configuration Manager", note 3.
    if not found and is_wsus and _WSUS_ALTERNATE in bound:
        return [_WSUS_ALTERNATE]
    return found or ([] if endpoint.optional else [endpoint.port])


def callers_of(roles: Collection[str]) -> set[str]:
    """The roles that talk to one of ``roles``: their health tells whether it still answers."""
    return {
        row.caller_role
        for row in conversations()
        if row.caller == "host" and row.callee_role in roles and row.tls != "never"
    }

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the roles of a hierarchy listen, taken from the conversations in which they are called."""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass

from .conversation import conversations

__all__ = ["RoleEndpoint", "callers_of", "role_endpoints"]


@dataclass(frozen=True)
class RoleEndpoint:
    """``variable``: the inventory variable that changes ``port``. ``kind``: https, or tds for SQL Server."""

    role: str
    stack: str
    port: int
    variable: str

    @property
    def kind(self) -> str:
        return "tds" if self.stack == "sql_server" else "https"


@functools.cache
def _all() -> tuple[RoleEndpoint, ...]:
    rows = (
        RoleEndpoint(row.callee_role, row.callee_stack, row.port, row.variable)
        for row in conversations()
        if row.callee == "host" and row.caller != "controller" and row.tls != "never" and row.probed
    )
    return tuple(dict.fromkeys(rows))


def role_endpoints(roles: Collection[str]) -> list[RoleEndpoint]:
    """The TLS endpoints of a host with ``roles``."""
    return [endpoint for endpoint in _all() if endpoint.role in roles]


def callers_of(roles: Collection[str]) -> set[str]:
    """The roles that talk to one of ``roles``: their health tells whether it still answers."""
    return {
        row.caller_role
        for row in conversations()
        if row.caller == "host" and row.callee_role in roles and row.tls != "never"
    }

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a listener of a machine accepts."""

from __future__ import annotations

from dataclasses import dataclass

from ..machine.machine import Machine
from .bindings import turned_off
from .protocols import NOTHING, Protocol
from .schannel import Side, knows_tls13, schannel
from .sql_server import SqlServer, sql_server
from .suites import windows_suites, without_suites


@dataclass(frozen=True)
class Accepted:
    """One listener's side of a handshake."""

    protocols: frozenset[Protocol]
    suites: tuple[str, ...]
    """Names of Windows, best first; empty: whatever OpenSSL has."""
    reads_versions: bool
    """Whether this Windows knows TLS 1.3, and with it a caller's list of versions."""
    sql: SqlServer | None = None


def accepted(machine: Machine, kind: str, port: int) -> Accepted:
    """What the machine accepts since its last start on a listener of this kind (``https`` or ``tds``).

    SQL Server's build is that of now: an update restarts its service.
    """
    registry = machine.effective
    side = schannel(registry, Side.SERVER)
    suites = windows_suites(registry)
    if kind != "tds":
        protocols = side.by_default - turned_off(registry, port)
        return Accepted(without_suites(protocols, suites), suites, knows_tls13(registry))
    sql = sql_server(machine.registry)
    if sql is not None and sql.strict:
        protocols = side.by_default & (sql.can_do | {Protocol.TLS13})
        return Accepted(without_suites(protocols, suites), suites, knows_tls13(registry), sql)
    if sql is None:
        protocols = NOTHING
    elif sql.is_capable:
        protocols = side.by_default & sql.can_do
    else:
        # The old builds ask Schannel for TLS 1.0 by name.
        protocols = side.on_request & sql.can_do
    return Accepted(without_suites(protocols, suites), suites, False, sql)

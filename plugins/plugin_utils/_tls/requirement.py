# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The row type of C(machine_requirements.yml): what a machine with certain roles must have, where that comes from and
how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .._data import Role, load_table
from .._data.rows import ProtocolId, RoleId, Row, SqlClientId

__all__ = ["Requirement", "requirements"]

Runtime = Literal["", "v2.0.50727", "v4.0.30319"]
Severity = Literal["high", "medium", "low"]
Fix = Literal["settings", "update", "restart", "manual"]
RoleNeed = Literal["dotnet", "sql_client", "sql_build", "wsus_build", "winhttp", "sql_express", "cipher_suites"]


@dataclass(frozen=True, kw_only=True)
class Requirement(Row):
    """A row of machine_requirements.yml: what a machine must fulfil.

    ``check`` names the function that decides. It applies to every machine, to ``roles``, or to the roles that
    have the ``need``.

    ``fix`` says what mends it: our settings, an update, a restart, or the owner's hand; ``remedy`` says it in a
    sentence.
    ``blocks_disable``: a mere warning of it, too, keeps the older protocols on. The other fields are what the check
    compares with.
    """

    id: str
    title: str
    severity: Severity
    check: str
    fix: Fix
    remedy: str
    roles: tuple[RoleId, ...] = ()
    need: RoleNeed | None = None
    stage: Literal["enable", "disable"] = "enable"
    blocks_disable: bool = False
    protocol: ProtocolId = ""
    side: Literal["client", "server"] = "client"
    runtime: Runtime = ""
    client: SqlClientId = ""
    protocols: tuple[ProtocolId, ...] = ()
    usable: tuple[str, ...] = ()
    modern: tuple[str, ...] = ()

    def applies_to(self, roles: Iterable[Role]) -> bool:
        """Whether a machine with ``roles`` is asked."""
        if not self.roles and self.need is None:
            return True
        return any(role.id in self.roles or self._needed_by(role) for role in roles)

    def _needed_by(self, role: Role) -> bool:
        needs = role.needs
        if self.need == "dotnet":
            return needs.dotnet != "no"
        if self.need == "sql_client":
            return needs.sql_client == "yes"
        if self.need == "sql_express":
            return needs.sql_express_min is not None
        if self.need == "cipher_suites":
            return bool(needs.cipher_suites)
        return bool(
            {"sql_build": needs.sql_build, "wsus_build": needs.wsus_build, "winhttp": needs.winhttp}.get(
                self.need or ""
            )
        )


def requirements() -> tuple[Requirement, ...]:
    """The catalogue, checked on load."""
    return load_table("machine_requirements", Requirement)

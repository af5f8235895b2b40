# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SQL Server instance of a machine: its build, and what that build can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..machine.registry import RegistryReader
from .protocols import Protocol
from .tables import table

_ROOT = "HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server"
_INSTANCES = ("MSSQLSERVER", "CONFIGMGRSEC", "CM")
_OLD = frozenset({Protocol.TLS10})
# TLS 1.3 takes TDS 8.0, where the handshake comes before PRELOGIN.
# Source: https://learn.microsoft.com/en-us/sql/relational-databases/security/networking/tds-8
_NEW = frozenset({Protocol.SSL3, Protocol.TLS10, Protocol.TLS11, Protocol.TLS12})


@dataclass(frozen=True)
class SqlServer:
    """An instance. `version` is spelled as the product does: 11.0.5058.0, not 11.2.5058.0."""

    version: tuple[int, int, int, int]
    strict: bool = False
    """Whether it takes TDS 8.0 only. Source: Microsoft, "Connect to SQL Server with strict encryption"."""

    @property
    def can_do(self) -> frozenset[Protocol]:
        """What the build itself is able to."""
        return _NEW if self.is_capable else _OLD

    @property
    def is_capable(self) -> bool:
        """Whether the build has TLS 1.2."""
        major, minor, build, revision = self.version
        name = f"{major}.{5 if (major, minor) == (10, 50) else 0}"
        known: dict[str, Any] = table("endpoints/sql_builds.yml")
        if name in known["never"]:
            return False
        rows = [row for row in known["versions"].get(name, ()) if row["from"] <= build]
        if not rows:
            return True
        needed = tuple(int(part) for part in str(rows[-1]["capable_from"]).split("."))
        return (build, revision) >= needed

    @property
    def text(self) -> str:
        return ".".join(str(part) for part in self.version)


def sql_server(registry: RegistryReader) -> SqlServer | None:
    """The default instance by this registry, or one that a site of the lab has; None when there is none."""
    names = f"{_ROOT}\\Instance Names\\SQL"
    instance = next((text for name in _INSTANCES if (text := registry.text(names, name))), None)
    if instance is None:
        return None
    setup = f"{_ROOT}\\{instance}\\Setup"
    parts = (registry.text(setup, "PatchLevel") or registry.text(setup, "Version") or "").split(".")
    if len(parts) != 4 or not all(part.isdigit() for part in parts):
        return None
    major, minor, build, revision = (int(part) for part in parts)
    strict = bool(registry.number(f"{_ROOT}\\{instance}\\MSSQLServer\\SuperSocketNetLib", "ForceStrict"))
    # Setup counts the service pack in the minor number; 10.50 to 10.53 is 2008 R2.
    return SqlServer((major, 50 if (major, minor // 50) == (10, 1) else 0, build, revision), strict)

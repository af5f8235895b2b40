# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be made to go wrong with a machine while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from .registry import View, long_path
from .values import Value

MOST_PROGRAM_SECONDS = 2.0
"""A line of a hundred programs must still end."""


class Access(Enum):
    """What somebody wants of a registry key."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True)
class Denial:
    """Access to the key and all below it is refused. `path` is stored as a long path."""

    path: str
    access: Access


@dataclass(frozen=True)
class GroupPolicy:
    """A value that comes back after somebody changed it; None deletes it."""

    path: str
    name: str
    value: Value | None
    view: View = View.BIT64


@dataclass
class InstallerFaults:
    """What can happen to installers. `exit_code` is what the next one ends with, having done nothing."""

    exit_code: int | None = None
    hangs: bool = False
    restarts: bool = False
    """The machine restarts by itself in the middle of the next one."""
    ignores_norestart: bool = False
    """Installers restart the machine when they need to, whatever they were told."""
    busy_until: datetime | None = None
    """Somebody else's installation runs so long."""
    seconds: float | None = None
    """How long one takes."""


@dataclass
class Faults:
    """The faults in force on one machine. Changed at run time, read by the machine and by its WinRM endpoint."""

    denials: list[Denial] = field(default_factory=list)
    policies: list[GroupPolicy] = field(default_factory=list)
    restart_never_returns: bool = False
    slow: float = 0.0
    """Seconds that the endpoint waits before it answers a command."""
    program_seconds: float | None = None
    """How long a program takes, when somebody says so."""
    installer: InstallerFaults = field(default_factory=InstallerFaults)
    disk_free: int | None = None
    """Bytes that are free on drive C: before anything is written there."""

    groups_of_login: frozenset[str] | None = None
    """SIDs of the groups that logins are in instead of Administrators; None when they are administrators."""

    def deny(self, path: str, access: Access = Access.WRITE) -> None:
        """Refuse the access to the key and to all below it. Raises BadPath."""
        self.denials.append(Denial(long_path(path), access))

    def group_policy(self, path: str, name: str, value: Value | None, view: View = View.BIT64) -> None:
        """After each command that wrote to the registry the value is set to this (None: deleted). Raises BadPath."""
        self.policies.append(GroupPolicy(long_path(path), name, value, view))

    def denies(self, stored_path: str, access: Access) -> bool:
        lowered = f"{stored_path.lower()}\\"
        return any(
            denial.access is access and lowered.startswith(f"{denial.path.lower()}\\") for denial in self.denials
        )

    def clear(self) -> None:
        self.denials.clear()
        self.policies.clear()
        self.restart_never_returns = False
        self.slow = 0.0
        self.program_seconds = None
        self.installer = InstallerFaults()
        self.disk_free = None
        self.groups_of_login = None

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Client notification: what a site tells its clients to do at once. Of its types the lab knows the restart.

A client that is online begins the countdown of its client settings, which everybody in front of it sees; at its end
Windows restarts. One that is off is not told. Source: Microsoft, "Client notification" and "Device restart
notifications in Configuration Manager"; that the restart is type 17 is from public programs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from ..machine.machine import Machine
from .rows import Row

RESTART = 17
_FIRST_OPERATION = 16795001
# Microsoft, "Device restart notifications": the countdown by default.
COUNTDOWN_SECONDS = 90 * 60.0


@dataclass
class Notification:
    """One operation: whom it was for, and who was told."""

    kind: int
    clients: tuple[int, ...]
    told: tuple[int, ...]


@dataclass
class Notifications:
    """``clients``: machines by resource id; ``is_offline`` of one says whether the site reaches it."""

    clients: Mapping[int, Machine]
    is_offline: Callable[[Machine], bool]
    countdown: float = COUNTDOWN_SECONDS
    forbidden: bool = False
    operations: dict[int, Notification] = field(default_factory=dict)

    def initiate(self, kind: int, ids: Collection[int]) -> int:
        """The number of the operation."""
        reached = [number for number in ids if number in self.clients and not self.is_offline(self.clients[number])]
        if kind == RESTART:
            for number in reached:
                self.clients[number].count_down(self.countdown)
        operation = _FIRST_OPERATION + len(self.operations)
        self.operations[operation] = Notification(kind, tuple(ids), tuple(reached))
        return operation

    def counted(self, operation: int) -> list[Row]:
        """The row of SMS_ClientOperationStatus."""
        found = self.operations.get(operation)
        if found is None:
            return []
        return [
            {
                "OperationID": operation,
                "Type": found.kind,
                "TotalClients": len(found.clients),
                "CompletedClients": len(found.told),
                "FailedClients": 0,
                "OfflineClients": len(found.clients) - len(found.told),
                "UnknownClients": 0,
                "IsExpired": False,
            }
        ]

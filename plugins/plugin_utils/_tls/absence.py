# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that a run did not read: what is known of it, and whether that may stand for a visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .record import READ_AT, READ_BY, Record

__all__ = ["Absent", "days_ago"]

_PEOPLES = frozenset({"client", "admin_console"})
"""Roles of machines that people sit at. All others serve the hierarchy."""


@dataclass(frozen=True)
class Absent:
    """``told_roles``: those that the inventory gives it. ``silent``: whether nothing answered, or nobody asked; a
    machine that answers can be visited, once its failure is mended. ``inactive``: whether ConfigMgr calls its client
    so. ``last``: its record. ``now``: with a zone.
    """

    told_roles: frozenset[str]
    silent: bool
    now: datetime
    last: Record | None = None
    inactive: bool = False

    @property
    def client(self) -> bool:
        """Whether everything that is known of it says that it is a client, and serves nobody."""
        roles = self.told_roles.union(((self.last and self.last.facts) or {}).get("roles", ()))
        return "client" in roles and roles <= _PEOPLES

    @property
    def seen(self) -> Record | None:
        """Its record, when that has facts."""
        return self.last if self.last is not None and self.last.facts is not None else None

    def stands(self, seen_days: float) -> bool:
        """Whether its record may stand for a visit: young enough, and nothing was changed after it was read."""
        seen = self.seen
        return self.silent and seen is not None and seen.younger_than(seen_days, self.now) and not seen.changed_since

    def why(self, seen_days: float) -> str:
        """A clause for a machine whose record does not stand for a visit."""
        seen = self.seen
        if seen is None:
            return "it was never seen" if self.last is None else "nothing was ever read of it"
        told = f"it was last seen {days_ago(seen.days(self.now))}"
        if not self.silent:
            return f"{told}, and it answers now"
        return f"{told}, and was changed after that" if seen.changed_since and seen_days > 0 else told

    def as_dict(self, seen_days: float) -> dict[str, Any] | None:
        """What a report says of when it was seen; None when it never was."""
        seen = self.seen
        if seen is None or seen.facts is None:
            return None
        return {
            READ_AT: str(seen.facts[READ_AT]),
            READ_BY: str(seen.facts[READ_BY]),
            "days": seen.days(self.now),
            "last_start": seen.last_start,
            "last_change": seen.last_change,
            "stands": self.stands(seen_days),
        }


def days_ago(days: int) -> str:
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that a run did not read: what is known of it, and whether that may stand for a visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .compliance import Compliance, compliance_of, moment, proved_findings
from .record import READ_AT, READ_BY, Record

__all__ = ["Absent", "baseline_phrase", "days_ago"]

_PEOPLES = frozenset({"client", "admin_console"})
"""Roles of machines that people sit at. All others serve the hierarchy."""


@dataclass(frozen=True)
class Absent:
    """A machine that was not read in this run.

    ``told_roles``: those that the inventory gives it. ``silent``: whether nothing answered, or nobody asked; a
    machine that answers can be visited, once its failure is mended. ``inactive``: whether ConfigMgr calls its client
    so. ``last``: its record. ``now``: with a zone. ``baseline``: today's name of ConfigMgr's baseline for the enable
    stage.
    """

    told_roles: frozenset[str]
    silent: bool
    now: datetime
    last: Record | None = None
    inactive: bool = False
    baseline: str = ""

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
        """Whether its record may stand for a visit: young enough, and nothing is known of a change after it was read,
        but for one by the baseline that is proved.
        """
        seen = self.seen
        return (
            self.silent
            and seen is not None
            and seen.younger_than(seen_days, self.now)
            and not self._against
            and (not seen.changed_since or self._mended(seen_days))
        )

    @property
    def told(self) -> Compliance | None:
        """What it told of today's baseline."""
        return None if self.last is None else compliance_of(self.last.compliance, self.baseline)

    def proved(self, seen_days: float) -> frozenset[str]:
        """Ids of findings of the record that the baseline has mended since; those of a client only."""
        seen, told = self.seen, self.told
        if seen is None or seen.facts is None or seen.read_at is None or told is None or not self.client:
            return frozenset()
        young = told.at is not None and (self.now - told.at) <= timedelta(days=seen_days)
        return proved_findings(seen.facts.get("windows", {})) if young and told.proves(seen.read_at) else frozenset()

    @property
    def _against(self) -> bool:
        seen, told = self.seen, self.told
        return told is not None and seen is not None and seen.read_at is not None and told.against(seen.read_at)

    def _mended(self, seen_days: float) -> bool:
        """Whether the last change is the baseline's own, and proved."""
        told, last = self.told, self.last and moment(self.last.last_change)
        return told is not None and last is not None and last == told.mended_at and bool(self.proved(seen_days))

    def why(self, seen_days: float) -> str:
        """A clause for a machine whose record does not stand for a visit."""
        seen = self.seen
        baseline = self._of_baseline
        if seen is None:
            return "it was never seen" if self.last is None else f"nothing was ever read of it{baseline}"
        told = f"it was last seen {days_ago(seen.days(self.now))}"
        if not self.silent:
            return f"{told}, and it answers now"
        return (
            f"{told}, and was changed after that{baseline}" if seen.changed_since and seen_days > 0 else told + baseline
        )

    @property
    def _of_baseline(self) -> str:
        """A clause, empty where it is not known whether the baseline was asked."""
        return f"; {baseline_phrase(told.state, told.days(self.now))}" if (told := self.told) else ""

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
            **({"compliance": {"state": told.state, "days": told.days(self.now)}} if (told := self.told) else {}),
        }


def baseline_phrase(state: str, days: int | None) -> str:
    """What a machine told of ConfigMgr's baseline, and when, in a clause."""
    if days is None:
        return "it has told nothing of ConfigMgr's baseline"
    return f"ConfigMgr's baseline was {state.replace('_', ' ')} {days_ago(days)}"


def days_ago(days: int) -> str:
    return "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"

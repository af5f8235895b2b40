# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows of maintenance: the times of a week in which a machine may be restarted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

__all__ = ["DAYS", "MaintenanceError", "Opening", "MaintenanceWindow", "opening", "parse_windows"]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZONES = ("controller", "machine")
_TIME = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
_DAY = timedelta(days=1)


class MaintenanceError(ValueError):
    """A window that cannot be understood; the message says why."""


@dataclass(frozen=True)
class MaintenanceWindow:
    """A weekly time in which machines may be restarted.

    Opens on each of ``days`` (0 is Monday) at ``begin`` and closes at ``end``, minutes after midnight.

    An end that is not after the beginning is on the next day. ``zone``: whose clock is meant.
    """

    days: frozenset[int]
    begin: int
    end: int
    zone: str

    def times(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        """From the one that began yesterday to that of this day in a week; ``now`` by the clock that is meant."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        length = (self.end - self.begin) % (24 * 60) or 24 * 60
        for offset in range(-1, 8):
            day = midnight + offset * _DAY
            if day.weekday() in self.days:
                begin = day + timedelta(minutes=self.begin)
                yield begin, begin + timedelta(minutes=length)


@dataclass(frozen=True)
class Opening:
    """Whether a restart may be begun now; ``until``: when it may next, None where that cannot be told."""

    is_open: bool
    until: datetime | None = None


def parse_windows(rows: Sequence[Mapping[str, Any]]) -> tuple[MaintenanceWindow, ...]:
    """From C({days, from, to, zone}), as an owner writes them. MaintenanceError."""
    return tuple(_window(row) for row in rows)


def opening(windows: Sequence[MaintenanceWindow], clocks: Mapping[str, datetime], lasts: timedelta) -> Opening:
    """Whether there is room for what takes so long, by ``clocks``: the time of each zone, aware.

    Without windows any time will do. A clock that is missing is not known: its windows are shut.
    """
    if not windows:
        return Opening(is_open=True)
    times = [
        (clocks[window.zone], begin, end)
        for window in windows
        if window.zone in clocks
        for begin, end in window.times(clocks[window.zone])
        if end - begin >= lasts
    ]
    if any(begin <= now and now + lasts <= end for now, begin, end in times):
        return Opening(is_open=True)
    return Opening(is_open=False, until=min((begin for now, begin, _end in times if begin > now), default=None))


def _window(row: Mapping[str, Any]) -> MaintenanceWindow:
    unknown = set(row) - {"days", "from", "to", "zone"}
    if unknown:
        raise MaintenanceError(f"a window has no {', '.join(sorted(unknown))}: it has days, from, to and zone")
    days = [str(day).lower()[:3] for day in row.get("days") or DAYS]
    zone = str(row.get("zone") or ZONES[0])
    for day in days:
        if day not in DAYS:
            raise MaintenanceError(f"{day!r} is no day of the week: {', '.join(DAYS)}")
    if zone not in ZONES:
        raise MaintenanceError(f"{zone!r} is no zone: {' or '.join(ZONES)}")
    return MaintenanceWindow(frozenset(map(DAYS.index, days)), _minutes(row, "from"), _minutes(row, "to"), zone)


def _minutes(row: Mapping[str, Any], name: str) -> int:
    match = _TIME.fullmatch(str(row.get(name)))
    minutes = int(match[1]) * 60 + int(match[2]) if match else 24 * 60 + 1
    if minutes > 24 * 60:
        raise MaintenanceError(f"{name!r} of a window is {row.get(name)!r}, not a time like '22:00' (in quotes)")
    return minutes

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The observation window: Schannel logs completed handshakes for a while, and its value is then put back as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .._data import setting_rows
from .._windows.registry import Key, KeyReading, Value, View
from .compliance import moment
from .journal import OBSERVE, JournalEntry, active_entries
from .plan import Change

__all__ = [
    "EVENT_LOGGING",
    "SCHANNEL",
    "ObservationWindow",
    "logs_success",
    "open_window",
    "tells_all",
    "window_change",
]

(EVENT_LOGGING,) = setting_rows("observe")
SCHANNEL = Key(EVENT_LOGGING.key)
_SUCCESS = 0x4


@dataclass(frozen=True)
class ObservationWindow:
    """The time in which Windows logs successful handshakes, opened by a change of ours.

    ``entries``: what opened it, more than one where a run was interrupted. ``since``: the controller's time, UTC.
    """

    entries: tuple[JournalEntry, ...]

    @property
    def run(self) -> str:
        return self.entries[-1].run

    @property
    def since(self) -> str:
        return self.entries[-1].time

    @property
    def first(self) -> JournalEntry:
        return self.entries[0]


def open_window(journal: Sequence[JournalEntry]) -> ObservationWindow | None:
    """The window that was opened and not closed since."""
    entries = active_entries(journal, OBSERVE)
    return ObservationWindow(tuple(entries)) if entries else None


def logs_success(reading: KeyReading) -> bool:
    """Whether completed handshakes are logged; without a value Windows logs errors only."""
    value = reading.value(EVENT_LOGGING.name)
    return bool(value and value.dword is not None and value.dword & _SUCCESS)


def window_change(reading: KeyReading) -> Change | None:
    """What opens a window; None when errors and completed handshakes are logged already."""
    value = reading.value(EVENT_LOGGING.name)
    if EVENT_LOGGING.accept.holds(value.dword if value else None, EVENT_LOGGING.data):
        return None
    return Change(SCHANNEL, View.NATIVE, EVENT_LOGGING.name, value, Value(EVENT_LOGGING.type, EVENT_LOGGING.data))


def tells_all(told: Mapping[str, Any], now: datetime) -> bool:
    """Whether a result of tls_events_info tells of all the days that were asked for, as far as is known: no bound was
    reached, and neither the log nor the window begins later.
    """
    begins = [moment(told.get("log_begins")), moment((told.get("window") or {}).get("since"))]
    asked = now - timedelta(days=told.get("days") or 0)
    return not told.get("truncated") and all(begin <= asked for begin in begins if begin is not None)

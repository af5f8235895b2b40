# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The observation window: Schannel logs completed handshakes for a while, and its value is then put back as it was.

A file of ours on the machine says which window is open: one line per step, with a number, the run, the step and the
time on the controller. The former value is in a C(.reg) file of the same number, which a double-click restores.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .._tls.plan import Change
from .._windows.registry import Key, KeyReading, Value, View

__all__ = [
    "ERRORS",
    "EVERYTHING",
    "SCHANNEL",
    "SUCCESS",
    "Window",
    "logs_success",
    "open_window",
    "start_change",
    "windows_file",
]

SCHANNEL = Key(r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL")
NAME = "EventLogging"
# Bits of EventLogging. Source: Microsoft KB260729; 7 is the value that it uses for everything.
ERRORS, SUCCESS, EVERYTHING = 0x1, 0x4, 0x7
_LINE = re.compile(r"^([0-9]{1,9}) ([A-Za-z0-9][A-Za-z0-9._-]{0,63}) (started|stopped) ([0-9TZ:-]{10,30})\s*$")


@dataclass(frozen=True)
class Window:
    """One step: ``time`` is the controller's, UTC."""

    sequence: int
    run: str
    step: Literal["started", "stopped"]
    time: str

    @property
    def undo_file(self) -> str:
        """The backup, relative to the backup location."""
        return rf"{self.run}\event_logging-{self.sequence:03d}-{self.step}.reg"

    def __str__(self) -> str:
        return f"{self.sequence} {self.run} {self.step} {self.time}"


def windows_file(location: str) -> str:
    return rf"{location}\event_logging.txt"


def parse_windows(lines: Iterable[str]) -> list[Window]:
    """The steps, oldest first; lines that are not ours are passed over."""
    found = []
    for line in lines:
        match = _LINE.match(line)
        if match:
            step: Literal["started", "stopped"] = "started" if match[3] == "started" else "stopped"
            found.append(Window(int(match[1]), match[2], step, match[4]))
    return found


def open_window(lines: Iterable[str]) -> Window | None:
    """The window that was opened and not closed since."""
    steps = parse_windows(lines)
    return steps[-1] if steps and steps[-1].step == "started" else None


def logs_success(reading: KeyReading) -> bool:
    """Whether completed handshakes are logged; without a value Windows logs errors only."""
    value = reading.value(NAME)
    return bool(value and value.dword is not None and value.dword & SUCCESS)


def start_change(reading: KeyReading) -> Change | None:
    """What opens a window; None when errors and completed handshakes are logged already."""
    value = reading.value(NAME)
    wanted = ERRORS | SUCCESS
    if value is not None and value.dword is not None and value.dword & wanted == wanted:
        return None
    return Change(SCHANNEL, View.NATIVE, NAME, value, Value("REG_DWORD", EVERYTHING))

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our journal on a machine: which runs changed it, in which order, and during which uptime.

One line per change: sequence number, run, action and boot marker, separated by spaces. The action is C(enable),
C(disable), or
C(rollback=N): everything from entry N on has been undone. A machine whose newest entry carries the marker of the
present uptime has not been restarted since, so its change is not in force yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["BootMarker", "JournalEntry", "RUN_NAME", "active_entries", "parse_journal", "restarted_since"]

RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LINE = re.compile(r"^([0-9]{1,9}) (\S+) (enable|disable|rollback=[0-9]{1,9}) (\S+)\s*$")
# A time as the event log writes it, or bytes in hexadecimal; either is put into a command line.
_MARKER = re.compile(r"[0-9A-Za-z][0-9A-Za-z:.+-]{0,63}")
_UNKNOWN = "-"


@dataclass(frozen=True)
class BootMarker:
    """What tells one uptime from the next: the time of the kernel's start event and, less exact, of the last clean
    shutdown.

    Fast start-up of a client writes a new shutdown time without starting the kernel again, so the start event
    decides when both have it. What does not look like a time or like bytes is taken for not known.
    """

    event: str | None
    shutdown: str | None

    def __post_init__(self) -> None:
        for name in ("event", "shutdown"):
            text = getattr(self, name)
            if text is not None and not _MARKER.fullmatch(text):
                object.__setattr__(self, name, None)

    @classmethod
    def parse(cls, text: str) -> BootMarker:
        event, _separator, shutdown = text.partition(",")
        return cls(event, shutdown)

    def __str__(self) -> str:
        return f"{self.event or _UNKNOWN},{self.shutdown or _UNKNOWN}"

    @property
    def known(self) -> bool:
        return bool(self.event or self.shutdown)

    def same_uptime(self, other: BootMarker) -> bool | None:
        """None when the two have nothing in common to compare."""
        if self.event and other.event:
            return self.event == other.event
        if self.shutdown and other.shutdown:
            return self.shutdown == other.shutdown
        return None


@dataclass(frozen=True)
class JournalEntry:
    sequence: int
    run: str
    action: str
    boot: BootMarker

    @property
    def undoes_from(self) -> int | None:
        return int(self.action.partition("=")[2]) if self.action.startswith("rollback=") else None

    @property
    def undo_file(self) -> str:
        """The backup of this entry, relative to the backup location."""
        return rf"{self.run}\{self.sequence:03d}-{self.action}.reg"

    def __str__(self) -> str:
        return f"{self.sequence} {self.run} {self.action} {self.boot}"


def parse_journal(lines: Iterable[str]) -> tuple[JournalEntry, ...]:
    """The entries; lines that are not ours are passed over."""
    entries = []
    for line in lines:
        match = _LINE.match(line)
        if match and RUN_NAME.fullmatch(match.group(2)):
            entries.append(
                JournalEntry(int(match.group(1)), match.group(2), match.group(3), BootMarker.parse(match.group(4)))
            )
    return tuple(entries)


def active_entries(journal: Sequence[JournalEntry]) -> list[JournalEntry]:
    """The changes that are still there, oldest first: a later rollback takes away everything from its entry on."""
    active: list[JournalEntry] = []
    for entry in journal:
        first = entry.undoes_from
        if first is None:
            active.append(entry)
        else:
            active = [kept for kept in active if kept.sequence < first]
    return active


def restarted_since(journal: Sequence[JournalEntry], boot: BootMarker) -> bool | None:
    """Whether the machine was restarted after our last change; True when we never changed it, None when it cannot be
    told.
    """
    if not journal:
        return True
    same = journal[-1].boot.same_uptime(boot)
    return None if same is None else not same

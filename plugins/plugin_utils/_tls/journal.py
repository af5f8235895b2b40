# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our journal on a machine: which runs changed it, in which order, and during which uptime.

One line per change of any kind: sequence number, run, action, boot marker and the controller's time (UTC), separated by
blanks. Each kind has changes and what takes them back:

    settings         enable, disable                 rollback=N   everything from entry N on has been undone
    event logging    observe                         observed=N
    file ID          file=ID,new or file=ID,kept     restored=ID,N

A machine whose newest entry about settings carries the marker of the present uptime has not been restarted since, so
its change is not in force yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "NEVER_ASKED",
    "OBSERVE",
    "RUN_NAME",
    "SETTINGS",
    "BootMarker",
    "JournalEntry",
    "active_entries",
    "last_of_settings",
    "next_sequence",
    "parse_journal",
    "restarted_since",
]

SETTINGS, OBSERVE = "settings", "observe"

RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NUMBER = "[0-9]{1,9}"
_ACTION = rf"enable|disable|observe|(?:rollback|observed)={_NUMBER}|file=[a-z0-9-]{{1,40}},(?:new|kept)"
_ACTION += rf"|restored=[a-z0-9-]{{1,40}},{_NUMBER}"
_LINE = re.compile(rf"^({_NUMBER}) (\S+) ({_ACTION}) (\S+)(?: ([0-9TZ:-]{{10,30}}))?\s*$")
_MOST_MISSING = 1000
"""How many numbers may be missing between two lines. A larger one was not counted by us, and would exhaust them."""
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
        """Whether two boot markers are of the same start of Windows.

        None when the two have nothing in common to compare.
        """
        if self.event and other.event:
            return self.event == other.event
        if self.shutdown and other.shutdown:
            return self.shutdown == other.shutdown
        return None


NEVER_ASKED = BootMarker(None, None)


@dataclass(frozen=True)
class JournalEntry:
    """A line of the journal that our changes leave on a machine.

    ``time``: of the controller, UTC, empty where it is not known.
    """

    sequence: int
    run: str
    action: str
    boot: BootMarker
    time: str = ""

    @property
    def kind(self) -> str:
        """What it is about: settings, observe, or file and its id."""
        verb, _equals, object_ = self.action.partition("=")
        if verb in ("file", "restored"):
            return f"file {object_.partition(',')[0]}"
        return OBSERVE if verb in ("observe", "observed") else SETTINGS

    @property
    def undoes_from(self) -> int | None:
        """The first entry of its kind that it takes back."""
        verb, _equals, object_ = self.action.partition("=")
        return int(object_.rpartition(",")[2]) if verb in ("rollback", "observed", "restored") else None

    @property
    def backup(self) -> str:
        """What was there before, relative to the backup location: values, or the file itself."""
        if self.kind.startswith("file "):
            return rf"{self.run}\{self.sequence:03d}-{self.kind.removeprefix('file ')}.config"
        return rf"{self.run}\{self.sequence:03d}-{self.action}.reg"

    def __str__(self) -> str:
        return f"{self.sequence} {self.run} {self.action} {self.boot} {self.time}".rstrip()


def parse_journal(lines: Iterable[str]) -> tuple[JournalEntry, ...]:
    """The entries; lines that are not ours, or whose number cannot be the next one, are passed over."""
    entries: list[JournalEntry] = []
    last = 0
    for line in lines:
        match = _LINE.match(line)
        if match and RUN_NAME.fullmatch(match[2]) and last <= int(match[1]) <= last + _MOST_MISSING:
            last = int(match[1])
            entries.append(JournalEntry(last, match[2], match[3], BootMarker.parse(match[4]), match[5] or ""))
    return tuple(entries)


def next_sequence(journal: Sequence[JournalEntry]) -> int:
    return max((entry.sequence for entry in journal), default=0) + 1


def active_entries(journal: Sequence[JournalEntry], kind: str = SETTINGS) -> list[JournalEntry]:
    """The changes of a kind that are still there, oldest first: taking one back takes back all of it from there on."""
    active: list[JournalEntry] = []
    for entry in journal:
        if entry.kind != kind:
            continue
        first = entry.undoes_from
        if first is None:
            active.append(entry)
        else:
            active = [kept for kept in active if kept.sequence < first]
    return active


def restarted_since(journal: Sequence[JournalEntry], boot: BootMarker) -> bool | None:
    """Whether the machine was restarted after our last change of settings; True when there was none, None when it
    cannot be told.
    """
    last = last_of_settings(journal)
    if last is None:
        return True
    same = last.boot.same_uptime(boot)
    return None if same is None else not same


def last_of_settings(journal: Sequence[JournalEntry]) -> JournalEntry | None:
    return next((entry for entry in reversed(journal) if entry.kind == SETTINGS), None)

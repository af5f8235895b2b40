# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A configuration file on a machine: reading it, writing it with C(echo), and putting back what was there.

Its changes are entries of the journal like all others; the backup is the file itself, byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._marks import HEARD
from .._tls.journal import JournalEntry, active_entries
from .._windows.apply import echo_line
from .._windows.command import location_path
from .._windows.location import Location

__all__ = [
    "FileState",
    "parse_after",
    "parse_file",
    "read_line",
    "restore_line",
    "undone_by",
    "was_there",
    "write_line",
]

_BEGIN, _END, _FOLDER, _THERE, _DONE = range(900, 905)


@dataclass(frozen=True)
class FileState:
    """A .NET configuration file as it is on the machine.

    ``content``: the file byte for byte as text, None when there is none; ``folder``: whether its folder exists.

    ``readable`` is false when there is a file that could not be read; ``answered`` when the machine said anything.
    """

    answered: bool
    folder: bool
    content: str | None
    readable: bool


def was_there(entry: JournalEntry) -> bool:
    """Whether there was a file before the entry, which is then kept as its backup."""
    return entry.action.endswith(",kept")


def undone_by(journal: Sequence[JournalEntry], name: str) -> JournalEntry | None:
    """The entry that a restore takes back: the oldest that is still there knows what was before us."""
    return next(iter(active_entries(journal, f"file {name}")), None)


def read_line(path: str) -> str:
    """The command line that reads a configuration file.

    ``path``: of the file, from our tables; it may hold %SystemRoot%.
    """
    folder = path.rpartition("\\")[0]
    return f'((if exist "{folder}" {_mark(_FOLDER)})&{_look(path)})2>nul'


def _mark(number: int) -> str:
    return f"echo #ok {number}"


def _look(path: str) -> str:
    """The file between two marks of ours; the line break behind it is ours, too."""
    return f'(if exist "{path}" {_mark(_THERE)})&{_mark(_BEGIN)}&type "{path}"&&echo(&&{_mark(_END)}'


def _heard(number: int) -> str:
    return f"{HEARD}{number}\r\n"


def parse_file(text: str) -> FileState:
    head, found, rest = text.partition(_heard(_BEGIN))
    content, ended, _tail = rest.rpartition(f"\r\n{_heard(_END)}")
    there = _heard(_THERE) in head
    return FileState(
        bool(found), _heard(_FOLDER) in head, content if there and found and ended else None, not there or bool(ended)
    )


def parse_after(text: str) -> tuple[bool, FileState]:
    """Whether the change said that it was done, and the file afterwards."""
    before, done, shown = text.partition(_heard(_DONE))
    return bool(done), parse_file(shown if done else before)


def write_line(path: str, lines: Sequence[str], location: Location, entry: JournalEntry) -> str:
    """Copy what is there, note the entry, write the file, and print it."""
    guarded = [_note(location, entry), f'({"&".join(map(echo_line, lines))})>"{path}"', _mark(_DONE)]
    if was_there(entry):
        guarded.insert(0, f'copy /y "{path}" {_backup(location, entry)}>nul')
    folder = location_path(rf"{location.path}\{entry.run}")
    return f"(mkdir {folder}&{'&&'.join(guarded)}&{_look(path)})2>nul"


def restore_line(path: str, location: Location, entry: JournalEntry, undone: JournalEntry) -> str:
    """Put back the copy that ``undone`` made, or delete the file where there was none; note it and print the file.

    del ends with 0 also when it deleted nothing: whether the file is gone is looked at.
    """
    gone = f'del /q "{path}"&(if not exist "{path}"'
    note = f"{_note(location, entry)}&&{_mark(_DONE)}"
    if was_there(undone):
        return f'(copy /y {_backup(location, undone)} "{path}">nul&&{note}&{_look(path)})2>nul'
    return f"({gone} {note})&{_look(path)})2>nul"


def _backup(location: Location, entry: JournalEntry) -> str:
    return location_path(rf"{location.path}\{entry.backup}")


def _note(location: Location, entry: JournalEntry) -> str:
    return f"({echo_line(str(entry))})>>{location_path(location.journal)}"

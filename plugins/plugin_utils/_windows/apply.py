# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change on a machine in one command line: backup, journal, the changes, and what is there afterwards.

The changes run only when the backup can be printed back and the journal has its line; each prints a marker of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .command import UnsafeText, location_path
from .questions import Answers, Command, Query
from .registry import Key, Registry, Value, View, delete_key_command, delete_value_command, set_command

__all__ = ["Applied", "Backup", "Edit", "apply_line", "echo_line", "readback", "parse_applied"]

_BACKUP, _JOURNAL = 0, 1
_FIRST_EDIT = 2
_FORBIDDEN_IN_ECHO = re.compile(r"[\x00-\x1f\x7f%]")


@dataclass(frozen=True)
class Edit:
    """Set a value, delete a value (``value`` None), or delete a whole key (``name`` None)."""

    view: View
    key: Key
    name: str | None
    value: Value | None

    def command(self) -> str:
        view = self.view if self.key.folded.startswith("software\\") else None
        if self.name is None:
            return delete_key_command(self.key, view)
        if self.value is None:
            return delete_value_command(self.key, view, self.name)
        return set_command(self.key, view, self.name, self.value)


@dataclass(frozen=True)
class Backup:
    """Paths are absolute or begin with %ProgramData%. ``file`` is below ``folder``, and new."""

    folder: str
    file: str
    lines: tuple[str, ...]
    journal: str
    journal_line: str


def readback(touched: Iterable[tuple[View, Key]], deleted: Iterable[tuple[View, Key]] = ()) -> list[Query]:
    """What to read afterwards: every key that was touched, and above a deleted one the key that no longer lists it."""
    places = dict.fromkeys(touched)
    for view, key in deleted:
        places[(view, key)] = None
        if key.parent is not None:
            places[(view, key.parent)] = None
    return [Query(key, view if key.folded.startswith("software\\") else None) for view, key in places]


def apply_line(backup: Backup, edits: Sequence[Edit], queries: Sequence[Query]) -> str:
    file, journal = location_path(backup.file), location_path(backup.journal)
    edit_lines = [f"({edit.command()}>nul&&echo #ok {_FIRST_EDIT + number})" for number, edit in enumerate(edits)]
    guarded = [
        f"({'&'.join(map(echo_line, backup.lines))})>{file}",
        f"type {file}",
        f"echo #ok {_BACKUP}",
        f"({echo_line(backup.journal_line)})>>{journal}",
        f"echo #ok {_JOURNAL}",
    ]
    if edit_lines:
        guarded.append(f"({'&'.join(edit_lines)})")
    first_query = _FIRST_EDIT + len(edits)
    checks = [query.render(first_query + number) for number, query in enumerate(queries)]
    return f"({'&'.join([f'mkdir {location_path(backup.folder)}', '&&'.join(guarded), *checks])})2>nul"


def echo_line(line: str) -> str:
    """C(echo) of a line as it is: in a group a bare C()) would end it, and what is in quotes needs no caret."""
    parts = line.split('"')
    if len(parts) % 2 == 0 or _FORBIDDEN_IN_ECHO.search(line):
        raise UnsafeText(f"{line!r} cannot be written by echo")
    parts[::2] = [re.sub(r"[()&|<>^]", r"^\g<0>", part) for part in parts[::2]]
    return "echo " + '"'.join(parts)


@dataclass(frozen=True)
class Applied:
    """What the machine answered to the command line of a change.

    ``backed_up``: the backup is on the machine as it was meant to be. ``done``: which edits said that they
    worked.
    """

    backed_up: bool
    journaled: bool
    done: tuple[bool, ...]
    registry: Registry


def parse_applied(backup: Backup, edits: Sequence[Edit], queries: Sequence[Query], text: str) -> Applied:
    markers: list[Query | Command] = [Command("backup", ""), Command("journal", "")]
    markers += [Command(f"edit {number}", "") for number in range(len(edits))]
    answers = Answers.parse([*markers, *queries], text)
    written = tuple(line.rstrip() for line in answers.commands.get("backup", ()))
    return Applied(
        backed_up=written == backup.lines,
        journaled="journal" in answers.commands,
        done=tuple(f"edit {number}" in answers.commands for number in range(len(edits))),
        registry=answers.registry,
    )

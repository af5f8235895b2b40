# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change of many values as command lines: one where it fits, otherwise as few as needed, each whole in itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .._failure import Failure
from .._remote import LIMIT
from .._remote.lines import length
from .._tls.journal import BootMarker, JournalEntry, next_sequence
from .._tls.plan import Change
from .._windows.apply import Backup, Edit, apply_line, readback
from .._windows.command import UnsafeText
from .._windows.location import Location
from .._windows.questions import Query
from .._windows.registry import Key, View
from .._windows.undo import UndoValue, render_undo
from .place import Place

__all__ = ["ChangeSet", "ChangeStep", "change_steps"]

KeyPlace = tuple[View, Key]


@dataclass(frozen=True)
class ChangeSet:
    """The registry changes of one run.

    ``created``: topmost keys that come into being; ``deleted``: keys to be removed whole, with our values in
    them.
    """

    run: str
    action: str
    changes: tuple[Change, ...]
    created: tuple[KeyPlace, ...] = ()
    deleted: tuple[KeyPlace, ...] = ()

    def edits(self) -> list[Edit]:
        edits = [
            Edit(change.view, change.key, change.name, change.after)
            for change in self.changes
            if _above(change, self.deleted) is None
        ]
        return edits + [Edit(view, key, None, None) for view, key in self.deleted]

    def queries(self) -> list[Query]:
        return readback(((change.view, change.key) for change in self.changes), self.deleted)

    def halves(self) -> list[ChangeSet]:
        """Two parts that can stand alone, or none: what is in one key, new or to be deleted, stays together."""
        keys = {change: self._kept_with(change) for change in self.changes}
        places = list(dict.fromkeys([*keys.values(), *self.deleted]))
        middle = len(places) // 2
        return [
            replace(
                self,
                changes=tuple(change for change in self.changes if keys[change] in half),
                created=tuple(place for place in self.created if place in half),
                deleted=tuple(place for place in self.deleted if place in half),
            )
            for half in (places[:middle], places[middle:])
            if middle
        ]

    def _kept_with(self, change: Change) -> KeyPlace:
        return _above(change, [*self.deleted, *self.created]) or (change.view, change.key)


@dataclass(frozen=True)
class ChangeStep:
    """One command line of a change, and what to expect of its answer."""

    time: str
    backup: Backup
    edits: list[Edit]
    queries: list[Query]
    line: str


def change_steps(place: Place, boot: BootMarker, change_set: ChangeSet, time: str = "") -> list[ChangeStep]:
    """The lines that make the change, at least one. ``time``: the controller's, for the journal.

    Failure when it cannot be said in command lines.
    """
    sequence = next_sequence(place.journal)
    waiting = [change_set]
    steps: list[ChangeStep] = []
    while waiting:
        part = waiting.pop(0)
        entry = JournalEntry(sequence + len(steps), part.run, part.action, boot, time)
        step = _step(entry, place.location, part)
        if length(step.line) <= LIMIT:
            steps.append(step)
        elif halves := part.halves():
            waiting[:0] = halves
        else:
            raise Failure(
                "not_writable",
                f"the change of a single key takes more than the {LIMIT} characters of a command line; "
                "nothing was changed.",
                "Choose a shorter backup_location.",
                {"changes": [], "changed": False},
            )
    return steps


def _step(entry: JournalEntry, location: Location, part: ChangeSet) -> ChangeStep:
    values = [UndoValue(change.view, change.key, change.name, change.before, change.after) for change in part.changes]
    backup = Backup(
        folder=rf"{location.path}\{entry.run}",
        file=rf"{location.path}\{entry.backup}",
        lines=tuple(render_undo(values, part.created)),
        journal=location.journal,
        journal_line=str(entry),
    )
    edits, queries = part.edits(), part.queries()
    try:
        return ChangeStep(entry.time, backup, edits, queries, apply_line(backup, edits, queries))
    except UnsafeText as error:
        raise Failure(
            "not_writable",
            f"a value cannot be set by a command line ({error}); nothing was changed.",
            "Set it by hand on the machine; its former value is in this result under changes.",
            {"changes": [], "changed": False},
        ) from None


def _above(change: Change, places: list[KeyPlace] | tuple[KeyPlace, ...]) -> KeyPlace | None:
    return next(((view, key) for view, key in places if change.view is view and change.key.is_below(key)), None)

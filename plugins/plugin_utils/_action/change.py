# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making a change: backup and change in one command line, and what the machine shows afterwards. What was read back
is the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .._remote import RemoteError, Session
from .._tls.journal import JournalEntry
from .._tls.plan import Change
from .._windows.apply import Applied, Backup, Edit, apply_line, parse_applied, readback
from .._windows.command import UnsafeText
from .._windows.questions import Answers, Query, ask
from .._windows.registry import Key, Presence, Registry, View
from .._windows.undo import UndoValue, render_undo
from .base import Refusal
from .visit import Visit, journal_path

__all__ = ["ChangeSet", "Outcome", "make_change"]


@dataclass(frozen=True)
class ChangeSet:
    """``created``: topmost keys that come into being; ``deleted``: keys to be removed whole, with our values in
    them.
    """

    run: str
    action: str
    changes: tuple[Change, ...]
    created: tuple[tuple[View, Key], ...] = ()
    deleted: tuple[tuple[View, Key], ...] = ()

    def edits(self) -> list[Edit]:
        gone = list(self.deleted)
        edits = [
            Edit(change.view, change.key, change.name, change.after)
            for change in self.changes
            if not any(change.view is view and change.key.is_below(key) for view, key in gone)
        ]
        return edits + [Edit(view, key, None, None) for view, key in gone]

    def queries(self) -> list[Query]:
        return readback(((change.view, change.key) for change in self.changes), self.deleted)


@dataclass(frozen=True)
class Outcome:
    """``applied``: the changes that are there now; ``missing``: those that are not."""

    backup: str
    entry: JournalEntry
    registry: Registry
    applied: tuple[Change, ...]
    missing: tuple[Change, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"path": self.backup, "run": self.entry.run}


def make_change(
    session: Session, reconnect: Callable[[], Session], visit: Visit, location: str, change_set: ChangeSet
) -> Outcome:
    """Back up, change, read back. A connection that drops in the middle is followed by a look at what was done."""
    entry = JournalEntry(_next_sequence(visit), change_set.run, change_set.action, visit.state.boot)
    backup = _backup(location, entry, change_set)
    edits = change_set.edits()
    queries = change_set.queries()
    try:
        line = apply_line(backup, edits, queries)
    except UnsafeText as error:
        raise _unwritable(error) from None
    try:
        answer = session.run(line, attempted=f"apply {len(edits)} changes of run {change_set.run}", resend=False)
    except RemoteError as error:
        if not error.sent:
            raise
        raise _interrupted(error, reconnect, visit, change_set) from error
    applied = parse_applied(backup, edits, queries, answer.stdout)
    if not applied.backed_up or not applied.journaled:
        raise _no_backup(backup, applied, visit, change_set)
    registry = visit.registry.updated(applied.registry)
    done, missing = _split(registry, change_set.changes)
    return Outcome(backup.file, entry, registry, done, missing)


def _unwritable(error: UnsafeText) -> Refusal:
    return Refusal(
        "not_writable",
        f"a value cannot be set by a command line ({error}); nothing was changed.",
        "Import the backups of the runs by hand on the machine, newest first; a double-click on each does it.",
        {"changes": [], "changed": False},
    )


def _next_sequence(visit: Visit) -> int:
    return max((entry.sequence for entry in visit.state.journal), default=0) + 1


def _backup(location: str, entry: JournalEntry, change_set: ChangeSet) -> Backup:
    values = [
        UndoValue(change.view, change.key, change.name, change.before, change.after) for change in change_set.changes
    ]
    return Backup(
        folder=rf"{location}\{entry.run}",
        file=rf"{location}\{entry.undo_file}",
        lines=tuple(render_undo(values, change_set.created)),
        journal=journal_path(location),
        journal_line=str(entry),
    )


def _split(registry: Registry, changes: Sequence[Change]) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    done: list[Change] = []
    missing: list[Change] = []
    for change in changes:
        reading = registry.key(change.key, change.view)
        there = reading.presence is not Presence.UNREADABLE and reading.value(change.name) == change.after
        (done if there else missing).append(change)
    return tuple(done), tuple(missing)


def _no_backup(backup: Backup, applied: Applied, visit: Visit, change_set: ChangeSet) -> Refusal:
    done, missing = _split(visit.registry.updated(applied.registry), change_set.changes)
    written = [change.as_dict() for change in done]
    if written:
        return Refusal(
            "backup_incomplete",
            f"the backup {backup.file} on the machine is not as it should be, and {len(written)} values were changed.",
            "The former values are in this result under changes; check the disk of the machine.",
            {"changes": written, "changed": True},
        )
    return Refusal(
        "no_backup",
        f"the backup {backup.file} could not be written, so nothing was changed.",
        "Check that the account may write to that folder and that the disk is not full, or choose "
        "another one with backup_location.",
        {"changes": [], "not_applied": [change.as_dict() for change in missing], "changed": False},
    )


def _interrupted(error: RemoteError, reconnect: Callable[[], Session], visit: Visit, change_set: ChangeSet) -> Refusal:
    """The line may have run: say what is there now, or that it cannot be told."""
    queries = change_set.queries()
    try:
        with reconnect() as session:
            answer = session.run(
                "&".join(ask(queries)), attempted="see what was applied before the connection was lost"
            )
    except RemoteError as again:
        return Refusal(
            "interrupted_unknown",
            f"the connection was lost while the change was made ({error}), and the machine could not be "
            f"asked what was applied ({again}).",
            "Run the task again once the machine answers: it goes on from what it finds.",
            {"planned": [change.as_dict() for change in change_set.changes]},
        )
    registry = visit.registry.updated(Answers.parse(queries, answer.stdout).registry)
    done, missing = _split(registry, change_set.changes)
    return Refusal(
        "interrupted",
        f"the connection was lost while the change was made; {len(done)} of "
        f"{len(done) + len(missing)} values were set.",
        "Run the task again: it goes on from what it finds.",
        {
            "changes": [change.as_dict() for change in done],
            "not_applied": [change.as_dict() for change in missing],
            "changed": bool(done),
            "backup": {"run": change_set.run},
        },
    )

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

from .._failure import Failure
from .._remote import RemoteError, Session
from .._tls.journal import NEVER_ASKED, BootMarker
from .._tls.plan import Change
from .._windows.apply import parse_applied
from .._windows.registry import Presence, Registry
from .asking import ask_machine
from .place import Place, controller_time, prepare
from .steps import ChangeSet, ChangeStep, change_steps

__all__ = ["ChangeSet", "ChangeResult", "make_change"]


@dataclass(frozen=True)
class ChangeResult:
    """What became of a change, as read back.

    ``time``: the controller's, in the journal. ``backup``: the file, or the folder when there are several.

    ``applied``: the changes that are there now; ``missing``: those that are not.
    """

    backup: str
    run: str
    time: str
    registry: Registry
    applied: tuple[Change, ...]
    missing: tuple[Change, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"path": self.backup, "run": self.run}


def make_change(
    session: Session,
    reconnect: Callable[[], Session],
    registry: Registry,
    place: Place,
    change_set: ChangeSet,
    boot: BootMarker = NEVER_ASKED,
) -> ChangeResult:
    """Back up, change, read back. A connection that drops in the middle is followed by a look at what was done.

    ``registry``: what was read. ``boot``: the uptime, where the change is in force only after a restart.

    A change that is too long for one command line is made in several, each with a backup and an entry of its own.
    """
    steps = change_steps(place, boot, change_set, controller_time())
    prepare(session, place)
    for step in steps:
        attempted = f"apply {len(step.edits)} changes of run {change_set.run}"
        try:
            answer = session.run(step.line, attempted=attempted, resend=False)
        except RemoteError as error:
            if not error.sent and step is steps[0]:
                raise
            raise _interrupted(error, reconnect, registry, change_set) from error
        applied = parse_applied(step.backup, step.edits, step.queries, answer.stdout)
        registry = registry.updated(applied.registry)
        if not applied.backed_up or not applied.journaled:
            raise _no_backup(step, registry, change_set)
    done, missing = _split(registry, change_set.changes)
    backup = steps[0].backup
    return ChangeResult(
        backup.file if len(steps) == 1 else backup.folder, change_set.run, steps[0].time, registry, done, missing
    )


def _split(registry: Registry, changes: Sequence[Change]) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    done: list[Change] = []
    missing: list[Change] = []
    for change in changes:
        reading = registry.key(change.key, change.view)
        there = reading.presence is not Presence.UNREADABLE and reading.value(change.name) == change.after
        (done if there else missing).append(change)
    return tuple(done), tuple(missing)


def _no_backup(step: ChangeStep, registry: Registry, change_set: ChangeSet) -> Failure:
    done, missing = _split(registry, change_set.changes)
    backup = step.backup
    written = [change.as_dict() for change in done]
    if written:
        return Failure(
            "backup_incomplete",
            f"the backup {backup.file} on the machine is not as it should be, and {len(written)} values were changed.",
            "The former values are in this result under changes; check the disk of the machine.",
            {"changes": written, "changed": True},
        )
    return Failure(
        "no_backup",
        f"the backup {backup.file} could not be written, so nothing was changed.",
        "Check that the account may write to that folder and that the disk is not full, or choose "
        "another one with backup_location.",
        {"changes": [], "not_applied": [change.as_dict() for change in missing], "changed": False},
    )


def _interrupted(
    error: RemoteError, reconnect: Callable[[], Session], registry: Registry, change_set: ChangeSet
) -> Failure:
    """The line may have run: say what is there now, or that it cannot be told."""
    queries = change_set.queries()
    try:
        with reconnect() as session:
            answers = ask_machine(session, queries, "see what was applied before the connection was lost")
    except RemoteError as again:
        return Failure(
            "interrupted_unknown",
            f"the connection was lost while the change was made ({error}), and the machine could not be "
            f"asked what was applied ({again}).",
            f"Once the machine answers: {_again(change_set)}",
            {"planned": [change.as_dict() for change in change_set.changes]},
        )
    registry = registry.updated(answers.registry)
    done, missing = _split(registry, change_set.changes)
    return Failure(
        "interrupted",
        f"the connection was lost while the change was made; {len(done)} of "
        f"{len(done) + len(missing)} values were set.",
        _again(change_set),
        {
            "changes": [change.as_dict() for change in done],
            "not_applied": [change.as_dict() for change in missing],
            "changed": bool(done),
            "backup": {"run": change_set.run},
        },
    )


def _again(change_set: ChangeSet) -> str:
    if change_set.action.startswith("rollback="):
        return f"Run the task again with run: {change_set.run}; it goes on from what it finds."
    return "Run the task again; it goes on from what it finds."

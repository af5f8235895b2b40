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
from .._tls.state import Setting
from .._windows.apply import parse_applied
from .._windows.questions import Query
from .._windows.registry import Presence, Registry
from .._windows.snapshot import WINDOWS_VERSION
from .asking import ask_machine
from .place import Place, controller_time, prepare
from .steps import ChangeSet, ChangeStep, change_steps

__all__ = ["ChangeSet", "ChangeResult", "make_change", "unreadable"]

_EVERY_WINDOWS_HAS = Query(WINDOWS_VERSION)


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
    """Back up, change, read back. A connection that drops in the middle is followed by a look at what was done, and so
    is an answer without anything read back.

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
            registry = registry.updated(_look_again(str(error), reconnect, change_set))
            raise _interrupted(registry, change_set) from error
        applied = parse_applied(step.backup, step.edits, step.queries, answer.stdout)
        registry = registry.updated(applied.registry)
        if step.queries and not applied.registry.readings:
            registry = registry.updated(_look_again("nothing was read back", reconnect, change_set))
            # Nothing is changed before the journal has its line: where something was, the mark of that line was lost.
            if not applied.journaled and _split(registry, change_set.changes)[0]:
                raise _interrupted(registry, change_set)
        if not applied.backed_up or not applied.journaled:
            raise _no_backup(step, registry, change_set)
    done, missing = _split(registry, change_set.changes)
    backup = steps[0].backup
    return ChangeResult(
        backup.file if len(steps) == 1 else backup.folder, change_set.run, steps[0].time, registry, done, missing
    )


def unreadable(blocked: Sequence[Setting], wanted: str) -> Failure:
    """Of a plan with values that cannot be ``wanted`` (backed up, restored): none of it is carried out."""
    return Failure(
        "unreadable",
        f"{len(blocked)} values could not be read, so that they cannot be {wanted}; nothing was changed.",
        "Give the account that Ansible uses full access to the named keys.",
        {"unreadable": [setting.path for setting in blocked], "changed": False},
    )


def _split(registry: Registry, changes: Sequence[Change]) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    done: list[Change] = []
    missing: list[Change] = []
    for change in changes:
        # That no answer came is no sign that a value is gone.
        reading = registry.key(change.key, change.view, sure=True)
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


def _look_again(lost: str, reconnect: Callable[[], Session], change_set: ChangeSet) -> Registry:
    """What is there after a line that may have run. Failure interrupted_unknown when that cannot be told.

    ``lost``: what became of the line's own answer.
    """
    # It comes last: a machine that goes down starts no further program, and absent keys look like it.
    questions = [*change_set.queries(), _EVERY_WINDOWS_HAS]
    try:
        with reconnect() as session:
            answers = ask_machine(session, questions, "see what was applied before the connection was lost")
    except RemoteError as again:
        problem = str(again)
    else:
        if _EVERY_WINDOWS_HAS.place in answers.registry.readings:
            return answers.registry
        problem = "reg.exe did not answer"
    raise Failure(
        "interrupted_unknown",
        f"the connection was lost while the change was made ({lost}), and the machine could not be "
        f"asked what was applied ({problem}).",
        f"Once the machine answers: {_again(change_set)}",
        {"planned": [change.as_dict() for change in change_set.changes]},
    )


def _interrupted(registry: Registry, change_set: ChangeSet) -> Failure:
    """The line may have run: say what is there now."""
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

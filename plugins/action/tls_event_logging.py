# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import backup_location, run_name
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.diff import reg_diff
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.asking import ask_machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.change import ChangeSet, make_change
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.place import Place, place_of, place_questions
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.undo_files import read_undo_files
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import Session
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.observation import (
    SCHANNEL,
    ObservationWindow,
    open_window,
    window_change,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import Change
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.rollback import Rollback, rollback_plan
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.questions import Command, Query
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import KeyReading, Presence, Registry
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.undo import can_be_kept


class ActionModule(TlsAction):
    MODULE = "tls_event_logging"

    def act(self, task: Task) -> dict[str, Any]:
        location, run = backup_location(task.arguments), run_name(task.arguments)
        with self.session(task) as session:
            questions: list[Query | Command] = [Query(SCHANNEL), *place_questions(location)]
            answers = ask_machine(session, questions, "read the event logging of Schannel")
            registry, place = answers.registry, place_of(location, answers.commands)
            window = open_window(place.journal)
            change_set = _change_set(session, registry, place, window, run, task.arguments)
            changes = change_set.changes if change_set else ()
            result: dict[str, Any] = {
                "changed": change_set is not None,
                "changes": [change.as_dict() for change in changes],
                "window": None if window is None else {"run": window.run, "since": window.since},
            }
            if task.diff:
                result["diff"] = reg_diff(changes)
            if change_set is None or task.check_mode:
                return {**result, "window": _afterwards(result["window"], change_set, run)}
            outcome = make_change(session, lambda: self.session(task), registry, place, change_set)
        _refuse_missing(outcome.missing)
        opened = {"run": run, "since": outcome.time} if change_set.action == "observe" else None
        return {**result, "window": opened, "backup": {"path": outcome.backup}}


def _afterwards(window: dict[str, str] | None, change_set: ChangeSet | None, run: str) -> dict[str, str] | None:
    """The window that would be open after the change."""
    if change_set is None:
        return window
    return {"run": run, "since": ""} if change_set.action == "observe" else None


def _change_set(
    session: Session,
    registry: Registry,
    place: Place,
    window: ObservationWindow | None,
    run: str,
    arguments: dict[str, Any],
) -> ChangeSet | None:
    """What opens or closes the window; None where nothing is to be done."""
    reading = _schannel(registry)
    if arguments["state"] == "started":
        change = window_change(reading)
        if change is None:
            return None
        if window is not None:
            _refuse_conflict(session, registry, place, window, change)
        return ChangeSet(run, "observe", (change,))
    if window is None:
        return None
    plan = _way_back(session, registry, place, window)
    if plan.conflicts and not arguments["force"]:
        raise _conflict(
            window,
            plan.conflicts[0].after,
            "Give force: true (to the playbook -e configmgr_tls_force=true) to restore the value from before the "
            "window all the same; nothing was changed.",
        )
    return ChangeSet(run, f"observed={window.first.sequence}", plan.changes)


def _schannel(registry: Registry) -> KeyReading:
    reading = registry.key(SCHANNEL)
    change = window_change(reading)
    value = change.before if change else None
    if reading.presence is not Presence.PRESENT or (value is not None and not can_be_kept(value)):
        raise Failure(
            "unreadable",
            "EventLogging of SCHANNEL could not be read, so that it cannot be backed up; nothing was changed.",
            "Give the account that Ansible uses full access to the SCHANNEL key.",
            {"changed": False},
        )
    return reading


def _way_back(session: Session, registry: Registry, place: Place, window: ObservationWindow) -> Rollback:
    return rollback_plan(registry, read_undo_files(session, place.location, window.entries))


def _refuse_conflict(
    session: Session, registry: Registry, place: Place, window: ObservationWindow, change: Change
) -> None:
    """A window that is open with the former value in place is one whose last run was interrupted; with another value,
    somebody set it since.
    """
    if _way_back(session, registry, place, window).changes:
        raise _conflict(
            window,
            change.before,
            "Close that window with state: stopped (and force: true to restore the value from before it), then open "
            "another one; nothing was changed.",
        )


def _conflict(window: ObservationWindow, value: object, remedy: str) -> Failure:
    return Failure(
        "conflict",
        f"EventLogging was set to {value or 'absent'} since the window of run {window.run} was opened.",
        remedy,
        {"changed": False},
    )


def _refuse_missing(missing: tuple[Change, ...]) -> None:
    for change in missing:
        raise Failure(
            "not_applied",
            f"EventLogging is not {change.after or 'absent'} after it was set.",
            "Check the rights on the SCHANNEL key, and whether a Group Policy writes it.",
            {"changed": False},
        )

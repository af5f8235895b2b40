# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import backup_location
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.diff import reg_diff
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.asking import ask_machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.change import (
    ChangeResult,
    ChangeSet,
    make_change,
    unreadable,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.undo_files import read_undo_files
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.visit import Visit, read_machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import Session
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.facts import restart_required
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.journal import SETTINGS, JournalEntry, active_entries
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.rollback import (
    Rollback,
    entries_to_undo,
    keys_inside,
    rollback_plan,
    since_stage,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.location import Location
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.questions import Query


class ActionModule(TlsAction):
    MODULE = "tls_rollback"
    timed = True

    def act(self, task: Task) -> dict[str, Any]:
        location = backup_location(task.arguments)
        with self.session(task) as session:
            visit = read_machine(session, location, changing=True)
            entries = _entries(visit, task.arguments)
            if not entries:
                return {"changed": False, "changes": [], "runs": [], "restart_required": restart_required(visit.state)}
            plan = _plan(session, visit, location, entries, task.arguments["force"])
            result: dict[str, Any] = {
                "changed": bool(plan),
                "changes": [change.as_dict() for change in plan.changes],
                "runs": list(dict.fromkeys(entry.run for entry in reversed(entries))),
                "restart_required": True if plan else restart_required(visit.state),
            }
            if plan.conflicts:
                result["conflicts"] = [change.as_dict() for change in plan.conflicts]
            if task.diff:
                result["diff"] = reg_diff(plan.changes)
            if not plan or task.check_mode:
                return result
            first = entries[0]
            change_set = ChangeSet(first.run, f"rollback={first.sequence}", plan.changes, deleted=plan.deleted)
            outcome = make_change(
                session, lambda: self.session(task), visit.registry, visit.place, change_set, visit.state.boot
            )
        _refuse_missing(outcome, first.run)
        return {**result, "changes": [change.as_dict() for change in outcome.applied], "backup": outcome.as_dict()}


def _entries(visit: Visit, arguments: dict[str, Any]) -> list[JournalEntry]:
    run = arguments["run"]
    active = active_entries(visit.state.journal)
    entries = entries_to_undo(active, run)
    if run and not entries:
        # It may have been taken back in part only: whatever of it is still there is found by its values.
        made = [row for row in visit.state.journal if row.kind == SETTINGS and row.undoes_from is None]
        entries = entries_to_undo(made, run)
    if run and not entries and arguments["must_exist"]:
        known = ", ".join(dict.fromkeys(entry.run for entry in active)) or "none"
        raise Failure(
            "unknown_run",
            f"the machine was not changed by a run named {run}.",
            f"Runs that can be taken back: {known}.",
        )
    return since_stage(entries, arguments["stage"]) if arguments["stage"] else entries


def _plan(session: Session, visit: Visit, location: Location, entries: list[JournalEntry], force: bool) -> Rollback:
    undos = read_undo_files(session, location, entries)
    # A key is taken away only when all that is in it has been seen.
    made = [Query(key, view) for undo in undos for view, key in keys_inside(visit.registry, undo.created)]
    seen = ask_machine(session, list(dict.fromkeys(made)), "see what is in the keys that were made").registry
    plan = rollback_plan(visit.registry.updated(seen), undos)
    if plan.blocked:
        raise unreadable(plan.blocked, "restored")
    if plan.conflicts and not force:
        places = "; ".join(
            rf"{change.path}\{change.name} is {change.after or 'absent'}" for change in plan.conflicts[:5]
        )
        raise Failure(
            "conflict",
            f"{len(plan.conflicts)} values were changed by somebody else since: {places}.",
            "See who set them, and give force: true (to the playbook -e configmgr_tls_force=true) to restore the "
            "former values all the same; nothing was changed.",
            {"conflicts": [change.as_dict() for change in plan.conflicts], "changed": False},
        )
    return plan


def _refuse_missing(outcome: ChangeResult, run: str) -> None:
    if outcome.missing:
        raise Failure(
            "not_applied",
            f"{len(outcome.missing)} values could not be restored.",
            "Check the rights on these keys, and whether a Group Policy writes them; the task can be "
            f"run again with run: {run}.",
            {
                "changes": [change.as_dict() for change in outcome.applied],
                "not_applied": [change.as_dict() for change in outcome.missing],
                "changed": bool(outcome.applied),
            },
        )

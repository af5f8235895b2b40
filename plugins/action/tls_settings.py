# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import (
    backup_location,
    roles_of,
    run_name,
    utc_text,
    windows_of,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.diff import reg_diff
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.change import (
    ChangeResult,
    ChangeSet,
    make_change,
    unreadable,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.people import look_around
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.visit import Visit, read_machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import Session
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.audit import audit
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.build import NO_VIEWS
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.effective import effective_protocols
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.facts import restart_required
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.maintenance import MaintenanceWindow, Opening, opening
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS, Plan, settings_plan
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.readiness import blocking_findings


class ActionModule(TlsAction):
    MODULE = "tls_settings"
    timed = True

    def act(self, task: Task) -> dict[str, Any]:
        location, run = backup_location(task.arguments), run_name(task.arguments)
        _refuse_contradictions(task)
        windows = windows_of(task.arguments) if task.arguments["stage"] == "enable" else ()
        with self.session(task) as session:
            visit = read_machine(session, location, changing=True)
            plan = _plan(task, visit)
            if plan and windows and not (room := _room(session, windows)).is_open:
                left = {"until": utc_text(room.until)}
                return {
                    "changed": False,
                    "changes": [],
                    "restart_required": restart_required(visit.state),
                    "left": left,
                }
            result: dict[str, Any] = {
                "changed": bool(plan),
                "changes": [change.as_dict() for change in plan.changes],
                "restart_required": True if plan else restart_required(visit.state),
            }
            if task.diff and plan:
                result["diff"] = reg_diff(plan.changes)
            if not plan or task.check_mode:
                return result
            result["protocols_before"] = effective_protocols(visit.state)
            change_set = ChangeSet(run, task.arguments["stage"], plan.changes, plan.created)
            outcome = make_change(
                session, lambda: self.session(task), visit.registry, visit.place, change_set, visit.state.boot
            )
        _refuse_missing(outcome)
        return {**result, "changes": [change.as_dict() for change in outcome.applied], "backup": outcome.as_dict()}


def _room(session: Session, windows: Sequence[MaintenanceWindow]) -> Opening:
    return opening(windows, look_around(session).clocks, timedelta(0))


def _refuse_contradictions(task: Task) -> None:
    arguments = task.arguments
    if arguments["stage"] == "enable" and arguments["protocols"]:
        raise Failure(
            "bad_argument",
            "protocols are only turned off in the disable stage.",
            "Leave out protocols, or give stage: disable.",
        )
    if arguments["stage"] == "disable" and arguments["protocols"] == []:
        raise Failure(
            "bad_argument",
            "the disable stage was given no protocol to turn off.",
            "Name some, or leave out protocols for all the older ones.",
        )
    if arguments["stage"] == "enable" and arguments["waived"]:
        raise Failure("bad_argument", "waivers are for the disable stage.", "Leave out waived, or give stage: disable.")
    if not arguments["components"]:
        raise Failure(
            "bad_argument",
            "no component was given.",
            "Name at least one of schannel, dotnet, winhttp, or leave out components.",
        )
    if arguments["stage"] == "disable" and "schannel" not in arguments["components"]:
        raise Failure(
            "bad_argument",
            "the disable stage is about SCHANNEL's protocols, and schannel is not among the components.",
            "Add schannel to components.",
        )


def _plan(task: Task, visit: Visit) -> Plan:
    arguments, windows = task.arguments, visit.state.windows
    if NO_VIEWS in visit.state.unreadable:
        raise Failure(
            "unreadable",
            "reg.exe of this Windows Server 2008 takes no /reg: switch, so that most values cannot be read; "
            "nothing was changed.",
            "Install the hotfix KB948698 on the machine, or replace it: Windows Server 2008 is out of support.",
            {"unreadable": list(visit.state.unreadable), "changed": False},
        )
    if windows.release is None:
        raise Failure(
            "windows_unknown",
            f"nothing is known about {windows.name}, build {windows.build}.",
            "This collection needs Windows 7, Windows Server 2008 SP2, or later.",
        )
    if not windows.architecture:
        raise Failure(
            "unreadable",
            "the machine does not tell whether its Windows is a 64-bit one, where .NET and WinHTTP have every setting "
            "twice; nothing was changed.",
            "See that the command shell of the account that Ansible uses has the variable PROCESSOR_ARCHITECTURE, as "
            "Windows sets it.",
            {"unreadable": list(visit.state.unreadable), "changed": False},
        )
    plan = settings_plan(
        visit.registry,
        windows.release,
        arguments["stage"],
        arguments["components"],
        arguments["protocols"] or LEGACY_PROTOCOLS,
        x64=windows.has_wow,
    )
    # Where nothing is left to turn off, nothing can be lost, and a restart that is still to come is no failure.
    if arguments["stage"] == "disable" and (plan or plan.blocked):
        _refuse_unready(task, visit)
    if plan.blocked:
        raise unreadable(plan.blocked, "backed up")
    return plan


def _refuse_unready(task: Task, visit: Visit) -> None:
    findings = audit(visit.state, roles_of(task), task.arguments["configmgr_version"])
    blocking = blocking_findings([finding.as_dict() for finding in findings], task.arguments["waived"])
    reasons = [{"code": finding["id"], "phrase": finding["reasons"][0]["phrase"]} for finding in blocking]
    if reasons:
        phrases = "; ".join(reason["phrase"] for reason in reasons)
        raise Failure(
            "not_ready",
            f"the machine is not ready for older protocols to be turned off: {phrases}.",
            "Mend what is named (the remedy of each finding is in the facts) and run the task again; "
            "nothing was changed.",
            {"reasons": reasons, "changed": False},
        )


def _refuse_missing(outcome: ChangeResult) -> None:
    if outcome.missing:
        names = ", ".join(rf"{change.path}\{change.name}" for change in outcome.missing[:3])
        raise Failure(
            "not_applied",
            f"{len(outcome.missing)} of {len(outcome.missing) + len(outcome.applied)} values are not "
            f"as they were set ({names}).",
            "Check the rights on these keys, and whether a Group Policy writes them; the task can be run again.",
            {
                "changes": [change.as_dict() for change in outcome.applied],
                "not_applied": [change.as_dict() for change in outcome.missing],
                "changed": bool(outcome.applied),
                "backup": outcome.as_dict(),
                "restart_required": bool(outcome.applied),
            },
        )

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import (
    backup_location,
    restart_message,
    service_names,
    utc_text,
    windows_of,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.people import Around, look_around
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.visit import read_machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.waiting import (
    Waiter,
    cancel_restart,
    restart_services,
    shut_down,
    wait_until_back,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import Session
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.facts import restart_required
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.journal import BootMarker
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.maintenance import opening
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.restart_policy import Act, Decision, decide
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.restart import (
    ShutdownAnswer,
)

_REASONS = {True: "a change waits for it", None: "whether a change waits for it cannot be told", False: "asked for"}


class ActionModule(TlsAction):
    MODULE = "tls_restart"
    timed = True
    waiter = Waiter()

    def act(self, task: Task) -> dict[str, Any]:
        arguments, location = task.arguments, backup_location(task.arguments)
        _refuse_bad_input(arguments)
        with self.session(task) as session:
            if arguments["cancel"]:
                return _cancel(task, session)
            state = read_machine(session, location, changing=True).state
            required = restart_required(state)
            if arguments["when"] == "required" and required is False:
                return _result("not_needed", "no change waits for a restart")
            if arguments["services"]:
                return self._services(task, session)
            # Whoever says machine has said it of everybody who may be there.
            asks = arguments["policy"] != "machine" or arguments["maintenance"]
            around = look_around(session) if asks else Around([], {})
            notice = timedelta(minutes=arguments["notice"])
            windows = windows_of(arguments)
            decision = decide(
                arguments["policy"], around.people, notice, lambda lasts: opening(windows, around.clocks, lasts)
            )
            told = ShutdownAnswer.DONE
            if decision.act is not Act.WAIT and not task.check_mode:
                told = shut_down(
                    session, _seconds(decision.act, arguments), arguments["message"], force=_forced(decision.act)
                )
        result = _outcome(decision, told, arguments, around) | {"reason": _REASONS[required]}
        if result["restarted"] and not task.check_mode:
            result |= self._wait(task, state.boot, _seconds(decision.act, arguments))
        return result

    def _services(self, task: Task, session: Session) -> dict[str, Any]:
        arguments, reason = task.arguments, "services were named"
        if task.check_mode:
            return _result("services", reason, changed=True, services=arguments["services"])
        done = restart_services(
            session, arguments["services"], arguments["down_timeout"], arguments["up_timeout"], self.waiter
        )
        return _result("services", reason, changed=bool(done), services=done)

    def _wait(self, task: Task, before: BootMarker, delay: float) -> dict[str, Any]:
        begun = self.waiter.clock()
        self.waiter.sleep(delay)
        wait_until_back(
            lambda: self.session(task),
            before,
            task.arguments["down_timeout"],
            task.arguments["up_timeout"],
            self.waiter,
        )
        return {"elapsed": int(self.waiter.clock() - begun)}


def _cancel(task: Task, session: Session) -> dict[str, Any]:
    if task.check_mode:
        return _result("not_needed", "whether a restart is announced cannot be told without cancelling it")
    if cancel_restart(session):
        return _result("cancelled", "the restart that was announced is cancelled", changed=True)
    return _result("not_needed", "no restart was announced")


def _seconds(act: Act, arguments: dict[str, Any]) -> int:
    if act in (Act.AFTER_NOTICE, Act.ANNOUNCE):
        return int(arguments["notice"] * 60)
    # Only without a delay does Windows refuse for somebody who has come meanwhile.
    return 0 if act is Act.IF_NOBODY else int(arguments["delay"])


def _forced(act: Act) -> bool:
    return act is not Act.IF_NOBODY


def _outcome(decision: Decision, told: ShutdownAnswer, arguments: dict[str, Any], around: Around) -> dict[str, Any]:
    """What becomes of the machine; of a restart that is begun before it is waited for."""
    waits_for, until = decision.waits_for, decision.opening.until
    if told is ShutdownAnswer.SOMEBODY:
        waits_for = "people"
    elif told is ShutdownAnswer.ALREADY and arguments["policy"] != "machine":
        waits_for = "countdown"
    seen = {
        "logged_on": [{"user": person.user, "session": person.session} for person in around.people or ()],
        "logged_on_known": around.people is not None,
        "configmgr_pending": around.configmgr_pending,
    }
    if waits_for:
        return _result("waiting", "", waits_for=waits_for, until=utc_text(until)) | seen
    if decision.act is Act.ANNOUNCE:
        until = datetime.now(UTC) + timedelta(seconds=_seconds(decision.act, arguments))
        return _result("announced", "", changed=True, waits_for="notice", until=utc_text(until)) | seen
    return _result("restarted", "", changed=True) | seen


def _result(
    state: str,
    reason: str,
    *,
    changed: bool = False,
    services: Sequence[str] = (),
    waits_for: str | None = None,
    until: str | None = None,
) -> dict[str, Any]:
    return {
        "changed": changed,
        "state": state,
        "restarted": state == "restarted",
        "services": list(services),
        "waits_for": waits_for,
        "until": until,
        "reason": reason,
    }


def _refuse_bad_input(arguments: dict[str, Any]) -> None:
    for name in ("delay", "notice", "down_timeout", "up_timeout"):
        if arguments[name] < 0:
            raise Failure(
                "bad_argument", f"{name} is negative.", "Give a number of seconds, for the notice of minutes."
            )
    restart_message(arguments)
    service_names(arguments)
    windows_of(arguments)

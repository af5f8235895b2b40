# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import backup_location
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.visit import read_machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.waiting import (
    Waiter,
    restart_services,
    shut_down,
    wait_until_back,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import Session
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.facts import restart_required
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.journal import BootMarker
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.command import UnsafeText
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.restart import service_command, shutdown_command


class ActionModule(TlsAction):
    MODULE = "tls_restart"
    timed = True
    waiter = Waiter()

    def act(self, task: Task) -> dict[str, Any]:
        arguments, location = task.arguments, backup_location(task.arguments)
        _refuse_bad_input(arguments)
        with self.session(task) as session:
            state = read_machine(session, location).state
            required = restart_required(state)
            if arguments["when"] == "required" and required is False:
                return {"changed": False, "restarted": False, "services": [], "reason": "no change waits for a restart"}
            if arguments["services"]:
                return self._services(task, session)
            reason = {
                True: "a change waits for it",
                None: "whether a change waits for it cannot be told",
                False: "asked for",
            }[required]
            if task.check_mode:
                return {"changed": True, "restarted": True, "services": [], "reason": reason}
            shut_down(session, arguments["delay"], arguments["message"])
        return {**self._wait(task, state.boot), "reason": reason}

    def _services(self, task: Task, session: Session) -> dict[str, Any]:
        arguments = task.arguments
        if task.check_mode:
            return {
                "changed": True,
                "restarted": False,
                "services": arguments["services"],
                "reason": "services were named",
            }
        done = restart_services(
            session, arguments["services"], arguments["down_timeout"], arguments["up_timeout"], self.waiter
        )
        return {"changed": bool(done), "restarted": False, "services": done, "reason": "services were named"}

    def _wait(self, task: Task, before: BootMarker) -> dict[str, Any]:
        begun = self.waiter.clock()
        self.waiter.sleep(float(task.arguments["delay"]))
        wait_until_back(
            lambda: self.session(task),
            before,
            task.arguments["down_timeout"],
            task.arguments["up_timeout"],
            self.waiter,
        )
        return {"changed": True, "restarted": True, "services": [], "elapsed": int(self.waiter.clock() - begun)}


def _refuse_bad_input(arguments: dict[str, Any]) -> None:
    for name in ("delay", "down_timeout", "up_timeout"):
        if arguments[name] < 0:
            raise Failure("bad_argument", f"{name} is negative.", "Give a number of seconds.")
    try:
        shutdown_command(arguments["delay"], arguments["message"])
        for service in arguments["services"]:
            service_command("query", service)
    except UnsafeText as error:
        raise Failure("bad_argument", f"{error}.", "Leave the character out.") from None

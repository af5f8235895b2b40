# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.hosts import host_variables
from ansible_collections.configmgr.tls.plugins.plugin_utils._connection.controller import alike, controller, troubles
from ansible_collections.configmgr.tls.plugins.plugin_utils._connection.steps import Examination, examine
from ansible_collections.configmgr.tls.plugins.plugin_utils._connection.target import ConnectionTarget, target_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import Session
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.errors import table
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.factory import LIBRARIES, transport_of


class ActionModule(TlsAction):
    MODULE = "tls_connection_info"

    def act(self, task: Task) -> dict[str, Any]:
        transport = transport_of(self._connection)
        if transport not in LIBRARIES:
            fault = table()["unsupported_connection"]
            raise Failure(fault.code, f"{fault.phrase} ({transport}).", fault.remedy)
        target = target_of(self._connection, transport)
        if task.arguments["scope"] == "controller":
            return self._controller(task, target)
        # pywinrm sends its first login unbound anyway: a host that takes one has taken it.
        unbound = (lambda: self._unbound(task)) if transport == "psrp" else None
        timeout = task.arguments["timeout"]
        if not timeout:
            raise Failure("bad_argument", "timeout is 0.", "Give a number of seconds.")
        examination = Examination(target, timeout, lambda: self.session(task), unbound)
        steps = examine(examination)
        found = {
            "changed": False,
            "controller": controller(),
            "target": target.as_dict(),
            "steps": [step.as_dict() for step in steps],
            "clock_difference": examination.clock_difference,
        }
        for step in steps:
            if step.fault is not None:
                message = f"step {step.name} failed: {step.fault.phrase} ({step.detail})."
                raise Failure(step.fault.code, message, step.fault.remedy, {**found, "failed_step": step.name})
        return {**found, "failed_step": None, "msg": "The connection works."}

    def _controller(self, task: Task, target: ConnectionTarget) -> dict[str, Any]:
        """What would fail on each host for the same reason is said once."""
        hosts = host_variables(task)
        for fault, detail in troubles(target):
            if alike((host.variables for host in hosts), fault):
                message = f"{fault.phrase} ({detail}). That is so for all {len(hosts)} machines; none was visited."
                raise Failure(fault.code, message, fault.remedy)
        return {"changed": False, "msg": "The controller has what it needs."}

    def _unbound(self, task: Task) -> Session:
        self._connection.set_option("negotiate_send_cbt", False)
        return self.session(task)

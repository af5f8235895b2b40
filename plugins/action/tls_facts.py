# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import backup_location, roles_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction, utc_now
from ansible_collections.configmgr.tls.plugins.plugin_utils._connection.quick_look import look_for
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.visit import read_machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.audit import audit
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.facts import facts
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.record import READ_AT, READ_BY, VISIT


class ActionModule(TlsAction):
    MODULE = "tls_facts"

    def act(self, task: Task) -> dict[str, Any]:
        arguments = task.arguments
        location, roles = backup_location(arguments), roles_of(task)
        begun = utc_now()
        look_for(self._connection, host=task.host, seconds=arguments["quick_look"])
        with self.session(task) as session:
            visit = read_machine(session, location)
        release = arguments["configmgr_version"]
        findings = audit(visit.state, roles, release, legacy_off=arguments["legacy"] == "off")
        judged = facts(visit.state, visit.enabled_state(), roles, findings, release)
        told = {READ_AT: begun, READ_BY: VISIT}
        return {"changed": False, "ansible_facts": {"configmgr_tls": judged | told}}

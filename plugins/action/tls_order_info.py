# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import batch_size, run_name
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.hosts import host_variables
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.facts import runs_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.order import Order, order
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS


class ActionModule(TlsAction):
    MODULE = "tls_order_info"
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        arguments = task.arguments
        size = batch_size(arguments)
        hosts = [host for host in host_variables(task, arguments["hosts"]) if not host.stopped]
        replicas = {host.name: str(host.variables.get("configmgr_sql_replica") or "") for host in hosts}
        found = order(
            {host.name: host.facts for host in hosts},
            arguments["stage"],
            size,
            everybody=arguments["everybody"],
            protocols=arguments["protocols"] or LEGACY_PROTOCOLS,
            replicas=replicas,
            told={host.name: host.told for host in hosts},
        )
        return {
            "changed": False,
            "batches": [batch.as_dict() for batch in found.batches],
            "done": list(found.done),
            "run": run_name(arguments),
            "known_run": any(arguments["run"] in runs_of(host.facts) for host in hosts if host.facts),
            "msg": _sentence(found),
        }


def _sentence(found: Order) -> str:
    hosts = sum(len(batch.hosts) for batch in found.batches)
    done = f"; {len(found.done)} machines are there already" if found.done else ""
    return f"{hosts} machines in {len(found.batches)} batches{done}."

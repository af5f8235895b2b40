# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.admin_service import (
    admin_service,
    clients_of,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import in_range
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.baseline import wanted_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.compliance import read_compliance
from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.restart import (
    RestartOutcome,
    RestartWave,
    Waves,
    ask_restarts,
    last_starts,
    who_needs_one,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.script import baseline_name
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.clients import match
from ansible_collections.configmgr.tls.plugins.plugin_utils._estate.admin_service import AdminService
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure


class ActionModule(TlsAction):
    """Asks the AdminService from the controller; no host's connection is used."""

    MODULE = "tls_client_restart"
    TRANSFERS_FILES = False
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        if not task.arguments["confirmed"] and not task.check_mode:
            raise Failure(
                "not_confirmed",
                "nobody said that clients may be restarted.",
                "See in check mode who would be asked, then give confirmed: true.",
            )
        hosts = clients_of(task)
        servers = {name for name, roles in hosts.items() if roles != ["client"]}
        with admin_service(task) as service:
            return self._ask(task, service, hosts, servers)

    def _ask(self, task: Task, service: AdminService, hosts: dict[str, list[str]], servers: set[str]) -> dict[str, Any]:
        given, name = task.arguments, baseline_name(wanted_of(task))
        waves = Waves(in_range(given, "wave", 1, 10_000), given["pause"])
        rows = service.rows("SMS_CombinedDeviceResources") if hosts else []
        devices = match(hosts, rows)
        told = read_compliance(service, name, devices.ids.values())
        found = who_needs_one(told, {row.get("ResourceID", 0): row for row in rows}, last_starts(service))
        outcomes = {
            host: RestartOutcome.NOT_A_CLIENT
            if host in servers
            else found[devices.ids[host]]
            if host in devices.ids
            else RestartOutcome.NOT_FOUND
            for host in hosts
        }
        wanted = {devices.ids[host]: host for host, outcome in outcomes.items() if outcome is RestartOutcome.ASKED}
        asked: list[RestartWave] = []
        try:
            for one in ask_restarts(service, given["collection"], list(wanted), waves, foresee=task.check_mode):
                asked.append(one)
        except Failure as failure:
            raise _with(failure, _result(asked, wanted, outcomes, foreseen=False)) from None
        return _result(asked, wanted, outcomes, foreseen=task.check_mode)


def _result(
    asked: list[RestartWave], wanted: dict[int, str], outcomes: dict[str, RestartOutcome], *, foreseen: bool
) -> dict[str, Any]:
    counted = Counter(outcome.value for outcome in outcomes.values())
    counted[RestartOutcome.ASKED.value] = sum(len(one.clients) for one in asked)
    verb = "would be asked" if foreseen else "asked"
    return {
        "changed": bool(asked),
        "waves": [{"clients": [wanted[client] for client in one.clients], "operation": one.operation} for one in asked],
        "hosts": {host: outcome.value for host, outcome in outcomes.items()},
        "summary": {outcome.value: counted[outcome.value] for outcome in RestartOutcome},
        "msg": f"{counted[RestartOutcome.ASKED.value]} clients {verb} to restart, in {len(asked)} waves",
    }


def _with(failure: Failure, result: dict[str, Any]) -> Failure:
    """What was asked before it failed stays asked."""
    return Failure(failure.code, str(failure), failure.remedy, result)

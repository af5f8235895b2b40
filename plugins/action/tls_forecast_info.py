# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.absent import absent_hosts, known_facts
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.expected import expected_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.hosts import host_variables, left_out_hosts
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.forecast import Forecast
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.group import first_few


class ActionModule(TlsAction):
    MODULE = "tls_forecast_info"
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        arguments = task.arguments
        played = host_variables(task, arguments["hosts"])
        others = left_out_hosts(task, arguments["hierarchy"] or (), played)
        absent, notes = absent_hosts(task, [*played, *others])
        # Of the rest of the hierarchy only what is known can be said.
        hosts = [*played, *(host for host in others if absent[host.name].seen)]
        known = known_facts(absent)
        expected = expected_of(
            hosts, {host.name: known.get(host.name, host.facts) for host in hosts}, arguments["protocols"]
        )
        return {"changed": False, **as_result(expected), "seen": sorted(known), "notes": notes}


def as_result(expected: Forecast) -> dict[str, Any]:
    """The forecast as plain data."""
    return {
        "conversations": [row.as_dict() for row in expected.rows],
        "broken": {stage: [row.as_dict() for row in expected.broken(stage)] for stage in ("now", "enable", "disable")},
        "pairs": expected.pairs,
        "unreached": list(expected.unreached),
        "met_nobody": list(expected.alone),
        "database_not_read": list(expected.unread_databases),
        "not_encrypted": [row.as_dict() for row in expected.plain],
        "msg": _sentence(expected),
    }


def _sentence(expected: Forecast) -> str:
    total, broken = len(expected.rows), expected.broken("disable")
    if expected.unreached:
        return f"{len(expected.unreached)} hosts were not reached: nobody knows what becomes of their conversations."
    more = f" {expected.alone_phrase}." if expected.alone else ""
    if expected.unread_databases:
        more += f" The site database of {first_few(list(expected.unread_databases))} was not read."
    if not broken:
        return f"All {total} conversations keep working with the older protocols off.{more}"
    causes = list(dict.fromkeys(row.explained()[0] for row in broken))
    return f"{len(broken)} of {total} conversations would or might break: {'; '.join(causes[:5])}.{more}"

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.controller_end import controller_end
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.hosts import host_variables
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.forecast import Forecast, forecast
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS


class ActionModule(TlsAction):
    MODULE = "tls_forecast_info"
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        hosts = host_variables(task, task.arguments["hosts"])
        expected = forecast(
            {host.name: host.facts for host in hosts},
            task.arguments["protocols"] or LEGACY_PROTOCOLS,
            over_https=[host.name for host in hosts if host.over_https],
            told={host.name: host.told for host in hosts},
            controller=controller_end(),
        )
        return {"changed": False, **as_result(expected)}


def as_result(expected: Forecast) -> dict[str, Any]:
    """The forecast as plain data."""
    return {
        "conversations": [row.as_dict() for row in expected.rows],
        "broken": {stage: [row.as_dict() for row in expected.broken(stage)] for stage in ("now", "enable", "disable")},
        "pairs": expected.pairs,
        "unreached": list(expected.unreached),
        "met_nobody": list(expected.alone),
        "not_encrypted": [row.as_dict() for row in expected.plain],
        "msg": _sentence(expected),
    }


def _sentence(expected: Forecast) -> str:
    total, broken = len(expected.rows), expected.broken("disable")
    if expected.unreached:
        return f"{len(expected.unreached)} hosts were not reached: nobody knows what becomes of their conversations."
    alone = f" {expected.alone_phrase}." if expected.alone else ""
    if not broken:
        return f"All {total} conversations keep working with the older protocols off.{alone}"
    causes = list(dict.fromkeys(row.explained()[0] for row in broken))
    return f"{len(broken)} of {total} conversations would or might break: {'; '.join(causes[:5])}.{alone}"

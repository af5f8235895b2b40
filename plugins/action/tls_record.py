# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import in_range
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.controller import on_controller
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.hosts import HostVariables, host_variables
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.run_results import last_change
from ansible_collections.configmgr.tls.plugins.plugin_utils._plain import plain
from ansible_collections.configmgr.tls.plugins.plugin_utils._record.folder import RecordFolder
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.record import READ_AT, Record, of_facts

# The result of tls_baseline_info, one for the whole play.
_COMPLIANCE = "configmgr_tls_compliance"


class ActionModule(TlsAction):
    """Writes on the controller what the run learned of its hosts; no host's connection is used."""

    MODULE = "tls_record"
    TRANSFERS_FILES = False
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        keep_days = in_range(task.arguments, "keep_days", 1, 100_000)
        learned = [found for host in host_variables(task, task.arguments["hosts"]) if (found := _learned(host))]
        site = RecordFolder(on_controller(task.arguments["path"], "path"), datetime.now(UTC))
        written, pruned = [], []
        if not task.check_mode:
            site.prepare()
            written = [record.host for record in learned if site.learn(record)]
            pruned = site.prune(keep_days)
        return {
            # Knowledge of the day, as a report is: no machine is another one for it.
            "changed": False,
            "written": len(written),
            "pruned": pruned,
            "bad": site.bad,
            "msg": _sentence(len(written), pruned, site.bad),
        }


def _learned(host: HostVariables) -> Record | None:
    """Facts that do not say when they were read are from an older version, out of a cache."""
    told = _told(host)
    # What a baseline has written is a change as well: facts from before are not those of today.
    changed = max(filter(None, (last_change(host.variables), *(row["mended_at"] for row in told))), default=None)
    if host.facts is None or READ_AT not in host.facts:
        return Record(host.name, last_change=changed, compliance=told) if told else None
    return replace(of_facts(host.name, plain(host.facts), changed), compliance=told)


def _told(host: HostVariables) -> list[dict[str, Any]]:
    """What it told of ConfigMgr's baseline; nothing yet replaces what it told of an earlier revision."""
    result = host.variables.get(_COMPLIANCE) or {}
    row = plain((result.get("hosts") or {}).get(host.name) or {})
    if not row:
        return []
    names = ("state", "told_at", "mended_at", "started_at")
    return [{"by": "baseline", "baseline": str(result["baseline"]), **{name: row.get(name) for name in names}}]


def _sentence(written: int, pruned: list[str], bad: dict[str, str]) -> str:
    parts = [f"{written} records written"]
    if pruned:
        parts.append(f"{len(pruned)} old ones removed")
    if bad:
        parts.append("not believed: " + ", ".join(f"{name} ({why})" for name, why in list(bad.items())[:10]))
    return "; ".join(parts) + "."

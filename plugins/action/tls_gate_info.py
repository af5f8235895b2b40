# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.absent import absent_hosts, known_facts, seen_rows
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import look_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.expected import expected_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.hosts import (
    HostVariables,
    host_variables,
    left_out_hosts,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.waivers import condition_holds, load_waivers
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._plain import plain
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.foreseen import Foreseen
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.gate import Gate, Observed, open_gate
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.observation import tells_all

# The variables in which the playbooks keep the results of tls_events_info, of the enable stage, and of its restart.
_EVENTS, _ENABLED, _RESTARTED = "configmgr_tls_events", "configmgr_tls_enabled", "configmgr_tls_restarted"


class ActionModule(TlsAction):
    MODULE = "tls_gate_info"
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        arguments = task.arguments
        verified = look_of(arguments, "verified", findings=dict)
        waivers = load_waivers(arguments["waivers"])
        played = host_variables(task, arguments["hosts"])
        hosts = [*played, *left_out_hosts(task, arguments["hierarchy"] or (), played)]
        absent, notes = absent_hosts(task, hosts)
        facts = {host.name: host.facts for host in hosts} | known_facts(absent, arguments["seen_days"])
        expected = expected_of(hosts, facts, arguments["protocols"])
        logs, now = _logs(hosts), datetime.datetime.now(datetime.UTC)
        observed = Observed(
            stopped={host.name: str(host.stopped["message"]) for host in hosts if host.stopped and host.facts},
            from_outside=None if verified is None else verified["findings"],
            legacy_use=_legacy_use(arguments["legacy_use"], logs),
            partly_logged=[name for name, row in logs.items() if not tells_all(row, now)],
            foreseen=_foreseen(hosts) if task.check_mode else {},
            absent=absent,
            seen_days=arguments["seen_days"],
            leaves_out_inactive=arguments["leave_out_inactive"],
        )
        gate = open_gate(facts, expected, waivers, datetime.date.today(), condition_holds, observed)
        seen = [row for row in seen_rows(absent, arguments["seen_days"]) if row.pop("stands")]
        return {"changed": False, **_as_result(gate, notes), "seen": seen}


def _legacy_use(given: dict[str, Any] | None, logs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """As given, or what the logs of hosts told; None when nobody looked."""
    for host, users in (given or {}).items():
        if users is not None and not isinstance(users, list):
            raise Failure(
                "bad_argument", f"legacy_use has no list for {host}.", "Give a list of names for each host, or null."
            )
    return given or {name: plain(row["legacy_use"]) for name, row in logs.items()} or None


def _logs(hosts: Sequence[HostVariables]) -> dict[str, Mapping[str, Any]]:
    """What the playbooks registered of the event logs that answered."""
    registered = {host.name: host.variables.get(_EVENTS) or {} for host in hosts}
    return {name: events for name, events in registered.items() if "legacy_use" in events}


def _foreseen(hosts: Sequence[HostVariables]) -> dict[str, Foreseen]:
    """A real run comes to this point with its settings made and machines restarted; in check mode it said which."""
    return {
        host.name: Foreseen.of(host.variables[_ENABLED], host.variables.get(_RESTARTED) or {})
        for host in hosts
        if host.variables.get(_ENABLED)
    }


def _as_result(gate: Gate, notes: Sequence[str]) -> dict[str, Any]:
    hosts = {reason.host for reason, _waiver in gate.waived}
    return {
        "open": gate.is_open,
        "reasons": [reason.as_dict() for reason in gate.reasons],
        "shut_by": _by_host(gate),
        "waived": [{**reason.as_dict(), "waiver": waiver} for reason, waiver in gate.waived],
        "waived_for": {host: gate.waived_for(host) for host in sorted(hosts)},
        "unused_waivers": list(gate.unused),
        "expired_waivers": list(gate.expired),
        "exceeded_waivers": list(gate.exceeded),
        "left_out": list(gate.left_out),
        "gate_warnings": [*gate.warnings, *notes],
        "msg": _sentence(gate),
    }


def _by_host(gate: Gate) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for reason in gate.reasons:
        found.setdefault(reason.host, []).append(f"{reason.code}: {reason.phrase}")
    return found


def _sentence(gate: Gate) -> str:
    if gate.is_open:
        return f"The gate is open{f', {len(gate.waived)} reasons waived' if gate.waived else ''}."
    lines = [f"{reason.host}: {reason.phrase}" for reason in gate.reasons[:10]]
    more = len(gate.reasons) - len(lines)
    return "The older protocols stay on. " + "; ".join(lines) + (f"; and {more} more reasons" if more else "")

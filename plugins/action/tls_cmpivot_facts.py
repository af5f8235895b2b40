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
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction, utc_now
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.answer import AnswerState
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.clients import (
    match,
    not_read,
    of_failure,
    outcome_of,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.judge import client_facts
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.operation import CmpivotTarget, Patience, ask_all
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.queries import queries
from ansible_collections.configmgr.tls.plugins.plugin_utils._estate.admin_service import AdminService
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.record import READ_AT


class ActionModule(TlsAction):
    """Asks the AdminService from the controller; no host's connection is used."""

    MODULE = "tls_cmpivot_facts"
    TRANSFERS_FILES = False
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        hosts = clients_of(task)
        try:
            with admin_service(task) as service:
                return {"changed": False, **_read(task.arguments, service, hosts)}
        except Failure as failure:
            if failure.code == "bad_argument":
                raise
            # A play goes on without the clients: each of them is told why.
            unread = {name: of_failure(name, failure) for name in hosts}
            # Returned, not raised: Ansible asks no failed_when about what was raised.
            told = {**failure.result(task.host), "msg": failure.message(task.host)}
            return {"changed": False, "failed": True, **told, "hosts": {}, "not_read": unread}


def _read(arguments: dict[str, Any], service: AdminService, hosts: dict[str, list[str]]) -> dict[str, Any]:
    patience = Patience(
        arguments["wait"], arguments["settle"], arguments["poll"], in_range(arguments, "in_flight", 1, len(queries()))
    )
    devices = match(hosts, service.rows("SMS_CombinedDeviceResources") if hosts else [])
    target = CmpivotTarget(frozenset(devices.ids.values()), devices.online, arguments["collection"])
    begun = utc_now()
    answers = ask_all(service, target, patience) if target.ids else {}
    read, unread = {}, {}
    judged: dict[tuple[Any, ...], dict[str, Any]] = {}
    for name, mine in hosts.items():
        if name in devices.unclear:
            unread[name] = not_read(name, AnswerState.NOT_ASKED, [devices.unclear[name]])
            continue
        told = answers[devices.ids[name]]
        outcome = outcome_of(told)
        if outcome is AnswerState.ANSWERED:
            # Equal answers are one object while they are held here.
            same = (*mine, *map(id, told.values()))
            if same not in judged:
                legacy_off = arguments["legacy"] == "off"
                found = client_facts(told, mine, arguments["configmgr_version"], legacy_off=legacy_off)
                judged[same] = {**found, READ_AT: begun}
            read[name] = judged[same]
        else:
            unread[name] = not_read(name, outcome, sorted({answer.detail for answer in told.values()}))
    counted = Counter(row["outcome"] for row in unread.values())
    summary = {outcome.value: counted[outcome.value] for outcome in AnswerState} | {
        AnswerState.ANSWERED.value: len(read)
    }
    return {"hosts": read, "not_read": unread, "summary": summary, "msg": _sentence(summary)}


def _sentence(summary: dict[str, int]) -> str:
    others = ", ".join(
        f"{count} {name.replace('_', ' ')}" for name, count in summary.items() if count and name != "answered"
    )
    return f"{summary['answered']} clients answered" + (f"; not read: {others}" if others else "")

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.admin_service import (
    admin_service,
    clients_of,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.baseline import wanted_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.compliance import (
    COMPLIANCE_STATES,
    ClientCompliance,
    read_compliance,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.restart import last_starts
from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.script import baseline_name
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.clients import match


class ActionModule(TlsAction):
    """Asks the AdminService from the controller; no host's connection is used."""

    MODULE = "tls_baseline_info"
    TRANSFERS_FILES = False
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        name, hosts = baseline_name(wanted_of(task)), clients_of(task)
        with admin_service(task) as service:
            devices = match(hosts, service.rows("SMS_CombinedDeviceResources") if hosts else [])
            told = read_compliance(service, name, devices.ids.values())
            starts = last_starts(service) if devices.ids else {}
        now = datetime.now(UTC)
        rows = {host: told.get(devices.ids.get(host, 0), ClientCompliance()).as_dict(now) for host in hosts}
        for host, row in rows.items():
            started = starts.get(devices.ids.get(host, 0))
            row["started_at"] = started.isoformat() if started else None
        for host, why in devices.unclear.items():
            rows[host]["reason"] = why
        counted = Counter(row["state"] for row in rows.values())
        return {
            "changed": False,
            "baseline": name,
            "read_at": now.isoformat(timespec="seconds"),
            "hosts": rows,
            "summary": {state: counted[state] for state in COMPLIANCE_STATES},
            "msg": ", ".join(f"{counted[state]} {state.replace('_', ' ')}" for state in COMPLIANCE_STATES),
        }

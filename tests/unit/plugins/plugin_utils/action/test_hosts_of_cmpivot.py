# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of one result for the whole play, as reports and forecasts find them among the hosts."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.hosts import HostVariables, host_variables


class HostVars(dict[str, dict[str, Any]]):
    def raw_get(self, name: str) -> dict[str, Any]:
        return self[name]


def looked_at(**variables: Any) -> dict[str, HostVariables]:
    result = {"hosts": {"pc1": {"compliant": True}}, "not_read": {"pc2": {"step": "audit", "code": "client_offline"}}}
    rows = HostVars({name: {"configmgr_tls_clients_read": result, **variables} for name in ("pc1", "pc2", "srv1")})
    task = Task("srv1", {}, {"hostvars": rows, "ansible_play_hosts_all": list(rows)}, False, False)
    return {host.name: host for host in host_variables(task)}


def test_who_was_read_has_facts_and_who_was_not_is_stopped() -> None:
    found = looked_at()
    assert found["pc1"].facts == {"compliant": True} and found["pc1"].stopped is None
    assert found["pc2"].facts is None and found["pc2"].stopped == {"step": "audit", "code": "client_offline"}
    assert found["srv1"].facts is None and found["srv1"].stopped is None


def test_a_fact_of_an_earlier_run_is_not_that_of_a_client_that_was_not_read() -> None:
    found = looked_at(ansible_facts={"configmgr_tls": {"compliant": True, "boot": "cached"}})
    assert found["pc2"].facts is None and found["pc1"].facts == {"compliant": True}


@pytest.mark.parametrize("result", [None, {}, {"failed": True, "msg": "no"}])
def test_a_task_that_failed_says_nothing_of_anybody(result: Any) -> None:
    rows = HostVars({"pc1": {"configmgr_tls_clients_read": result}})
    [host] = host_variables(Task("pc1", {}, {"hostvars": rows, "ansible_play_hosts_all": ["pc1"]}, False, False))
    assert host.facts is None and host.stopped is None

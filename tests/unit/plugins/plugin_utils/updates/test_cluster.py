# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an instance of SQL Server runs in a failover cluster: only what was read and says no counts as none."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.jobs import cluster_questions, may_be_clustered
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.questions import Answers, ask
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import View
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import state_of
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import SQL, sql_instance, windows
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine, text


def clustered(machine: Machine) -> list[bool]:
    instances = [(item.key, item.view) for item in state_of(machine).sql_instances]
    assert instances
    questions = cluster_questions(instances)
    answers = Answers.parse(questions, machine.run(f"({'&'.join(ask(questions))})2>nul") if questions else "")
    return [may_be_clustered(answers.registry, *each) for each in instances]


@pytest.mark.parametrize("view", list(View))
def test_an_instance_is_asked_in_its_own_view(view: View) -> None:
    machine = sql_instance(windows(9600), "11.0.2100.60", view=view)
    key = rf"{SQL}\MSSQL11.MSSQLSERVER"
    assert clustered(machine) == [False]
    machine.set(rf"{key}\Cluster", "ClusterName", text("SQLFCI"), view)
    assert clustered(machine) == [True]
    assert clustered(machine.deny(rf"{key}\Cluster", view)) == [True]


def test_what_is_not_answered_may_be_clustered() -> None:
    machine = sql_instance(windows(9600), "11.0.2100.60")
    assert clustered(machine.deny(rf"{SQL}\MSSQL11.MSSQLSERVER")) == [True]
    assert clustered(sql_instance(windows(9600), "11.0.2100.60", 'A"&calc')) == [True]

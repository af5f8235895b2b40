# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts by name in Ansible's own inventory, which has an answer of its own for names that it does not know."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.hosts import host_variables, left_out_hosts
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure


@pytest.fixture(scope="module")
def task() -> Task:
    loader = DataLoader()
    inventory = InventoryManager(loader, sources=["CM1,MP1,"])
    hostvars = HostVars(inventory, VariableManager(loader, inventory), loader)
    return Task("CM1", {}, {"hostvars": hostvars, "ansible_play_hosts_all": ["CM1"]}, False, False)


def test_hosts_are_found_by_name(task: Task) -> None:
    assert [host.name for host in host_variables(task, ["MP1", "CM1"])] == ["MP1", "CM1"]
    assert [host.name for host in left_out_hosts(task, ["MP1", "CM1"], host_variables(task))] == ["MP1"]


@pytest.mark.parametrize(
    ("look", "option"),
    [
        (host_variables, "hosts"),
        (lambda task, names: left_out_hosts(task, names, host_variables(task)), "hierarchy"),
    ],
)
def test_a_name_that_the_inventory_does_not_know_is_said_with_its_option(task: Task, look: Any, option: str) -> None:
    with pytest.raises(Failure, match=rf"^{option} names NOSUCH, which") as caught:
        look(task, ["CM1", "NOSUCH"])
    assert caught.value.code == "bad_argument"

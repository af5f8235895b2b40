# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tls_order_info: whether the run that is to be taken back came to any of the machines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.action import tls_order_info
from ansible_collections.configmgr.tls.tests.unit.plugins.action.fake import Bench

MACHINES = {
    "pc1": {"roles": ["client"], "restart_group": 10, "runs": [{"run": "one", "stage": "enable"}]},
    "pc2": {"roles": ["client"], "restart_group": 10, "runs": [], "taken_back": ["gone"]},
}


class HostVars(dict[str, dict[str, Any]]):
    def raw_get(self, host: str) -> dict[str, Any]:
        return self[host]


@pytest.mark.parametrize(("run", "known"), [("one", True), ("gone", True), ("typed-wrong", False), (None, False)])
def test_a_run_is_known_where_one_machine_was_changed_by_it(
    bench: Callable[..., Bench], run: str | None, known: bool
) -> None:
    hostvars = HostVars({name: {"ansible_facts": {"configmgr_tls": facts}} for name, facts in MACHINES.items()})
    variables = {"hostvars": hostvars, "ansible_play_hosts_all": list(hostvars)}
    found = bench(None).run(tls_order_info, {"stage": "enable", "run": run}, variables=variables)
    assert found["known_run"] is known

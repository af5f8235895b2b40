# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tls_gate_info in check mode: what the playbooks registered of the enable stage counts, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.action import tls_gate_info
from ansible_collections.configmgr.tls.tests.unit.plugins.action.fake import Bench, failing

KEY = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
OFF = {
    "id": "dotnet-v4-settings", "status": "fail", "actual": "absent", "reasons": [{"code": "x", "phrase": "not set"}],
    "remedy": "set it", "fix": "settings", "evidence": [{"path": KEY, "value": "absent"}],
}  # fmt: skip
FACTS = {"roles": [], "stacks": {}, "findings": [OFF]}


class HostVars(dict[str, dict[str, Any]]):
    def raw_get(self, host: str) -> dict[str, Any] | None:
        return self.get(host)


SET, OTHER, NOTHING = {"changes": [{"path": KEY}]}, {"changes": []}, None
RESTARTED, SKIPPED = {"restarted": True}, {"skipped": True}


@pytest.mark.parametrize(
    ("enabled", "restarted", "check", "opens"),
    [
        (SET, RESTARTED, True, True),
        (SET, SKIPPED, True, False),
        (SET, RESTARTED, False, False),
        (OTHER, SKIPPED, True, False),
        (NOTHING, NOTHING, True, False),
    ],
    ids=["set and restarted", "not restarted", "a real run reads again", "another component", "no enable stage"],
)  # fmt: skip
def test_what_the_enable_stage_said_counts_in_check_mode(
    bench: Callable[..., Bench],
    enabled: dict[str, Any] | None,
    restarted: dict[str, Any] | None,
    check: bool,
    opens: bool,
) -> None:
    registered = {"configmgr_tls_enabled": enabled, "configmgr_tls_restarted": restarted}
    host = {**registered, "ansible_facts": {"configmgr_tls": FACTS}}
    variables = {"hostvars": HostVars(host1=host), "ansible_play_hosts_all": ["host1"]}
    assert bench(None).run(tls_gate_info, check=check, variables=variables)["open"] is opens


def test_users_of_older_protocols_are_given_as_a_list_for_each_host(bench: Callable[..., Bench]) -> None:
    variables = {"hostvars": HostVars(host1={}), "ansible_play_hosts_all": ["host1"]}
    with failing("bad_argument") as result:
        bench(None).run(tls_gate_info, {"legacy_use": {"host1": 1}}, variables=variables)
    assert "legacy_use has no list for host1" in result["message"]

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which findings keep a machine from turning older protocols off."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.readiness import blocking_findings
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.requirement import Requirement, requirements
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import findings
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import enabled, windows
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine, dword


@pytest.mark.parametrize("row", requirements(), ids=lambda row: row.id)
@pytest.mark.parametrize("status", ["pass", "fail", "warn", "unknown", "not_applicable", "waived"])
def test_every_requirement_with_every_status(row: Requirement, status: str) -> None:
    stands = status in ("fail", "unknown") or (status == "warn" and row.blocks_disable)
    found = blocking_findings([{"id": row.id, "status": status}])
    assert bool(found) is (stands and row.id != "legacy-protocols")


def test_what_an_owner_accepted_does_not_stand_in_the_way() -> None:
    failed = [{"id": "sql-server-build", "status": "fail"}, {"id": "wsus-update", "status": "fail"}]
    assert [finding["id"] for finding in blocking_findings(failed, ["wsus-update"])] == ["sql-server-build"]


def blocking(machine: Machine, *roles: str) -> list[str]:
    found = findings(machine, roles, 2309)
    return [finding["id"] for finding in blocking_findings([one.as_dict() for one in found.values()])]


def test_a_machine_that_is_enabled_is_ready() -> None:
    assert blocking(enabled(windows()), "client") == []


def test_a_machine_that_is_not_says_why() -> None:
    assert blocking(windows(7601, "Client"), "client") == [
        "schannel-tls12-client",
        "schannel-tls12-server",
        "dotnet-v4-settings",
        "dotnet-v2-settings",
        "winhttp-protocols",
        "winhttp-update",
    ]


def test_the_fips_policy_stands_in_the_way() -> None:
    assert blocking(enabled(windows()).set(hosts.FIPS, "Enabled", dword(1)), "client") == ["schannel-fips"]


def test_a_change_that_is_not_in_force_stands_in_the_way() -> None:
    machine = enabled(windows())
    machine.files[hosts.JOURNAL] = [f"1 run enable {machine.boot},-"]
    assert blocking(machine, "client") == ["restart-after-change"]

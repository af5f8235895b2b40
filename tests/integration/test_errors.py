# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on one machine: the cases that need more than one look (the others are in test_troubles)."""

from __future__ import annotations

import pytest
from support import DOTNET4, SCHANNEL, Site, assert_described

from configmgr_lab.control.client import LabClient

WINDOWS = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
FAILED_EXIT, UNREACHABLE_EXIT = 2, 4
WAYS = ["CM1", "MP2", "DP1", "RP1"]
"""winrm with basic and NTLM, psrp with basic and NTLM."""


@pytest.mark.parametrize("host", WAYS)
def test_what_was_applied_is_named_when_not_all_was(site: Site, lab: LabClient, host: str) -> None:
    lab.set_fault(host, "deny", path=DOTNET4, access="write")
    failed = site.module("tls_settings", limit=host).last[host]
    assert failed.changed and failed.data["restart_required"]
    assert {(row["path"], row["name"]) for row in failed.data["not_applied"]} == {
        (DOTNET4, "SystemDefaultTlsVersions"),
        (DOTNET4, "SchUseStrongCrypto"),
    }
    image, now = lab.image(host)["registry"], lab.dump(host)["registry"]
    written = sum(values != image.get(key) for key, values in now.items() for values in [values] if values)
    assert written and len(failed.data["changes"]) + 2 >= written
    # What was applied can be taken back, although the run failed.
    site.module("tls_rollback", limit=host).expect_ok()
    assert lab.dump(host)["registry"] == image


def test_an_unreadable_key_is_unknown_and_never_a_pass(site: Site, lab: LabClient) -> None:
    lab.set_fault("CM1", "deny", path=SCHANNEL, access="read")
    outcome = site.module("tls_facts", limit="CM1").expect_ok()
    facts = outcome.last["CM1"].data["ansible_facts"]["configmgr_tls"]
    status = {finding["id"]: finding["status"] for finding in facts["findings"]}
    assert status["schannel-tls12-client"] == status["schannel-tls12-server"] == "unknown"
    assert facts["unreadable"] and not facts["compliant"]


@pytest.mark.parametrize("host", WAYS)
def test_a_wrong_password_is_tried_once(site: Site, lab: LabClient, host: str) -> None:
    outcome = site.module("tls_settings", limit=host, variables={"ansible_password": "wrong"})
    result = outcome.last[host]
    assert (outcome.exit_code, result.status, result.code) == (UNREACHABLE_EXIT, "unreachable", "auth_rejected")
    assert_described(result)
    assert lab.counters()[host]["refused_logons"] == 1
    site.module("tls_settings", limit=host).expect_ok()


def test_a_value_that_group_policy_sets_back_is_found_by_the_next_audit(site: Site, lab: LabClient) -> None:
    lab.set_fault("CM1", "group_policy", path=DOTNET4, name="SchUseStrongCrypto", type="REG_DWORD", data=0)
    site.module("tls_settings", limit="CM1").expect_ok()
    facts = site.module("tls_facts", limit="CM1").expect_ok().last["CM1"].data["ansible_facts"]["configmgr_tls"]
    failed = {finding["id"]: finding for finding in facts["findings"] if finding["status"] == "fail"}
    assert "SchUseStrongCrypto" in failed["dotnet-v4-settings"]["actual"]
    lab.clear_faults("CM1")
    assert [row["name"] for row in site.module("tls_settings", limit="CM1").last["CM1"].data["changes"]] == [
        "SchUseStrongCrypto"
    ]
    assert not site.module("tls_settings", limit="CM1").expect_ok().last["CM1"].changed


def test_nothing_is_set_on_a_windows_that_nobody_knows(site: Site, lab: LabClient) -> None:
    for name in ("CurrentBuild", "CurrentBuildNumber"):
        lab.set_value("PC10", WINDOWS, name, "2600", type="REG_SZ")
    before = lab.dump("PC10")["registry"]
    outcome = site.module("tls_settings", limit=["PC10", "CM1"])
    assert (outcome.exit_code, outcome.last["PC10"].code) == (FAILED_EXIT, "windows_unknown")
    assert "2600" in outcome.last["PC10"].data["msg"] and outcome.last["CM1"].changed
    assert_described(outcome.last["PC10"])
    assert lab.dump("PC10")["registry"] == before
    facts = site.module("tls_facts", limit="PC10").expect_ok().last["PC10"].data["ansible_facts"]["configmgr_tls"]
    status = {finding["id"]: finding["status"] for finding in facts["findings"]}
    assert not facts["compliant"] and status["windows-known"] != "pass"


def test_a_machine_that_is_not_ready_keeps_its_older_protocols(site: Site, lab: LabClient) -> None:
    site.tasks(
        [{"configmgr.tls.tls_settings": {}}, {"configmgr.tls.tls_restart": {"delay": 0}}], limit=["SQL1", "CM1"]
    ).expect_ok()
    before = lab.dump("SQL1")["registry"]
    outcome = site.module("tls_settings", {"stage": "disable"}, limit=["SQL1", "CM1"])
    refused = outcome.last["SQL1"]
    assert (outcome.exit_code, refused.code, outcome.last["CM1"].changed) == (FAILED_EXIT, "not_ready", True)
    assert "sql-server-build" in {reason["code"] for reason in refused.data["reasons"]}
    assert_described(refused)
    assert lab.dump("SQL1")["registry"] == before


def test_settings_that_are_not_in_force_keep_the_older_protocols(site: Site, lab: LabClient) -> None:
    outcome = site.tasks(
        [{"configmgr.tls.tls_settings": {}}, {"configmgr.tls.tls_settings": {"stage": "disable"}}], limit="CM1"
    )
    assert outcome.last["CM1"].code == "not_ready"
    assert {reason["code"] for reason in outcome.last["CM1"].data["reasons"]} == {"restart-after-change"}


def test_an_unsupported_connection_is_refused_in_one_sentence(site: Site, lab: LabClient) -> None:
    outcome = site.module("tls_facts", limit="CM1", variables={"ansible_connection": "local"})
    result = outcome.last["CM1"]
    assert (outcome.exit_code, result.status, result.code) == (FAILED_EXIT, "failed", "unsupported_connection")
    assert "winrm or psrp" in result.data["msg"]

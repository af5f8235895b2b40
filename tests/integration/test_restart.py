# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarting: only when it is needed, until the machine is truly back, and with an end to every wait."""

from __future__ import annotations

import pytest
from support import WINRM_ONLY, Site

from configmgr_lab.control.client import LabClient

WAYS = ["CM1", "MP2", "DP1", "RP1"]
"""winrm with basic and NTLM, psrp with basic and NTLM."""
ALWAYS = {"when": "always", "delay": 0}


@pytest.mark.parametrize("arguments", [{}, {"services": ["W3SVC"]}], ids=["machine", "services"])
def test_nothing_is_restarted_when_nothing_waits_for_it(
    site: Site, lab: LabClient, arguments: dict[str, object]
) -> None:
    outcome = site.module("tls_restart", arguments, limit=WAYS).expect_ok()
    assert not any(result.changed for result in outcome.last.values())
    assert {lab.restarts(host) for host in WAYS} == {0}
    assert {lab.counters()[host]["commands"] for host in WAYS} <= {1, 2}


def test_check_mode_says_that_it_would_restart_and_does_not(site: Site, lab: LabClient) -> None:
    outcome = site.module("tls_restart", ALWAYS, limit=WAYS, check=True).expect_ok()
    assert all(result.changed and result.data["restarted"] for result in outcome.last.values())
    assert {lab.restarts(host) for host in WAYS} == {0}


def test_it_waits_until_the_machine_answers_again(site: Site, lab: LabClient) -> None:
    before = {host: lab.dump(host)["boot"] for host in WAYS}
    outcome = site.module("tls_restart", ALWAYS, limit=WAYS).expect_ok()
    assert all(result.changed and result.data["restarted"] for result in outcome.last.values())
    assert {lab.restarts(host) for host in WAYS} == {1}
    assert all(lab.dump(host)["boot"] != before[host] and lab.dump(host)["power"] == "up" for host in WAYS)


@pytest.mark.parametrize("host", WAYS)
def test_a_machine_that_does_not_come_back_is_named(site: Site, lab: LabClient, host: str) -> None:
    lab.set_fault(host, "restart_never_returns")
    outcome = site.module("tls_restart", {**ALWAYS, "up_timeout": 1}, limit=[host, "SMP1"])
    failed = outcome.last[host]
    assert (outcome.exit_code, failed.status, failed.code) == (2, "failed", "not_back")
    assert failed.data["awaited"] and "within 1 seconds" in failed.data["msg"] and failed.data["remedy"]
    assert outcome.last["SMP1"].data["restarted"]
    lab.reset(host)
    site.module("tls_restart", ALWAYS, limit=host).expect_ok()


def test_a_machine_that_does_not_go_down_is_named(site: Site, lab: LabClient) -> None:
    """Somebody has scheduled a restart for later: Windows keeps to that one."""
    assert lab.run("CM1", "shutdown /r /t 3600")["exit_code"] == 0
    outcome = site.module("tls_restart", {**ALWAYS, "down_timeout": 1}, limit="CM1")
    assert (outcome.exit_code, outcome.last["CM1"].code) == (2, "not_down")
    assert "within 1 seconds" in outcome.last["CM1"].data["msg"]
    assert lab.restarts("CM1") == 0


def test_services_are_restarted_instead_of_the_machine(site: Site, lab: LabClient) -> None:
    arguments = {"when": "always", "services": ["SMS_EXECUTIVE", "W3SVC", "NoSuchService", "wuauserv"]}
    predicted = site.module("tls_restart", arguments, limit="CM1", check=True).expect_ok().last["CM1"]
    made = site.module("tls_restart", arguments, limit="CM1").expect_ok().last["CM1"]
    assert made.changed and predicted.changed and not made.data["restarted"]
    assert made.data["services"] == ["SMS_EXECUTIVE", "W3SVC"]
    services = lab.dump("CM1")["services"]
    assert [services[name]["state"] for name in ("SMS_EXECUTIVE", "W3SVC", "wuauserv")] == [
        "RUNNING",
        "RUNNING",
        "STOPPED",
    ]
    assert lab.restarts("CM1") == 0


@WINRM_ONLY
def test_a_wrong_password_ends_the_waiting_at_once(site: Site, lab: LabClient) -> None:
    """The account is locked while the machine restarts: asking again would keep it locked."""
    lab.set_fault("CM1", "unauthorized", skip=1)
    outcome = site.module("tls_restart", ALWAYS, limit="CM1")
    assert (outcome.last["CM1"].status, outcome.last["CM1"].code) == ("unreachable", "auth_rejected")
    assert lab.counters()["CM1"]["refused_logons"] == 1

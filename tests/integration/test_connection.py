# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tls_connection_info on the machines of the lab: healthy ways, and the step at which each fault is found."""

from __future__ import annotations

from typing import Any

import pytest
from support import WINRM_ONLY, Site

from configmgr_lab.control.client import LabClient

STEPS = ["controller", "name", "port", "tls", "offers", "login", "command"]


def look(site: Site, host: str, **variables: Any) -> dict[str, Any]:
    (result,) = site.module("tls_connection_info", {"timeout": 2}, limit=host, variables=variables).results
    return {"status": result.status, **result.data}


def test_every_machine_is_reached(site: Site) -> None:
    for result in site.module("tls_connection_info").expect_ok().results:
        steps = {row["step"]: row["status"] for row in result.data["steps"]}
        assert list(steps) == STEPS and set(steps.values()) <= {"ok", "skipped"}
        assert steps["login"] == steps["command"] == "ok"
        assert result.data["failed_step"] is None
        assert "Lab-Only" not in str(result.data)


@WINRM_ONLY
@pytest.mark.parametrize(
    ("fault", "variables", "step", "code"),
    [
        ("", {"ansible_winrm_ca_trust_path": "/none.pem"}, "controller", "ca_file_missing"),
        ("", {"ansible_password": None}, "controller", "login_incomplete"),
        ("", {"ansible_host": "nobody.invalid"}, "name", "name_unknown"),
        ("port_closed", {}, "port", "host_refused"),
        ("foreign_certificate", {}, "tls", "certificate_untrusted"),
        ("", {"ansible_port": 5985, "ansible_winrm_scheme": "https"}, "tls", "tls_not_spoken"),
        ("", {"ansible_winrm_path": "elsewhere"}, "offers", "path_unknown"),
        ("", {"ansible_port": 5985, "ansible_winrm_scheme": "http"}, "offers", "auth_not_offered"),
        ("", {"ansible_password": "Wrong-Only-For-Tests-1!"}, "login", "auth_rejected"),
    ],
)
def test_a_fault_is_found_at_its_step(
    site: Site, lab: LabClient, fault: str, variables: dict[str, Any], step: str, code: str
) -> None:
    (host, *_others) = site.hosts_by("winrm", "basic")
    if fault:
        lab.set_fault(host, fault)
    found = look(site, host, **variables)
    assert (found["status"], found["failed_step"], found["code"]) == ("failed", step, code), found["msg"]
    assert found["remedy"] and found["remedy"] in found["msg"]
    states = [row["status"] for row in found["steps"]]
    assert states.count("failed") == 1 and set(states[states.index("failed") + 1 :]) <= {"skipped"}
    assert "Only" not in str(found)


@WINRM_ONLY
def test_a_wrong_clock_is_seen(site: Site, lab: LabClient) -> None:
    (host, *_others) = site.hosts_by("winrm", "ntlm")
    lab.set_fault(host, "clock", seconds=3600)
    assert abs(look(site, host)["clock_difference"] - 3600) <= 3


@WINRM_ONLY
def test_what_all_machines_lack_is_said_once(site: Site, lab: LabClient) -> None:
    alike = {"ansible_connection": "winrm", "ansible_winrm_scheme": "https", "ansible_winrm_transport": "basic"}
    given = {**alike, "ansible_psrp_auth": None, "ansible_winrm_message_encryption": "auto", "ansible_user": "u"}
    hosts = [host for host in site.hosts if site.variables[host]["ansible_connection"] == "winrm"]
    missing = {**given, "ansible_winrm_ca_trust_path": "/none.pem"}
    scope = {"scope": "controller"}
    results = site.module("tls_connection_info", scope, limit=hosts, variables=missing).results
    assert {result.code for result in results} == {"ca_file_missing"}
    assert f"all {len(hosts)} machines; none was visited" in results[0].data["msg"]
    # One machine that has what it needs is enough to go on.
    template = {**given, "ansible_winrm_ca_trust_path": "/none/{{ inventory_hostname }}.pem"}
    assert site.module("tls_connection_info", scope, limit=hosts, variables=template).exit_code == 0
    assert not lab.requests()

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows that is newer than all that are known is audited, enabled and let through; what is not known is said."""

from __future__ import annotations

from typing import Any

import pytest
from support import Site

from configmgr_lab.control.client import LabClient

VERSION = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
HOSTS = ["MP2", "PC11"]


@pytest.fixture(autouse=True)
def newer(lab: LabClient) -> None:
    for host in HOSTS:
        for name in ("CurrentBuild", "CurrentBuildNumber"):
            for view in ("64", "32"):
                lab.set_value(host, VERSION, name, "99999", type="REG_SZ", view=view)


def facts_of(site: Site) -> dict[str, dict[str, Any]]:
    last = site.module("tls_facts", limit=HOSTS).expect_ok().last
    return {host: result.data["ansible_facts"]["configmgr_tls"] for host, result in last.items()}


def test_a_build_that_nobody_knows_yet(site: Site) -> None:
    counted_as = {"MP2": "Windows Server 2025", "PC11": "Windows 11 26H1"}
    for host, facts in facts_of(site).items():
        (known,) = (row for row in facts["findings"] if row["id"] == "windows-known")
        assert (known["status"], known["reasons"][0]["code"]) == ("warn", "windows_assumed")
        assert f"counts as {counted_as[host]}, " in known["reasons"][0]["phrase"]
        # What it has on by default is not known, and neither taken for on nor for off.
        assert facts["protocols"]["server"]["TLS 1.0"] == "unknown", facts["protocols"]
    enable = [{"configmgr.tls.tls_settings": {}}, {"configmgr.tls.tls_restart": {"delay": 0}}]
    assert all(result.changed for result in site.tasks(enable, limit=HOSTS).expect_ok().results)
    assert not any(result.changed for result in site.tasks(enable, limit=HOSTS).expect_ok().results)
    enabled = facts_of(site)
    assert {host: facts["compliant"] for host, facts in enabled.items()} == dict.fromkeys(HOSTS, True)
    assert all(facts["protocols"]["server"]["TLS 1.2"] == "on" for facts in enabled.values())
    looked = [{"configmgr.tls.tls_facts": {}}, {"configmgr.tls.tls_gate_info": {}, "run_once": True}]
    gate = site.tasks(looked, limit=HOSTS).expect_ok().last["MP2"].data
    assert [(row["code"], row["host"]) for row in gate["reasons"]] == [("database_not_read", "MP2")], (
        "it is not among HOSTS"
    )
    off = [{"configmgr.tls.tls_settings": {"stage": "disable"}}, {"configmgr.tls.tls_restart": {"delay": 0}}]
    site.tasks(off, limit=HOSTS).expect_ok()
    assert {facts["protocols"]["server"]["TLS 1.0"] for facts in facts_of(site).values()} == {"off"}

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients read through CMPivot: the findings of a visit but for what it cannot tell, and every kind of silence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from one_process import OneProcess
from support import FAILED, ROOT, Site

from configmgr_lab.control.client import LabClient

PASSED = {"pass", "not_applicable"}
AGAINST = {"fail", "unknown"}
GUIDE = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
KEY = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client"


def given(site: Site, **changed: Any) -> dict[str, Any]:
    row = site.variables["CM1"]
    return {
        "url": f"https://{row['ansible_host']}:{row.get('configmgr_tls_port_adminservice', 443)}",
        "authentication": "basic",
        "user": row["ansible_user"],
        "password": next(other["ansible_password"] for other in site.variables.values() if "ansible_password" in other),
        "ca_path": str(site.inventory.parent / "ca.pem"),
        "poll": 0.01,
        "settle": 0.05,
        "wait": 20,
        **changed,
    }


def provider(site: Site) -> dict[str, Any]:
    """The same for the playbook."""
    login = given(site)
    variables = {
        f"configmgr_tls_provider_{name}": login[name]
        for name in ("url", "authentication", "user", "password", "ca_path")
    }
    return {**variables, "configmgr_tls_clients_poll": 0.01, "configmgr_tls_clients_settle": 0.05}


def read(site: Site, **changed: Any) -> tuple[str, dict[str, Any]]:
    """Status and result of the task, once for the whole play."""
    play = OneProcess(site.variables, site.groups)
    action = "configmgr.tls.tls_cmpivot_facts"
    [(_host, status, result)] = play.run(action, given(site, **changed), check=False, diff=False, forks=1, once="CM1")
    return status, result


def statuses(facts: dict[str, Any]) -> dict[str, str]:
    return {finding["id"]: finding["status"] for finding in facts["findings"]}


@pytest.fixture
def clients(site: Site) -> list[str]:
    roles = {name: members for name, members in site.groups.items() if name not in ("all", "ungrouped", "configmgr")}
    return [host for host in roles["client"] if sum(host in members for members in roles.values()) == 1]


@pytest.mark.parametrize(
    "how",
    [{}, {"collection": "SMS00001", "authentication": "ntlm"}],
    ids=["a list of devices", "a collection, and NTLM"],
)
def test_nothing_passes_that_a_visit_does_not_pass(
    site: Site, lab: LabClient, clients: list[str], how: dict[str, Any]
) -> None:
    lab.admin_service_reset()
    status, result = read(site, **how)
    assert status == "ok", result
    assert set(result["hosts"]) | set(result["not_read"]) == set(clients) and result["hosts"]
    visited = {row.host: row.data for row in site.module("tls_facts", limit=list(result["hosts"])).results}
    for host, facts in result["hosts"].items():
        by_visit = visited[host]["ansible_facts"]["configmgr_tls"]
        mine, its = statuses(facts), statuses(by_visit)
        assert facts["read_by"] == "cmpivot" and set(mine) == set(its)
        assert facts["windows"] == by_visit["windows"] and facts["settings"] == by_visit["settings"]
        assert not [name for name in mine if mine[name] in PASSED and its[name] not in PASSED]
        assert not [name for name in its if its[name] in AGAINST and mine[name] not in AGAINST]
        assert {name for name in mine if mine[name] != its[name]} <= NOT_TOLD
        assert {name: row["enable"] for name, row in facts["stacks"].items()} == {
            name: row["enable"] for name, row in by_visit["stacks"].items()
        }
    # Old Windows has no PowerShell that CMPivot's script could use.
    assert {row["outcome"] for row in result["not_read"].values()} <= {"failed"}


NOT_TOLD = {
    "state-readable",
    "restart-after-change",
    "sql-server-build",
    "sql-client-known-bad",
    "sql-client-others",
    "schannel-cipher-suites",
    "schannel-algorithms",
    "winhttp-update",
}


@pytest.mark.parametrize(
    ("behaves", "outcome"),
    [
        ("late", "answered"),
        ("never", "silent"),
        ("offline", "offline"),
        ("failed", "failed"),
        ("nothing", "nothing"),
        ("denied", "nothing"),
        ("cut", "cut"),
    ],
)
def test_who_does_not_answer_has_no_facts(
    site: Site, lab: LabClient, clients: list[str], behaves: str, outcome: str
) -> None:
    _status, before = read(site)
    one = sorted(before["hosts"])[0]
    for counts in (True, False):
        lab.admin_service_reset(clients={one: behaves}, counts=counts)
        status, result = read(site)
        assert status == "ok"
        assert result["summary"][outcome] >= 1
        assert (one in result["hosts"]) is (outcome == "answered")
        if outcome != "answered":
            assert result["not_read"][one]["outcome"] == outcome
            assert result["not_read"][one]["remedy"] in result["not_read"][one]["message"]
        assert set(result["hosts"]) | {one} == set(before["hosts"])
    lab.admin_service_reset()


def test_a_text_that_looks_like_a_number_does_not_pass(site: Site, lab: LabClient) -> None:
    """Windows does not look at it: a visit sees that, and CMPivot cannot."""
    lab.admin_service_reset()
    one = sorted(read(site)[1]["hosts"])[0]
    for runtime in ("v2.0.50727", "v4.0.30319"):
        for name in ("SystemDefaultTlsVersions", "SchUseStrongCrypto"):
            for view in ("64", "32"):
                key = rf"HKLM\SOFTWARE\Microsoft\.NETFramework\{runtime}"
                assert lab.run(one, rf"reg add {key} /v {name} /t REG_SZ /d 1 /f /reg:{view}")["exit_code"] == 0
    facts = read(site)[1]["hosts"][one]
    found = {finding["id"]: finding for finding in facts["findings"]}["dotnet-v4-settings"]
    assert found["status"] == "warn" and found["reasons"][0]["code"] == "type_not_told"
    assert "REG_DWORD" not in str(found)


@pytest.mark.parametrize(
    ("site_is", "code"),
    [
        ({"forbidden": True}, "cmpivot_forbidden"),
        ({"with_key": False}, "cmpivot_too_old"),
        ({"lists": False, "devices": False}, "cmpivot_no_device_list"),
    ],
)
def test_a_site_that_refuses(site: Site, lab: LabClient, site_is: dict[str, Any], code: str) -> None:
    lab.admin_service_reset(**site_is)
    status, result = read(site)
    lab.admin_service_reset()
    assert status == "failed" and result["code"] == code
    assert result["remedy"] in result["msg"] and "Lab-Only" not in str(result)
    # Who goes on without the clients has the reason for each of them.
    assert result["hosts"] == {} and {row["code"] for row in result["not_read"].values()} == {code}
    assert all(row["message"].startswith(f"{host}: ") for host, row in result["not_read"].items())


def test_a_site_without_lists_of_devices_is_asked_device_by_device(site: Site, lab: LabClient) -> None:
    """The same facts; a script that failed is silence there, since the result of one device does not tell of it."""
    lab.admin_service_reset()
    _status, before = read(site)
    one, other = sorted(before["hosts"])[:2]
    lab.admin_service_reset(lists=False, backslashes=2, clients={one: "cut", other: "nothing"})
    status, result = read(site)
    lab.admin_service_reset()
    assert status == "ok", result

    def judged(facts: dict[str, Any]) -> dict[str, Any]:
        return {name: told for name, told in facts.items() if name != "read_at"}

    assert set(result["hosts"]) == set(before["hosts"]) - {one, other} != set()
    assert all(judged(facts) == judged(before["hosts"][name]) for name, facts in result["hosts"].items())
    outcomes = {name: row["outcome"] for name, row in result["not_read"].items()}
    assert (outcomes.pop(one), outcomes.pop(other)) == ("cut", "nothing")
    assert set(outcomes.values()) == {"silent"} and set(outcomes) == set(before["not_read"])


def test_a_busy_site_with_the_old_parser_is_asked_again(site: Site, lab: LabClient) -> None:
    lab.admin_service_reset(backslashes=2)
    status, result = read(site)
    assert status == "ok" and result["hosts"]
    started = [path for path in lab.admin_service_requests() if path.endswith("RunCMPivot")]
    assert len(started) == QUESTIONS + 1
    lab.admin_service_reset()


QUESTIONS = 31


def test_a_pending_restart_is_told(site: Site, lab: LabClient) -> None:
    lab.admin_service_reset()
    one, other, third = sorted(read(site)[1]["hosts"])[:3]
    current = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion"
    for host, line in {
        one: rf'reg add "{current}\Component Based Servicing\RebootPending" /f',
        other: rf'reg add "{current}\WindowsUpdate\Auto Update\RebootRequired" /f',
    }.items():
        assert lab.run(host, line)["exit_code"] == 0
    found = read(site)[1]["hosts"]
    assert {host: statuses(found[host])["restart-pending"] for host in (one, other, third)} == {
        one: "warn", other: "warn", third: "pass",
    }  # fmt: skip


@pytest.mark.parametrize(("busy", "expected"), [(2, "ok"), (1000, "failed")])
def test_a_busy_site_is_asked_again_and_not_for_ever(site: Site, lab: LabClient, busy: int, expected: str) -> None:
    lab.admin_service_reset(busy=busy)
    status, result = read(site)
    lab.admin_service_reset()
    assert status == expected
    assert result.get("code") == (None if expected == "ok" else "admin_service_busy")


def test_where_ciphers_were_set_one_with_a_slash_is_not_taken_for_absent(site: Site, lab: LabClient) -> None:
    """CMPivot does not list it, on or off."""
    lab.admin_service_reset()
    one = sorted(read(site)[1]["hosts"])[0]
    ciphers = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Ciphers"
    for name in ("Triple DES 168", "AES 256/256"):
        assert lab.run(one, rf'reg add "{ciphers}\{name}" /v Enabled /t REG_DWORD /d 0 /f')["exit_code"] == 0
    facts = read(site)[1]["hosts"][one]
    offered = {finding["id"]: finding for finding in facts["findings"]}["schannel-algorithms"]
    assert offered["status"] not in PASSED
    by_visit = site.module("tls_facts", limit=one).last[one].data["ansible_facts"]["configmgr_tls"]
    assert facts["stacks"] != by_visit["stacks"]


@pytest.mark.seam
def test_a_playbook_reads_servers_by_a_visit_and_clients_through_the_site(
    site: Site, lab: LabClient, clients: list[str], tmp_path: Path
) -> None:
    """Clients have no WinRM at all; findings, forecast and gate are those of visits, but for what the guide lists."""
    lab.admin_service_reset()
    variables = {**provider(site), "configmgr_tls_report_dir": str(tmp_path)}
    for name in clients:
        lab.set_fault(name, "port_closed")
    done = site.playbook(ROOT / "playbooks" / "audit_clients.yml", variables=variables)
    assert done.exit_code == FAILED, done.output[-3000:]
    visited = {row.host for row in done.results if row.action == "configmgr.tls.tls_facts" and row.status != "skipped"}
    assert visited == set(site.hosts) - set(clients)
    assert "Lab-Only" not in done.output
    document = json.loads((tmp_path / "audit_clients.json").read_text(encoding="utf-8"))
    read_here = {name for name in clients if "facts" in document["hosts"][name]}
    assert read_here == {
        name for name in clients if document["hosts"][name]["status"] in ("compliant", "not_compliant")
    }
    assert {document["hosts"][name]["facts"]["read_by"] for name in read_here} == {"cmpivot"}
    assert all(document["hosts"][name]["stopped"]["code"] == "client_failed" for name in set(clients) - read_here)
    lab.clear_faults(*clients)
    both = [name for name in site.hosts if "facts" in document["hosts"][name]]
    report_dir = {"configmgr_tls_report_dir": str(tmp_path)}
    site.playbook(ROOT / "playbooks" / "audit.yml", limit=both, variables=report_dir).expect_ok()
    by_visit = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    told = set(re.findall(r"`([a-z0-9-]+)`", GUIDE.partition("| finding |")[2].partition("\n\n")[0]))
    for name in read_here:
        mine, its = (statuses(report["hosts"][name]["facts"]) for report in (document, by_visit))
        assert {finding for finding in its if mine[finding] != its[finding]} <= told

    def foreseen(report: dict[str, Any]) -> set[tuple[str, ...]]:
        return {tuple(row[name] for name in ("conversation", "enable", "disable")) for row in report["conversations"]}

    def reasons(report: dict[str, Any]) -> set[tuple[str, str]]:
        read_before = {"hosts": {name: report["hosts"][name]["facts"] for name in both}, "not_read": {}}
        rows = {name: {**site.variables[name], "configmgr_tls_clients_read": read_before} for name in both}
        [(_host, status, result)] = OneProcess(rows, site.groups).run(
            "configmgr.tls.tls_gate_info", {}, check=True, diff=False, forks=1, once="CM1"
        )
        assert status == "ok"
        return {(row["code"], row["host"]) for row in result["reasons"]}

    assert foreseen(document) == foreseen(by_visit) != set()
    mine, its = reasons(document), reasons(by_visit)
    # Never a reason less; those that CMPivot adds are those that the guide names.
    assert its and its <= mine and {code for code, _host in mine - its} <= {"sql-client-others", "restart-pending"}
    assert {host for _code, host in mine - its} <= read_here


@pytest.mark.seam
def test_a_site_that_is_always_busy_is_told_of_each_client_and_servers_are_read_all_the_same(
    site: Site, lab: LabClient, clients: list[str], tmp_path: Path
) -> None:
    lab.admin_service_reset(busy=1_000_000)
    few = ["CM1", *clients[:2]]
    variables = {**provider(site), "configmgr_tls_report_dir": str(tmp_path), "configmgr_tls_report_formats": ["json"]}
    done = site.playbook(ROOT / "playbooks" / "audit_clients.yml", limit=few, variables=variables)
    lab.admin_service_reset()
    assert done.exit_code == FAILED, done.output[-3000:]
    hosts = json.loads((tmp_path / "audit_clients.json").read_text(encoding="utf-8"))["hosts"]
    assert "facts" in hosts["CM1"] and "stopped" not in hosts["CM1"]
    for name in clients[:2]:
        assert "facts" not in hosts[name] and hosts[name]["status"] not in ("compliant", "not_compliant")
        assert hosts[name]["stopped"]["code"] == "admin_service_busy" and hosts[name]["stopped"]["remedy"]

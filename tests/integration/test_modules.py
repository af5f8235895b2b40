# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules return and do on the machines of a site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import ROLES, WINRM_ONLY, Outcome, Site

from configmgr_lab.control.client import LabClient

PROTOCOLS = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"
LARGEST_RESULT = 10 * 1024


def facts_of(outcome: Outcome) -> dict[str, dict[str, Any]]:
    return {host: result.data["ansible_facts"]["configmgr_tls"] for host, result in outcome.last.items()}


def failed(facts: dict[str, Any]) -> set[str]:
    return {finding["id"] for finding in facts["findings"] if finding["status"] == "fail"}


def test_facts_know_the_roles_of_the_inventory_and_stay_small(site: Site) -> None:
    outcome = site.module("tls_facts").expect_ok()
    for host, facts in facts_of(outcome).items():
        assert set(facts["roles"]) >= {role for role in ROLES if host in site.groups.get(role, ())}
        assert facts["windows"]["build"] > 0 and facts["unreadable"] == []
        assert len(json.dumps(outcome.last[host].data)) <= LARGEST_RESULT, host


def test_facts_find_the_roles_without_the_inventory(site: Site, lab: LabClient) -> None:
    """ConfigMgr's own registry says who is what; a database server only shows its instance."""
    plain = site.work / "plain.yml"
    rows = {host: site.variables[host] for host in site.hosts}
    plain.write_text(json.dumps({"all": {"hosts": rows}}), encoding="utf-8")
    facts = facts_of(Site(plain, site.work, lab, runs=1000).module("tls_facts").expect_ok())
    missed = {
        host: {role for role in ROLES if host in site.groups.get(role, ())} - set(row["roles"])
        for host, row in facts.items()
    }
    assert {host: roles for host, roles in missed.items() if roles} == {"SQL1": {"site_database"}}


def test_a_site_as_installed_has_no_compliant_server(site: Site, lab: LabClient) -> None:
    facts = facts_of(site.module("tls_facts").expect_ok())
    servers = [host for host in site.hosts if facts[host]["windows"]["product"] == "server"]
    assert servers and not any(facts[host]["compliant"] for host in servers)


def test_the_prediction_is_what_happens_and_nothing_is_left_to_do(site: Site, lab: LabClient) -> None:
    predicted = site.module("tls_settings", check=True).expect_ok()
    assert {host: lab.dump(host)["registry"] == lab.image(host)["registry"] for host in site.hosts} == dict.fromkeys(
        site.hosts, True
    )
    made = site.module("tls_settings").expect_ok()
    assert {host: result.places() for host, result in made.last.items()} == {
        host: result.places() for host, result in predicted.last.items()
    }
    for host in site.hosts:
        assert values_that_differ(lab, host) == {(path, name) for path, name, _, _ in made.last[host].places()}
    again = site.module("tls_settings").expect_ok()
    assert not any(result.changed or result.data["changes"] for result in again.last.values())


def values_that_differ(lab: LabClient, host: str) -> set[tuple[str, str]]:
    """Key and name of every value that is not as in the image, spelled as our results spell them."""
    image, now = lab.image(host)["registry"], lab.dump(host)["registry"]
    return {
        (key.replace("HKEY_LOCAL_MACHINE", "HKLM").replace("Wow6432Node", "WOW6432Node"), name)
        for key in now.keys() | image.keys()
        for name in now.get(key, {}).keys() | image.get(key, {}).keys()
        if now.get(key, {}).get(name) != image.get(key, {}).get(name)
    }


def test_settings_are_in_force_after_a_restart_and_no_second_one_follows(site: Site, lab: LabClient) -> None:
    enabled = site.module("tls_settings").expect_ok()
    assert {result.data["restart_required"] for result in enabled.last.values()} == {True}
    waiting = facts_of(site.module("tls_facts").expect_ok())
    assert all("restart-after-change" in failed(facts) and not facts["compliant"] for facts in waiting.values())
    restarted = site.module("tls_restart", {"delay": 0}, forks=20).expect_ok()
    assert all(result.data["restarted"] for result in restarted.last.values())
    done = site.tasks(
        [{"configmgr.tls.tls_settings": {}}, {"configmgr.tls.tls_restart": {}}, {"configmgr.tls.tls_facts": {}}]
    ).expect_ok()
    assert not any(result.changed for result in done.results)
    assert {host: lab.restarts(host) for host in site.hosts} == dict.fromkeys(site.hosts, 1)
    for host, facts in facts_of(done).items():
        remaining = {finding["fix"] for finding in facts["findings"] if finding["status"] == "fail"}
        assert not remaining & {"settings", "restart"}, host
        assert facts["compliant"] == (not remaining), host
        # Without its WinHTTP update a Windows 7 still has SCHANNEL's TLS 1.2.
        assert facts["protocols"]["client"]["TLS 1.2"] == facts["protocols"]["server"]["TLS 1.2"] == "on", host


def test_machines_that_need_an_update_name_it(site: Site, lab: LabClient) -> None:
    site.tasks([{"configmgr.tls.tls_settings": {}}, {"configmgr.tls.tls_restart": {"delay": 0}}], forks=20).expect_ok()
    facts = facts_of(site.module("tls_facts").expect_ok())
    updates = {
        host: {finding["id"] for finding in row["findings"] if finding["status"] == "fail"}
        for host, row in facts.items()
        if not row["compliant"]
    }
    assert updates == {
        "SQL1": {"sql-server-build"},
        "MP1": {"sql-native-client"},
        "SUP1": {"wsus-update"},
        "APP1": {"dotnet-release"},
        "PC7B": {"winhttp-update"},
        "PC7C": {"winhttp-update"},
    }


def test_only_the_named_components_and_protocols_are_touched(site: Site, lab: LabClient) -> None:
    hosts = ["CM1", "DP1"]
    site.module("tls_settings", {"components": ["dotnet"]}, limit=hosts).expect_ok()
    for host in hosts:
        places = values_that_differ(lab, host)
        assert len(places) == 8 and all(".NETFramework" in path for path, _ in places)
    site.tasks(
        [
            {"configmgr.tls.tls_settings": {}},
            {"configmgr.tls.tls_restart": {"delay": 0}},
        ],
        limit=hosts,
    ).expect_ok()
    before = {host: values_that_differ(lab, host) for host in hosts}
    arguments = {"stage": "disable", "protocols": ["TLS 1.0"], "components": ["schannel"]}
    site.module("tls_settings", arguments, limit=hosts).expect_ok()
    for host in hosts:
        assert values_that_differ(lab, host) - before[host] == {
            (rf"{PROTOCOLS}\TLS 1.0\{side}", name)
            for side in ("Client", "Server")
            for name in ("Enabled", "DisabledByDefault")
        }


def test_the_diff_is_what_a_reg_file_would_say(site: Site) -> None:
    outcome = site.module("tls_settings", check=True, diff=True, limit=site.hosts[0]).expect_ok()
    changed = outcome.last[site.hosts[0]]
    if not changed.changed:
        assert "diff" not in changed.data
        return
    texts = json.dumps(changed.data["diff"])
    assert all(row["name"] in texts for row in changed.data["changes"])
    assert "diff" not in site.module("tls_settings", check=True, limit=site.hosts[0]).last[site.hosts[0]].data


@pytest.mark.both_cores
@WINRM_ONLY
@pytest.mark.seam
def test_the_password_is_in_nothing_that_is_printed_or_returned(site: Site, lab: LabClient) -> None:
    for host, fault in (("MP1", "unauthorized"), ("DP1", "unauthorized"), ("SUP1", "port_closed")):
        lab.set_fault(host, fault)
    outcome = site.module("tls_settings", options=["-vvvvv"], diff=True)
    secret = next(str(row["ansible_password"]) for row in site.variables.values() if "ansible_password" in row)
    assert {outcome.by_status()[host] for host in ("MP1", "DP1", "SUP1")} == {"unreachable"}
    assert secret not in outcome.output
    assert secret not in json.dumps([result.data for result in outcome.results])


@pytest.mark.seam
@pytest.mark.both_cores
def test_what_no_playbook_uses_runs_under_ansible_too(site: Site, lab: LabClient, owner: Path) -> None:
    """With templates, a loop, a register and a condition: what Ansible hands over is tagged, and comes back plain."""
    tasks: list[dict[str, Any]] = [
        {"configmgr.tls.tls_facts": {"roles": "{{ wanted }}"}, "register": "read", "loop": [1]},
        {"configmgr.tls.tls_config_file": {"name": "{{ file }}"}, "when": "read is not changed"},
        {"configmgr.tls.tls_probe_info": {}},
        {"configmgr.tls.tls_update_manifest": {"folder": str(owner)}},
    ]
    given = {"wanted": ["application_catalog"], "file": "application-catalog"}
    done = site.tasks(tasks, limit="APP1", variables=given).expect_ok()
    assert [result.status for result in done.results] == ["ok"] * len(tasks)
    assert lab.dump("APP1")["files"] != lab.image("APP1")["files"]

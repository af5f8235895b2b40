# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks on a whole site: what they change and predict, in which order, and what becomes of failures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import NEED_AN_UPDATE, ROOT, WHOLE, WINRM_ONLY, Outcome, Site

from configmgr_lab.control.client import LabClient

pytestmark = pytest.mark.seam

PLAYBOOKS = ROOT / "playbooks"
NET4 = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
# Two machines of a batch, one at a time, some that need an update: a machine of each restart group.
SOME = ["PC10", "PC7B", "CON1", "DP1", "DP2", "MP1", "MP2", "SQL1", "CM1"]
Run = Callable[..., tuple[Outcome, dict[str, Any]]]


@pytest.fixture
def run(site: Site, lab: LabClient) -> Run:
    """Runs a playbook; gives its outcome and the report that it wrote, an empty one when it wrote none."""

    def runner(name: str, path: Path | None = None, **how: Any) -> tuple[Outcome, dict[str, Any]]:
        folder = site.work / f"report-{site.runs}"
        variables = {"configmgr_tls_report_dir": str(folder), **how.pop("variables", {})}
        outcome = site.playbook(path or PLAYBOOKS / f"{name}.yml", variables=variables, **how)
        file = folder / f"{name}.json"
        return outcome, json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    return runner


def states(document: dict[str, Any]) -> dict[str, str]:
    return {name: host["status"] for name, host in document["hosts"].items()}


def open_ids(document: dict[str, Any], name: str) -> list[str]:
    findings = document["hosts"][name]["facts"]["findings"]
    return [finding["id"] for finding in findings if finding["status"] in ("fail", "unknown")]


def changes(document: dict[str, Any]) -> dict[str, Any]:
    return {name: host.get("changes", {}) for name, host in document["hosts"].items()}


def changed_hosts(outcome: Outcome) -> set[str]:
    return {result.host for result in outcome.results if result.changed}


def untouched(lab: LabClient, hosts: list[str]) -> dict[str, bool]:
    return {host: lab.dump(host)["registry"] == lab.image(host)["registry"] for host in hosts}


def test_an_audit_reports_on_every_machine_and_changes_none(run: Run, site: Site, lab: LabClient) -> None:
    outcome, document = run("audit")
    outcome.expect_ok()
    assert document["schema"] == 1 and set(document["hosts"]) == set(site.hosts)
    assert set(states(document).values()) == {"not_compliant"}
    assert document["summary"]["needs"]["update"] == [host for host in document["hosts"] if host in NEED_AN_UPDATE]
    assert f"TLS 1.2: 0 of {len(site.hosts)} machines are compliant" in outcome.output
    assert not changed_hosts(outcome)
    assert untouched(lab, site.hosts) == dict.fromkeys(site.hosts, True)


@pytest.mark.both_cores
def test_an_audit_fails_where_the_severity_is_reached(run: Run, site: Site) -> None:
    some = [*NEED_AN_UPDATE, "CM1", "PC10"]
    site.set_up("enable", limit=some)
    outcome, _ = run("audit", limit=some, variables={"configmgr_tls_fail_on": "high"})
    assert outcome.exit_code == 2
    assert {host for host, status in outcome.by_status().items() if status == "failed"} == set(NEED_AN_UPDATE)


@pytest.mark.both_cores
def test_the_prediction_is_what_happens_and_a_second_run_does_nothing(run: Run, site: Site, lab: LabClient) -> None:
    hosts = site.hosts if WHOLE else SOME
    predicting, predicted = run("enforce_tls12", check=True, limit=hosts)
    predicting.expect_ok()
    assert untouched(lab, site.hosts) == dict.fromkeys(site.hosts, True)
    assert {lab.dump(host)["restarts"] for host in site.hosts} == {0}
    first, made = run("enforce_tls12", limit=hosts)
    first.expect_ok()
    assert changes(made) == changes(predicted) and set(changes(made)) == set(hosts) and all(changes(made).values())
    restarted = {name for name, host in predicted["hosts"].items() if host["restarted"]}
    assert restarted == {host for host in site.hosts if lab.dump(host)["restarts"] == 1} == set(hosts)
    assert {name: open_ids(made, name) for name in hosts if open_ids(made, name)} == {
        name: [finding] for name, finding in NEED_AN_UPDATE.items() if name in hosts
    }
    assert {name for name, state in states(made).items() if state == "compliant"} == set(hosts) - set(NEED_AN_UPDATE)
    assert_group_after_group(first, {name: host["facts"]["restart_group"] for name, host in made["hosts"].items()})
    second, after = run("enforce_tls12", limit=hosts)
    second.expect_ok()
    assert not changed_hosts(second) and after["summary"]["changed"] == 0
    assert {lab.dump(host)["restarts"] for host in hosts} == {1}


def assert_group_after_group(outcome: Outcome, group: dict[str, int]) -> None:
    """A restart group ends before the next begins."""
    steps = [
        (result.host, result.action.rpartition(".")[2])
        for result in outcome.results
        if result.action.endswith(("tls_settings", "tls_restart"))
    ]
    numbers = [group[host] for host, _ in steps]
    assert numbers == sorted(numbers) and len(set(numbers)) > 3
    # Clients always keep a management point: one is back before the next is touched.
    alone = [step for step in steps if step[0] in ("MP1", "MP2")]
    assert alone == [(host, action) for host in dict(alone) for action in ("tls_settings", "tls_restart")]


FAULTS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "MP2": ("unauthorized", {}, "audit", "auth_rejected"),
    "PC10": ("port_closed", {}, "audit", "host_refused"),
    "PC11": ("foreign_certificate", {}, "audit", "certificate_untrusted"),
    "DP2": ("deny", {"path": NET4, "access": "write"}, "enable", "not_applied"),
    "DP1": ("restart_never_returns", {}, "enable", "not_back"),
}


@WINRM_ONLY
def test_machines_that_fail_stay_out_are_named_and_come_along_next_time(run: Run, site: Site, lab: LabClient) -> None:
    for host, (kind, options, _, _) in FAULTS.items():
        lab.set_fault(host, kind, **options)
    lab.set_fault("PC81", "group_policy", path=NET4, name="SchUseStrongCrypto", type="REG_DWORD", data=0)
    patience = {"configmgr_tls_down_timeout": 5, "configmgr_tls_up_timeout": 3}
    hosts = site.hosts if WHOLE else [*FAULTS, "PC81", "PC7B", "CM1", "MP1", "SMP1"]
    outcome, document = run("enforce_tls12", limit=hosts, variables=patience)
    assert outcome.exit_code == 2
    stopped = {name: host["stopped"] for name, host in document["hosts"].items() if "stopped" in host}
    assert {name: (why["step"], why["code"]) for name, why in stopped.items()} == {
        host: (step, code) for host, (_, _, step, code) in FAULTS.items()
    }
    assert all(why["message"] and why["remedy"] for why in stopped.values())
    assert {name for name, why in stopped.items() if why["unreachable"]} == {"MP2", "PC10", "PC11"}
    failed = {host for host, status in outcome.by_status().items() if status == "failed"}
    assert failed == set(FAULTS) | {"PC81"}
    reason = next(result.data["msg"] for result in outcome.of("PC81") if result.status == "failed")
    assert reason == f"reverted: somebody, such as a Group Policy, changed {NET4}\\SchUseStrongCrypto again"
    others = set(hosts) - failed - set(NEED_AN_UPDATE)
    assert {states(document)[name] for name in others} == {"compliant"}

    # DP1 is still down, as the fault promised: only a reset brings it back.
    lab.reset("DP1")
    lab.clear_faults()
    again, healed = run("enforce_tls12", limit=hosts)
    again.expect_ok()
    assert {name for name, state in states(healed).items() if state != "compliant"} == set(NEED_AN_UPDATE) & set(hosts)


@pytest.mark.both_cores
def test_both_stages_and_back(run: Run, site: Site, lab: LabClient) -> None:
    # Machines that do not talk to the database, which is too old for TLS 1.2.
    ready = ["PC7A", "PC10", "PC11", "DP1", "DP2"]
    both = {"configmgr_tls_disable_legacy": True, "configmgr_tls_hierarchy": ready, "configmgr_tls_health_wait": 5}
    named = {"configmgr_tls_run": "both"}
    outcome, document = run("enforce_tls12", limit=ready, variables=both | named)
    outcome.expect_ok()
    assert set(states(document).values()) == {"compliant"} and set(document["hosts"]) == set(ready)
    off = {
        name: {pair["TLS 1.0"] for pair in host["facts"]["protocols"].values()}
        for name, host in document["hosts"].items()
    }
    assert set().union(*off.values()) == {"off"}
    # The run did not come to PC7B: nothing is to do there, the first time and the second.
    everyone = [*ready, "PC7B"]
    back, after = run("rollback", limit=everyone, variables=named)
    back.expect_ok()
    assert untouched(lab, everyone) == dict.fromkeys(everyone, True)
    assert set(states(after).values()) == {"not_compliant"}
    again, _ = run("rollback", limit=everyone, variables=named)
    again.expect_ok()
    assert not changed_hosts(again)


@pytest.mark.parametrize(("mode", "expected"), [("services", {"CM1", "MP1"}), ("never", set())])
def test_without_a_restart_of_the_machine(run: Run, site: Site, lab: LabClient, mode: str, expected: set[str]) -> None:
    some = ["CM1", "MP1", "DP2"]
    outcome, document = run("enforce_tls12", limit=some, variables={"configmgr_tls_restart": mode})
    outcome.expect_ok()
    assert {host for host in some if lab.dump(host)["restarts"]} == set()
    assert {name for name, host in document["hosts"].items() if host["restarted"]} == expected
    services = {
        result.host: result.data["services"]
        for result in outcome.results
        if result.action.endswith("tls_restart") and result.status == "ok"
    }
    assert {host for host, names in services.items() if "SMS_EXECUTIVE" in names} == expected
    # Set, and not in force: such a machine is not compliant.
    assert all("restart-after-change" in open_ids(document, name) for name in some)
    second, _ = run("enforce_tls12", limit=some, variables={"configmgr_tls_restart": mode})
    second.expect_ok()
    assert not changed_hosts(second)


def only(host: str, wrong: str, right: str) -> str:
    """A value that is wrong on one machine."""
    return f"{{{{ {wrong} if inventory_hostname == '{host}' else {right} }}}}"


@pytest.mark.both_cores
@pytest.mark.seam
def test_wrong_variables_of_any_machine_are_refused_before_any_visit(run: Run, site: Site, lab: LabClient) -> None:
    wrong = {
        "configmgr_tls_restart": only("PC10", "'sometimes'", "'by_role'"),
        "configmgr_tls_outside_window": only("MP2", "'perhaps'", "'set'"),
        "configmgr_tls_maintenance": only("SQL1", "[{'days': ['someday'], 'from': '22:00', 'to': '24:00'}]", "[]"),
        "configmgr_tls_restarts_at_once": "many",
        "configmgr_tls_legacy_days": "30d",
        "configmgr_tls_protocols": [],
        "configmgr_tls_health_wait": "5m",
    }
    # Of what only an audit finds, nothing is said yet.
    known_later = {"configmgr_tls_restart_delay": "{{ ansible_facts.configmgr_tls.roles | length }}"}
    outcome, document = run("enforce_tls12", variables={**wrong, **known_later})
    assert outcome.exit_code == 2 and document == {}
    (refused,) = (result for result in outcome.results if result.status == "failed")
    assert refused.code == "bad_argument"
    problems = {problem.partition(" ")[0]: problem for problem in refused.data["problems"]}
    assert set(problems) == set(wrong)
    assert "is 'sometimes', and has to be one of by_role, " in problems["configmgr_tls_restart"]
    whole = len(site.hosts) - 3
    assert {name: problem.rpartition(" (")[2] for name, problem in problems.items()} == {
        "configmgr_tls_restart": "on PC10)",
        "configmgr_tls_outside_window": "on MP2)",
        "configmgr_tls_maintenance": "on SQL1)",
    } | dict.fromkeys(list(wrong)[3:], f"on {', '.join(sorted(site.hosts)[:3])} and {whole} more)")
    assert {seen["requests"] for seen in lab.counters().values()} == {0}


@pytest.mark.both_cores
def test_the_playbooks_run_by_their_name_in_the_collection(run: Run) -> None:
    outcome, document = run("audit", path=Path("configmgr.tls.audit"), limit=["PC11"])
    outcome.expect_ok()
    assert states(document) == {"PC11": "not_compliant"}

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A hierarchy of four sites, with the inventory of its AdminService: what breaks between sites, and what does not."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, WHOLE, Site, everybody_talks, start_lab
from test_inventory import listed, options, over, written
from test_stage import MODERN, broken, older_protocols

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.hosts import HostVariables
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.forecast import Forecast, forecast
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.requirement import requirements
from configmgr_lab.control.client import LabClient

ENFORCE = ROOT / "playbooks" / "enforce_tls12.yml"
GATEWAY = "TGATE"
# What the stand-in accepts of older protocols is not known of a real gateway.
NOT_KNOWN = {("client-gateway", "TPC7", GATEWAY)}


@dataclass
class Hierarchy:
    """``machines``: with the lab's own inventory, which tells no sites. ``estate``: with that of the AdminService."""

    machines: Site
    estate: Site
    lab: LabClient

    def forecast(self) -> Forecast:
        read = self.machines.module("tls_facts").expect_ok()
        facts = {host: result.data["ansible_facts"]["configmgr_tls"] for host, result in read.last.items()}
        hosts = [HostVariables(name, facts[name], None, self.estate.variables[name]) for name in facts]
        return forecast(facts, LEGACY_PROTOCOLS, told={host.name: host.told for host in hosts})


@pytest.fixture(scope="module")
def shared_tailspin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hierarchy]:
    if os.environ.get("CONFIGMGR_TLS_INVENTORY"):
        pytest.skip("needs the lab")
    work = tmp_path_factory.mktemp("tailspin")
    running, lab = start_lab(work / "lab", site="tailspin")
    try:
        machines = Site(work / "lab" / "inventory.yml", work, lab)
        folder = work / "given"
        path = written(folder, options(machines, "TCAS1"))
        # The one thing that ConfigMgr does not know.
        written(folder, {"admin_console": {"hosts": {"TCON1": None}}}, "consoles.yml")
        for name, row in machines.variables.items():
            connection = row["ansible_connection"]
            given = row if connection == "ssh" else over(connection, row, str(work / "lab" / "ca.pem"))
            written(folder / "host_vars", given, f"{name}.yml")
        code, tree, said = listed(path)
        assert code == 0, said
        estate = Site(folder, work, lab)
        estate.variables = trusted(tree.pop("_meta")["hostvars"])
        estate.groups = {name: list(row.get("hosts", ())) for name, row in tree.items()}
        yield Hierarchy(machines, estate, lab)
    finally:
        running.__exit__(None, None, None)


@pytest.fixture
def tailspin(shared_tailspin: Hierarchy) -> Hierarchy:
    shared_tailspin.lab.reset()
    return shared_tailspin


def trusted(value: Any) -> Any:
    """Without the marks that ansible-inventory puts on what came from elsewhere."""
    if isinstance(value, dict):
        marked = value.get("__ansible_unsafe")
        return {name: trusted(part) for name, part in value.items()} if marked is None else marked
    return [trusted(part) for part in value] if isinstance(value, list) else value


def foreseen(expected: Forecast, stage: str, known: set[str]) -> set[tuple[str, str, str]]:
    """What the forecast says breaks or may break, as the lab names it."""
    return {
        (row.conversation.id, caller, GATEWAY if row.conversation.callee == "gateway" else callee)
        for row in expected.broken(stage)
        for caller in row.caller.hosts
        for callee in row.callee.hosts
        if row.conversation.id in known and not (row.conversation.among_equals and caller == callee)
    }


def test_the_inventory_knows_the_sites(tailspin: Hierarchy) -> None:
    told = tailspin.estate.variables
    sites = {name: (row["configmgr_site_code"], row["configmgr_parent_site"]) for name, row in told.items()}
    assert set(sites) == set(tailspin.machines.hosts)
    assert sites["TCAS1"] == ("TSC", "") and sites["TCM2"] == ("TS2", "TSC") and sites["TPULL1"] == ("T01", "TS1")
    assert told["TSEC1"]["configmgr_assigned_site"] == "TS1"
    assert "pull_distribution_point" in told["TPULL1"]["configmgr_roles"]
    assert told["TMP2"]["configmgr_ssl_state"] == {"management_point": 0, "distribution_point": 0}


def test_without_the_gate_exactly_what_the_forecast_names_breaks_between_sites_too(tailspin: Hierarchy) -> None:
    lab = tailspin.lab
    tailspin.machines.set_up("enable")
    known = {row["id"] for row in lab.talk(count=False)["conversations"]}
    assert broken(lab) == set()
    expected = tailspin.forecast()
    assert (expected.alone, expected.unread_databases) == ((), {})
    assert foreseen(expected, "now", known) == NOT_KNOWN == foreseen(expected, "enable", known)
    named = foreseen(expected, "disable", known)
    assert {
        ("secondary-site-parent", "TSEC1", "TCM1"),
        ("site-server-database", "TCM1", "TCASSQL"),
        ("database-neighbours", "TSQL2", "TCASSQL"),
        ("client-distribution-point", "TPC7", "TPULL1"),
        ("client-gateway", "TPC7", GATEWAY),
    } <= named
    assert not any(callee in ("TMP2", "TSUP2") for _name, _caller, callee in named), "they take no TLS"
    tailspin.machines.set_up("disable", waived=[requirement.id for requirement in requirements()])
    assert broken(lab) == named


def install_everything(lab: LabClient, hosts: list[str]) -> None:
    before = {host: lab.restarts(host) for host in hosts}
    for host in hosts:
        lab.install(host)
        lab.restart(host)
    assert all(lab.wait_for_power(host, up=True, restarts=before[host] + 1) for host in hosts)


def assert_ports(probes: dict[str, Any]) -> None:
    """No port variable is set: the machines know their ports, and the one primary site that it uses HTTP only."""
    seen = {(row["host"], row["port"]): row for row in probes["endpoints"]}
    assert {("TMP1", 8443), ("TSUP1", 443), ("TCSUP", 8531), ("TSEC1", 1433), ("TSQL2", 31450)} <= seen.keys()
    assert all(row["status"] == "pass" and set(row["accepted"]) <= MODERN for row in seen.values())
    assert {(row["host"], row["role"]) for row in probes["not_in_use"]} == {
        ("TMP2", "management_point"),
        ("TMP2", "distribution_point"),
        ("TSUP2", "software_update_point"),
    }


def looked_at(site: Site, **arguments: Any) -> dict[str, Any]:
    """What one look from outside over facts of now tells."""
    look = {"configmgr.tls.tls_verify_info": arguments, "run_once": True}
    return site.tasks([{"configmgr.tls.tls_facts": {}}, look]).expect_ok().results[-1].data


def test_the_gate_opens_once_its_updates_are_there_and_nobody_is_ever_cut_off(tailspin: Hierarchy) -> None:
    """With the inventory of the AdminService; the steps of the one command, without Ansible."""
    lab, site = tailspin.lab, tailspin.estate
    restart = {"configmgr.tls.tls_restart": {"when": "always"}}

    def ask_the_gate(verified: dict[str, Any] | None = None) -> dict[str, Any]:
        gate = {"configmgr.tls.tls_gate_info": {"verified": verified} if verified else {}, "run_once": True}
        return site.tasks([{"configmgr.tls.tls_facts": {}}, gate]).expect_ok().results[-1].data

    with everybody_talks(lab):
        site.tasks([{"configmgr.tls.tls_settings": {"stage": "enable"}}, restart]).expect_ok()
        shut = ask_the_gate()
        assert not shut["open"] and {"TCASSQL", "TSEC1", "TPC7"} <= shut["shut_by"].keys()
        install_everything(lab, [*site.hosts, GATEWAY])
        verified = looked_at(site)
        assert ask_the_gate(verified)["reasons"] == []
        site.tasks([{"configmgr.tls.tls_settings": {"stage": "disable"}}, restart]).expect_ok()
    counts = lab.talk_counts()
    assert counts["totals"]["failed"] == 0 and counts["rounds"] > 1
    assert all(older_protocols(lab, host) == [] for host in site.hosts)
    assert_ports(looked_at(site, expect="disable"))


def test_what_one_port_alone_does_not_take_is_foreseen_and_seen(tailspin: Hierarchy) -> None:
    """A management point whose binding takes no older protocols, and a SQL Server with strict encryption."""
    lab = tailspin.lab
    lab.install("TSQL2", "sql-2022-strict-named")
    binding = r"HKLM\SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo\0.0.0.0:8443"
    lab.set_value("TMP1", binding, "DefaultFlags", 0x400)
    lab.restart("TMP1")
    assert lab.wait_for_power("TMP1", up=True, restarts=1)
    expected = tailspin.forecast()
    known = {row["id"] for row in lab.talk(count=False)["conversations"]}
    cut = broken(lab)
    assert {("client-management-point", "TPC7", "TMP1"), ("site-server-database", "TCM2", "TSQL2")} <= cut
    # Untouched, the connection point has TLS 1.0 only, which a gateway may not take.
    assert foreseen(expected, "now", known) == cut | NOT_KNOWN | {("cmg-connection-point-gateway", "TCGW1", GATEWAY)}
    seen = {row["host"]: row for row in looked_at(tailspin.machines, hosts=["TMP1", "TSQL2"])["endpoints"]}
    assert {host: (row["port"], row["status"]) for host, row in seen.items()} == {
        "TMP1": (8443, "pass"),
        "TSQL2": (31450, "pass"),
    }
    assert set(seen["TMP1"]["accepted"]) <= MODERN and "TLS 1.0" in seen["TSQL2"]["accepted"]


@pytest.mark.skipif(not WHOLE, reason="three minutes: before a release")
@pytest.mark.seam
def test_one_command_takes_the_updated_hierarchy_from_untouched_to_off_and_cuts_nobody(
    tailspin: Hierarchy, tmp_path: Path
) -> None:
    lab = tailspin.lab
    install_everything(lab, [*tailspin.machines.hosts, GATEWAY])
    given = {"configmgr_tls_disable_legacy": True, "configmgr_tls_report_dir": str(tmp_path)}
    with everybody_talks(lab):
        outcome = tailspin.estate.playbook(ENFORCE, variables=given)
    assert outcome.exit_code == 0, outcome.output[-4000:]
    assert lab.talk_counts()["totals"]["failed"] == 0
    assert all(older_protocols(lab, host) == [] for host in tailspin.machines.hosts)
    document = json.loads((tmp_path / "enforce_tls12.json").read_text(encoding="utf-8"))
    assert_ports(document["probes"])

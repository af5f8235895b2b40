# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole sites: who understands whom as installed, after enabling, after disabling, and during restarts."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from configmgr_lab.cli import main
from configmgr_lab.control import show
from configmgr_lab.control.lab import LabError, LabSettings
from configmgr_lab.machine.registry import View
from configmgr_lab.machine.values import Value
from configmgr_lab.site import BadSite, load_site

NET = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework"
WINHTTP = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"
SQL_TALKERS = {
    "site-server-database": "CM1", "provider-database": "CM1", "service-connection-point-database": "CM1",
    "software-update-point-database": "SUP1", "state-migration-point-database": "SMP1",
    "reporting-point-database": "RP1", "application-catalog-database": "APP1",
}  # fmt: skip
WINHTTP_CALLEES = {
    "client-management-point": ["MP1", "MP2"], "client-distribution-point": ["DP1", "DP2"],
    "client-software-update-point": ["SUP1"], "client-state-migration-point": ["SMP1"],
}  # fmt: skip


@pytest.fixture(scope="module")
def site(begin: Any) -> Iterator[Any]:
    with begin("contoso") as lab:
        yield lab


@pytest.fixture
def contoso(site: Any) -> Any:
    site.client.reset()
    site.client.talk_reset()
    return site


def enable(lab: Any, mask: int = 0xAA0) -> None:
    """What an administrator sets on every machine so that it can do TLS 1.2; in force after the next start."""
    for name, machine in lab.site.machines.items():
        for side in ("Client", "Server"):
            lab.set_protocols(name, side, TLS12=1)
        for view in View:
            for version in ("v2.0.50727", "v4.0.30319"):
                for value in ("SystemDefaultTlsVersions", "SchUseStrongCrypto"):
                    machine.write_registry(f"{NET}\\{version}", Value.dword(value, 1), view)
            if machine.image.build in (7601, 9200):
                machine.write_registry(WINHTTP, Value.dword("DefaultSecureProtocols", mask), view)


def disable(lab: Any) -> None:
    """What an administrator sets who asks nobody."""
    enable(lab, 0x800)
    for name in lab.site.machines:
        for side in ("Client", "Server"):
            lab.set_protocols(name, side, SSL20=0, SSL30=0, TLS10=0, TLS11=0)


def restart_all(lab: Any) -> None:
    counts = {name: lab.client.restarts(name) for name in lab.site.machines}
    for name in counts:
        lab.client.restart(name)
    for name, count in counts.items():
        assert lab.client.wait_for_power(name, up=True, restarts=count + 1)


def broken(talked: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(row["id"], row["caller"], row["callee"]) for row in talked["conversations"] if row["state"] == "failed"}


def understood(talked: dict[str, Any]) -> set[str]:
    return {row["protocol"] for row in talked["conversations"]}


def test_as_installed_everybody_is_understood(contoso: Any) -> None:
    talked = contoso.client.talk()
    assert broken(talked) == set()
    assert talked["totals"] == {"ok": {"TLS 1.0": 54, "TLS 1.2": 26}, "failed": 0, "not_up": 0}
    now = {(row["id"], row["caller"], row["callee"]): row["protocol"] for row in talked["conversations"]}
    assert now["client-management-point", "PC7B", "MP2"] == "TLS 1.0"
    assert now["client-management-point", "PC10", "MP2"] == "TLS 1.2"
    assert now["management-point-database", "MP2", "SQL1"] == "TLS 1.0"
    assert contoso.client.talk_counts()["totals"] == talked["totals"]


def test_enabling_breaks_nothing(contoso: Any) -> None:
    enable(contoso)
    restart_all(contoso)
    talked = contoso.client.talk()
    assert broken(talked) == set()
    now = {(row["id"], row["caller"], row["callee"]): row["protocol"] for row in talked["conversations"]}
    assert now["client-management-point", "PC7A", "MP2"] == "TLS 1.2"
    assert now["client-management-point", "PC7B", "MP2"] == "TLS 1.0"
    assert now["software-center-management-point", "PC7B", "MP2"] == "TLS 1.2"
    assert now["console-provider", "CON1", "CM1"] == "TLS 1.2"


def test_disabling_without_updates_breaks_what_it_must_and_no_more(contoso: Any) -> None:
    disable(contoso)
    restart_all(contoso)
    expected = {(identifier, caller, "SQL1") for identifier, caller in SQL_TALKERS.items()}
    expected |= {("management-point-database", caller, "SQL1") for caller in ("MP1", "MP2")}
    expected |= {
        (identifier, caller, callee)
        for identifier, callees in WINHTTP_CALLEES.items()
        for callee in callees
        for caller in ("PC7B", "PC7C")
    }
    talked = contoso.client.talk()
    assert broken(talked) == expected
    assert understood(talked) == {"TLS 1.2", None}
    failures = contoso.client.talk_counts()["failures"]
    assert {(row["id"], row["caller"], row["callee"]) for row in failures} == expected
    texts = {(row["caller"], row["callee"]): row["text"] for row in failures}
    assert texts["PC7B", "MP1"] == "PC7B: WinHTTP offers nothing (without update KB3140245)"
    assert "SQL1 accepts nothing (SQL Server 11.0.5058.0)" in texts["MP2", "SQL1"]
    assert "Native Client 11 11.2.5058.0 is too old" in texts["MP1", "SQL1"]


def test_disabling_with_the_updates_breaks_nothing(contoso: Any) -> None:
    installed = {name: contoso.client.install(name) for name in contoso.site.machines}
    assert {name: products for name, products in installed.items() if products} == {
        "SQL1": ["sql-2012-sp4"],
        "MP1": ["native-client-11"],
        "SUP1": ["wsus-2012-r2-updated"],
        "APP1": ["dotnet-4.8"],
        "PC7B": ["winhttp-update-7-sp1"],
        "PC7C": ["winhttp-update-7-sp1", "dotnet-4.8"],
    }
    disable(contoso)
    restart_all(contoso)
    talked = contoso.client.talk()
    assert (broken(talked), understood(talked)) == (set(), {"TLS 1.2"})


def test_what_is_set_is_not_in_force_before_the_restart(contoso: Any) -> None:
    disable(contoso)
    assert contoso.client.talk()["totals"] == {"ok": {"TLS 1.0": 54, "TLS 1.2": 26}, "failed": 0, "not_up": 0}


def test_a_machine_that_is_down_is_counted_apart(contoso: Any) -> None:
    contoso.client.set_fault("MP1", "restart_never_returns")
    contoso.client.restart("MP1")
    assert contoso.client.wait_for_power("MP1", up=False)
    talked = contoso.client.talk()
    assert talked["totals"]["failed"] == 0
    away = {(row["caller"], row["callee"]) for row in talked["conversations"] if row["state"] == "not_up"}
    assert ("MP1", "SQL1") in away and ("PC10", "MP1") in away
    assert all("MP1" in pair for pair in away)


def test_a_refused_protocol_is_a_failure(contoso: Any) -> None:
    contoso.client.set_fault("MP2", "refuse_protocol", protocol="TLS 1.2")
    talked = contoso.client.talk()
    assert {(row["id"], row["callee"]) for row in talked["conversations"] if row["state"] == "failed"} == {
        ("client-management-point", "MP2"),
        ("distribution-point-management-point", "MP2"),
    }
    row = next(row for row in talked["conversations"] if row["caller"] == "PC10" and row["callee"] == "MP2")
    assert row["cause"] == "no_common_protocol"
    assert row["text"].startswith(
        "PC10: WinHTTP offers TLS 1.2 (by its default since September 2022); MP2 accepts TLS 1.0 and"
    )


def test_a_round_need_not_be_counted(contoso: Any) -> None:
    contoso.client.talk(count=False)
    assert contoso.client.talk_counts()["rounds"] == 0
    contoso.client.talk()
    report = contoso.client.talk_counts()
    assert report["rounds"] == 1
    assert len(report["conversations"]) == 80
    contoso.client.talk_reset()
    assert contoso.client.talk_counts()["totals"] == {"ok": {}, "failed": 0, "not_up": 0}


def test_the_table_names_what_is_broken(contoso: Any) -> None:
    contoso.client.set_fault("SQL1", "refuse_protocol", protocol="TLS 1.0")
    table = show.talk_table(contoso.client.talk())
    assert "client to management point                      14  6 TLS 1.0, 8 TLS 1.2" in table
    assert "management point to SQL Server                   2  2 failed" in table
    assert "broken: site server to SQL Server, CM1 to SQL1: CM1: the SQL client offers" in table


def test_fabrikam_needs_settings_only_and_talks_all_the_way(begin: Any) -> None:
    with begin("fabrikam", talk=0.05) as lab:
        assert all(lab.client.install(name) == [] for name in lab.site.machines)
        assert len(lab.client.talk()["conversations"]) == 39
        disable(lab)
        # One after the other, as somebody would who wants the site to go on; the talk never stops.
        for name in lab.site.machines:
            lab.restart(name)
        talked = lab.client.talk()
        assert (broken(talked), understood(talked)) == (set(), {"TLS 1.2", "TLS 1.3"})
        counts = lab.client.talk_counts()
        assert counts["rounds"] > 2


def test_enabling_first_never_breaks_a_handshake(begin: Any) -> None:
    with begin("fabrikam", talk=0.0) as lab:
        enable(lab)
        for name in lab.site.machines:
            lab.restart(name)
        disable(lab)
        for name in lab.site.machines:
            lab.restart(name)
        lab.client.talk()
        totals = lab.client.talk_counts()["totals"]
        assert totals["failed"] == 0
        assert totals["not_up"] > 0


def test_a_thousand_clients_are_sampled(begin: Any) -> None:
    with begin("contoso", clients=1000) as lab:
        rows = lab.client.talk()["conversations"]
        clients = [row for row in rows if row["id"] == "client-distribution-point" and row["callee"] == "DP1"]
        assert sum(row["stands_for"] for row in clients) == 1007
        assert len(clients) < 30


def test_replicas_stand_in_the_inventory() -> None:
    hosts = load_site("fabrikam").inventory("/ca.pem")["all"]["hosts"]
    assert hosts["FSQL1"]["configmgr_sql_replica"] == "primary"
    assert hosts["FSQL2"]["configmgr_sql_replica"] == "secondary"
    assert "configmgr_sql_replica" not in hosts["FMP1"]


def test_moved_ports_stand_in_the_inventory(begin: Any) -> None:
    with begin("fabrikam", port_offset=20_000) as lab:
        assert lab.inventory()["all"]["vars"]["configmgr_tls_port_sql"] == 21_433
        assert broken(lab.client.talk()) == set()


@pytest.mark.parametrize(("field", "value"), [("port_offset", 70_000), ("port_offset", -1), ("talk", -1.0)])
def test_settings_that_make_no_sense(field: str, value: Any) -> None:
    with pytest.raises(LabError):
        LabSettings(**{field: value}).check()


def test_status_of_the_command_line_shows_the_talk(
    contoso: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("configmgr_lab.cli.running", lambda _state: contoso.client)
    assert main(["status"]) == 0
    assert "console to SMS Provider                          1  1 TLS 1.0" in capsys.readouterr().out
    assert contoso.client.talk_counts()["rounds"] == 0


def test_variables_of_a_host_are_a_mapping(tmp_path: Path) -> None:
    content = yaml.safe_load((files("configmgr_lab") / "sites" / "fabrikam.yml").read_text(encoding="utf-8"))
    content["hosts"][0]["variables"] = 1
    path = tmp_path / "site.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(BadSite, match="host FCM1: variables is no mapping"):
        load_site(str(path))

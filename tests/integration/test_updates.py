# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates from the owner's files to what the machine shows afterwards: over SMB, a share, a web server, a shell."""

from __future__ import annotations

import csv
import functools
import http.server
import threading
from pathlib import Path
from typing import Any

import pytest
from support import Site, assert_described, everybody_talks
from updates import NEEDED, PLAYBOOKS, SQL, left_behind, names, smb_login, update

from configmgr_lab.control.client import LabClient

SOME = [*NEEDED, "CM1", "PC10"]
"""Those that need an update, and two that do not."""


@pytest.mark.parametrize("host", NEEDED)
def test_each_machine_gets_what_its_findings_ask_for(site: Site, lab: LabClient, source: Path, host: str) -> None:
    predicted = update(site, source, host, SQL, check=True)
    assert names(predicted) == NEEDED[host] and predicted.changed
    assert left_behind(lab, host) == [] and lab.restarts(host) == 0
    made = update(site, source, host, SQL)
    assert made.status == "ok", made.data["msg"]
    assert names(made) == NEEDED[host] and made.changed and not made.data["restart_required"]
    assert {row["state"] for row in made.data["packages"]} == {"installed"}
    assert left_behind(lab, host) == []
    again = update(site, source, host, SQL)
    assert not again.changed and names(again) == []


def test_a_machine_that_needs_nothing_is_left_alone(site: Site, lab: LabClient, source: Path) -> None:
    before = lab.dump("CM1")
    result = update(site, source, "CM1")
    assert not result.changed and names(result) == []
    assert lab.dump("CM1") == before


# The application catalog keeps the gate shut, as it should; its owner accepts that.
WAIVERS = """
- id: catalog-goes
  condition: "contains(facts.roles, 'application_catalog')"
  reason: application-catalog
  owner: tests
  why: it is retired next month
  expires: 2099-12-31
"""


def variables(site: Site, source: Path | str, **more: Any) -> dict[str, Any]:
    return {
        **smb_login(site, "configmgr_tls_smb_"),
        "configmgr_tls_install_updates": True,
        "configmgr_tls_update_source": str(source),
        "configmgr_tls_update_sql_server": True,
        "configmgr_tls_update_sql_downtime": 60,
        **more,
    }


@pytest.mark.seam
def test_one_run_from_untouched_to_fully_compliant(site: Site, lab: LabClient, source: Path) -> None:
    waivers = site.work / "waivers.yml"
    waivers.write_text(WAIVERS, encoding="utf-8")
    given = variables(
        site,
        source,
        configmgr_tls_disable_legacy=True,
        configmgr_tls_waivers=str(waivers),
        configmgr_tls_configmgr_version=2309,
    )
    run = functools.partial(site.playbook, PLAYBOOKS / "enforce_tls12.yml", variables=given, forks=20)
    with everybody_talks(lab):
        done = run().expect_ok()
    assert lab.talk_counts()["totals"]["failed"] == 0
    report = next(result for result in reversed(done.results) if result.action.endswith("tls_report"))
    assert report.data["summary"]["compliant"] == report.data["summary"]["hosts"] == len(site.hosts)
    assert [left_behind(lab, host) for host in site.hosts] == [[]] * len(site.hosts)
    before = {host: {**lab.dump(host), "events": None} for host in site.hosts}
    again = run().expect_ok()
    assert not [result for result in again.results if result.changed]
    assert {host: {**lab.dump(host), "events": None} for host in site.hosts} == before


def test_a_machine_fetches_from_a_share(site: Site, lab: LabClient, source: Path) -> None:
    share = r"\\files01.contoso.example\updates"
    given = {"manifest": str(source / "manifest.yml")}
    lab.share(share, str(source), computers=False)
    failed = update(site, share, "MP1", given)
    assert failed.code == "fetch_failed" and "Domain Computers" in failed.data["remedy"]
    assert_described(failed)
    assert left_behind(lab, "MP1") == []
    lab.share(share, str(source))
    assert names(update(site, share, "MP1", given)) == NEEDED["MP1"]
    assert left_behind(lab, "MP1") == []


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


def test_a_machine_fetches_from_a_web_server(site: Site, lab: LabClient, source: Path) -> None:
    handler = functools.partial(QuietHandler, directory=str(source))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        given = {"manifest": str(source / "manifest.yml")}
        assert update(site, address, "MP1").code == "no_manifest"
        assert names(update(site, address, "MP1", given)) == NEEDED["MP1"]
        # Pushed: the controller reads it, and the machine is told no address.
        lab.reset("MP1")
        mark = lab.mark()
        assert names(update(site, address, "MP1", {**given, "transfer": "smb"})) == NEEDED["MP1"]
        assert not [row for row in lab.commands(since=mark, host="MP1") if address in row["line"]]
        server.shutdown()


def test_small_files_go_through_the_shell(site: Site, lab: LabClient, source: Path) -> None:
    assert names(update(site, source, "MP1", {"transfer": "shell"})) == NEEDED["MP1"]
    assert left_behind(lab, "MP1") == []


def test_without_a_restart_it_says_that_one_is_needed(site: Site, lab: LabClient, source: Path) -> None:
    made = update(site, source, "PC7B", {"restart": False})
    assert made.data["restart_required"] and lab.restarts("PC7B") == 0
    lab.restart("PC7B")
    assert lab.wait_for_power("PC7B", up=True, restarts=1)
    assert not update(site, source, "PC7B", {"restart": False}).changed


def test_people_are_spared_its_restart(site: Site, lab: LabClient, source: Path) -> None:
    spare = {"restart": True, "only_when_nobody": True}
    lab.log_on("PC7B", "ann", documents=1)
    for check in (True, False):
        made = update(site, source, "PC7B", spare, check=check)
        assert made.data["restart_required"] and made.data["restarts"] == 0
    assert (lab.restarts("PC7B"), lab.people("PC7B")["documents_lost"]) == (0, 0)
    lab.reset("PC7B")
    assert update(site, source, "PC7B", spare).data["restarts"] == lab.restarts("PC7B") == 1


def test_sql_server_only_when_asked_and_within_the_agreed_downtime(site: Site, lab: LabClient, source: Path) -> None:
    left = update(site, source, "SQL1")
    assert not left.changed and [row["code"] for row in left.data["open"]] == ["sql_server_not_asked"]
    failed = update(site, source, "SQL1", {"sql_server": True, "sql_server_downtime": 5})
    assert failed.code == "downtime_not_agreed" and failed.data["downtime"] == 45
    assert_described(failed)
    predicted = update(site, source, "SQL1", {"sql_server": True, "sql_server_downtime": 5}, check=True)
    assert predicted.status == "ok" and "may be down for 45 minutes" in predicted.data["warnings"][0]
    assert "warnings" not in update(site, source, "SQL1", SQL, check=True).data


def test_an_instance_of_a_failover_cluster_is_never_patched(site: Site, lab: LabClient, source: Path) -> None:
    key = r"HKLM\SOFTWARE\Microsoft\Microsoft SQL Server\MSSQL11.MSSQLSERVER\Cluster"
    lab.run("SQL1", f'reg add "{key}" /v ClusterName /d SQLFCI /f')
    left = update(site, source, "SQL1", SQL)
    assert left.status == "ok" and not left.changed
    assert [row["code"] for row in left.data["open"]] == ["sql_server_cluster"]


def test_packages_on_request_with_what_they_need(site: Site, lab: LabClient, source: Path) -> None:
    wanted = {"packages": ["oledb19-x64"]}
    made = update(site, source, "CM1", wanted)
    assert names(made) == ["visual-cpp-x86", "visual-cpp-x64", "oledb19-x64"]
    assert made.data["packages"][1]["reasons"] == ["oledb19-x64"]
    assert not update(site, source, "CM1", wanted).changed
    asked = {"packages": ["net35-7-x64"]}
    assert names(update(site, source, "PC7A", asked)) == ["net35-7-x64"]
    assert not update(site, source, "PC7A", asked).changed


def test_what_a_package_goes_after_comes_first(site: Site, lab: LabClient, source: Path) -> None:
    wanted = {"packages": ["dotnet-4.8"]}
    made = update(site, source, "PC7C", wanted)
    assert names(made) == ["servicing-7-x86", "sha2-7-x86", "dotnet-4.8"]
    # SHA-2 signatures count after a restart, which the .NET Framework asks for.
    assert lab.restarts("PC7C") == made.data["restarts"] == 2
    assert not update(site, source, "PC7C", wanted).changed


def test_a_hotfix_that_a_later_update_contains_is_no_failure(site: Site, lab: LabClient, source: Path) -> None:
    lab.set_fault("PC7A", "installer", exit_code=-2145124329)
    made = update(site, source, "PC7A", {"packages": ["net35-7-x64"]})
    assert made.status == "ok" and not made.changed
    assert [row["state"] for row in made.data["packages"]] == ["not_applicable"]
    assert left_behind(lab, "PC7A") == []


@pytest.mark.seam
def test_without_files_check_mode_says_what_to_get(site: Site, lab: LabClient, tmp_path: Path) -> None:
    failed = update(site, None, "MP1")
    assert failed.code == "no_source"
    assert_described(failed)
    predicted = update(site, None, "MP1", check=True)
    assert names(predicted) == NEEDED["MP1"] and predicted.data["packages"][0]["file"] is None
    done = site.playbook(PLAYBOOKS / "update_plan.yml", variables={"configmgr_tls_update_plan_dir": str(tmp_path)})
    (told,) = [result.data for result in done.expect_ok().results if result.action.endswith("tls_update_plan")]
    # SQL Server was not asked for: without a word, the plan would look whole.
    assert "SQL1" in told["left_open"] and "SQL1: no package of the plan mends sql-server-build" in done.output
    planned = {table.stem for table in tmp_path.glob("*.csv")}
    assert planned >= {package for host in NEEDED if host != "SQL1" for package in NEEDED[host]}


@pytest.mark.both_cores
@pytest.mark.seam
def test_the_plan_lists_what_check_mode_predicts(site: Site, lab: LabClient, source: Path, tmp_path: Path) -> None:
    before = {host: lab.dump(host) for host in site.hosts}
    done = site.playbook(
        PLAYBOOKS / "update_plan.yml",
        variables=variables(site, source, configmgr_tls_update_plan_dir=str(tmp_path / "plan")),
    ).expect_ok()
    assert {host: lab.dump(host) for host in site.hosts} == before
    predicted = {
        (row["id"], result.host)
        for result in done.results
        if result.action.endswith("tls_update")
        for row in result.data["packages"]
    }
    assert {host: sorted(package for package, name in predicted if name == host) for host in NEEDED} == {
        host: sorted(packages) for host, packages in NEEDED.items()
    }
    planned = set()
    for table in (tmp_path / "plan").glob("*.csv"):
        with table.open(encoding="utf-8", newline="") as stream:
            planned |= {(row["package"], row["machine"]) for row in csv.DictReader(stream)}
    assert planned == predicted
    assert 'NetbiosName in ("MP1")' in (tmp_path / "plan" / "native-client-11-x64.wql").read_text(encoding="utf-8")


@pytest.mark.seam
def test_a_canary_that_fails_stops_the_stage(site: Site, lab: LabClient, source: Path) -> None:
    lab.set_fault("PC7B", "installer", exit_code=-2147024891)
    done = site.playbook(PLAYBOOKS / "enforce_tls12.yml", limit=SOME, variables=variables(site, source), forks=20)
    assert done.exit_code == 2
    updated = {result.host for result in done.results if result.action.endswith("tls_update")}
    assert updated == {"PC7B"}
    assert "installer_failed" in done.output


@pytest.mark.seam
def test_check_mode_of_the_whole_run_writes_nothing(site: Site, lab: LabClient, source: Path) -> None:
    before = {host: lab.dump(host) for host in site.hosts}
    given = variables(site, source)
    done = site.playbook(PLAYBOOKS / "enforce_tls12.yml", limit=SOME, variables=given, forks=20, check=True)
    done.expect_ok()
    assert {host: lab.dump(host) for host in site.hosts} == before
    predicted = {result.host for result in done.results if result.action.endswith("tls_update") and result.changed}
    assert predicted == set(NEEDED)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates from the owner's files to what the machine shows afterwards: over SMB, a share, a web server, a shell."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, Result, Site

from configmgr_lab.control.client import LabClient
from configmgr_lab.installers.packages import write_packages

FOLDER = r"C:\Windows\configmgr.tls.updates"
# Machines of contoso and the packages that their findings ask for.
NEEDED = {
    "SQL1": ["sql-2012-sp4"],
    "MP1": ["native-client-11-x64"],
    "SUP1": ["wsus-2012-r2-x64"],
    "APP1": ["dotnet-4.8"],
    "PC7B": ["winhttp-7-x64"],
    "PC7C": ["winhttp-7-x86"],
}
SQL = {"sql_server": True, "sql_server_downtime": 60}
PLAYBOOKS = ROOT / "playbooks"


@pytest.fixture(scope="session")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The owner's folder with every file, before there is a manifest."""
    folder = tmp_path_factory.mktemp("owner")
    write_packages(folder)
    return folder


@pytest.fixture
def source(site: Site, owner: Path) -> Path:
    """The owner's folder with a manifest."""
    if not (owner / "manifest.yml").exists():
        local = {"delegate_to": "localhost", "run_once": True, "vars": {"ansible_connection": "local"}}
        site.tasks([{"configmgr.tls.tls_update_manifest": {"folder": str(owner)}, **local}]).expect_ok()
    return owner


def update(site: Site, source: Path | str, host: str, arguments: dict[str, Any] | None = None, **how: Any) -> Result:
    """tls_update on one host, restart allowed, with short waits."""
    given = {"source": str(source), "restart": True, "timeout": 60, **(arguments or {})}
    return site.module("tls_update", given, limit=host, **how).last[host]


@contextmanager
def talking(lab: LabClient) -> Iterator[list[dict[str, Any]]]:
    """Everybody talks all the time; what failed between machines that were both up."""
    stop, failures = threading.Event(), list[dict[str, Any]]()

    def talk() -> None:
        while not stop.is_set():
            rows = lab.talk(count=False)["conversations"]
            failures.extend(row for row in rows if row["state"] == "failed")

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield failures
    finally:
        stop.set()
        thread.join()


def names(result: Result) -> list[str]:
    return [row["id"] for row in result.data["packages"]]


def left_behind(lab: LabClient, host: str) -> list[Any]:
    """Files and tasks of ours."""
    dump = lab.dump(host)
    return [path for path in dump["files"] if FOLDER.lower() in path.lower()] + list(dump["tasks"])


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


def variables(source: Path | str, **more: Any) -> dict[str, Any]:
    return {
        "configmgr_tls_install_updates": True,
        "configmgr_tls_update_source": str(source),
        "configmgr_tls_update_sql_server": True,
        "configmgr_tls_update_sql_downtime": 60,
        **more,
    }


def test_one_run_from_untouched_to_fully_compliant(site: Site, lab: LabClient, source: Path) -> None:
    waivers = site.work / "waivers.yml"
    waivers.write_text(WAIVERS, encoding="utf-8")
    given = variables(
        source,
        configmgr_tls_disable_legacy=True,
        configmgr_tls_waivers=str(waivers),
        configmgr_tls_configmgr_version=2309,
    )
    lab.talk_reset()
    run = functools.partial(site.playbook, PLAYBOOKS / "enforce_tls12.yml", variables=given, forks=20)
    with talking(lab) as failures:
        done = run().expect_ok()
    assert failures == []
    report = next(result for result in reversed(done.results) if result.action.endswith("tls_report"))
    assert report.data["summary"]["compliant"] == report.data["summary"]["hosts"] == len(site.hosts)
    assert [left_behind(lab, host) for host in site.hosts] == [[]] * len(site.hosts)
    before = {host: {**lab.dump(host), "events": None} for host in site.hosts}
    again = run().expect_ok()
    assert not [result for result in again.results if result.changed]
    assert {host: {**lab.dump(host), "events": None} for host in site.hosts} == before

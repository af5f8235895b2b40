# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates from the owner's files to what the machine shows afterwards, over real SMB, a share, a web server, a shell."""

from __future__ import annotations

import functools
import http.server
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support import Outcome, Result, Site, assert_described

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
MINIMUM = 1024


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

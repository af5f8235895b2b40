# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of updates share: what each machine of contoso needs, and running tls_update on one."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import CONNECTION, ROOT, Result, Site

from configmgr_lab.control.client import LabClient

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


def update(
    site: Site, source: Path | str | None, host: str, arguments: dict[str, Any] | None = None, **how: Any
) -> Result:
    """tls_update on one host, restart allowed, with short waits."""
    files = {} if source is None else {"source": str(source)}
    given = {**files, **smb_login(site, "smb_"), "restart": True, "delay": 0, "timeout": 60, **(arguments or {})}
    return site.module("tls_update", given, limit=host, **how).last[host]


def smb_login(site: Site, prefix: str) -> dict[str, str]:
    """Hosts that are reached with a key have no password that ADMIN$ would take."""
    if CONNECTION != "ssh":
        return {}
    row = next(row for row in site.variables.values() if "ansible_password" in row)
    return {f"{prefix}user": row["ansible_user"], f"{prefix}password": row["ansible_password"]}


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def names(result: Result) -> list[str]:
    return [row["id"] for row in result.data["packages"]]


def left_behind(lab: LabClient, host: str) -> list[Any]:
    """Files and tasks of ours."""
    dump = lab.dump(host)
    return [path for path in dump["files"] if FOLDER.lower() in path.lower()] + list(dump["tasks"])

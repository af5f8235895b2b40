# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many hosts at the same time: every one answers, with its own answer, and is recorded as itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pypsrp.shell import Process, WinRS
from pypsrp.wsman import WSMan


def test_two_hundred_hosts_answer_side_by_side(lab: Any) -> None:
    lab.client.clear_counters()

    def visit(machine: Any) -> bytes:
        name, password = next(iter(machine.users.items()))
        wsman = WSMan(machine.address, username=name, password=password, auth="basic", cert_validation=lab.ca)
        with wsman, WinRS(wsman, codepage=65001) as shell:
            process = Process(shell, f"say {machine.name}")
            process.invoke()
        return process.stdout

    machines = list(lab.site.machines.values())
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(visit, machines))
    assert answers == [f"{machine.name}\r\n".encode() for machine in machines]
    counters = lab.client.counters()
    assert {(row["requests"], row["commands"], row["connections"]) for row in counters.values()} == {(4, 1, 1)}

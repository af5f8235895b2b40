# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Receive answers as soon as there is something, where programs take time; both clients put the pieces together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pypsrp.shell import Process, WinRS
from pypsrp.wsman import WSMan
from winrm.protocol import Protocol

from configmgr_lab.control.client import LabRefused

HOST = "CM1"
LINE = "hostname&echo one&reg query HKLM\\NOTHING&hostname&echo \u00e4&hostname&exit 3"
STDOUT = "CM1\r\none\r\nCM1\r\n\u00e4\r\nCM1\r\n"
COST = 0.01


@pytest.fixture(scope="module")
def running(begin: Any) -> Iterator[Any]:
    with begin("contoso") as lab:
        yield lab


@pytest.fixture
def slow(running: Any) -> Iterator[Any]:
    running.client.set_fault(HOST, "slow_programs", seconds=COST)
    yield running
    running.client.reset(HOST)


def pywinrm(running: Any) -> Protocol:
    machine = running.site.machines[HOST]
    name, password = next(iter(machine.users.items()))
    return Protocol(f"https://{machine.address}:5986/wsman", "basic", name, password, ca_trust_path=running.ca)


def by_pywinrm(running: Any, line: str, codepage: int = 65001) -> tuple[bytes, int]:
    protocol = pywinrm(running)
    shell = protocol.open_shell(codepage=codepage)
    command = protocol.run_command(shell, line)
    stdout, _, code = protocol.get_command_output(shell, command)
    protocol.cleanup_command(shell, command)
    protocol.close_shell(shell)
    return stdout, code


def by_pypsrp(running: Any, line: str, codepage: int = 65001) -> tuple[bytes, int]:
    machine = running.site.machines[HOST]
    name, password = next(iter(machine.users.items()))
    login = {"username": name, "password": password, "auth": "basic", "cert_validation": running.ca}
    with WSMan(machine.address, **login) as wsman, WinRS(wsman, codepage=codepage) as shell:
        process = Process(shell, line)
        process.invoke()
        return process.stdout, process.rc


def receives(running: Any, mark: int) -> int:
    rows = running.client.requests(since=mark, host=HOST)
    return sum(row["action"] == "receive" for row in rows)


def until(holds: Callable[[], Any]) -> Any:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(COST)
    raise AssertionError("it never came")


@pytest.mark.parametrize("ask", [by_pywinrm, by_pypsrp])
def test_the_pieces_are_the_whole(slow: Any, ask: Callable[[Any, str], tuple[bytes, int]]) -> None:
    mark = slow.client.mark()
    assert ask(slow, LINE) == (STDOUT.encode(), 3)
    # Three programs print, and what the first Receive finds depends on when it comes.
    assert receives(slow, mark) >= 2
    (record,) = slow.client.commands(since=mark, host=HOST)
    assert record["starts"] == 5 and record["milliseconds"] >= 5 * COST * 1000
    assert record["stdout_bytes"] == len(STDOUT.encode())
    assert slow.client.counters()[HOST]["starts"] >= 5


@pytest.mark.parametrize("ask", [by_pywinrm, by_pypsrp])
def test_where_programs_take_no_time_there_is_one_answer(
    running: Any, ask: Callable[[Any, str], tuple[bytes, int]]
) -> None:
    mark = running.client.mark()
    assert ask(running, LINE) == (STDOUT.encode(), 3)
    assert receives(running, mark) == 1
    assert [row["starts"] for row in running.client.commands(since=mark, host=HOST)] == [5]


def test_who_comes_late_gets_all_that_has_gathered(slow: Any) -> None:
    protocol, mark = pywinrm(slow), slow.client.mark()
    shell = protocol.open_shell(codepage=65001)
    command = protocol.run_command(shell, LINE)
    until(lambda: slow.client.commands(since=mark, host=HOST))
    assert protocol.get_command_output(shell, command)[0] == STDOUT.encode()
    assert receives(slow, mark) == 1


def test_pieces_are_in_the_shells_code_page(slow: Any) -> None:
    assert by_pywinrm(slow, LINE, 850)[0] == STDOUT.encode("cp850")


def test_a_terminated_line_stops_before_its_next_program(slow: Any) -> None:
    protocol, mark = pywinrm(slow), slow.client.mark()
    shell = protocol.open_shell(codepage=65001)
    command = protocol.run_command(shell, "hostname&" * 100 + "echo x>C:\\Windows\\done")
    protocol.cleanup_command(shell, command)
    (record,) = until(lambda: slow.client.commands(since=mark, host=HOST))
    assert record["starts"] < 100 and record["exit_code"] == 1
    assert slow.site.machines[HOST].files.get("C:\\Windows\\done") is None


def test_powershell_takes_its_time_to_start(running: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running.site.machines[HOST], "powershell_seconds", COST)
    mark = running.client.mark()
    stdout, code = by_pywinrm(running, "powershell -Command x")
    assert code == 0 and b"changed" in stdout
    (record,) = running.client.commands(since=mark, host=HOST)
    assert record["starts"] == 1 and record["milliseconds"] >= COST * 1000


def test_a_time_without_measure_is_refused(running: Any) -> None:
    with pytest.raises(LabRefused, match="from 0 to 2"):
        running.client.set_fault(HOST, "slow_programs", seconds=60)
    running.client.set_fault(HOST, "slow_programs", seconds=1)
    assert running.client.faults(HOST)["slow_programs"] == 1.0
    running.client.clear_faults(HOST)
    assert running.client.faults(HOST)["slow_programs"] is None

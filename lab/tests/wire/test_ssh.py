# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenSSH of a machine, spoken to by another implementation of ssh than Ansible's."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from configmgr_lab.wire.ssh import cmd_line

PASSWORD = "Lab-Only-7Pz!contoso"


@pytest.mark.parametrize(
    ("line", "shell", "expected"),
    [
        ("echo a & echo b", "cmd", "echo a & echo b"),
        ("if ($true) {cmd.exe /d /s /c 'echo a & echo b'; exit $LASTEXITCODE}", "powershell", "echo a & echo b"),
        ("if ($true) {cmd.exe /d /s /c 'echo it''s'; exit $LASTEXITCODE}", "powershell", "echo it's"),
        ("if ($true) {cmd.exe /d /s /c 'echo it's'; exit $LASTEXITCODE}", "powershell", None),
        ("if ($true) {cmd.exe /d /s /c 'echo \u2019'; exit $LASTEXITCODE}", "powershell", None),
        ("echo a & echo b", "powershell", None),
        ("(echo #ready)&reg query HKLM", "powershell", None),
    ],
)
def test_what_the_default_shell_makes_of_a_line(line: str, shell: str, expected: str | None) -> None:
    assert cmd_line(line, shell) == expected


def ask(running: Any, host: str, line: str, **login: Any) -> asyncssh.SSHCompletedProcess:
    address, port = running.place(host, 22)

    async def talk() -> asyncssh.SSHCompletedProcess:
        known = str(Path(running.ca).parent / "ssh_known_hosts")
        async with asyncssh.connect(
            address, port, username="svc-tls", known_hosts=known, config=None, agent_path=None, **login
        ) as connection:
            return await connection.run(line)

    return asyncio.run(talk())


@pytest.fixture(scope="module")
def running(begin: Any) -> Any:
    with begin("contoso", connection="ssh") as lab:
        yield lab


def test_a_key_and_a_password(running: Any) -> None:
    key = str(Path(running.ca).parent / "ssh_key")
    by_key = ask(running, "MP1", "(echo a)&reg query HKLM\\NOTHING", client_keys=[key], password=None)
    assert (by_key.stdout, by_key.exit_status) == ("a\r\n", 1)
    line = "if ($true) {cmd.exe /d /s /c 'ver|find \"10.0\">nul&&echo yes'; exit $LASTEXITCODE}"
    by_password = ask(running, "MP2", line, client_keys=None, password=PASSWORD)
    assert (by_password.stdout, by_password.exit_status) == ("yes\r\n", 0)
    with pytest.raises(asyncssh.PermissionDenied):
        ask(running, "MP2", "ver", client_keys=None, password="Wrong-1!")


def test_a_line_of_the_wrong_form_changes_nothing_in_either_shell(running: Any) -> None:
    key = str(Path(running.ca).parent / "ssh_key")
    add = "reg add HKLM\\SOFTWARE\\Wrong /v A /d 1 /f"
    for host, line, login in (
        ("MP1", f"if ($true) {{cmd.exe /d /s /c '(echo #ready)&{add}'; exit $LASTEXITCODE}}", {"client_keys": [key]}),
        ("MP2", f"(echo #ready)&{add}", {"client_keys": None, "password": PASSWORD}),
    ):
        ask(running, host, line, **login)
        assert "Wrong" not in str(running.client.dump(host)["registry"])


def test_output_comes_as_programs_end(running: Any) -> None:
    pieces: list[str] = []

    async def listen(address: str, port: int) -> int | None:
        folder = Path(running.ca).parent
        async with asyncssh.connect(
            address, port, username="svc-tls", known_hosts=str(folder / "ssh_known_hosts"), config=None,
            agent_path=None, client_keys=[str(folder / "ssh_key")],
        ) as connection:  # fmt: skip
            process = await connection.create_process("hostname&hostname&hostname&exit 3")
            while piece := await process.stdout.read(1000):
                pieces.append(piece)
            return (await process.wait()).exit_status

    mark = running.client.mark()
    running.client.set_fault("MP1", "slow_programs", seconds=0.02)
    try:
        assert asyncio.run(listen(*running.place("MP1", 22))) == 3
    finally:
        running.client.clear_faults("MP1")
    assert "".join(pieces) == "MP1\r\n" * 3 and len(pieces) > 1
    (record,) = running.client.commands(since=mark, host="MP1")
    assert (record["starts"], record["stdout_bytes"]) == (4, 15) and record["milliseconds"] >= 80


def test_a_stranger_has_another_key(running: Any) -> None:
    running.client.set_fault("MP1", "foreign_certificate")
    try:
        with pytest.raises(asyncssh.HostKeyNotVerifiable):
            ask(running, "MP1", "ver", client_keys=[str(Path(running.ca).parent / "ssh_key")])
    finally:
        running.client.clear_faults("MP1")

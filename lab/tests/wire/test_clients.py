# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two client libraries of Ansible's stock connections, over every way to log on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from pypsrp.shell import Process, SignalCode, WinRS
from pypsrp.wsman import WSMan
from winrm.protocol import Protocol

SHELL = [("create", 200), ("command", 200), ("receive", 200), ("signal", 200), ("delete", 200)]
LOGON = {
    "basic": [],
    "ntlm-https": [("logon", 401), ("logon", 401)],
    "ntlm-http": [("logon", 401), ("logon", 401), ("logon", 200)],
    "negotiate-https": [("logon", 401), ("logon", 401)],
    "negotiate-http": [("logon", 401), ("logon", 401), ("logon", 200)],
}


class Result(NamedTuple):
    stdout: bytes
    stderr: bytes
    exit_code: int


@dataclass(frozen=True)
class Way:
    """One client library and one way to log on: runs a line with input, environment and directory."""

    logon: str
    run: Callable[..., Result]


def pywinrm(lab: Any, logon: str, line: str, *, stdin: bytes = b"", codepage: int = 65001, **shell: Any) -> Result:
    host = lab.machine.address
    secure = not logon.endswith("-http")
    endpoint = f"https://{host}:5986/wsman" if secure else f"http://{host}:5985/wsman"
    name, password = next(iter(lab.machine.users.items()))
    protocol = Protocol(endpoint, logon.partition("-")[0], name, password, ca_trust_path=lab.ca)
    shell_id = protocol.open_shell(
        codepage=codepage, env_vars=shell.get("environment"), working_directory=shell.get("directory")
    )
    command_id = protocol.run_command(shell_id, line, console_mode_stdin=not stdin)
    if stdin:
        protocol.send_command_input(shell_id, command_id, stdin, end=True)
    result = Result(*protocol.get_command_output(shell_id, command_id))
    protocol.cleanup_command(shell_id, command_id)
    protocol.close_shell(shell_id)
    return result


def pypsrp(lab: Any, logon: str, line: str, *, codepage: int = 65001, **shell: Any) -> Result:
    secure = not logon.endswith("-http")
    name, password = next(iter(lab.machine.users.items()))
    wsman = WSMan(
        lab.machine.address,
        username=name,
        password=password,
        ssl=secure,
        auth=logon.partition("-")[0],
        cert_validation=lab.ca if secure else False,
    )
    opened = WinRS(
        wsman, codepage=codepage, environment=shell.get("environment"), working_directory=shell.get("directory")
    )
    with wsman, opened:
        process = Process(opened, line)
        process.invoke()
        process.signal(SignalCode.CTRL_C)
    assert process.rc is not None
    return Result(process.stdout, process.stderr, process.rc)


WAYS = [(pywinrm, logon) for logon in ("basic", "ntlm-https", "ntlm-http")]
WAYS += [(pypsrp, logon) for logon in LOGON]


@pytest.fixture(params=WAYS, ids=lambda way: f"{way[0].__name__}-{way[1]}")
def way(request: pytest.FixtureRequest, lab: Any) -> Iterator[Way]:
    function, logon = request.param
    yield Way(logon, lambda line, **options: function(lab, logon, line, **options))


def test_one_command_takes_exactly_these_requests(lab: Any, way: Way) -> None:
    since = lab.client.mark()
    assert way.run("say hello") == Result(b"hello\r\n", b"", 0)
    assert lab.actions(since) == LOGON[way.logon] + SHELL


@pytest.mark.parametrize("text", ["Grüße", "日本語 привет", "<a&b>\"'", "a  b   c", "x" * 8000])
def test_text_arrives_as_it_was_sent(way: Way, text: str) -> None:
    assert way.run(f"say {text}").stdout == f"{text}\r\n".encode()


def test_stderr_and_exit_code(way: Way) -> None:
    assert way.run("fail 9009") == Result(b"", b"it failed\r\n", 9009)


def test_a_megabyte_comes_back_whole(way: Way) -> None:
    assert way.run(f"big {1 << 20}").stdout == bytes(range(256)) * 4096


def test_environment_and_directory_of_the_shell(way: Way) -> None:
    environment = {"LAB_WORD": "välue"}
    assert way.run("env LAB_WORD", environment=environment).stdout == "välue".encode()
    assert way.run("where", directory="C:\\Temp").stdout == b"C:\\Temp"


def test_the_user_who_logged_on_is_the_user_who_runs(lab: Any, way: Way) -> None:
    assert way.run("who").stdout.decode() == next(iter(lab.machine.users))


@pytest.mark.parametrize("logon", ["basic", "ntlm-http"])
def test_input_reaches_the_command(lab: Any, logon: str) -> None:
    text = bytes(range(256)) * 400
    assert pywinrm(lab, logon, "input", stdin=text).stdout == text


def test_another_code_page(lab: Any) -> None:
    assert pywinrm(lab, "basic", "say Größe 日", codepage=850).stdout == "Größe ?\r\n".encode("cp850")


def test_powershell_gets_a_canned_module_result_when_its_input_ends(lab: Any) -> None:
    result = pywinrm(lab, "basic", "PowerShell -NoProfile -EncodedCommand AAAA", stdin=b"x" * 88_000)
    assert result.exit_code == 0
    assert b'"changed": false' in result.stdout
    assert lab.machine.ran == []


def test_a_mistake_of_the_lab_is_an_answer_and_not_silence(lab: Any) -> None:
    result = pywinrm(lab, "basic", "break it")
    assert result.exit_code == 1
    assert b"configmgr-lab failed: ZeroDivisionError" in result.stderr

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line, with a real background process."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from winrm.protocol import Protocol

from configmgr_lab.cli import _as_arguments, _parser, main
from configmgr_lab.control.lab import LabSettings


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder: Path = tmp_path_factory.mktemp("cli") / "lab"
    yield folder
    main(["down", "--state", str(folder)])


@pytest.fixture(scope="module")
def network() -> str:
    return f"127.{78 + os.getpid() % 20}"


@pytest.fixture
def up(state: Path, network: str, capsys: pytest.CaptureFixture[str]) -> str:
    """A lab that is up; its state folder."""
    log = str(state / "requests.jsonl")
    assert main(["up", "--network", network, "--clients", "3", "--state", str(state), "--requests-log", log]) == 0
    capsys.readouterr()
    return str(state)


def test_up_when_up_says_so(up: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "--state", up]) == 0
    assert "is up already" in capsys.readouterr().out


def test_status_lists_the_hosts(up: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--state", up, "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert main(["status", "--state", up]) == 0
    table = capsys.readouterr().out
    assert len(status["hosts"]) >= 20
    assert all(host["name"] in table for host in status["hosts"])


def test_the_inventory_reaches_a_host_and_the_log_shows_it(up: str, capsys: pytest.CaptureFixture[str]) -> None:
    inventory = yaml.safe_load((Path(up) / "inventory.yml").read_text())
    hosts = dict(_hosts(inventory))
    name, row = next((name, row) for name, row in hosts.items() if row.get("ansible_winrm_transport") == "basic")
    url = f"https://{row['ansible_host']}:5986/wsman"
    ca = row["ansible_winrm_ca_trust_path"]
    protocol = Protocol(url, "basic", row["ansible_user"], row["ansible_password"], ca_trust_path=ca)
    shell_id = protocol.open_shell(codepage=65001)
    command_id = protocol.run_command(shell_id, "echo over the wire")
    assert protocol.get_command_output(shell_id, command_id) == (b"over the wire\r\n", b"", 0)
    assert main(["log", name, "--state", up]) == 0
    shown = capsys.readouterr().out
    assert "echo over the wire" in shown
    assert "receive" in shown
    rows = [json.loads(line) for line in (Path(up) / "requests.jsonl").read_text().splitlines()]
    assert [row["kind"] for row in rows if row["host"] == name].count("command") >= 1


def test_shell_runs_a_line_and_leaves_with_its_exit_code(up: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["shell", "MP1", "-c", "echo hello& exit /b 3", "--state", up]) == 3
    assert capsys.readouterr().out == "hello\n"


def test_shell_reads_lines(up: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lines = iter(["echo one", "nonsense", "exit"])
    monkeypatch.setattr("builtins.input", lambda _prompt: next(lines))
    assert main(["shell", "MP1", "--state", up]) == 1
    captured = capsys.readouterr()
    assert captured.out == "one\n"
    assert "'nonsense' is not recognized" in captured.err


def test_reset_of_one_and_of_all(up: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reset", "MP1", "--state", up]) == 0
    assert capsys.readouterr().out == "Reset 1 host.\n"
    assert main(["reset", "--state", up]) == 0
    assert "hosts" in capsys.readouterr().out


def test_a_second_lab_on_the_same_network_is_refused(
    up: str, network: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["up", "--network", network, "--state", str(tmp_path / "other")]) == 1
    assert "is another lab running" in capsys.readouterr().err
    assert main(["status", "--state", up]) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["shell", "NOBODY", "-c", "ver"], "no host 'NOBODY'"),
        (["reset", "NOBODY"], "no host 'NOBODY'"),
        (["log", "NOBODY"], "no host 'NOBODY'"),
    ],
)
def test_an_unknown_host(up: str, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert main([*arguments, "--state", up]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["up", "--network", "10.0"], "not a loopback network"),
        (["up", "--network", "127"], "not the first two numbers"),
        (["up", "--clients", "-1"], "must not be negative"),
        (["up", "--site", "/no/such/site.yml"], "/no/such/site.yml"),
        (["shell", "MP1"], "no lab is up"),
    ],
)
def test_what_cannot_work(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert main([*arguments, "--state", str(tmp_path)]) == 1
    assert said in capsys.readouterr().err


def test_down_ends_it_and_down_again_says_so(up: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["down", "--state", up]) == 0
    assert main(["down", "--state", up]) == 0
    assert capsys.readouterr().out == "The lab is stopped.\nThe lab was not up.\n"
    assert main(["status", "--state", up]) == 1


def _hosts(group: dict[str, object]) -> Iterator[tuple[str, dict[str, str]]]:
    for key, value in group.items():
        if key == "hosts" and isinstance(value, dict):
            yield from ((name, row) for name, row in value.items() if row)
        elif isinstance(value, dict) and key != "vars":
            yield from _hosts(value)


def test_what_programs_cost_is_handed_on_to_the_process_behind() -> None:
    given = ["up", "--program-ms", "20", "--powershell-ms", "300", "--network", "127.78"]
    options = _parser().parse_args(given)
    settings = LabSettings(network="127.78", program_ms=options.program_ms, powershell_ms=options.powershell_ms)
    again = _parser().parse_args(["up", *_as_arguments(settings)])
    assert (again.program_ms, again.powershell_ms, again.network) == (20, 300, "127.78")

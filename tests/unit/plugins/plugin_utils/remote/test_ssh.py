# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines over ssh: how each default shell is given one, and what is made of what comes back."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import LIMIT, RemoteError, open_session
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.pump import TOO_LATE, prefix
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.ssh import in_shell

# What cmd takes in one line. Source: Microsoft, command-line string limitation.
CMD = 8191


class Plugin:
    """An ssh plugin that answers as it is told."""

    transport = "ssh"

    def __init__(self, shell: str, *answers: Any) -> None:
        self._shell = SimpleNamespace(SHELL_FAMILY=shell)
        self._answers = list(answers)
        self.commands: list[str] = []
        self.options: dict[str, Any] = {"reconnection_retries": 3}
        self.resets = 0

    def get_option(self, name: str) -> Any:
        return self.options[name]

    def set_option(self, name: str, value: Any) -> None:
        self.options[name] = value

    def exec_command(self, command: str, in_data: bytes | None, sudoable: bool) -> tuple[int, bytes, bytes]:
        assert in_data is None and sudoable is False
        self.commands.append(command)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, tuple)
        return answer

    def reset(self) -> None:
        self.resets += 1


OK = (0, b"#ready\r\nanswer\r\n", b"said")


def test_the_answer_is_what_comes_behind_the_marker() -> None:
    plugin = Plugin("cmd", OK)
    with open_session(plugin, host="h1") as session:
        answer = session.run("ver", attempted="ask")
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "answer\r\n", "said")
    assert plugin.commands == ["(echo #ready)&chcp 65001>nul&ver"]
    assert plugin.options["reconnection_retries"] == 0, "the plugin itself must not run a line twice"


def test_powershell_gets_the_line_as_one_text() -> None:
    plugin = Plugin("powershell", OK)
    with open_session(plugin, host="h1") as session:
        session.run("echo it's & \u2019", attempted="ask")
    assert plugin.commands == [
        "if ($true) {cmd.exe /d /s /c '(echo #ready)&chcp 65001>nul&echo it''s & \u2019\u2019'; exit $LASTEXITCODE}"
    ]


@given(st.text(st.characters(blacklist_characters="\r\n\0", blacklist_categories=["Cs"]), max_size=60))
def test_no_line_gets_out_of_the_text(line: str) -> None:
    quoted = in_shell(line, "powershell")
    inside = quoted.removeprefix("if ($true) {cmd.exe /d /s /c '").removesuffix("'; exit $LASTEXITCODE}")
    # Inside, quotes of any kind come in pairs; a single one would end the text.
    assert not re.search("['\u2018-\u201b]", re.sub("(['\u2018-\u201b])\\1", "", inside))
    assert re.sub("(['\u2018-\u201b])\\1", r"\1", inside) == in_shell(line, "cmd")


def test_the_longest_line_fits() -> None:
    assert len(in_shell("x" * LIMIT, "cmd")) <= CMD


@pytest.mark.parametrize(
    ("shell", "answer", "code"),
    [
        ("sh", OK, "shell_type"),
        ("cmd", (1, b"", b"ParserError: ampersand not allowed"), "shell_type"),
        ("powershell", (1, b"", b"{ was unexpected at this time."), "shell_type"),
    ],
)
def test_another_shell_than_named_is_told(shell: str, answer: Any, code: str) -> None:
    plugin = Plugin(shell, answer)
    with open_session(plugin, host="h1") as session, pytest.raises(RemoteError) as raised:
        session.run("ver", attempted="ask", resend=False)
    assert (raised.value.code, raised.value.sent) == (code, False)
    assert "ansible_shell_type" in raised.value.remedy and "no Windows" in raised.value.remedy


def test_a_lost_connection_is_opened_again_where_the_line_may_run_twice() -> None:
    lost = RuntimeError("Failed to connect to the host via ssh: Connection reset by 10.0.0.1 port 22")
    plugin = Plugin("cmd", lost, OK)
    with open_session(plugin, host="h1") as session:
        session._sleep = lambda seconds: None  # type: ignore[attr-defined]
        assert session.run("ver", attempted="ask").stdout == "answer\r\n"
    assert plugin.resets == 1


def test_what_may_have_run_is_not_run_again() -> None:
    lost = RuntimeError("Failed to connect to the host via ssh: Connection reset by 10.0.0.1 port 22")
    plugin = Plugin("cmd", lost)
    with open_session(plugin, host="h1") as session, pytest.raises(RemoteError) as raised:
        session.run("reg add x", attempted="change", resend=False)
    assert (raised.value.code, raised.value.sent) == ("dropped", True)
    assert len(plugin.commands) == 1


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((0, b"#ready\r\n" + b"x" * 8 * 1024 * 1024, b""), "output_too_long"),
        ((0, b"#ready\r\n", b"x" * 8 * 1024 * 1024), "output_too_long"),
        ((0, b"#ready\r\nhalf", TOO_LATE.encode()), "command_time_out"),
    ],
)
def test_what_was_cut_off_is_no_answer(answer: tuple[int, bytes, bytes], code: str) -> None:
    with open_session(Plugin("cmd", answer, answer), host="h1") as session:
        with pytest.raises(RemoteError) as read:
            session.run("ver", attempted="read")
        with pytest.raises(RemoteError) as changed:
            session.run("reg add", attempted="change", resend=False)
    assert read.value.code == code and changed.value.code == "dropped"


def test_what_the_plugin_runs_is_bounded_as_long_as_the_session_lasts() -> None:
    ran: list[list[bytes]] = []

    class Bare(Plugin):
        def _bare_run(self, command: list[bytes], *_others: Any) -> None:
            ran.append(command)

        def exec_command(self, command: str, in_data: bytes | None, sudoable: bool) -> tuple[int, bytes, bytes]:
            self._bare_run([b"sshpass", b"ssh"], None)
            return super().exec_command(command, in_data, sudoable)

    plugin = Bare("cmd", OK, OK)
    for _session in range(2):
        with open_session(plugin, host="h1") as session:
            session.run("ver", attempted="read")
        plugin._bare_run([b"scp"])
    bounded = [*prefix(8 * 1024 * 1024, 900.0), b"sshpass", b"ssh"]
    assert ran == [bounded, [b"scp"]] * 2

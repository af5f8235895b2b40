# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a session does with the messages of a channel: in which order, how often, and how it ends."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
import requests.exceptions
import winrm.exceptions as winrm

from ansible_collections.configmgr.tls.plugins.plugin_utils._marks import HEARD
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import session
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.errors import RemoteError
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.retry import Policy
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.session import CommandResult, Output, ShellSession

DROP = requests.exceptions.ConnectionError("('Connection aborted.', RemoteDisconnected('Remote end closed'))")
REFUSED = requests.exceptions.ConnectionError("[Errno 111] Connection refused")
REJECTED = winrm.InvalidCredentialsError("the specified credentials were rejected by the server")
SILENCE = requests.exceptions.ReadTimeout("Read timed out. (read timeout=30)")
SEALED = winrm.WinRMTransportError("http", 400, "")
BUSY = winrm.WinRMTransportError("http", 503, "")


def fault(code: int) -> Exception:
    return winrm.WSManFaultError(500, "", "", "Grund", wsman_fault_code=code)


SHELLS, OPERATIONS, GONE, DENIED, SLOW = (fault(n) for n in (2150859173, 2150859174, 2150858843, 5, 2150858793))


class Channel:
    """Does what it is told: per message the failures that come before it succeeds."""

    def __init__(self, sealed: bool = False, **plan: Iterable[Exception | str]) -> None:
        self.plan = {name: list(failures) for name, failures in plan.items()}
        self.sealed = sealed
        self.log: list[str] = []

    def _do(self, name: str) -> str:
        self.log.append(name)
        step = self.plan[name].pop(0) if self.plan.get(name) else ""
        if isinstance(step, Exception):
            raise step
        return step

    def open(self) -> None:
        self._do("open")

    def send(self, line: str) -> str:
        self._do("send")
        return "C"

    def receive(self, command: str, output: Output) -> None:
        text = self._do("receive")
        if text != "nothing yet":
            output.stdout += text.encode()
            output.exit_code = None if text.endswith("...") else 0

    def end(self, command: str, patience: float) -> None:
        self._do("end")

    def encrypted(self) -> bool:
        return self.sealed

    def reset(self) -> None:
        self._do("reset")

    def renew(self, patience: float) -> None:
        self._do("renew")

    def close(self, patience: float) -> None:
        self._do("close")

    def abandon(self) -> None:
        self.log.append("abandon")


class Run:
    """One session over a channel; sleeping and the clock only count."""

    def __init__(self, channel: Channel, policy: Policy | None = None) -> None:
        self.channel = channel
        self.slept: list[float] = []
        self.now = 0.0
        self.session = ShellSession(
            channel,
            host="h1",
            secrets=["s3cret"],
            policy=policy,
            sleep=self.slept.append,
            clock=self.tick,
            chance=lambda: 1.0,
        )

    def tick(self) -> float:
        self.now += 1
        return self.now

    def go(self, resend: bool = True, line: str = "ver") -> str:
        """The code of the failure, or the output."""
        try:
            with self.session.open() as session:
                return session.run(line, attempted="read", resend=resend).stdout
        except RemoteError as raised:
            self.raised = raised
            return raised.code
        finally:
            self.session.close()


USUAL = ["open", "send", "receive", "close", "abandon"]


def test_the_usual_way() -> None:
    run = Run(Channel(receive=["a...", "nothing yet", "b"]))
    assert run.go() == "a...b"
    assert run.channel.log == ["open", "send", "receive", "receive", "receive", "close", "abandon"]
    assert run.session.commands == 1
    assert run.slept == [0.5]  # after output, so that the next message brings more of it; not when there was none


@pytest.mark.parametrize(
    ("channel", "resend", "result", "log", "slept"),
    [
        (Channel(open=[BUSY, BUSY]), False, "", ["open", "open", *USUAL], [1, 2]),
        (Channel(open=[SHELLS]), False, "", ["open", *USUAL], [1]),
        (Channel(open=[DROP]), False, "", ["open", "reset", *USUAL], [1]),
        (Channel(send=[OPERATIONS]), False, "", ["open", "send", "renew", *USUAL], [1]),
        (Channel(send=[GONE]), False, "", ["open", "send", "renew", *USUAL], [1]),
        (Channel(send=[BUSY]), False, "", ["open", "send", *USUAL[1:]], [1]),
        (Channel(sealed=True, send=[SEALED]), False, "", ["open", "send", "reset", *USUAL[1:]], []),
        (Channel(send=[DROP]), True, "", ["open", "send", "reset", *USUAL[1:]], [1]),
        (Channel(receive=["half...", DROP, "whole"]), True, "whole",
         ["open", "send", "receive", "receive", "reset", *USUAL[1:]], [0.5, 1]),
        (Channel(receive=[BUSY]), True, "", ["open", "send", "receive", "reset", *USUAL[1:]], [1]),
        (Channel(receive=[GONE]), True, "", ["open", "send", "receive", "renew", *USUAL], [1]),
        # What follows the answer changes nothing any more.
        (Channel(close=[DROP]), False, "", USUAL, []),
    ],
)  # fmt: skip
def test_survived(channel: Channel, resend: bool, result: str, log: list[str], slept: list[float]) -> None:
    run = Run(channel)
    assert run.go(resend) == result
    assert run.channel.log == log
    assert run.slept == slept


@pytest.mark.parametrize(
    ("channel", "resend", "code", "log", "sent"),
    [
        (Channel(open=[REJECTED]), True, "auth_rejected", ["open", "abandon"], False),
        (Channel(open=[REFUSED]), True, "host_refused", ["open", "abandon"], False),
        (Channel(open=[DENIED]), True, "access_denied", ["open", "close", "abandon"], False),
        (Channel(open=[DROP, DROP]), True, "connection_dropped", ["open", "reset", "open", "abandon"], False),
        (Channel(open=[SHELLS] * 5), True, "quota_shells", ["open"] * 5 + ["close", "abandon"], False),
        (Channel(send=[REJECTED]), True, "auth_rejected", ["open", "send", "abandon"], False),
        (Channel(send=[SEALED]), True, "context_lost", ["open", "send", "abandon"], False),
        (Channel(send=[DENIED]), False, "access_denied", ["open", "send", "close", "abandon"], False),
        (Channel(send=[DROP]), False, "dropped", ["open", "send", "abandon"], True),
        (Channel(send=[SLOW]), False, "dropped", ["open", "send", "close", "abandon"], True),
        (Channel(send=[SILENCE]), False, "dropped", ["open", "send", "abandon"], True),
        (Channel(send=[SILENCE]), True, "read_time_out", ["open", "send", "abandon"], False),
        (Channel(send=[REFUSED]), False, "host_refused", ["open", "send", "abandon"], False),
        (Channel(receive=[DROP]), False, "dropped", ["open", "send", "receive", "abandon"], True),
        (Channel(receive=[GONE]), False, "dropped", ["open", "send", "receive", "close", "abandon"], True),
        (Channel(receive=[fault(87)]), False, "host_fault", ["open", "send", "receive", "close", "abandon"], True),
        (Channel(receive=[SILENCE]), True, "read_time_out", ["open", "send", "receive", "abandon"], True),
    ],
)
def test_reported(channel: Channel, resend: bool, code: str, log: list[str], sent: bool) -> None:
    run = Run(channel)
    assert run.go(resend) == code
    assert run.channel.log == log
    assert run.raised.sent is sent
    assert run.raised.host == "h1"
    assert (run.raised.__cause__, run.raised.__context__) == (None, None)


def test_a_rejected_password_is_sent_once() -> None:
    run = Run(Channel(open=[REJECTED, REJECTED]))
    assert run.go() == "auth_rejected"
    assert run.channel.log.count("open") == 1 and run.raised.unreachable


def test_tries_are_bounded_over_the_whole_line() -> None:
    run = Run(Channel(send=[DROP] * 9))
    assert run.go() == "connection_dropped"
    assert run.session.commands == Policy().tries == 5
    assert run.slept == [1, 2, 4, 8]


def test_a_command_that_never_ends() -> None:
    run = Run(Channel(receive=["nothing yet"] * 99), Policy(longest_command=10))
    assert run.go() == "command_time_out"
    assert run.channel.log[-3:] == ["end", "close", "abandon"]
    assert run.channel.log.count("receive") < 99 and run.raised.sent


def test_output_without_end_is_cut_off_and_not_waited_for() -> None:
    run = Run(Channel(receive=["x" * 697 + "..."] * 99), Policy(most_output=10_000, full_message=700))
    assert run.go() == "output_too_long"
    assert run.channel.log.count("receive") == 15 and run.channel.log[-3:] == ["end", "close", "abandon"]
    assert run.slept == [] and run.raised.sent


def test_a_word_that_comes_in_two_messages_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []

    def pause(_elapsed: float, _asked: int, answered: int, _policy: Policy) -> float:
        counted.append(answered)
        return 0.0

    monkeypatch.setattr(session, "draw", lambda: "...abc")
    monkeypatch.setattr(session, "pause", pause)
    Run(Channel(receive=["a...", "abc 0\n...", "...", "abc 1\n...abc 2\n...", "abc 3"])).go()
    assert counted == [0, 1, 1, 3]


WHOLE = "abcdef 0\r\nabcdef end\r\n"


@pytest.mark.parametrize(
    ("receive", "resend", "result", "sent"),
    [
        ([WHOLE], False, f"{HEARD}0\r\n", 1),
        (["abcdef 0\r\nabcde", WHOLE], True, f"{HEARD}0\r\n", 2),
        (["abcdef 0\r\n"], False, "dropped", 1),
        (["abcdef 0\r\n"] * 9, True, "answer_cut", 3),
        # The middle of it was handed to a proxy that did not hand it on.
        (["abcd...", BUSY, WHOLE], True, f"{HEARD}0\r\n", 2),
        (["abcd...", BUSY], False, "dropped", 1),
        # cmd may be forbidden on a machine, and says so: whoever asked has an error of its own for that.
        (["disabled by your administrator"], True, "disabled by your administrator", 1),
        (["disabled by your administrator"], False, "dropped", 1),
    ],
)
def test_an_answer_that_was_cut_is_asked_for_again_or_said(
    receive: list[Exception | str], resend: bool, result: str, sent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "draw", lambda: "abcdef")
    run = Run(Channel(receive=receive), Policy(tries=3))
    assert run.go(resend, "x&echo #ok 0") == result
    assert run.channel.log.count("send") == sent


def test_a_session_serves_more_than_one_line_and_recovers() -> None:
    run = Run(Channel(send=[DROP]))
    with run.session.open() as session:
        with pytest.raises(RemoteError, match="could not change it"):
            session.run("reg add", attempted="change it", resend=False)
        assert session.run("ver", attempted="read") == CommandResult(0, "", "")
    assert run.channel.log[-2:] == ["close", "abandon"] and run.session.commands == 2


@pytest.mark.parametrize("end", [[], [DROP], [GONE]])
def test_a_command_is_ended_before_the_next_one_and_with_its_shell(end: list[Exception]) -> None:
    run = Run(Channel(end=end))
    with run.session.open() as session:
        for _line in range(2):
            session.run("ver", attempted="read")
    assert run.channel.log == ["open", "send", "receive", "end", "send", "receive", "close", "abandon"]


def test_the_second_line_is_waited_for_at_the_pace_of_the_first() -> None:
    run = Run(Channel(), Policy(longest_pause=60))
    with run.session.open() as session:
        session.run("x&echo #ok 0&y&echo #ok 1", attempted="read")
        assert run.slept == []
        session.run("&".join(f"x&echo #ok {number}" for number in range(6)), attempted="read")
        # The clock of this test takes a second from the first question to the answer.
        assert run.slept == [3.0]
        session.run("ver", attempted="read")
    assert run.slept == [3.0]


def test_a_line_that_cmd_would_not_get_is_never_sent() -> None:
    run = Run(Channel())
    with run.session.open() as session, pytest.raises(RemoteError) as raised:
        session.run("a" * 8192, attempted="read")
    assert raised.value.code == "line_too_long" and "send" not in run.channel.log


def test_secrets_stay_out_of_the_error() -> None:
    run = Run(Channel(open=[RuntimeError("login of u with s3cret failed")]))
    assert run.go() == "connection_failed"
    assert "s3cret" not in f"{run.raised} {run.raised.as_result()}" and "********" in run.raised.detail


def test_output_that_is_not_utf8_is_replaced() -> None:
    channel = Channel()
    channel.receive = lambda command, output: output.__init__(b"a\xff", b"\xfe", 5)  # type: ignore[method-assign,misc]
    with Run(channel).session.open() as session:
        assert session.run("x", attempted="read") == CommandResult(5, "a\ufffd", "\ufffd")

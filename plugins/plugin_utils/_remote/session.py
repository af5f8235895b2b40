# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One command shell on one host: a line goes in, its answer comes back, whatever library carries it."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, TypeVar

from .._marks import draw, heard, is_whole, marks, said
from .classify import evidence_of, refused, row_for
from .errors import Fault, RemoteError, error
from .lines import check
from .retry import Again, NextStep, Policy, RequestStage, first_pause, next_step, pause

T = TypeVar("T")


@dataclass(frozen=True)
class CommandResult:
    """What a command line left behind: its exit code and its streams, UTF-8 with replacement of what is not."""

    exit_code: int
    stdout: str
    stderr: str


class Session(Protocol):
    """A host that command lines can be sent to. commands: how many were sent so far."""

    commands: int

    def __enter__(self) -> Session: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def run(self, line: str, *, attempted: str, resend: bool = True) -> CommandResult: ...

    def close(self) -> None: ...


@dataclass
class Output:
    """What Receive has brought so far; exit_code is None while the command runs."""

    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    exit_code: int | None = None


class Channel(Protocol):
    """The WS-Man messages of one shell, as a library sends them. Any exception may come out; the session sorts it."""

    def open(self) -> None:
        """Authenticate and create the shell."""

    def send(self, line: str) -> str:
        """Start a command line; the identifier of the command."""

    def receive(self, command: str, output: Output) -> None:
        """Wait for more output, at most the operation time-out; nothing yet is no error."""

    def end(self, command: str, patience: float) -> None:
        """Tell the host that the command is over; wait at most patience seconds."""

    def encrypted(self) -> bool:
        """Whether messages are sealed by a security context that belongs to the TCP connection."""

    def reset(self) -> None:
        """Forget the TCP connection and its security context, keep the shell. Never raises."""

    def renew(self, patience: float) -> None:
        """Forget the shell, so that open creates another. Never raises."""

    def close(self, patience: float) -> None:
        """Delete the shell within patience seconds and close the TCP connection."""

    def abandon(self) -> None:
        """Close the TCP connection and say nothing to the host. Never raises."""


class AnswerCut(Exception):
    """The host says that the command is over, and what came of its answer does not hold its end."""


class _Rerun(Exception):
    """The whole command line is sent again."""


@dataclass
class _RunState:
    """One call of run: what it is for, and how many of its requests have failed."""

    attempted: str
    resend: bool
    failures: int = 0


class ShellSession:
    """The session over a channel: repeats what is safe to repeat and turns every failure into a RemoteError.

    secrets: what must not appear in any error. sleep (seconds), clock (seconds) and chance (0 to 1) are given in tests.
    """

    def __init__(
        self,
        channel: Channel,
        *,
        host: str,
        secrets: Iterable[str] = (),
        policy: Policy | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.commands = 0
        self._channel = channel
        self._host = host
        self._secrets = tuple(secrets)
        self._policy = policy or Policy()
        self._sleep = sleep
        self._clock = clock
        self._chance = chance
        self._lost = False
        self._closed = False
        self._pace: float | None = None
        """Seconds that a question of the last line took."""
        self._over: str | None = None
        """The command whose answer is whole and whose end was not told."""

    def __enter__(self) -> ShellSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> ShellSession:
        """Log in and open the shell. RemoteError when that is not possible."""
        self._request(RequestStage.OPEN, self._channel.open, _RunState("log in and open a command shell", resend=True))
        return self

    def run(self, line: str, *, attempted: str, resend: bool = True) -> CommandResult:
        """Run one command line and wait for its end.

        attempted: what it is for, as it completes "could not ..."; resend: whether the line may run twice. With False a
        connection that is lost after the line was sent raises code dropped. RemoteError for everything that fails
        before there is an exit code; a command that fails is a CommandResult.
        """
        check(line, host=self._host, attempted=attempted)
        visit = _RunState(attempted, resend)
        while True:
            try:
                return self._run_once(line, visit)
            except _Rerun:
                pass

    def close(self) -> None:
        """Delete the shell and close the connection. Never raises, and waits a few seconds at the most.

        The end of the last command is not told before: what is deleted with its shell needs no message of its own
        (MS-WSMV 3.1.4.4.1).
        """
        if self._closed:
            return
        self._closed = True
        if not self._lost:
            with contextlib.suppress(Exception):
                self._channel.close(self._policy.last_words)
        self._channel.abandon()

    def _run_once(self, line: str, visit: _RunState) -> CommandResult:
        word, asked = draw(), marks(line)
        self._end_last()
        command = self._request(RequestStage.COMMAND, lambda: self._send(said(line, word)), visit)
        output = Output()
        begun = now = self._clock()
        give_up = begun + self._policy.longest_command
        size = answered = 0
        if wait := first_pause(asked, self._pace, self._policy):
            self._sleep(wait)
        while output.exit_code is None:
            grown = len(output.stdout) - size
            if grown:
                # The first letters of a word may have come before.
                answered += output.stdout.count(word.encode(), max(0, size - len(word) + 1))
                size += grown
            if 0 < grown < self._policy.full_message:
                self._sleep(pause(now - begun, asked, answered, self._policy))
                now = self._clock()
            if now >= give_up:
                self._end(command)
                detail = f"still running after {self._policy.longest_command:.0f} seconds"
                raise self._error("command_time_out", visit, detail=detail, sent=True)
            self._request(RequestStage.RECEIVE, lambda: self._channel.receive(command, output), visit)
            now = self._clock()
            if len(output.stdout) + len(output.stderr) > self._policy.most_output:
                self._end(command)
                detail = f"more than {self._policy.most_output} bytes"
                raise self._error("output_too_long", visit, detail=detail, sent=True)
        if asked:
            self._request(RequestStage.RECEIVE, lambda: _demand_end(output, word, visit), visit)
        self._over = command
        self._pace = (now - begun) / asked if asked else None
        stdout, stderr = (bytes(stream).decode("utf-8", "replace") for stream in (output.stdout, output.stderr))
        return CommandResult(output.exit_code, heard(stdout, word), stderr)

    def _send(self, line: str) -> str:
        self.commands += 1
        return self._channel.send(line)

    def _end_last(self) -> None:
        command, self._over = self._over, None
        if command is not None:
            self._end(command)

    def _end(self, command: str) -> None:
        # The answer is complete: whatever happens to this message changes nothing any more.
        try:
            self._channel.end(command, self._policy.last_words)
        except Exception as problem:
            self._lost = not evidence_of(problem).fault

    def _request(self, stage: RequestStage, call: Callable[[], T], visit: _RunState) -> T:
        while True:
            try:
                result = call()
            except RemoteError:
                raise
            except Exception as raised:
                problem = raised
            else:
                self._lost = False
                return result
            # Outside of the handler, so that a later failure does not carry this one as its context.
            visit.failures += 1
            row, step = self._sort(problem, stage, visit)
            if step.again in (Again.NOTHING, Again.UNKNOWN):
                raise self._failure(problem, row, step, stage, visit)
            self._prepare(step, visit)
            if step.again is Again.LINE:
                raise _Rerun

    def _sort(self, problem: Exception, stage: RequestStage, visit: _RunState) -> tuple[Fault, NextStep]:
        evidence = evidence_of(problem)
        row = row_for(evidence)
        step = next_step(
            row.retry,
            stage=stage,
            resend=visit.resend,
            encrypted=self._channel.encrypted(),
            refused=refused(row, evidence),
            tries=visit.failures,
            policy=self._policy,
            chance=self._chance(),
        )
        self._lost = not evidence.fault
        return row, step

    def _prepare(self, step: NextStep, visit: _RunState) -> None:
        if step.delay:
            self._sleep(step.delay)
        if step.reset:
            self._channel.reset()
        if step.renew:
            self._over = None
            self._channel.renew(self._policy.last_words)
            self._request(RequestStage.OPEN, self._channel.open, visit)

    def _failure(
        self, problem: Exception, row: Fault, step: NextStep, stage: RequestStage, visit: _RunState
    ) -> RemoteError:
        unknown = step.again is Again.UNKNOWN
        detail = f"{type(problem).__name__}: {problem}" if str(problem) else type(problem).__name__
        return self._error("dropped" if unknown else row.code, visit, detail, unknown or stage is RequestStage.RECEIVE)

    def _error(self, code: str, visit: _RunState, detail: str, sent: bool) -> RemoteError:
        return error(code, host=self._host, attempted=visit.attempted, detail=detail, secrets=self._secrets, sent=sent)


def _demand_end(output: Output, word: str, visit: _RunState) -> None:
    """An answer of which nothing at all was heard is left to whoever asked, where no change can hide behind it."""
    text = output.stdout.decode("utf-8", "replace")
    if not is_whole(text, word) and (word in text or not visit.resend):
        raise AnswerCut(f"{len(output.stdout)} bytes, without an end")

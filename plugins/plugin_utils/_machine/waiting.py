# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a machine: until it is down, until it is back, until a service is where it should be."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .._failure import Failure
from .._remote import RemoteError, Session
from .._tls.journal import BootMarker
from .._windows.questions import Answers, Command, Query
from .._windows.restart import (
    CANCEL,
    NO_SERVICE,
    RUNNING,
    STOPPED,
    ShutdownAnswer,
    service_command,
    service_state,
    shutdown_answer,
    shutdown_command,
)
from .._windows.snapshot import BOOT, CONTROL_WINDOWS, SHUTDOWN, event_time
from .asking import ask_machine

__all__ = ["Waiter", "boot_of", "cancel_restart", "same_uptime", "restart_services", "shut_down", "wait_until_back"]


_LOOK = "see when the machine last started"


@dataclass(frozen=True)
class Waiter:
    """Calls something until it gives an answer or the time is over; pauses grow from a quarter of a second to five."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def until(self, seconds: float, question: Callable[[], Any]) -> Any:
        """The first answer that is not None; None when time is up."""
        deadline, pause = self.clock() + seconds, 0.25
        while True:
            answer = question()
            if answer is not None or self.clock() >= deadline:
                return answer
            self.sleep(min(pause, max(0.0, deadline - self.clock())))
            pause = min(pause * 1.5, 5.0)


def same_uptime(before: BootMarker, ask: Callable[[Sequence[Query | Command]], Answers]) -> bool | None:
    """Whether the machine has not restarted since. The event of its start decides where it is known then and now, so
    that the time of the shutdown is asked for only where it is not. None: there is nothing to compare.
    """
    if before.event and (same := boot_of(ask([BOOT])).same_uptime(before)) is not None:
        return same
    return boot_of(ask([SHUTDOWN])).same_uptime(before) if before.shutdown else None


def boot_of(answers: Answers) -> BootMarker:
    """The uptime that the answers to BOOT and SHUTDOWN tell."""
    shutdown = answers.registry.key(CONTROL_WINDOWS).value("ShutdownTime")
    return BootMarker(
        event_time(answers.commands.get("boot", ())), str(shutdown.data) if shutdown and shutdown.data else None
    )


def shut_down(session: Session, delay: int, message: str, *, force: bool = True) -> ShutdownAnswer:
    """Tell the machine to restart: DONE, ALREADY or SOMEBODY. Failure restart_refused when Windows does not want to."""
    try:
        line = shutdown_command(delay, message, force=force)
        answer = session.run(line, attempted="restart the machine", resend=False)
    except RemoteError as error:
        # The machine may be quicker than its answer: whether it went down is seen next.
        if not error.sent:
            raise
        return ShutdownAnswer.DONE
    said = shutdown_answer(answer.exit_code)
    if said not in (ShutdownAnswer.DONE, ShutdownAnswer.ALREADY) and (force or said is not ShutdownAnswer.SOMEBODY):
        raise Failure(
            "restart_refused",
            f"Windows refused to restart (shutdown ended with exit code {answer.exit_code}).",
            "The account needs the right to shut down the system from the network; the settings are on the machine.",
        )
    return said


def cancel_restart(session: Session) -> bool:
    """Take back a restart that was announced; False when none was. Failure cancel_refused."""
    answer = session.run(CANCEL, attempted="cancel the restart", resend=False)
    said = shutdown_answer(answer.exit_code)
    if said not in (ShutdownAnswer.DONE, ShutdownAnswer.NONE):
        raise Failure(
            "cancel_refused",
            f"Windows did not cancel a restart (shutdown ended with exit code {answer.exit_code}).",
            "The account needs the right to shut down the system from the network; a restart that has begun goes on.",
        )
    return said is ShutdownAnswer.DONE


def wait_until_back(
    reconnect: Callable[[], Session], before: BootMarker, down_timeout: int, up_timeout: int, waiter: Waiter
) -> None:
    """Back means: it answers, and with another boot marker. A rejected login ends the waiting at once: asking again
    locks accounts.
    """
    gone = False

    def look() -> bool | None:
        nonlocal gone
        try:
            with reconnect() as session:
                same = same_uptime(before, lambda asked: ask_machine(session, asked, _LOOK))
        except RemoteError as error:
            if error.kind in ("authentication", "certificate"):
                raise
            gone = True
            return None
        if same is False:
            return True
        # Where no marker was known before, having been away is all that can be known.
        return True if gone and not before.known else None

    started = waiter.until(down_timeout, lambda: True if gone else look())
    if started is None:
        raise Failure(
            "not_down",
            f"the machine did not begin its restart within {down_timeout} seconds.",
            "See on the machine whether something holds up the shutdown; raise down_timeout if it needs longer.",
            {"awaited": "the machine goes down"},
        )
    if not gone or waiter.until(up_timeout, look) is not None:
        return
    raise Failure(
        "not_back",
        f"the machine went down and did not come back within {up_timeout} seconds.",
        "Look at its console; raise up_timeout if it installs updates on the way. The settings are on the machine.",
        {"awaited": "the machine answers with a new boot marker"},
    )


def restart_services(
    session: Session, names: Sequence[str], stop_timeout: int, start_timeout: int, waiter: Waiter
) -> list[str]:
    """Stop in the order given and start in the reverse one, so that one that needs another is named before it.

    Returns those that were running. A service that was stopped stays stopped, and one that does not exist is passed
    over. When one does not stop or does not tell its state, those before it are started again.
    """
    stopped: list[str] = []
    try:
        for name in names:
            state = _state(session, name)
            if state is None:
                raise Failure(
                    "service_unknown",
                    f"the state of service {name} was not told, so it was not restarted.",
                    "See that the account may ask for it (sc query) and that the machine starts programs.",
                )
            if state in (NO_SERVICE, STOPPED):
                continue
            _stop(session, name, stop_timeout, waiter)
            stopped.append(name)
    finally:
        _start_all(session, stopped[::-1], start_timeout, waiter)
    return stopped


def _start_all(session: Session, names: Sequence[str], timeout: int, waiter: Waiter) -> None:
    """Every one is started, whatever becomes of those before it; the first that does not start is told."""
    failures = []
    for name in names:
        try:
            _start(session, name, timeout, waiter)
        except Failure as failure:
            failures.append(failure)
    if failures:
        raise failures[0]


def _stop(session: Session, name: str, timeout: int, waiter: Waiter) -> None:
    _tell(session, "stop", name)
    if waiter.until(timeout, lambda: True if _state(session, name) == STOPPED else None) is None:
        raise Failure(
            "service_not_stopped",
            f"service {name} did not stop within {timeout} seconds.",
            "See in its log what it waits for, or restart the machine instead.",
            {"awaited": f"{name} stops"},
        )


def _start(session: Session, name: str, timeout: int, waiter: Waiter) -> None:
    _tell(session, "start", name)
    if waiter.until(timeout, lambda: True if _state(session, name) == RUNNING else None) is None:
        raise Failure(
            "service_not_started",
            f"service {name} did not start again within {timeout} seconds.",
            "Start it on the machine and see in the event log why it does not.",
            {"awaited": f"{name} runs"},
        )


def _state(session: Session, name: str) -> int | None:
    # Without a mark behind it: the exit code of the line is that of sc.
    answer = session.run(service_command("query", name), attempted=f"see the state of service {name}")
    return service_state(answer.exit_code, answer.stdout.splitlines())


def _tell(session: Session, verb: str, name: str) -> None:
    session.run(f"{service_command(verb, name)}>nul", attempted=f"{verb} service {name}", resend=True)

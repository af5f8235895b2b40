# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting a job on a machine and waiting for its end, whatever happens to connections, machine and controller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .._failure import Failure
from .._machine.machine import Machine
from .._machine.waiting import boot_of
from .._tls.journal import BootMarker
from .._windows.jobs import (
    Job,
    JobState,
    Workshop,
    job_questions,
    parse_job,
    system_root,
)
from .._windows.questions import Answers
from .._windows.snapshot import BOOT, SHUTDOWN

__all__ = ["JobEnd", "run_job", "wait_for_job"]

_LOOK = "see how far the installation is"
_PROGRESS_SECONDS = 60
# The scheduler may need a moment between "run" and "is running"; a job that ended writes its exit code first.
_LOOKS_UNTIL_LOST = 3


@dataclass(frozen=True)
class JobEnd:
    """How a job on the machine ended.

    ``exit_code`` is None when the job left none: the machine ``restarted`` meanwhile, or it was ended.
    """

    exit_code: int | None
    restarted: bool


def run_job(
    machine: Machine,
    workshop: Workshop,
    subject: str,
    command: str,
    boot: BootMarker,
    timeout: int,
    tell: Callable[[str], None],
) -> JobEnd:
    """Start ``command`` and wait for its end.

    Failure already_running, task_refused or installer_timeout, RemoteError.
    """
    # Windows itself ends what hangs, at a time when nobody waits any more.
    job = Job(subject, command, 2 * timeout + 600, str(boot))
    done = machine.markers(workshop.start_line(job), f"start the job {subject}")
    if not {"0", "1"} <= done:
        state = parse_job(machine.ask(job_questions(), _LOOK).commands)
        if state is not None and state.subject != subject and not state.has_ended:
            raise Failure(
                "already_running",
                f"another run has begun to {state.subject} on the machine meanwhile.",
                "Let it finish, and run the task again. Run one playbook at a time over the same machines.",
            )
        if state is None or not state.is_alive:
            machine.run(workshop.end_job_line(), "remove the job")
            raise Failure(
                "task_refused",
                f"the task scheduler did not take the job ({'start' if '0' in done else 'registration'}).",
                "See that the service Schedule runs and that the account may create tasks (schtasks /create).",
            )
    return wait_for_job(machine, subject, timeout, tell)


def wait_for_job(machine: Machine, subject: str, timeout: int, tell: Callable[[str], None]) -> JobEnd:
    """Wait for a job that is on the machine, ours or that of an earlier run."""
    begun = told = machine.waiter.clock()
    lost = 0
    silent = False

    def look() -> JobEnd | None:
        nonlocal lost, silent, told
        answers = machine.patient_ask([*job_questions(), BOOT], _LOOK)
        now = machine.waiter.clock()
        if now - told >= _PROGRESS_SECONDS:
            told = now
            tell(f"{subject}: {int(now - begun)} seconds so far")
        # A machine that can start no command tells nothing of the job either.
        if answers is None or system_root(answers.commands) is None:
            return None
        state = parse_job(answers.commands)
        silent = state is not None and not (state.is_alive or state.has_ended)
        end = _end(state, lambda started: _restarted(machine, started, answers))
        if end is None or end.exit_code is not None or end.restarted:
            lost = 0 if end is None else lost
            return end
        lost += 1
        return end if lost >= _LOOKS_UNTIL_LOST else None

    end: JobEnd | None = machine.waiter.until(timeout, look)
    if end is None:
        raise _endless(subject, timeout, silent=silent)
    return end


def _endless(subject: str, timeout: int, *, silent: bool) -> Failure:
    found = f"{subject} is still running after {timeout} seconds. It goes on, and the next run waits for it."
    remedy = "See on the machine whether it hangs (task configmgr.tls update); raise timeout if it only needs longer."
    if silent:
        found = (
            f"{subject} left no exit code within {timeout} seconds, and the task scheduler does not tell whether it "
            "runs. It is left alone, and the next run waits for it."
        )
        remedy = "See on the machine whether it runs. Where it does not, restart the machine: that ends the waiting."
    return Failure("installer_timeout", found, remedy, {"awaited": subject})


def _restarted(machine: Machine, started: BootMarker, seen: Answers) -> bool:
    """Whether the machine has restarted since: the time of its last shutdown is asked for only where the event of its
    start does not tell.
    """
    same = boot_of(seen).same_uptime(started)
    if same is None and started.shutdown and (more := machine.patient_ask([SHUTDOWN], _LOOK)):
        same = boot_of(more).same_uptime(started)
    return same is False


def _end(state: JobState | None, restarted: Callable[[BootMarker], bool]) -> JobEnd | None:
    """None while it runs."""
    if state is None:
        return JobEnd(None, restarted=False)
    if state.exit_code is not None:
        return JobEnd(state.exit_code, restarted=False)
    if restarted(BootMarker.parse(state.boot)):
        return JobEnd(None, restarted=True)
    return JobEnd(None, restarted=False) if state.has_ended else None

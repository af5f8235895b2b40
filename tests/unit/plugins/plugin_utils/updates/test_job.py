# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a job: what ends it, what only looks like an end, and who else may have started one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.machine import Machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.waiting import Waiter
from ansible_collections.configmgr.tls.plugins.plugin_utils._marks import heard
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import CommandResult, RemoteError
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.journal import BootMarker
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.job import JobEnd, run_job, wait_for_job
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.jobs import NOT_YET, RUNNING, Workshop
from ansible_collections.configmgr.tls.tests.unit.plugins.action.fake import remote_error

BOOT, LATER = "2026-01-01T08:00:00Z", "2026-01-02T08:00:00Z"
STARTED = "#ok 0\r\n#ok 1\r\n"
GONE = remote_error("unreachable_host", "network", unreachable=True)
REJECTED = remote_error("auth_rejected", "authentication", unreachable=True)


def look(
    result: int | None = RUNNING, exit_code: int | None = None, *, subject: str = "install x", boot: str = BOOT
) -> str:
    """What a machine answers to a look at its job; the numbers of markers are those of job_questions and the boot."""
    text = f"C:\\Windows\r\n#ok 0\r\n#ok 1\r\n{subject};{BOOT},-\r\n#ok 2\r\n"
    if result is not None:
        text += f'"H","T","N/A","W","I","N/A","{result}"\r\n'
    text += "#ok 3\r\n"
    if exit_code is not None:
        text += f"exit={exit_code}\r\n#ok 4\r\n"
    return text + f"<TimeCreated SystemTime='{boot}'/>\r\n#ok 5\r\n"


NOTHING = f"C:\\Windows\r\n#ok 0\r\n#ok 3\r\n<TimeCreated SystemTime='{BOOT}'/>\r\n#ok 5\r\n"


class Session:
    """Answers in order; the last one again and again."""

    def __init__(self, answers: Sequence[str | RemoteError]) -> None:
        self.answers = list(answers)
        self.lines: list[str] = []
        self.commands = 0

    def run(self, line: str, *, attempted: str, resend: bool = True) -> CommandResult:
        self.lines.append(line)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, RemoteError):
            raise answer
        return CommandResult(0, heard(answer, "#ok"), "")

    def close(self) -> None:
        pass


def machine(session: Session) -> Machine:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += max(seconds, 0.01)

    return Machine("host1", lambda: session, Waiter(lambda: now[0], sleep))  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    ("answers", "end"),
    [
        ([look(exit_code=3010, result=0)], JobEnd(3010, False)),
        ([look(NOT_YET), look(), look(), look(exit_code=-5, result=-5)], JobEnd(-5, False)),
        # Away for a while, and then done.
        ([look(), GONE, GONE, look(exit_code=0, result=0)], JobEnd(0, False)),
        ([look(), GONE, look(None, boot=LATER)], JobEnd(None, True)),
        # The exit code counts, whatever restarted afterwards.
        ([look(None, exit_code=1641, boot=LATER)], JobEnd(1641, False)),
        ([look(267014)], JobEnd(None, False)),
        ([NOTHING], JobEnd(None, False)),
        # Between the end of the task and its exit code a look proves nothing.
        ([look(0), look(0), look(0, exit_code=7)], JobEnd(7, False)),
        # A scheduler that says nothing, and a machine that starts no command, say nothing of an end.
        ([look(None)] * 5 + [look(exit_code=0, result=0)], JobEnd(0, False)),
        ([""] * 5 + [look(exit_code=0, result=0)], JobEnd(0, False)),
    ],
)
def test_how_a_job_ends(answers: list[str | RemoteError], end: JobEnd) -> None:
    assert wait_for_job(machine(Session(answers)), "install x", 3600, lambda text: None) == end


@pytest.mark.parametrize(("now", "restarted"), [("0102", True), ("0101", False)])
def test_where_no_event_tells_of_a_start_the_last_shutdown_does(now: str, restarted: bool) -> None:
    silent = look(NOT_YET).replace(f";{BOOT},-", ";-,0101").replace(f"<TimeCreated SystemTime='{BOOT}'/>", "")
    key = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Windows"
    shutdown = f"{key}\r\n    ShutdownTime    REG_BINARY    {now}\r\n#ok 0\r\n"
    session = Session([silent, shutdown, look(exit_code=0, result=0)])
    end = JobEnd(None, True) if restarted else JobEnd(0, False)
    assert wait_for_job(machine(session), "install x", 3600, lambda text: None) == end
    assert ["ShutdownTime" in line for line in session.lines] == [False, True] + [False] * (not restarted)


def test_a_job_that_does_not_end_is_left_alone_and_told_of() -> None:
    told: list[str] = []
    session = Session([look()])
    with pytest.raises(Failure) as raised:
        wait_for_job(machine(session), "install x", 300, told.append)
    assert raised.value.code == "installer_timeout"
    assert len(told) >= 4 and told[0].startswith("install x: ")
    assert not [line for line in session.lines if "/delete" in line or "/end" in line]


def test_a_silent_scheduler_is_said_where_the_job_does_not_end() -> None:
    session = Session([look(None)])
    with pytest.raises(Failure, match="scheduler does not tell") as raised:
        wait_for_job(machine(session), "install x", 300, lambda text: None)
    assert raised.value.code == "installer_timeout"
    assert not [line for line in session.lines if "/delete" in line or "/end" in line]


def test_a_rejected_login_is_not_tried_again() -> None:
    session = Session([look(), REJECTED, look()])
    with pytest.raises(RemoteError):
        wait_for_job(machine(session), "install x", 3600, lambda text: None)
    assert len(session.lines) == 2


def run(session: Session) -> JobEnd:
    boot = BootMarker(BOOT, None)
    return run_job(machine(session), Workshop(r"C:\Windows"), "install x", "ver", boot, 60, lambda text: None)


def test_a_job_that_was_started_is_waited_for() -> None:
    assert run(Session([STARTED, look(), look(exit_code=0, result=0)])) == JobEnd(0, False)


def test_our_own_job_that_runs_without_its_marker_is_waited_for() -> None:
    assert run(Session(["#ok 0\r\n", look(), look(exit_code=0, result=0)])) == JobEnd(0, False)


@pytest.mark.parametrize("result", [RUNNING, None])
def test_another_run_that_was_quicker_keeps_the_machine(result: int | None) -> None:
    session = Session(["", look(result, subject="install y")])
    with pytest.raises(Failure) as raised:
        run(session)
    assert raised.value.code == "already_running" and "install y" in str(raised.value)
    assert len(session.lines) == 2


@pytest.mark.parametrize("answers", [["", NOTHING], ["#ok 0\r\n", look(NOT_YET + 1)]])
def test_a_scheduler_that_refuses_leaves_no_lock(answers: list[str]) -> None:
    session = Session([*answers, ""])
    with pytest.raises(Failure) as raised:
        run(session)
    assert raised.value.code == "task_refused"
    assert "/delete" in session.lines[-1] and "rd /s /q" in session.lines[-1]

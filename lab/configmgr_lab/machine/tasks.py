# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task scheduler: tasks that run a command as SYSTEM, each for a while.

What a task's command does is done at the end of that while, and not at all when the task was ended before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from .clock import Clock, Timer
from .completed import Completed
from .faults import Faults

RUNNING = 267009
NOT_YET = 267011
ENDED = 267014
_NAMESPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
_LOOK_AGAIN = 0.1
_DURATION = re.compile(r"PT(\d+)S")


class TaskError(Exception):
    """`reason` is `xml`, `unknown`, `not_running`, `denied`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StillWaiting(Exception):
    """A program shows a window that nobody sees, and waits for ever."""


@dataclass
class Task:
    """`limit`: seconds after which it is ended, None for never."""

    name: str
    line: str
    limit: float | None
    last_result: int = NOT_YET
    timers: tuple[Timer, ...] = ()

    @property
    def is_running(self) -> bool:
        return self.last_result == RUNNING


class TaskScheduler:
    """All methods are called with the machine's lock held, or from its clock."""

    def __init__(
        self,
        clock: Clock,
        faults: Faults,
        *,
        run: Callable[[str], Completed],
        restart: Callable[[], object],
        seconds: float,
    ) -> None:
        """`run` runs a line as SYSTEM, which takes so many `seconds`; `restart` restarts the machine."""
        self._clock = clock
        self._faults = faults
        self._run = run
        self._restart = restart
        self._seconds = seconds
        self._tasks: dict[str, Task] = {}

    def create(self, name: str, xml: str) -> None:
        """Raises TaskError `xml` for what is not understood: one action, as SYSTEM."""
        line, limit = _read(xml)
        self._tasks[name.lower()] = Task(name, line, limit)

    def get(self, name: str) -> Task:
        """Raises TaskError `unknown`."""
        try:
            return self._tasks[name.strip("\\").lower()]
        except KeyError:
            raise TaskError("unknown") from None

    def run(self, name: str) -> None:
        """Start it; one that runs goes on (IgnoreNew). Raises TaskError."""
        task = self.get(name)
        if task.is_running:
            return
        task.last_result = RUNNING
        seconds = self._faults.installer.seconds
        timers = [self._later(self._seconds if seconds is None else seconds, lambda: self._finish(task))]
        if task.limit is not None:
            timers.append(self._later(task.limit, lambda: self._end(task)))
        task.timers = tuple(timers)

    def end(self, name: str) -> None:
        """Raises TaskError `unknown` or `not_running`."""
        task = self.get(name)
        if not task.is_running:
            raise TaskError("not_running")
        self._end(task)

    def delete(self, name: str) -> None:
        """Raises TaskError. A command that runs goes on, and nobody hears of it: here it ends."""
        self._end(self.get(name))
        del self._tasks[name.strip("\\").lower()]

    def power_off(self) -> None:
        for task in self._tasks.values():
            self._end(task)

    def reset(self) -> None:
        self.power_off()
        self._tasks.clear()

    def dump(self) -> dict[str, Any]:
        return {task.name: task.last_result for task in self._tasks.values()}

    def _later(self, seconds: float, action: Callable[[], None]) -> Timer:
        return self._clock.call_later(seconds, action)

    def _end(self, task: Task) -> None:
        for timer in task.timers:
            timer.cancel()
        task.timers = ()
        if task.is_running:
            task.last_result = ENDED

    def _finish(self, task: Task) -> None:
        faults = self._faults.installer
        if not task.is_running:
            return
        if faults.restarts:
            faults.restarts = False
            self._restart()
        elif faults.hangs:
            task.timers += (self._later(_LOOK_AGAIN, lambda: self._finish(task)),)
        else:
            self._do(task)

    def _do(self, task: Task) -> None:
        try:
            completed = self._run(task.line)
        except StillWaiting:
            return
        if task.is_running:
            self._end(task)
            task.last_result = completed.exit_code


def _read(xml: str) -> tuple[str, float | None]:
    try:
        root = ElementTree.fromstring(xml.strip())
    except ElementTree.ParseError as error:
        raise TaskError("xml") from error

    def text(path: str) -> str:
        return root.findtext("/".join(_NAMESPACE + part for part in path.split("/")), "")

    command = text("Actions/Exec/Command")
    if root.tag != f"{_NAMESPACE}Task" or text("Principals/Principal/UserId") != "S-1-5-18" or not command:
        raise TaskError("xml")
    limit = _DURATION.fullmatch(text("Settings/ExecutionTimeLimit"))
    return f"{command} {text('Actions/Exec/Arguments')}", float(limit[1]) if limit else None

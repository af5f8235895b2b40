# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installing on one machine what it needs: package after package, each proved by what the machine shows afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._data import ExitCode, Package, exit_code, installer, package, packages
from .._failure import Failure
from .._machine.machine import Machine
from .._machine.people import somebody_there
from .._tls.updates import NeededPackage, Selection
from .._windows.jobs import Workshop, free_bytes, space_question
from .delivery import Delivery, deliver
from .job import JobEnd, run_job, wait_for_job
from .manifest import ManifestFile
from .state import MachineState

__all__ = ["Limits", "UpdateRun", "described", "install_command", "shown"]

_MESSAGE = "Restart for updates that TLS 1.2 of Configuration Manager needs"
_BYTES_A_MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Seconds: for one installation, for somebody else's to end, until a restart begins, for the machine to go down and
    to come back.

    ``restart``: whether the machine may be restarted. ``spare_people``: only when nobody is logged on to it.
    """

    timeout: int
    busy_timeout: int
    delay: int
    down_timeout: int
    up_timeout: int
    restart: bool
    spare_people: bool = False

    def may_restart(self, machine: Machine) -> bool:
        """Asked when it matters: an installation is long enough for somebody to come. RemoteError."""
        return self.restart and not (self.spare_people and somebody_there(machine.session()))


@dataclass
class UpdateRun:
    """The installing of a machine's updates, one package after the other.

    ``read`` looks at the machine, ``select`` says what it still needs; both are asked again after every package.
    """

    machine: Machine
    files: Mapping[str, ManifestFile]
    delivery: Delivery
    limits: Limits
    read: Callable[[], MachineState]
    select: Callable[[MachineState], Selection]
    proved: Callable[[Package, MachineState], bool | None]
    tell: Callable[[str], None]
    done: list[dict[str, Any]] = field(default_factory=list)
    restarts: int = 0
    restart_required: bool = False

    @property
    def changed(self) -> bool:
        return any(row["state"] == "installed" for row in self.done) or self.restarts > 0

    def run(self, state: MachineState) -> MachineState:
        """Until nothing is needed any more. Failure when a package cannot be installed; what was done is in done."""
        state = self._finish_earlier(state)
        while needs := self._left(state):
            state = self._install(needs[0], state)
        if self.restart_required and self.limits.may_restart(self.machine):
            state = self._restart(state)
        if not self.restart_required:
            self._prove(state)
        return state

    def _left(self, state: MachineState) -> list[NeededPackage]:
        """What was installed in this run is not installed again: when it does not show, that is a failure."""
        tried = {row["id"] for row in self.done}
        return [need for need in self.select(state).needs if need.package.id not in tried]

    def _finish_earlier(self, state: MachineState) -> MachineState:
        """The job of a run that ended before it did: what it installed counts, a half one is begun again."""
        if state.job is None:
            return state
        verb, _blank, name = state.job.subject.partition(" ")
        row = next((row for row in packages() if row.id == name), None)
        if verb == "install" and row is None:
            raise self.refusal(
                "job_unknown",
                f"another release of the collection began to {state.job.subject}, which is no package of this one.",
                "Run the task with the release that began it; or see that it has ended, and delete the task "
                rf"configmgr.tls update and the folder {state.workshop.file('job')} on the machine.",
            )
        self.tell(f"waiting for {state.job.subject}, which an earlier run began")
        end = wait_for_job(self.machine, state.job.subject, self.limits.timeout, self.tell)
        self.machine.run(state.workshop.end_job_line(), "remove the job")
        if verb == "install" and row is not None and end.exit_code is not None:
            self._note(row, ("an earlier run",), end.exit_code)
        return self.read()

    def _install(self, need: NeededPackage, state: MachineState) -> MachineState:
        row = need.package
        if row.clean_start and (state.restart_pending or self.restart_required):
            state = self._restart_first(row, state)
        self._check_space(row)
        self.tell(f"bringing {self.files[row.id].file} ({self.files[row.id].size} bytes)")
        deliver(self.machine, state.workshop, row, self.files[row.id], self.delivery, state.tls.state.boot, self.tell)
        self.tell(f"installing {row.title}, which may take {row.minutes} minutes")
        end = self._run_installer(row, state)
        if end.exit_code is None:
            return self._after_interruption(need, end)
        self._note(row, need.reasons, end.exit_code)
        restarts = self.done[-1]["means"] == "restart_started"
        state = self._wait_for_restart(state) if restarts else self.read()
        # A package that counts at once has to show at once: the next one may build on it.
        if self.done[-1]["means"] == "installed" and not state.restart_pending:
            self._prove_one(row, state)
        return state

    def _run_installer(self, row: Package, state: MachineState) -> JobEnd:
        """Somebody else's installation is waited for; an installer is never started beside another."""
        command, busy = install_command(row, state.workshop), 0

        def once() -> JobEnd | None:
            nonlocal busy
            end = run_job(
                self.machine,
                state.workshop,
                f"install {row.id}",
                command,
                state.tls.state.boot,
                self.limits.timeout,
                self.tell,
            )
            self.machine.run(state.workshop.end_job_line(), "remove the job")
            meaning = exit_code(row.kind, end.exit_code) if end.exit_code is not None else None
            if meaning is None or meaning.means != "busy":
                return end
            busy = end.exit_code or 0
            return None

        end: JobEnd | None = self.machine.waiter.until(self.limits.busy_timeout, once)
        if end is None:
            raise self._failed(row, busy)
        return end

    def _note(self, row: Package, reasons: tuple[str, ...], code: int) -> None:
        meaning = exit_code(row.kind, code)
        if meaning is None or not _is_good(row, meaning):
            raise self._failed(row, code)
        state = meaning.means if meaning.means in ("already_installed", "not_applicable") else "installed"
        if meaning.means in ("restart_required", "restart_started"):
            self.restart_required = True
        self.done.append(
            {
                **described(row, self.files.get(row.id), reasons),
                "state": state,
                "exit_code": code,
                "means": meaning.means,
            }
        )

    def _failed(self, row: Package, code: int) -> Failure:
        meaning = exit_code(row.kind, code)
        phrase = meaning.phrase if meaning else "nothing is known about this exit code"
        remedy = (meaning.remedy if meaning else None) or (
            "Look the exit code up with the maker of the package, and see its log on the machine (C:\\Windows\\Temp)."
        )
        return self.refusal(
            f"installer_{meaning.means}" if meaning else "installer_failed",
            f"{row.title} could not be installed: {phrase} (exit code {code}).",
            remedy,
            {"package": row.id, "exit_code": code},
        )

    def refusal(self, code: str, message: str, remedy: str, details: Mapping[str, Any] | None = None) -> Failure:
        """A failure that says what was done before it."""
        return Failure(
            code, message, remedy, {"packages": shown(self.done), "changed": self.changed, **(details or {})}
        )

    def _after_interruption(self, need: NeededPackage, end: JobEnd) -> MachineState:
        """The installer left no exit code. What it did is for the machine to say; it may be tried once more."""
        state = self.read()
        if self.proved(need.package, state) is True:
            self._note(need.package, need.reasons, 0)
            return state
        raise self.refusal(
            "interrupted",
            f"the installation of {need.package.title} was interrupted "
            f"({'the machine restarted' if end.restarted else 'its task was ended'}), and it is not installed.",
            "Run the task again: it begins with this package. If it happens again, see in the System event log who "
            "restarts the machine or ends the task.",
            {"package": need.package.id},
        )

    def _restart_first(self, row: Package, state: MachineState) -> MachineState:
        if not self.limits.may_restart(self.machine):
            seen = state.tls.state
            known = self.restart_required or seen.pending_restart
            unread = "" if known else f", and {seen.pending_unread[0]} could not be read"
            first = "Restart the machine and run the task again" if known else "Let the account read that key"
            raise self.refusal(
                "restart_first",
                f"{row.title} needs a machine without a pending restart{unread}.",
                f"{first}, or let the machine restart by itself with restart: true; when only_when_nobody is given, "
                "nobody may be logged on then.",
                {"package": row.id},
            )
        return self._restart(state)

    def _restart(self, state: MachineState) -> MachineState:
        self.tell("restarting")
        limits = self.limits
        self.machine.restart(state.tls.state.boot, _MESSAGE, limits.delay, limits.down_timeout, limits.up_timeout)
        self.restarts += 1
        self.restart_required = False
        return self.read()

    def _wait_for_restart(self, state: MachineState) -> MachineState:
        self.machine.wait_for_restart(state.tls.state.boot, self.limits.down_timeout, self.limits.up_timeout)
        self.restarts += 1
        self.restart_required = False
        return self.read()

    def _check_space(self, row: Package) -> None:
        """Nothing is said against it where the machine does not tell."""
        answers = self.machine.ask([space_question()], "see how much room there is on the system drive")
        free = free_bytes(answers.commands.get("space", ()))
        needed = 2 * self.files[row.id].size + row.disk_mb * _BYTES_A_MEGABYTE
        if free is not None and free < needed:
            raise self.refusal(
                "no_space",
                f"{row.title} needs {needed // _BYTES_A_MEGABYTE} MB on the system drive, and "
                f"{free // _BYTES_A_MEGABYTE} MB are free; nothing was copied.",
                "Free some space on the system drive and run the task again.",
                {"package": row.id},
            )

    def _prove(self, state: MachineState) -> None:
        for row in self.done:
            self._prove_one(package(row["id"]), state)

    def _prove_one(self, row: Package, state: MachineState) -> None:
        """An exit code is a claim; what the machine shows is the result. None: it has no place to show it."""
        if self.proved(row, state) is False:
            raise self.refusal(
                "not_installed",
                f"the installer of {row.title} reported success, and the machine does not show it.",
                "See on the machine whether the file was the right one, and the installer's log; a later run tries "
                "again.",
                {"package": row.id},
            )


def _is_good(row: Package, meaning: ExitCode) -> bool:
    """Windows does not list a hotfix that a later update contains, and its installer has no other word for that."""
    return meaning.remedy is None or (row.component == "hotfix" and meaning.means == "not_applicable")


def install_command(row: Package, workshop: Workshop) -> str:
    """The installer's command line: its words come from our tables, and the file is named by us."""
    how = installer(row.kind)
    file = workshop.file(row.file_name)

    def word(text: str) -> str:
        return f'"{text.replace("{file}", file)}"' if "{file}" in text else text

    program = workshop.program(how.program).replace("{file}", file)
    return " ".join([f'"{program}"', *map(word, how.arguments), *row.arguments])


def described(row: Package, file: ManifestFile | None, reasons: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "file": file.file if file else None,
        "size": file.size if file else None,
        "reasons": list(reasons),
        "restart": row.restart,
        "services": list(row.services),
        "minutes": row.minutes,
    }


def shown(done: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "means"} for row in done]


# Every machine asks for them: read on import, they are there in every worker.
packages()

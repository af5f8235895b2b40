# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The remote shells of one machine and the commands in them."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from configmgr_lab.wire.soap_faults import INVALID_SELECTORS, TOO_MANY_SHELLS, SoapFault

IDLE_SECONDS = 7200.0
MAX_SHELLS_PER_USER = 30

_NO_SHELL = (
    "The request for the Windows Remote Shell with ShellId {} failed because the shell was not found on the server. "
    "Possible causes are: the specified ShellId is incorrect or the shell no longer exists on the server. Provide the "
    "correct ShellId or create a new shell and retry the operation. "
)
_NO_COMMAND = (
    "The Windows Remote Shell received a request to perform an operation on a command identifier that does not exist. "
    "Either the command has completed execution or the client specified an invalid command identifier. "
)


@dataclass
class Command:
    """A started command: what it read, what it left, and what of that was not handed out yet."""

    command_id: str
    line: str
    stdin: bytearray = field(default_factory=bytearray)
    stdin_ended: asyncio.Event = field(default_factory=asyncio.Event)
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    something: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while there is output that was not handed out, or the end."""
    pending: dict[str, bytes] = field(default_factory=lambda: {"stdout": b"", "stderr": b""})
    exit_code: int = 0

    def add(self, stdout: bytes, stderr: bytes) -> None:
        """Output of a command that goes on; that of one which was ended is dropped."""
        if not self.finished.is_set() and (stdout or stderr):
            self.pending["stdout"] += stdout
            self.pending["stderr"] += stderr
            self.something.set()

    def finish(self, stdout: bytes, stderr: bytes, exit_code: int) -> None:
        """End it with its last output; only the first ending counts."""
        if not self.finished.is_set():
            self.add(stdout, stderr)
            self.exit_code = exit_code
            self.finished.set()
            self.something.set()

    def terminate(self, exit_code: int) -> None:
        """End it, and forget what was not handed out."""
        self.pending = {"stdout": b"", "stderr": b""}
        self.finish(b"", b"", exit_code)

    def take(self, room: int) -> dict[str, bytes]:
        """At most ``room`` bytes of output, stdout first."""
        taken = {}
        for name, waiting in self.pending.items():
            taken[name] = waiting[:room]
            self.pending[name] = waiting[room:]
            room -= len(taken[name])
        if not self.finished.is_set() and not any(self.pending.values()):
            self.something.clear()
        return taken

    @property
    def drained(self) -> bool:
        return self.finished.is_set() and not any(self.pending.values())


@dataclass
class OpenShell:
    """An open shell and what it was opened with."""

    shell_id: str
    user: str
    codepage: int
    environment: Mapping[str, str]
    working_directory: str
    idle: float
    last_used: float
    commands: dict[str, Command] = field(default_factory=dict)

    def command(self, command_id: str) -> Command:
        """Raises SoapFault for an unknown command."""
        found = self.commands.get(command_id.upper())
        if found is None:
            raise SoapFault(INVALID_SELECTORS, _NO_COMMAND)
        return found


class Shells:
    """All shells of one machine: per-user quota, idle time-out, gone when the machine goes down."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._now = monotonic
        self._shells: dict[str, OpenShell] = {}

    def __len__(self) -> int:
        return len(self._shells)

    def open(
        self,
        user: str,
        *,
        codepage: int,
        environment: Mapping[str, str],
        working_directory: str,
        idle: float = IDLE_SECONDS,
        shell_id: str = "",
    ) -> OpenShell:
        """Raises SoapFault when the user has too many."""
        now = self._now()
        self._shells = {key: shell for key, shell in self._shells.items() if now - shell.last_used < shell.idle}
        if sum(shell.user == user for shell in self._shells.values()) >= MAX_SHELLS_PER_USER:
            raise SoapFault(TOO_MANY_SHELLS)
        key = (shell_id or str(uuid.uuid4())).upper()
        shell = OpenShell(key, user, codepage, environment, working_directory, idle, now)
        self._shells[key] = shell
        return shell

    def get(self, shell_id: str, user: str) -> OpenShell:
        """Raises SoapFault when there is none, it was idle for too long, or it is another user's."""
        shell, now = self._shells.get(shell_id.upper()), self._now()
        if shell is None or shell.user != user or now - shell.last_used >= shell.idle:
            raise SoapFault(INVALID_SELECTORS, _NO_SHELL.format(shell_id))
        shell.last_used = now
        return shell

    def close(self, shell_id: str, user: str) -> None:
        """Raises SoapFault as ``get`` does."""
        del self._shells[self.get(shell_id, user).shell_id]

    def clear(self) -> None:
        self._shells.clear()

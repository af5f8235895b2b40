# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenSSH of one machine: a command line from a key, a password or a ticket to the machine's default shell, and its
answer.

Known from Microsoft's pages about OpenSSH for Windows: the default shell is cmd unless DefaultShell names another; it
gets the line as its one argument (cmd: /c). PowerShell is not emulated: one form of a line is understood, and
everything else is a mistake of syntax to it, as it is to cmd when it comes there.
"""

from __future__ import annotations

import asyncio
import re
import socket
import time
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncssh

from configmgr_lab.kerberos.tickets import Keytab
from configmgr_lab.listening import Silence, follow_power, listen
from configmgr_lab.wire.injection import FaultBox
from configmgr_lab.wire.recorder import Recorder
from configmgr_lab.wire.seam import Machine

PORT = 22
SHELLS = ("cmd", "powershell")
_TO_CMD = re.compile(
    r"if \(\$true\) \{cmd\.exe /d /s /c '((?:[^'\u2018-\u201b]|['\u2018-\u201b]{2})*)'; exit \$LASTEXITCODE\}"
)
_DOUBLED = re.compile("(['\u2018-\u201b])['\u2018-\u201b]")
_SYNTAX = b"At line:1 char:1\r\nParserError: the line is not one that this emulated PowerShell understands.\r\n"


@dataclass(frozen=True)
class SshKeys:
    """The keys of a lab: of all its hosts, of a stranger, and the one that its administrators log in with."""

    host: asyncssh.SSHKey
    foreign: asyncssh.SSHKey
    login: asyncssh.SSHKey

    @classmethod
    def create(cls) -> SshKeys:
        return cls(*(asyncssh.generate_private_key("ssh-ed25519") for _ in range(3)))


def cmd_line(line: str, shell: str) -> str | None:
    """What the machine's cmd gets of a line for the default shell; None for a mistake of syntax in PowerShell."""
    if shell == "cmd":
        return line
    match = _TO_CMD.fullmatch(line)
    return _DOUBLED.sub(r"\1", match[1]) if match else None


class _Server(asyncssh.SSHServer):
    """One connection: who may log in, and how."""

    def __init__(self, endpoint: SshEndpoint) -> None:
        self._endpoint = endpoint

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._endpoint.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._endpoint.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return self._endpoint.knows(username) == password

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        login = self._endpoint.keys.login.export_public_key()
        return self._endpoint.knows(username) is not None and key.export_public_key() == login

    def validate_gss_principal(self, username: str, user_principal: str, host_principal: str) -> bool:
        account = user_principal.partition("@")[0]
        if account.lower() != username.lower() or self._endpoint.knows(username) is None:
            return False
        self._connection.set_extra_info(logon="kerberos")
        return True


class SshEndpoint:
    """Made and used inside one event loop."""

    def __init__(
        self,
        machine: Machine,
        *,
        port: int,
        shell: str,
        keys: SshKeys,
        faults: FaultBox,
        recorder: Recorder,
        pool: Executor,
        tickets: Keytab | None = None,
    ) -> None:
        self.machine = machine
        self.port = port
        self.keys = keys
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self._shell = shell
        self._faults = faults
        self._recorder = recorder
        self._pool = pool
        self._tickets = tickets
        self._socket: socket.socket | None = None
        self._silence: Silence | None = None
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._foreign = False
        self._opening: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        follow_power(machine, self.refresh)

    @property
    def names(self) -> tuple[str, str]:
        """Address and name of the machine, as callers know it."""
        return self.machine.address, self._full_name

    def knows(self, user: str) -> str | None:
        """The password of a user that may log in."""
        if self._faults.holds("unauthorized"):
            return None
        names = {name.lower(): password for name, password in self.machine.users.items()}
        return names.get(user.lower())

    def refresh(self) -> None:
        """Listen when the machine is up, and only then. Raises OSError with a sentence when it cannot."""
        if not self.machine.is_up or self._faults.holds("port_closed"):
            self.close()
            if self.machine.is_silent:
                self._silence = Silence(self.machine.address, self.port)
        elif self._socket is None or self._foreign != self._faults.holds("foreign_certificate"):
            self.close()
            self._foreign = self._faults.holds("foreign_certificate")
            self._socket = listen(self.machine.address, self.port)
            self._opening = self._loop.create_task(self._open(self._socket))

    def close(self) -> None:
        """Refuse new connections, cut the open ones."""
        if self._opening is not None:
            self._opening.cancel()
        if self._acceptor is not None:
            self._acceptor.close()
        elif self._socket is not None:
            self._socket.close()
        if self._silence is not None:
            self._silence.close()
        self._acceptor = self._socket = self._opening = self._silence = None
        for connection in list(self.connections):
            connection.abort()

    async def _open(self, listener: socket.socket) -> None:
        gss: dict[str, Any] = {"gss_auth": False}
        if self._tickets is not None:
            gss = {"gss_host": self._full_name, "gss_kex": False, "gss_auth": True, "gss_store": self._tickets.store}
        self._acceptor = await asyncssh.listen(
            sock=listener,
            server_factory=partial(_Server, self),
            server_host_keys=[self.keys.foreign if self._foreign else self.keys.host],
            process_factory=self._process,
            encoding=None,
            allow_scp=False,
            **gss,
        )

    @property
    def _full_name(self) -> str:
        row: Any = getattr(self.machine, "site_host", None)
        return str(row.full_name) if row is not None else self.machine.name

    async def _process(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        connection = process.channel.get_connection()
        user, line = str(connection.get_extra_info("username")), process.command or ""
        started = time.perf_counter()
        if self._faults.take("drop_before", "command"):
            connection.abort()
            return
        logon = str(connection.get_extra_info("logon", "ssh"))
        plain = cmd_line(line, self._shell)
        if plain is None:
            self._record(user, logon, line, 0, len(_SYNTAX), 1, 0, started)
            process.stderr.write(_SYNTAX)
            process.exit(1)
            return
        cut = bool(self._faults.take("drop_after", "command"))
        given = [0, 0]

        def write(stdout: bytes, stderr: bytes) -> None:
            if not cut and not process.is_closing():
                process.stdout.write(stdout)
                process.stderr.write(stderr)
            given[:] = [given[0] + len(stdout), given[1] + len(stderr)]

        def listen(stdout: bytes, stderr: bytes) -> bool:
            """Comes from the command's thread."""
            self._loop.call_soon_threadsafe(write, stdout, stderr)
            return not process.is_closing()

        run = partial(self.machine.run, plain, user=user, listener=listen)
        done = await self._loop.run_in_executor(self._pool, run)
        self._record(user, logon, line, len(done.stdout), len(done.stderr), done.exit_code, done.starts, started)
        if cut or not self.machine.is_up:
            connection.abort()
            return
        write(done.stdout[given[0] :], done.stderr[given[1] :])
        process.exit(done.exit_code & 0xFFFFFFFF)

    def _record(
        self, user: str, logon: str, line: str, stdout: int, stderr: int, exit_code: int, starts: int, started: float
    ) -> None:
        name, milliseconds = self.machine.name, (time.perf_counter() - started) * 1000
        self._recorder.command(
            host=name,
            user=user,
            line=line,
            exit_code=exit_code,
            stdout_bytes=stdout,
            stderr_bytes=stderr,
            starts=starts,
            milliseconds=milliseconds,
        )
        self._recorder.request(
            host=name,
            port=self.port,
            connection=0,
            auth=logon,
            action="command",
            bytes_in=len(line),
            bytes_out=stdout + stderr,
            status=200,
            milliseconds=milliseconds,
        )

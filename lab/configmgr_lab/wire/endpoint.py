# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two listeners of one machine, and the connections on them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import Executor

from configmgr_lab.kerberos.tickets import Keytab
from configmgr_lab.listening import BACKLOG, Silence, follow_power, listen
from configmgr_lab.wire.authentication import CredentialStore, Tickets
from configmgr_lab.wire.certificates import Authority
from configmgr_lab.wire.connection import Connection, reset
from configmgr_lab.wire.http import MAX_HEAD
from configmgr_lab.wire.injection import FaultBox
from configmgr_lab.wire.recorder import Recorder
from configmgr_lab.wire.seam import Machine
from configmgr_lab.wire.winrm import WinRmService

HTTPS_PORT = 5986
HTTP_PORT = 5985
HANDSHAKE_SECONDS = 30.0


class _Signal:
    """Wakes everybody who waits for the next change."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    async def wait(self) -> None:
        await self._event.wait()

    def fire(self) -> None:
        self._event.set()
        self._event = asyncio.Event()


class Endpoint:
    """WinRM of one machine on its address: 5986 over TLS and 5985 with sealed messages."""

    def __init__(
        self,
        machine: Machine,
        *,
        store: CredentialStore,
        authority: Authority,
        foreign: Authority,
        recorder: Recorder,
        pool: Executor,
        keys: Keytab | None = None,
    ) -> None:
        self.machine = machine
        self.faults = FaultBox()
        self.service = WinRmService(machine, pool, recorder)
        self.recorder = recorder
        self.store = store
        self._keys = keys
        self._authorities = {False: authority, True: foreign}
        self._contexts: dict[bool, tuple[ssl.SSLContext, bytes]] = {}
        self._listeners: list[socket.socket] = []
        self._silences: list[Silence] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._connections = 0
        self.changed = _Signal()
        self.followers: list[Callable[[], None]] = []
        """What else of the machine listens, and follows the same faults."""
        self._loop = asyncio.get_running_loop()
        follow_power(machine, self.refresh)

    def refresh(self) -> None:
        """Open or close the listeners to suit the machine's power and its faults. Raises OSError if it cannot bind."""
        if self.machine.is_up and not self.faults.holds("port_closed"):
            self._open()
        else:
            self.close()
            self._fall_silent(self.machine.is_silent)
        for follower in self.followers:
            follower()

    def close(self) -> None:
        """Refuse new connections, reset the open ones, forget the shells."""
        for listener in self._listeners:
            self._loop.remove_reader(listener)
            listener.close()
        self._listeners.clear()
        self._fall_silent(False)
        for writer in list(self._writers):
            reset(writer)
        self.service.shells.clear()
        self.changed.fire()

    def _fall_silent(self, silent: bool) -> None:
        for silence in self._silences:
            silence.close()
        ports = (HTTPS_PORT, HTTP_PORT) if silent else ()
        self._silences = [Silence(self.machine.address, port) for port in ports]

    @property
    def is_listening(self) -> bool:
        return bool(self._listeners)

    @property
    def open_connections(self) -> int:
        return len(self._tasks)

    def _open(self) -> None:
        if self._listeners:
            return
        self._fall_silent(False)
        for port, secure in ((HTTPS_PORT, True), (HTTP_PORT, False)):
            try:
                listener = listen(self.machine.address, port)
            except OSError:
                self.close()
                raise
            self._listeners.append(listener)
            self._loop.add_reader(listener, self._accept, listener, port, secure)
        self.changed.fire()

    def _accept(self, listener: socket.socket, port: int, secure: bool) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            for _ in range(BACKLOG):
                connection, (address, _) = listener.accept()
                connection.setblocking(False)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._connections += 1
                self.recorder.of(self.machine.name).connections += 1
                serve = self._serve(connection, port, secure, self._connections, address)
                task = self._loop.create_task(serve)
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def tickets(self, secure: bool) -> Tickets | None:
        """How a logon with a ticket is judged on a connection; None where there is no realm."""
        if self._keys is None:
            return None
        certificate = self._context()[1] if secure else None
        # Between them and the machine the caller sees the certificate of somebody else.
        if certificate and self.faults.holds("tls_proxy"):
            certificate = b"the certificate that the caller did not see"
        return Tickets(self._keys, certificate, strict=self.faults.holds("binding_strict"), clock=self.faults.clock)

    def _context(self) -> tuple[ssl.SSLContext, bytes]:
        """The context of https, and its certificate in DER."""
        foreign = self.faults.holds("foreign_certificate")
        if foreign not in self._contexts:
            issuer = self._authorities[foreign]
            self._contexts[foreign] = issuer.server_context(_names(self.machine), self.machine.address)
        return self._contexts[foreign]

    async def _serve(self, sock: socket.socket, port: int, secure: bool, number: int, address: str) -> None:
        reader = asyncio.StreamReader(limit=MAX_HEAD)
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: protocol,
                sock,
                ssl=self._context()[0] if secure else None,
                ssl_handshake_timeout=HANDSHAKE_SECONDS if secure else None,
            )
        except (OSError, TimeoutError):
            self.recorder.of(self.machine.name).failed_handshakes += 1
            sock.close()
            return
        writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
        self._writers.add(writer)
        if not self.is_listening:
            # The machine went down during the handshake.
            reset(writer)
        try:
            await Connection(self, reader, writer, port, secure, number, address).run()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


def _names(machine: Machine) -> tuple[str, ...]:
    domain = getattr(getattr(machine, "site_host", None), "domain", "")
    return (machine.name, f"{machine.name}.{domain}") if domain else (machine.name,)

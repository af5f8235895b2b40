# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two listeners of one machine, and the connections on them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import time
from concurrent.futures import Executor
from dataclasses import dataclass

from configmgr_lab.wire.authentication import SOAP_TYPE, Admitted, Authenticator, CredentialStore
from configmgr_lab.wire.certificates import Authority
from configmgr_lab.wire.http import MAX_HEAD, BadRequest, HttpAnswer, HttpRequest, read_request
from configmgr_lab.wire.injection import FaultBox
from configmgr_lab.wire.recorder import Recorder
from configmgr_lab.wire.seam import Machine
from configmgr_lab.wire.soap import NotSoap, SoapAnswer, SoapRequest, parse
from configmgr_lab.wire.soap_faults import fault as soap_fault
from configmgr_lab.wire.winrm import Sender, WinRmService

HTTPS_PORT = 5986
HTTP_PORT = 5985
HANDSHAKE_SECONDS = 30.0
IDLE_SECONDS = 120.0
BACKLOG = 128
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Dropped(Exception):
    """The connection is to be reset now; ``partial`` goes out first."""

    def __init__(self, partial: bytes = b"") -> None:
        super().__init__("dropped")
        self.partial = partial


@dataclass
class Exchange:
    """What is known of the request in hand, for the record."""

    action: str = ""
    status: int = 0


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
    ) -> None:
        self.machine = machine
        self.faults = FaultBox()
        self.service = WinRmService(machine, pool, recorder)
        self.recorder = recorder
        self.store = store
        self._authorities = {False: authority, True: foreign}
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._listeners: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._connections = 0
        self.changed = _Signal()
        self._loop = asyncio.get_running_loop()
        machine.on_power(self._power_changed)

    def refresh(self) -> None:
        """Open or close the listeners to suit the machine's power and its faults. Raises OSError if it cannot bind."""
        if self.machine.is_up and not self.faults.holds("port_closed"):
            self._open()
        else:
            self.close()

    def close(self) -> None:
        """Refuse new connections, reset the open ones, forget the shells."""
        for listener in self._listeners:
            self._loop.remove_reader(listener)
            listener.close()
        self._listeners.clear()
        for writer in list(self._writers):
            reset(writer)
        self.service.shells.clear()
        self.changed.fire()

    @property
    def is_listening(self) -> bool:
        return bool(self._listeners)

    def _power_changed(self, _up: bool) -> None:
        # Comes from a thread of the machine's clock, and may come after the lab has stopped.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.refresh)

    @property
    def open_connections(self) -> int:
        return len(self._tasks)

    def _open(self) -> None:
        if self._listeners:
            return
        for port, secure in ((HTTPS_PORT, True), (HTTP_PORT, False)):
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.setblocking(False)
                listener.bind((self.machine.address, port))
                listener.listen(BACKLOG)
            except OSError as exc:
                listener.close()
                self.close()
                raise OSError(exc.errno, f"cannot listen on {self.machine.address}:{port}: {exc.strerror}") from exc
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

    def _context(self) -> ssl.SSLContext:
        foreign = self.faults.holds("foreign_certificate")
        if foreign not in self._contexts:
            issuer = self._authorities[foreign]
            self._contexts[foreign] = issuer.server_context(self.machine.name, self.machine.address)
        return self._contexts[foreign]

    async def _serve(self, sock: socket.socket, port: int, secure: bool, number: int, address: str) -> None:
        reader = asyncio.StreamReader(limit=MAX_HEAD)
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: protocol,
                sock,
                ssl=self._context() if secure else None,
                ssl_handshake_timeout=HANDSHAKE_SECONDS if secure else None,
            )
        except (OSError, TimeoutError):
            self.recorder.of(self.machine.name).failed_handshakes += 1
            sock.close()
            return
        writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
        self._writers.add(writer)
        try:
            await _Connection(self, reader, writer, port, secure, number, address).run()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


class _Connection:
    """One TCP connection from its first request to its last."""

    def __init__(
        self,
        endpoint: Endpoint,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        port: int,
        secure: bool,
        number: int,
        address: str,
    ) -> None:
        self._endpoint = endpoint
        self._reader = reader
        self._writer = writer
        self._port = port
        self._number = number
        self._address = address
        self._authenticator = Authenticator(endpoint.store, secure=secure)
        self._idle = IDLE_SECONDS

    async def run(self) -> None:
        while True:
            try:
                request = await asyncio.wait_for(read_request(self._reader), self._idle)
            except TimeoutError:
                # Closed in order: a reset could overtake the last answer.
                return
            except BadRequest as exc:
                await self._write(HttpAnswer(exc.status).encode())
                return
            if request is None or not await self._exchange(request) or not request.keep_alive:
                return

    async def _exchange(self, request: HttpRequest) -> bool:
        """Answer one request and record it; False when the connection is gone."""
        started, exchange, sent = time.perf_counter(), Exchange(), 0
        try:
            encoded = (await self._answer(request, exchange)).encode()
            if self._endpoint.faults.take("drop_middle", exchange.action):
                raise Dropped(encoded[: len(encoded) // 2])
            sent = len(encoded)
            # Recorded before it is sent: whoever has the answer finds the record.
            self._record(request, exchange, sent, started)
            idle = self._endpoint.faults.take("idle_drop", exchange.action)
            if idle:
                self._idle = idle.seconds
            if not self._idle:
                # The end must arrive with the answer, or a quick client is faster with its next request.
                self._writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
            await self._write(encoded)
        except Dropped as exc:
            exchange.status = 0
            self._record(request, exchange, len(exc.partial), started)
            if exc.partial:
                await self._write(exc.partial)
            reset(self._writer)
            return False
        return self._idle > 0

    async def _answer(self, request: HttpRequest, exchange: Exchange) -> HttpAnswer:
        exchange.status = 0
        answer = await self._answer_in_turn(request, exchange)
        exchange.status = answer.status
        return answer

    async def _answer_in_turn(self, request: HttpRequest, exchange: Exchange) -> HttpAnswer:
        faults = self._endpoint.faults
        if request.path.rstrip("/").lower() != "/wsman":
            return HttpAnswer(404)
        if request.method != "POST":
            return HttpAnswer(405)
        exchange.action = "logon"
        if faults.take("unauthorized"):
            self._endpoint.recorder.of(self._endpoint.machine.name).refused_logons += 1
            return self._authenticator.refuse()
        admitted = self._authenticator.admit(request)
        if isinstance(admitted, HttpAnswer):
            if admitted.status == 401 and "authorization" in request.headers and not _is_challenge(admitted):
                self._endpoint.recorder.of(self._endpoint.machine.name).refused_logons += 1
            return admitted
        try:
            message = parse(admitted.body)
        except NotSoap:
            exchange.action = "unreadable"
            return HttpAnswer(400, headers=admitted.headers)
        exchange.action = message.action_name
        return await self._handle(message, admitted)

    async def _handle(self, message: SoapRequest, admitted: Admitted) -> HttpAnswer:
        faults, machine, action = self._endpoint.faults, self._endpoint.machine, message.action_name
        if faults.take("drop_before", action):
            raise Dropped
        if slow := faults.take("slow", action):
            await asyncio.sleep(slow.seconds)
        if status := faults.take("status", action):
            return HttpAnswer(status.code, headers=admitted.headers)
        if wanted := faults.take("fault", action):
            return self._encode(soap_fault(message, machine.address, wanted.code), admitted)
        answer = await self._endpoint.service.handle(message, Sender(admitted.user, self._address))
        if faults.take("drop_after", action):
            if action == "command" and self._endpoint.service.last_command:
                await self._endpoint.service.last_command.finished.wait()
            raise Dropped
        return self._encode(answer, admitted)

    def _encode(self, answer: SoapAnswer, admitted: Admitted) -> HttpAnswer:
        content_type, body = SOAP_TYPE, answer.body
        if admitted.sealed:
            content_type, body = self._authenticator.seal(body)
        return HttpAnswer(answer.status, body, content_type, admitted.headers)

    def _record(self, request: HttpRequest, exchange: Exchange, sent: int, started: float) -> None:
        self._endpoint.recorder.request(
            host=self._endpoint.machine.name,
            port=self._port,
            connection=self._number,
            auth=self._authenticator.method,
            action=exchange.action,
            bytes_in=request.size,
            bytes_out=sent,
            status=exchange.status,
            milliseconds=(time.perf_counter() - started) * 1000,
        )

    async def _write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a machine that lost power or a firewall does: with a reset, not a farewell."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()


def _is_challenge(answer: HttpAnswer) -> bool:
    return any(name == "WWW-Authenticate" and value.startswith("Negotiate ") for name, value in answer.headers)

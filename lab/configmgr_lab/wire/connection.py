# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One TCP connection to a machine's WinRM: requests in, answers out, and the faults that concern both."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Protocol

from configmgr_lab.listening import reset_at_close
from configmgr_lab.wire.authentication import SOAP_TYPE, Admitted, Authenticator, CredentialStore, Tickets
from configmgr_lab.wire.http import BadRequest, HttpAnswer, HttpRequest, read_request
from configmgr_lab.wire.injection import FaultBox
from configmgr_lab.wire.recorder import Recorder
from configmgr_lab.wire.seam import Machine
from configmgr_lab.wire.soap import NotSoap, SoapAnswer, SoapRequest, parse
from configmgr_lab.wire.soap_faults import fault as soap_fault
from configmgr_lab.wire.winrm import Sender, WinRmService

IDLE_SECONDS = 120.0


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


class MachineSide(Protocol):
    """The side of a machine that a connection leads to."""

    machine: Machine
    store: CredentialStore
    service: WinRmService
    faults: FaultBox
    recorder: Recorder

    def tickets(self, secure: bool) -> Tickets | None: ...


class Connection:
    """One TCP connection from its first request to its last."""

    def __init__(
        self,
        endpoint: MachineSide,
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
        self._authenticator = Authenticator(endpoint.store, secure=secure, tickets=endpoint.tickets(secure))
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
        # RFC 9110, 6.6.1: a server with a clock says what it shows.
        date = ("Date", formatdate(time.time() + self._endpoint.faults.clock, usegmt=True))
        return replace(answer, headers=(*answer.headers, date))

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
            reset_at_close(sock)
    writer.transport.abort()


def _is_challenge(answer: HttpAnswer) -> bool:
    return any(name == "WWW-Authenticate" and value.startswith("Negotiate ") for name, value in answer.headers)

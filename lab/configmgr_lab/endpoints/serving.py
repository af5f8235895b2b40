# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one connection to a role's endpoint goes through."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ..kerberos.tickets import Keytab
from ..machine.machine import Machine
from ..machine.services import ServiceError, State
from ..wire.authentication import CredentialStore, Tickets
from ..wire.http import BadRequest, HttpAnswer, HttpRequest, read_request
from . import by_hand, tds
from .accepted import accepted
from .admin_service import ENTITIES, PREFIX, AdminService, PageLogon
from .faults import EndpointFaults
from .hello import NotAHello, choose, read_hello
from .identity import BY_OPENSSL, Identity
from .listeners import Listener, Page
from .protocols import Protocol
from .stream import Carrier, PlainCarrier, TlsStream
from .suites import in_common

IIS = "Microsoft-IIS/10.0"
_GOODBYE_SECONDS = 2.0
_HANG_SECONDS = 30.0


@dataclass(frozen=True)
class Served:
    """The machine that serves, and what it needs for it."""

    machine: Machine
    identity: Identity
    faults: EndpointFaults
    sql_works: Callable[[], Awaitable[bool]]
    admin_service: AdminService | None = None
    logons: CredentialStore | None = None
    keys: Keytab | None = None


def runs(machine: Machine, service: str) -> bool:
    """Whether the service runs; one that the machine does not have is taken for granted."""
    try:
        return machine.services.get(service).state is State.RUNNING
    except ServiceError:
        return True


async def serve(served: Served, listener: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one connection to its end. Raises OSError, EOFError, ssl.SSLError when the caller did something else."""
    if listener.kind == "tds":
        await _serve_tds(served, listener, reader, writer)
    elif listener.kind == "http":
        await _pages(served, listener, reader, PlainCarrier(reader, writer))
    else:
        stream = await _accept(served, listener, PlainCarrier(reader, writer))
        if stream is not None:
            await _serve_pages(served, listener, stream)


async def _accept(served: Served, listener: Listener, carrier: Carrier) -> TlsStream | None:
    """The handshake as Schannel would do it; None when it ended without one that could go on."""
    data = b""
    try:
        while (hello := read_hello(data)) is None:
            more = await carrier.read()
            if not more:
                return None
            data += more
    except NotAHello:
        return None
    side = accepted(served.machine, listener.kind, listener.port)
    protocols = side.protocols - served.faults.refused(listener.port)
    protocol = choose(hello, protocols, reads_versions=side.reads_versions)
    if protocol is None:
        if not hello.is_ssl2:
            await carrier.write(by_hand.alert(by_hand.PROTOCOL_VERSION, hello.version))
        return None
    if not in_common(hello.suites, protocol, side.suites):
        await carrier.write(by_hand.alert(by_hand.HANDSHAKE_FAILURE, hello.version))
        return None
    if protocol not in BY_OPENSSL:
        answer = by_hand.ssl2_hello if protocol is Protocol.SSL2 else by_hand.ssl3_hello
        await carrier.write(answer(served.identity.certificate))
        await _wait_for_goodbye(carrier)
        return None
    try:
        context = served.identity.context(protocol, side.suites)
    except ssl.SSLError:
        await carrier.write(by_hand.alert(by_hand.HANDSHAKE_FAILURE, hello.version))
        return None
    stream = TlsStream(context, carrier, server_side=True, received=data)
    await stream.handshake()
    if served.faults.closes(listener.port):
        return None
    return stream


async def _wait_for_goodbye(carrier: Carrier) -> None:
    try:
        async with asyncio.timeout(_GOODBYE_SECONDS):
            await carrier.read()
    except TimeoutError:
        pass


async def _serve_tds(
    served: Served, listener: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    side = accepted(served.machine, listener.kind, listener.port)
    if side.sql is not None and side.sql.strict:
        # A beginning in clear is no hello: the connection ends.
        stream = await _accept(served, listener, PlainCarrier(reader, writer))
        if stream is not None:
            await stream.read()
            await stream.close()
        return
    try:
        asked = tds.Prelogin.decode(await tds.read_message(reader, tds.PRELOGIN))
    except tds.NotTds:
        return
    major, minor, build, _ = side.sql.version if side.sql else (0, 0, 0, 0)
    # Without a certificate of its own the server still encrypts the login; only a caller without TLS gets none.
    encryption = (
        asked.encryption if asked.encryption in (tds.ENCRYPT_OFF, tds.ENCRYPT_NOT_SUPPORTED) else tds.ENCRYPT_ON
    )
    answer = tds.Prelogin((major, minor, build, 0), encryption)
    await tds.write_message(writer, tds.TABULAR_RESULT, answer.encode())
    if encryption == tds.ENCRYPT_NOT_SUPPORTED:
        return
    stream = await _accept(served, listener, tds.TdsCarrier(reader, writer))
    if stream is None:
        return
    # From here on TLS is on the connection itself. A login is read and never answered: there is no database.
    stream.carrier = PlainCarrier(reader, writer)
    await stream.read()
    await stream.close()


async def _serve_pages(served: Served, listener: Listener, stream: TlsStream) -> None:
    reader = asyncio.StreamReader()

    async def decrypt() -> None:
        try:
            while data := await stream.read():
                reader.feed_data(data)
        except (OSError, ssl.SSLError):
            pass
        finally:
            reader.feed_eof()

    task = asyncio.ensure_future(decrypt())
    try:
        await _pages(served, listener, reader, stream)
        await stream.close()
    finally:
        task.cancel()


async def _pages(
    served: Served, listener: Listener, reader: asyncio.StreamReader, to: TlsStream | PlainCarrier
) -> None:
    # NTLM authenticates the connection, so that who is known stays known for its next requests.
    logon = _logon(served, listener) if served.logons else None
    try:
        while (request := await read_request(reader)) is not None:
            await to.write((await _answer(served, listener, request, logon)).encode())
            if not request.keep_alive:
                return
    except BadRequest as exc:
        await to.write(HttpAnswer(exc.status, server=IIS).encode())


def _logon(served: Served, listener: Listener) -> PageLogon:
    assert served.logons is not None
    certificate = served.identity.certificate if listener.kind == "https" else None
    tickets = Tickets(served.keys, certificate) if served.keys else None
    return PageLogon(
        served.logons, secure=True, tickets=tickets, ntlm=served.admin_service is None or served.admin_service.ntlm
    )


async def _answer(served: Served, listener: Listener, request: HttpRequest, logon: PageLogon | None) -> HttpAnswer:
    status = served.faults.status(listener.port)
    if status is not None:
        return HttpAnswer(status, server=IIS)
    if (text := served.faults.body(listener.port)) is not None:
        return HttpAnswer(200, text.encode(), "application/json")
    if served.faults.hangs(listener.port):
        await asyncio.sleep(_HANG_SECONDS)
    if served.admin_service and logon and request.path.lower().startswith((PREFIX, ENTITIES)):
        return served.admin_service.answer(request, logon)
    page = _page(listener, request.path)
    if page is None:
        return HttpAnswer(404, server=IIS)
    if not runs(served.machine, page.service):
        return HttpAnswer(503)
    if page.needs_sql and not await served.sql_works():
        return HttpAnswer(500, server=IIS)
    headers = (("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", "NTLM")) if page.windows else ()
    body = b"" if request.method == "HEAD" else page.body.encode()
    return HttpAnswer(page.status, body, page.type, headers, server=IIS)


def _page(listener: Listener, path: str) -> Page | None:
    lowered = path.lower()
    for candidate in (lowered, lowered.partition("?")[0].rstrip("/")):
        if candidate in listener.pages:
            return listener.pages[candidate]
    return None

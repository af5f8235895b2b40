# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One attempt to talk: a connection from the caller's address, and a handshake with what the caller offers."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from functools import lru_cache

from ..endpoints import tds
from ..endpoints.identity import restrict
from ..endpoints.protocols import Protocol
from ..endpoints.stream import Carrier, PlainCarrier, TlsStream
from ..endpoints.suites import tls13_numbers
from .hello_by_hand import NoAnswer, client_hello, read_answer
from .stacks import Offer

ATTEMPT_SECONDS = 15.0
_OF_TLS13 = 2
"""Suites of TLS 1.3 that Windows has on by itself."""
_BY_OPENSSL = (Protocol.TLS10, Protocol.TLS11, Protocol.TLS12, Protocol.TLS13)
_VERSIONS = {"TLSv1": Protocol.TLS10, "TLSv1.1": Protocol.TLS11, "TLSv1.2": Protocol.TLS12, "TLSv1.3": Protocol.TLS13}
# What OpenSSL calls it when the two ends have no version in common.
_VERSION_REASONS = {
    "TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "WRONG_VERSION_NUMBER", "WRONG_SSL_VERSION",
    "NO_PROTOCOLS_AVAILABLE", "VERSION_TOO_LOW",
}  # fmt: skip
_SUITE_REASONS = {"SSLV3_ALERT_HANDSHAKE_FAILURE", "NO_CIPHERS_AVAILABLE", "NO_CIPHER_MATCH", "NO_SHARED_CIPHER"}

NOTHING_OFFERED, NO_PROTOCOL, NO_SUITE = "nothing_offered", "no_common_protocol", "no_common_suite"
CERTIFICATE, HUNG_UP, SILENT, OTHER = "certificate", "hung_up", "silent", "other"


class NotUp(Exception):
    """There was nobody to talk to: no connection came about."""


@dataclass(frozen=True)
class Target:
    """Whom to call, and from where."""

    caller: str
    address: str
    port: int
    kind: str
    name: str
    authority: bytes
    """The certificate (PEM) that the callee's must come from."""


@dataclass(frozen=True)
class Outcome:
    """`protocol` is what both agreed on, None when they did not; then `cause` is one of the constants above."""

    protocol: Protocol | None = None
    suite: str = ""
    cause: str = ""
    detail: str = ""
    whole: bool = False
    """Whether the handshake went to its end; by hand it ends with the server's hello."""


async def attempt(target: Target, offer: Offer) -> Outcome:
    """Raises NotUp when no connection came about."""
    if not offer.protocols:
        return Outcome(cause=NOTHING_OFFERED)
    modern = [protocol for protocol in _BY_OPENSSL if protocol in offer.protocols]
    # OpenSSL cannot be told which suites of TLS 1.3 a caller has.
    some = Protocol.TLS13 in modern and len(tls13_numbers(offer.suites)) < _OF_TLS13
    if not modern or some or _has_hole(modern):
        return await _limited(_by_hand(target, offer))
    outcome = await _limited(_whole(target, offer, modern))
    if outcome.cause == NO_PROTOCOL and min(offer.protocols) < Protocol.TLS10:
        # The server may have chosen SSL 3.0, which OpenSSL does not understand.
        return await _limited(_by_hand(target, offer))
    return outcome


def _has_hole(protocols: list[Protocol]) -> bool:
    return protocols != [each for each in _BY_OPENSSL if protocols[0] <= each <= protocols[-1]]


async def _limited(trying: Awaitable[Outcome]) -> Outcome:
    try:
        async with asyncio.timeout(ATTEMPT_SECONDS):
            return await trying
    except TimeoutError:
        return Outcome(cause=SILENT, detail=f"no answer within {ATTEMPT_SECONDS:.0f} seconds")
    except (EOFError, ConnectionError) as exc:
        return Outcome(cause=HUNG_UP, detail=str(exc) or "the server hung up")


async def _whole(target: Target, offer: Offer, modern: list[Protocol]) -> Outcome:
    try:
        context = _context(modern[0], modern[-1], offer.suites, target.authority)
    except ssl.SSLError as exc:
        return Outcome(cause=NO_SUITE, detail=_reason(exc))
    async with _connected(target) as (carrier, reader, writer):
        stream = TlsStream(context, carrier, server_side=False, server_name=target.name)
        try:
            await stream.handshake()
        except ssl.SSLError as exc:
            return Outcome(cause=_cause(exc), detail=_reason(exc))
        stream.carrier = PlainCarrier(reader, writer)
        await stream.close()
        return Outcome(_VERSIONS[stream.version], stream.suite, whole=True)


async def _by_hand(target: Target, offer: Offer) -> Outcome:
    async with _connected(target) as (carrier, _, _):
        await carrier.write(client_hello(offer.protocols, offer.suites, target.name))
        data = b""
        try:
            while (answer := read_answer(data)) is None:
                more = await carrier.read()
                if not more:
                    return Outcome(cause=HUNG_UP, detail="the server hung up")
                data += more
        except NoAnswer as exc:
            return Outcome(cause=OTHER, detail=str(exc))
    if answer.alert is not None:
        return Outcome(cause=NO_SUITE if answer.alert == 40 else NO_PROTOCOL, detail=f"alert: {answer.alert_name}")
    if answer.version not in offer.protocols:
        label = Protocol(answer.version).label if answer.version in set(Protocol) else hex(answer.version)
        return Outcome(cause=NO_PROTOCOL, detail=f"the server chose {label}, which the caller does not have")
    return Outcome(Protocol(answer.version), f"{answer.suite:#06x}")


def _cause(exc: ssl.SSLError) -> str:
    if isinstance(exc, ssl.SSLCertVerificationError):
        return CERTIFICATE
    if _reason(exc) in _VERSION_REASONS:
        return NO_PROTOCOL
    return NO_SUITE if _reason(exc) in _SUITE_REASONS else OTHER


def _reason(exc: ssl.SSLError) -> str:
    # An error that the ssl module raises by itself has no reason.
    return getattr(exc, "reason", None) or str(exc)


@contextlib.asynccontextmanager
async def _connected(
    target: Target,
) -> AsyncIterator[tuple[Carrier, asyncio.StreamReader, asyncio.StreamWriter]]:
    try:
        reader, writer = await asyncio.open_connection(target.address, target.port, local_addr=(target.caller, 0))
    except OSError as exc:
        raise NotUp(str(exc)) from exc
    try:
        if target.kind == "tds":
            yield await _prelogin(reader, writer), reader, writer
        else:
            yield PlainCarrier(reader, writer), reader, writer
    finally:
        writer.close()


async def _prelogin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Carrier:
    await tds.write_message(writer, tds.PRELOGIN, tds.Prelogin().encode())
    try:
        tds.Prelogin.decode(await tds.read_message(reader, tds.TABULAR_RESULT))
    except tds.NotTds as exc:
        raise EOFError(str(exc)) from exc
    return tds.TdsCarrier(reader, writer)


@lru_cache(maxsize=256)
def _context(lowest: Protocol, highest: Protocol, suites: tuple[str, ...], authority: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=authority.decode())
    restrict(context, lowest, highest, suites)
    return context

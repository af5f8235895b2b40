# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a ClientHello, of TLS and SSL 3.0 (RFC 5246, RFC 8446, RFC 6101) and of SSL 2.0, and choosing the version."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from .protocols import Protocol

HANDSHAKE_RECORD = 22
CLIENT_HELLO = 1
SUPPORTED_VERSIONS = 43
MAX_HELLO = 65_536


class NotAHello(Exception):
    """What came is not the beginning of a handshake."""


class _TooShort(Exception):
    pass


@dataclass(frozen=True)
class ClientHello:
    """What a server chooses by."""

    version: int
    """The highest version, as the field that every server reads; TLS 1.3 says 0x0303 here."""
    versions: tuple[int, ...] | None
    """The list of versions that a caller with TLS 1.3 adds, None without one."""
    suites: tuple[int, ...]
    is_ssl2: bool = False


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        if self._at + count > len(self._data):
            raise _TooShort
        piece = self._data[self._at : self._at + count]
        self._at += count
        return piece

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        return self.take(self.number(size))

    @property
    def rest(self) -> int:
        return len(self._data) - self._at


def read_hello(data: bytes) -> ClientHello | None:
    """The hello at the start of ``data``, None when more bytes are needed. Raises NotAHello."""
    if not data:
        return None
    try:
        if data[0] == HANDSHAKE_RECORD:
            message = _message(data)
            return None if message is None else _tls_hello(message)
        if data[0] & 0x80:
            return _ssl2_hello(data)
    except _TooShort:
        if len(data) > MAX_HELLO:
            raise NotAHello("the hello is too long") from None
        return None
    raise NotAHello(f"the first byte is {data[0]}")


def _message(data: bytes) -> bytes | None:
    """The first handshake message, put together from its records; None when it is not whole yet."""
    reader, message = _Reader(data), b""
    while reader.rest:
        kind, major = reader.number(1), reader.number(2) >> 8
        if kind != HANDSHAKE_RECORD or major != 3:
            raise NotAHello(f"a record of type {kind}, version {major}")
        message += reader.vector(2)
        if len(message) >= 4 and len(message) >= 4 + int.from_bytes(message[1:4], "big"):
            return message[: 4 + int.from_bytes(message[1:4], "big")]
    return None


def _tls_hello(message: bytes) -> ClientHello:
    reader = _Reader(message)
    if reader.number(1) != CLIENT_HELLO:
        raise NotAHello(f"a handshake message of type {message[0]}")
    try:
        reader.take(3)
        version = reader.number(2)
        reader.take(32)
        reader.vector(1)
        suites = _numbers(reader.vector(2))
        reader.vector(1)
        versions = _supported_versions(reader.vector(2)) if reader.rest else None
    except (_TooShort, struct.error):
        raise NotAHello("the hello ends too early") from None
    return ClientHello(version, versions, suites)


def _supported_versions(extensions: bytes) -> tuple[int, ...] | None:
    reader = _Reader(extensions)
    while reader.rest:
        kind, body = reader.number(2), _Reader(reader.vector(2))
        if kind == SUPPORTED_VERSIONS:
            return _numbers(body.vector(1))
    return None


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f">{len(data) // 2}H", data[: len(data) // 2 * 2])


def _ssl2_hello(data: bytes) -> ClientHello:
    reader = _Reader(data)
    body = _Reader(reader.take(reader.number(2) & 0x7FFF))
    try:
        if body.number(1) != CLIENT_HELLO:
            raise NotAHello("no hello of SSL 2.0")
        version, suites = body.number(2), body.number(2)
        body.take(4 + suites)
    except _TooShort:
        raise NotAHello("the hello of SSL 2.0 ends too early") from None
    return ClientHello(version, None, (), is_ssl2=True)


def choose(hello: ClientHello, accepted: frozenset[Protocol], *, reads_versions: bool) -> Protocol | None:
    """The version a server of Windows answers with, None when it has none to answer with.

    It is the highest that the server has and that is not above the hello, whether or not the caller has that very one:
    a caller cannot say which versions below its highest it lacks, except to a server that reads its list of versions.
    """
    if hello.versions is not None and reads_versions:
        return max((protocol for protocol in accepted if protocol in hello.versions), default=None)
    lowest = Protocol.SSL2 if hello.is_ssl2 else Protocol.SSL3
    highest = min(hello.version, Protocol.TLS12)
    return max((protocol for protocol in accepted if lowest <= protocol <= highest), default=None)

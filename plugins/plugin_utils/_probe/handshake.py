# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server answers to a ClientHello: bytes in, an ``ServerAnswer`` out, and no exception whatever the bytes are.

The functions read everything received so far, so it makes no difference how the network cut it.
Sources: RFC 6101, 2246, 4346, 5246, 8446, and the SSL 2.0 specification.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .numbers import (
    PROTOCOL_OF_VERSION,
    SSL2_CIPHERS,
    WIRE_VERSION,
    ContentType,
    Extension,
    HandshakeType,
    ProtocolVersion,
    suite_name,
)

_LONGEST_RECORD: Final = 2**14 + 2048
_RECORD_HEADER: Final = 5
_FATAL: Final = 2
_RANDOM_LENGTH: Final = 32
_SSL2_ERROR: Final = 0
_SSL2_SERVER_HELLO: Final = 4
_SSL2_X509: Final = 1


@dataclass(frozen=True)
class ServerHello:
    """version: number on the wire of what was chosen (0x0304 for TLS 1.3). cipher: IANA name, or ``0xNNNN``."""

    version: int
    cipher: str

    @property
    def protocol(self) -> ProtocolVersion | None:
        """The protocol chosen; None when the number is none we know."""
        return PROTOCOL_OF_VERSION.get(self.version)


@dataclass(frozen=True)
class ServerAnswer:
    """Everything that can be said of the bytes so far.

    certificates: DER, the server's own first. complete: no further byte would tell more.
    malformed: what does not fit the protocol, in words; the other fields hold what came before it.
    """

    hello: ServerHello | None = None
    certificates: tuple[bytes, ...] = ()
    alert: int | None = None
    complete: bool = False
    malformed: str | None = None


class _Malformed(Exception):
    """The bytes are no TLS."""


class _Incomplete(Exception):
    """The bytes are the beginning of something."""


class _Reader:
    """Takes fields off the front of a buffer; raises _Incomplete at its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, length: int) -> bytes:
        if self.left < length:
            raise _Incomplete
        self._at += length
        return self._data[self._at - length : self._at]

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "big")

    def vector(self, length_bytes: int) -> bytes:
        return self.take(self.number(length_bytes))


def read_answer(data: bytes, asked: ProtocolVersion) -> ServerAnswer:
    """Read all that came back for a hello of ``asked``: at most one flight of the server."""
    if len(data) < 2:
        return ServerAnswer()
    if asked is ProtocolVersion.SSL2 and not _looks_like_record(data):
        return _read_ssl2(data)
    return _read_records(data)


def _looks_like_record(data: bytes) -> bool:
    """An alert or a handshake record of the TLS family: how a newer server turns an SSL 2.0 hello down."""
    return data[0] in (ContentType.ALERT, ContentType.HANDSHAKE) and data[1] == 3


def _read_records(data: bytes) -> ServerAnswer:
    messages = b""
    alert: int | None = None
    malformed: str | None = None
    try:
        for kind, payload in _records(data):
            if kind == ContentType.HANDSHAKE:
                messages += payload
            elif kind == ContentType.ALERT and len(payload) >= 2 and payload[0] == _FATAL:
                alert = payload[1]
                break
            elif kind in (ContentType.CHANGE_CIPHER_SPEC, ContentType.APPLICATION_DATA):
                break
    except _Malformed as problem:
        malformed = str(problem)
    return _read_messages(messages, alert, malformed)


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Whole records only; _Malformed as soon as a header cannot be one."""
    reader = _Reader(data)
    while reader.left >= 2:
        kind = reader.number(1)
        major = reader.number(1)
        if kind not in tuple(ContentType) or major != 3:
            raise _Malformed(_describe(data) if reader.left == len(data) - 2 else "no TLS record where one must begin")
        try:
            minor_and_length = reader.take(3)
            length = int.from_bytes(minor_and_length[1:], "big")
            if length > _LONGEST_RECORD:
                raise _Malformed("a TLS record longer than any may be")
            payload = reader.take(length)
        except _Incomplete:
            return
        yield kind, payload


def _describe(data: bytes) -> str:
    """What the first bytes of a server that does not speak TLS look like."""
    start = data[:32].split(b"\r", 1)[0].split(b"\n", 1)[0]
    if start and all(32 <= byte < 127 for byte in start):
        return f"not TLS: the answer begins with text, {start.decode('ascii')!r}"
    return f"not TLS: the answer begins with the bytes {data[:8].hex(' ')}"


def _read_messages(data: bytes, alert: int | None, malformed: str | None) -> ServerAnswer:
    hello: ServerHello | None = None
    certificates: tuple[bytes, ...] = ()
    done = alert is not None or malformed is not None
    reader = _Reader(data)
    try:
        while reader.left:
            kind = reader.number(1)
            body = reader.vector(3)
            if kind == HandshakeType.SERVER_HELLO and hello is None:
                hello = _server_hello(body)
                done = done or hello.version >= WIRE_VERSION[ProtocolVersion.TLS13]
            elif kind == HandshakeType.CERTIFICATE and hello is not None:
                certificates = _certificates(body)
                done = True
            elif kind == HandshakeType.SERVER_HELLO_DONE:
                done = True
            elif hello is None:
                raise _Malformed(f"handshake message {kind} where a ServerHello belongs")
    except _Incomplete:
        pass
    except _Malformed as problem:
        malformed, done = malformed or str(problem), True
    return ServerAnswer(hello=hello, certificates=certificates, alert=alert, complete=done, malformed=malformed)


def _server_hello(body: bytes) -> ServerHello:
    """A HelloRetryRequest has the same shape and settles version and suite just as well."""
    reader = _Reader(body)
    try:
        version = reader.number(2)
        reader.take(_RANDOM_LENGTH)
        reader.vector(1)
        suite = reader.number(2)
        reader.take(1)
        extensions = _Reader(reader.vector(2)) if reader.left else _Reader(b"")
        while extensions.left:
            number = extensions.number(2)
            data = extensions.vector(2)
            if number == Extension.SUPPORTED_VERSIONS and len(data) == 2:
                version = int.from_bytes(data, "big")
    except _Incomplete:
        raise _Malformed("a ServerHello that ends too early") from None
    return ServerHello(version=version, cipher=suite_name(suite))


def _certificates(body: bytes) -> tuple[bytes, ...]:
    reader = _Reader(body)
    try:
        listed = _Reader(reader.vector(3))
        found = []
        while listed.left:
            found.append(listed.vector(3))
    except _Incomplete:
        raise _Malformed("a Certificate message that ends too early") from None
    return tuple(found)


def _read_ssl2(data: bytes) -> ServerAnswer:
    reader = _Reader(data)
    try:
        first = reader.number(1)
        if not first & 0x80:
            # The three-byte header is for padded, so for encrypted, records: none is due yet.
            return ServerAnswer(complete=True, malformed=_describe(data))
        record = _Reader(reader.take((first & 0x7F) << 8 | reader.number(1)))
    except _Incomplete:
        return ServerAnswer()
    try:
        kind = record.number(1)
        if kind == _SSL2_ERROR:
            return ServerAnswer(complete=True, malformed=f"SSL 2.0 error {record.number(2)}")
        if kind != _SSL2_SERVER_HELLO:
            return ServerAnswer(complete=True, malformed=_describe(data))
        return _ssl2_server_hello(record)
    except _Incomplete:
        return ServerAnswer(complete=True, malformed="an SSL 2.0 message that ends too early")


def _ssl2_server_hello(record: _Reader) -> ServerAnswer:
    """The server names the suites both ends know; the client would choose, so the first one stands for the choice."""
    record.take(1)
    certificate_type = record.number(1)
    version = record.number(2)
    certificate_length, ciphers_length, _connection_id_length = (record.number(2) for _field in range(3))
    certificate = record.take(certificate_length)
    ciphers = record.take(ciphers_length)
    if version != WIRE_VERSION[ProtocolVersion.SSL2] or len(ciphers) < 3:
        return ServerAnswer(complete=True, malformed="an SSL 2.0 hello without a common version or suite")
    code = int.from_bytes(ciphers[:3], "big")
    return ServerAnswer(
        hello=ServerHello(version=version, cipher=SSL2_CIPHERS.get(code, f"0x{code:06X}")),
        certificates=(certificate,) if certificate and certificate_type == _SSL2_X509 else (),
        complete=True,
    )

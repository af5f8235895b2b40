# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ClientHello with exactly the versions of a caller, and what a server answers to it.

OpenSSL cannot say that a caller has TLS 1.0 and 1.2 but not 1.1, nor that it still has SSL: here the hello is written
by hand, and the answer is judged by the version the server chose.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from ..endpoints.protocols import Protocol
from ..endpoints.suites import numbers, tls13_numbers

_HANDSHAKE, _ALERT = 22, 21
_SERVER_HELLO = 2
_SSL2_SERVER_HELLO = 4
_SUPPORTED_VERSIONS, _GROUPS, _FORMATS, _SIGNATURES, _KEY_SHARE, _NAME = 43, 10, 11, 13, 51, 0
_RENEGOTIATION_INFO = 0x00FF
_ALL_OLD_SUITES = (0xC030, 0xC02F, 0xC028, 0xC027, 0xC014, 0xC013, 0x009D, 0x009C, 0x003D, 0x003C, 0x0035, 0x002F)
_X25519, _P256, _P384 = 29, 23, 24
_SIGNATURE_SCHEMES = (0x0804, 0x0401, 0x0501, 0x0601, 0x0403, 0x0201)
_ALERTS = {40: "handshake failure", 70: "protocol version"}


@dataclass(frozen=True)
class Answer:
    """What the server said first: a version, or an alert."""

    version: int = 0
    suite: int = 0
    alert: int | None = None

    @property
    def alert_name(self) -> str:
        return _ALERTS.get(self.alert or 0, f"alert {self.alert}")


class NoAnswer(Exception):
    """What came is neither a hello of a server nor an alert."""


def client_hello(protocols: frozenset[Protocol], suites: Iterable[str], server_name: str = "") -> bytes:
    """The records of a hello with these versions; ``suites`` are names of Windows, none: all."""
    highest = max(protocols)
    if highest is Protocol.SSL2:
        return _ssl2_hello()
    legacy = min(highest, Protocol.TLS12)
    listed = tuple(suites)
    chosen = numbers(listed) if listed else _ALL_OLD_SUITES
    if highest is Protocol.TLS13:
        chosen = (*tls13_numbers(listed), *chosen)
    packed = b"".join(struct.pack(">H", suite) for suite in (*chosen, _RENEGOTIATION_INFO))
    body = struct.pack(">H", legacy) + os.urandom(32) + b"\x20" + os.urandom(32)
    body += struct.pack(">H", len(packed)) + packed + b"\x01\x00"
    if highest > Protocol.SSL3:
        body += _sized(2, _extensions(protocols, highest, server_name))
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return struct.pack(">BHH", _HANDSHAKE, min(legacy, Protocol.TLS10), len(message)) + message


def read_answer(data: bytes) -> Answer | None:
    """The answer at the start of ``data``, None when more bytes are needed. Raises NoAnswer."""
    if len(data) < 5:
        return None
    if data[0] & 0x80:
        if data[2] != _SSL2_SERVER_HELLO:
            raise NoAnswer(f"a message of type {data[2]} in the format of SSL 2.0")
        return Answer(Protocol.SSL2) if len(data) >= 7 else None
    kind, _, length = struct.unpack(">BHH", data[:5])
    body = data[5 : 5 + length]
    if len(body) < length:
        return None
    if kind == _ALERT and len(body) >= 2:
        return Answer(alert=body[1])
    if kind != _HANDSHAKE or not body or body[0] != _SERVER_HELLO:
        raise NoAnswer(f"a record of type {kind}")
    # Other messages may follow in the same record.
    return _server_hello(body[4 : 4 + int.from_bytes(body[1:4], "big")])


def _server_hello(body: bytes) -> Answer:
    try:
        (version,) = struct.unpack_from(">H", body)
        at = 35 + body[34]
        (suite,) = struct.unpack_from(">H", body, at)
        at += 5
        while at < len(body):
            kind, length = struct.unpack_from(">HH", body, at)
            if kind == _SUPPORTED_VERSIONS:
                (version,) = struct.unpack_from(">H", body, at + 4)
            at += 4 + length
    except (IndexError, struct.error) as exc:
        raise NoAnswer("the server's hello ends too early") from exc
    return Answer(version, suite)


def _extensions(protocols: frozenset[Protocol], highest: Protocol, server_name: str) -> bytes:
    groups = b"".join(struct.pack(">H", group) for group in (_X25519, _P256, _P384))
    found = _extension(_GROUPS, _sized(2, groups)) + _extension(_FORMATS, b"\x01\x00")
    if server_name:
        found += _extension(_NAME, _sized(2, b"\0" + _sized(2, server_name.encode())))
    if highest >= Protocol.TLS12:
        schemes = b"".join(struct.pack(">H", scheme) for scheme in _SIGNATURE_SCHEMES)
        found += _extension(_SIGNATURES, _sized(2, schemes))
    if highest is Protocol.TLS13:
        versions = b"".join(struct.pack(">H", each) for each in sorted(protocols, reverse=True))
        found += _extension(_SUPPORTED_VERSIONS, _sized(1, versions))
        # Any 32 bytes are a key of X25519; nobody goes on with this handshake.
        share = struct.pack(">H", _X25519) + _sized(2, os.urandom(32))
        found += _extension(_KEY_SHARE, _sized(2, share))
    return found


def _ssl2_hello() -> bytes:
    suites, challenge = b"\x07\x00\xc0\x01\x00\x80", os.urandom(16)
    body = struct.pack(">BHHHH", 1, Protocol.SSL2, len(suites), 0, len(challenge)) + suites + challenge
    return struct.pack(">H", 0x8000 | len(body)) + body


def _extension(kind: int, body: bytes) -> bytes:
    return struct.pack(">H", kind) + _sized(2, body)


def _sized(size: int, body: bytes) -> bytes:
    return len(body).to_bytes(size, "big") + body

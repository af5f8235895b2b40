# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ClientHello messages of our own, one per protocol, so that no policy of the controller's OpenSSL has a say.

Nothing here is ever used to finish a handshake: the keys offered are public constants, the probe only reads the answer.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from .numbers import (
    GROUP_SECP256R1,
    GROUP_X25519,
    GROUPS,
    OFFERS,
    SIGNATURE_SCHEMES,
    WIRE_VERSION,
    ContentType,
    Extension,
    HandshakeType,
    ProtocolVersion,
)

RANDOM_LENGTH = 32
_SSL2_CHALLENGE_LENGTH = 16
_LONGEST_NAME = 253

# The base points of the curves are valid public keys (of the private key 1), and need no arithmetic.
_X25519_POINT = bytes([9]) + bytes(31)
_SECP256R1_POINT = bytes.fromhex(
    "04"
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)


def client_hello(protocol: ProtocolVersion, random: bytes, server_name: str | None = None, alpn: str = "") -> bytes:
    """The bytes that ask a server for exactly one protocol.

    random: 32 bytes. server_name: sent as SNI (TLS only) unless it is an IP address or no name that DNS could hold.
    alpn: the one application protocol to offer, for servers that want to hear it.
    ValueError when random has another length.
    """
    if len(random) != RANDOM_LENGTH:
        raise ValueError(f"the random value of a hello is {RANDOM_LENGTH} bytes, not {len(random)}")
    if protocol is ProtocolVersion.SSL2:
        return _ssl2_hello(random)
    version = min(WIRE_VERSION[protocol], WIRE_VERSION[ProtocolVersion.TLS12])
    # A session id is what a middlebox expects of the compatibility mode of TLS 1.3; elsewhere it would ask to resume.
    session_id = random if protocol is ProtocolVersion.TLS13 else b""
    body = b"".join(
        (
            _u16(version),
            random,
            _vector8(session_id),
            _vector16(b"".join(_u16(code) for code in OFFERS[protocol])),
            _vector8(b"\x00"),
            b"" if protocol is ProtocolVersion.SSL3 else _vector16(_extensions(protocol, server_name, alpn)),
        )
    )
    message = bytes([HandshakeType.CLIENT_HELLO]) + len(body).to_bytes(3, "big") + body
    # Old servers refuse a record version above TLS 1.0, new ones ignore it.
    record_version = min(version, WIRE_VERSION[ProtocolVersion.TLS10])
    return bytes([ContentType.HANDSHAKE]) + _u16(record_version) + _vector16(message)


def _ssl2_hello(random: bytes) -> bytes:
    ciphers = b"".join(code.to_bytes(3, "big") for code in OFFERS[ProtocolVersion.SSL2])
    body = b"".join(
        (
            bytes([HandshakeType.CLIENT_HELLO]),
            _u16(WIRE_VERSION[ProtocolVersion.SSL2]),
            _u16(len(ciphers)),
            _u16(0),
            _u16(_SSL2_CHALLENGE_LENGTH),
            ciphers,
            random[:_SSL2_CHALLENGE_LENGTH],
        )
    )
    return _u16(0x8000 | len(body)) + body


def _extensions(protocol: ProtocolVersion, server_name: str | None, alpn: str) -> bytes:
    parts = []
    name = _sni_name(server_name)
    if name is not None:
        parts.append(_extension(Extension.SERVER_NAME, _vector16(b"\x00" + _vector16(name))))
    parts.append(_extension(Extension.RENEGOTIATION_INFO, b"\x00"))
    parts.append(_extension(Extension.EXTENDED_MASTER_SECRET, b""))
    parts.append(_extension(Extension.SUPPORTED_GROUPS, _vector16(_u16_list(GROUPS))))
    parts.append(_extension(Extension.EC_POINT_FORMATS, _vector8(b"\x00")))
    if alpn:
        parts.append(_extension(Extension.APPLICATION_LAYER_PROTOCOLS, _vector16(_vector8(alpn.encode("ascii")))))
    if protocol in (ProtocolVersion.TLS12, ProtocolVersion.TLS13):
        parts.append(_extension(Extension.SIGNATURE_ALGORITHMS, _vector16(_u16_list(SIGNATURE_SCHEMES))))
    if protocol is ProtocolVersion.TLS13:
        shares = b"".join(
            _u16(group) + _vector16(point)
            for group, point in ((GROUP_X25519, _X25519_POINT), (GROUP_SECP256R1, _SECP256R1_POINT))
        )
        parts.append(_extension(Extension.SUPPORTED_VERSIONS, _vector8(_u16(WIRE_VERSION[ProtocolVersion.TLS13]))))
        parts.append(_extension(Extension.PSK_KEY_EXCHANGE_MODES, _vector8(b"\x01")))
        parts.append(_extension(Extension.KEY_SHARE, _vector16(shares)))
    return b"".join(parts)


def _sni_name(name: str | None) -> bytes | None:
    if not name or len(name) > _LONGEST_NAME:
        return None
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        pass
    else:
        return None
    try:
        encoded = name.rstrip(".").encode("idna")
    except UnicodeError:
        return None
    return encoded or None


def _extension(number: Extension, data: bytes) -> bytes:
    return _u16(number) + _vector16(data)


def _u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def _u16_list(values: Iterable[int]) -> bytes:
    return b"".join(_u16(value) for value in values)


def _vector8(data: bytes) -> bytes:
    return bytes([len(data)]) + data


def _vector16(data: bytes) -> bytes:
    return _u16(len(data)) + data

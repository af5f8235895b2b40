# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers to a hello that OpenSSL cannot give here: SSL 2.0 and SSL 3.0, and alerts before a handshake.

A hello of SSL 3.0 or 2.0 gets the server's hello and certificate, so that the caller sees it is taken. The handshake
goes no further: OpenSSL is built without both since long, and nobody should need them.
"""

from __future__ import annotations

import os
import struct

from .protocols import Protocol

PROTOCOL_VERSION = 70
HANDSHAKE_FAILURE = 40
_ALERT_RECORD, _HANDSHAKE_RECORD = 21, 22
_FATAL = 2
# TLS_RSA_WITH_AES_256_CBC_SHA: the strongest of those that every Windows with SSL 3.0 has.
_SSL3_SUITE = 0x0035
# SSL_CK_DES_192_EDE3_CBC_WITH_MD5
_SSL2_SUITE = b"\x07\x00\xc0"


def alert(description: int, version: int) -> bytes:
    """A fatal alert in the caller's own version."""
    version = max(min(version, Protocol.TLS12), Protocol.SSL3)
    return struct.pack(">BHHBB", _ALERT_RECORD, version, 2, _FATAL, description)


def ssl3_hello(certificate: bytes) -> bytes:
    """ServerHello, Certificate (DER) and ServerHelloDone of SSL 3.0."""
    body = struct.pack(">H", Protocol.SSL3) + os.urandom(32) + b"\x20" + os.urandom(32)
    hello = _message(2, body + struct.pack(">HB", _SSL3_SUITE, 0))
    chain = len(certificate).to_bytes(3, "big") + certificate
    messages = hello + _message(11, len(chain).to_bytes(3, "big") + chain) + _message(14, b"")
    return struct.pack(">BHH", _HANDSHAKE_RECORD, Protocol.SSL3, len(messages)) + messages


def ssl2_hello(certificate: bytes) -> bytes:
    """SERVER-HELLO of SSL 2.0."""
    connection = os.urandom(16)
    body = struct.pack(">BBBHHHH", 4, 0, 1, Protocol.SSL2, len(certificate), len(_SSL2_SUITE), len(connection))
    body += certificate + _SSL2_SUITE + connection
    return struct.pack(">H", 0x8000 | len(body)) + body


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flights of a server, put together here independently of the code under test."""

from __future__ import annotations

import struct


def record(kind: int, payload: bytes, version: int = 0x0301) -> bytes:
    return struct.pack("!BHH", kind, version, len(payload)) + payload


def message(kind: int, body: bytes) -> bytes:
    return struct.pack("!I", kind << 24 | len(body)) + body


def server_hello(version: int, suite: int, extensions: bytes = b"", session_id: bytes = b"") -> bytes:
    tail = struct.pack("!H", len(extensions)) + extensions if extensions else b""
    body = struct.pack("!H32sB", version, b"r" * 32, len(session_id)) + session_id + struct.pack("!HB", suite, 0) + tail
    return message(2, body)


def tls13_server_hello(suite: int) -> bytes:
    key_share = struct.pack("!HHHH", 51, 36, 0x1D, 32) + b"k" * 32
    return server_hello(0x0303, suite, key_share + struct.pack("!HHH", 43, 2, 0x0304), b"s" * 32)


def certificate(*chain: bytes) -> bytes:
    listed = b"".join(len(der).to_bytes(3, "big") + der for der in chain)
    return message(11, len(listed).to_bytes(3, "big") + listed)


def alert(code: int, level: int = 2) -> bytes:
    return record(21, bytes([level, code]))


def flight(version: int, suite: int, *chain: bytes, record_size: int = 16384) -> bytes:
    """ServerHello, Certificate, ServerHelloDone; cut into records of record_size."""
    messages = server_hello(version, suite) + certificate(*chain) + message(14, b"")
    pieces = [messages[at : at + record_size] for at in range(0, len(messages), record_size)]
    return b"".join(record(22, piece, version) for piece in pieces)


def ssl2_server_hello(certificate_der: bytes, *ciphers: int) -> bytes:
    codes = b"".join(code.to_bytes(3, "big") for code in ciphers)
    head = struct.pack("!BBBHHHH", 4, 0, 1, 0x0002, len(certificate_der), len(codes), 16)
    body = head + certificate_der + codes + b"c" * 16
    return struct.pack("!H", 0x8000 | len(body)) + body


def tds_packet(payload: bytes, kind: int = 0x04, last: bool = True) -> bytes:
    return struct.pack("!BBHHBB", kind, int(last), len(payload) + 8, 0, 1, 0) + payload


def tds_prelogin_answer(version: tuple[int, int, int, int], encryption: int) -> bytes:
    """The message a server sends, without its packet: options VERSION and ENCRYPTION."""
    data = struct.pack("!BBHH", *version) + bytes([encryption])
    return struct.pack("!BHHBHHB", 0, 11, 6, 1, 17, 1, 0xFF) + data

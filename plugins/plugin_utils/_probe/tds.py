# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL Server's PRELOGIN: its packets, its question and its answer, and the TLS records it carries. Pure.

Source: MS-TDS 2.2.3.1 (packet header) and 2.2.6.5 (PRELOGIN).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

PACKET_PRELOGIN: Final = 0x12
PACKET_REPLY: Final = 0x04
HEADER_LENGTH: Final = 8
# The packet size every server accepts before another one is agreed on.
PACKET_SIZE: Final = 4096
_LAST: Final = 0x01

_OPTION_VERSION: Final = 0x00
_OPTION_ENCRYPTION: Final = 0x01
_OPTION_INSTANCE: Final = 0x02
_OPTION_THREAD: Final = 0x03
_OPTION_END: Final = 0xFF

_ENCRYPTION_BITS: Final = 0x3F
_ENCRYPTION_NAMES: Final = {0: "off", 1: "on", 2: "not_supported", 3: "required"}


STRICT: Final = "strict"
"""The encryption of a server that wants TLS before everything else, and closes on PRELOGIN in clear (TDS 8.0)."""
STRICT_PROTOCOL: Final = "tds/8.0"
"""What its clients offer by ALPN. Source: Microsoft, "TDS 8.0"; MS-TDS 2.2.6.5."""


class TdsError(Exception):
    """The bytes are no TDS."""


@dataclass(frozen=True)
class PreLogin:
    """The server's answer.

    version: ``major.minor.build.revision`` of the engine, "" when not told.
    encryption: off (the login only), on, required (by the server), not_supported, strict; "" when not told.
    """

    version: str
    encryption: str


def prelogin_request() -> bytes:
    """The client's PRELOGIN packet.

    It asks for encryption of the login only: the server tells whether it insists on more, and shakes hands either way.
    """
    options = (
        (_OPTION_VERSION, bytes.fromhex("0f 00 00 00 00 00")),
        (_OPTION_ENCRYPTION, b"\x00"),
        (_OPTION_INSTANCE, b"\x00"),
        (_OPTION_THREAD, bytes(4)),
    )
    offset = len(options) * 5 + 1
    table, data = b"", b""
    for token, value in options:
        table += bytes([token]) + (offset + len(data)).to_bytes(2, "big") + len(value).to_bytes(2, "big")
        data += value
    return wrap(table + bytes([_OPTION_END]) + data)


def wrap(payload: bytes, kind: int = PACKET_PRELOGIN) -> bytes:
    """The payload as one message, in as many packets as it needs (one, when it is empty)."""
    room = PACKET_SIZE - HEADER_LENGTH
    chunks = [payload[at : at + room] for at in range(0, len(payload), room)] or [b""]
    packets = []
    for number, chunk in enumerate(chunks, start=1):
        status = _LAST if number == len(chunks) else 0
        length = (len(chunk) + HEADER_LENGTH).to_bytes(2, "big")
        packets.append(bytes([kind, status]) + length + b"\x00\x00" + bytes([number % 256, 0]) + chunk)
    return b"".join(packets)


def packets(data: bytes) -> Iterator[tuple[int, bool, bytes]]:
    """The whole packets at the front of data: (kind, last of its message, payload). TdsError when it is no TDS."""
    at = 0
    while len(data) - at >= HEADER_LENGTH:
        kind, status = data[at], data[at + 1]
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if kind not in (PACKET_PRELOGIN, PACKET_REPLY) or length < HEADER_LENGTH:
            raise TdsError(f"not TDS: the answer has the bytes {data[at : at + 8].hex(' ')} where a packet begins")
        if len(data) - at < length:
            return
        yield kind, bool(status & _LAST), data[at + HEADER_LENGTH : at + length]
        at += length


def read_prelogin(data: bytes) -> PreLogin | None:
    """The server's answer, out of all that was received; None when more must come. TdsError when it is no PRELOGIN."""
    message = b""
    for kind, last, payload in packets(data):
        if kind != PACKET_REPLY:
            raise TdsError(f"not TDS: a packet of type 0x{kind:02x} where the answer to PRELOGIN belongs")
        message += payload
        if last:
            return _prelogin(message)
    return None


def _prelogin(message: bytes) -> PreLogin:
    options: dict[int, bytes] = {}
    at = 0
    while at < len(message) and message[at] != _OPTION_END:
        offset = int.from_bytes(message[at + 1 : at + 3], "big")
        length = int.from_bytes(message[at + 3 : at + 5], "big")
        if at + 5 > len(message) or offset + length > len(message):
            raise TdsError("not TDS: an answer to PRELOGIN whose options lie outside of it")
        options[message[at]] = message[offset : offset + length]
        at += 5
    version = options.get(_OPTION_VERSION, b"")
    encryption = options.get(_OPTION_ENCRYPTION, b"")
    if len(version) < 4 and not encryption:
        raise TdsError("not TDS: an answer to PRELOGIN with neither version nor encryption")
    return PreLogin(
        version=_version(version) if len(version) >= 4 else "",
        encryption=_ENCRYPTION_NAMES.get(encryption[0] & _ENCRYPTION_BITS, "") if encryption else "",
    )


def _version(data: bytes) -> str:
    build = int.from_bytes(data[2:4], "big")
    revision = int.from_bytes(data[4:6], "big")
    return f"{data[0]}.{data[1]}.{build}.{revision}"


def unwrap_records(data: bytes) -> bytes:
    """The TLS bytes inside all whole packets received after PRELOGIN. TdsError when it is no TDS."""
    return b"".join(payload for _kind, _last, payload in packets(data))

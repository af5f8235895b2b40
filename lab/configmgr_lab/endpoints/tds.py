# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TDS as far as its beginning: PRELOGIN, and TLS inside PRELOGIN packets.

Source: [MS-TDS] 2.2.6.5, 3.2.5.1 (https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-tds/)
"""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass

PRELOGIN = 0x12
TABULAR_RESULT = 0x04
END_OF_MESSAGE = 0x01
HEADER = struct.Struct(">BBHHBB")
PACKET_SIZE = 4096
MAX_MESSAGE = 65_536

OPTION_VERSION, OPTION_ENCRYPTION, OPTION_INSTANCE, OPTION_THREAD, OPTION_MARS, OPTION_END = 0, 1, 2, 3, 4, 0xFF
ENCRYPT_OFF, ENCRYPT_ON, ENCRYPT_NOT_SUPPORTED, ENCRYPT_REQUIRED = 0, 1, 2, 3


class NotTds(Exception):
    """What came is no packet, or not the one that belongs here."""


@dataclass(frozen=True)
class Prelogin:
    """The options of a PRELOGIN message that matter here."""

    version: tuple[int, int, int, int] = (0, 0, 0, 0)
    """major, minor, build, and a sub-build that servers leave 0."""
    encryption: int = ENCRYPT_ON

    def encode(self) -> bytes:
        major, minor, build, sub_build = self.version
        options = {
            OPTION_VERSION: struct.pack(">BBHH", major, minor, build, sub_build),
            OPTION_ENCRYPTION: bytes([self.encryption]),
            OPTION_INSTANCE: b"\0",
            OPTION_THREAD: b"",
            OPTION_MARS: b"\0",
        }
        offset, heads, bodies = 5 * len(options) + 1, b"", b""
        for option, body in options.items():
            heads += struct.pack(">BHH", option, offset + len(bodies), len(body))
            bodies += body
        return heads + bytes([OPTION_END]) + bodies

    @classmethod
    def decode(cls, data: bytes) -> Prelogin:
        """Raises NotTds."""
        version, encryption, at = (0, 0, 0, 0), ENCRYPT_NOT_SUPPORTED, 0
        try:
            while data[at] != OPTION_END:
                option, offset, length = struct.unpack_from(">BHH", data, at)
                body = data[offset : offset + length]
                if option == OPTION_VERSION:
                    version = struct.unpack(">BBHH", body)
                elif option == OPTION_ENCRYPTION:
                    encryption = body[0]
                at += 5
        except (IndexError, struct.error) as exc:
            raise NotTds("no PRELOGIN options") from exc
        return cls(version, encryption)


async def read_message(reader: asyncio.StreamReader, expected: int) -> bytes:
    """The content of a whole message. Raises NotTds, ``asyncio.IncompleteReadError`` and OSError."""
    message, status = b"", 0
    while not status & END_OF_MESSAGE:
        status, piece = await _read_packet(reader, expected)
        message += piece
        if len(message) > MAX_MESSAGE:
            raise NotTds("the message is too long")
    return message


async def write_message(writer: asyncio.StreamWriter, kind: int, content: bytes) -> None:
    size = PACKET_SIZE - HEADER.size
    pieces = [content[at : at + size] for at in range(0, len(content), size)] or [b""]
    for number, piece in enumerate(pieces, 1):
        status = END_OF_MESSAGE if number == len(pieces) else 0
        writer.write(HEADER.pack(kind, status, HEADER.size + len(piece), 0, number % 256, 0) + piece)
    await writer.drain()


async def _read_packet(reader: asyncio.StreamReader, expected: int) -> tuple[int, bytes]:
    kind, status, length, _, _, _ = HEADER.unpack(await reader.readexactly(HEADER.size))
    if kind != expected:
        raise NotTds(f"a packet of type {kind:#x} where {expected:#x} belongs")
    if length < HEADER.size:
        raise NotTds("a packet shorter than its head")
    return status, await reader.readexactly(length - HEADER.size)


class TdsCarrier:
    """The records of a handshake in PRELOGIN packets, as both ends send them."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self) -> bytes:
        try:
            return (await _read_packet(self._reader, PRELOGIN))[1]
        except (asyncio.IncompleteReadError, NotTds):
            return b""

    async def write(self, data: bytes) -> None:
        await write_message(self._writer, PRELOGIN, data)

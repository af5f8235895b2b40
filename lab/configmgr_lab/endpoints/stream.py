# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS by OpenSSL over anything that carries bytes: a socket, or the packets of TDS."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import Protocol as Interface

READ_SIZE = 65_536


class Carrier(Interface):
    """What carries the records of TLS."""

    async def read(self) -> bytes:
        """Some bytes; none at the end. Raises OSError."""

    async def write(self, data: bytes) -> None:
        """Raises OSError."""


class PlainCarrier:
    """Records straight on the connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self) -> bytes:
        return await self._reader.read(READ_SIZE)

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()


class TlsStream:
    """One end of a TLS connection. `carrier` may be exchanged after the handshake, as TDS does."""

    def __init__(
        self,
        context: ssl.SSLContext,
        carrier: Carrier,
        *,
        server_side: bool,
        server_name: str | None = None,
        received: bytes = b"",
    ) -> None:
        self.carrier = carrier
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side, server_name)
        self._incoming.write(received)

    async def handshake(self) -> None:
        """Raises ssl.SSLError (after the alert is sent), OSError, EOFError when the peer hung up."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                await self._fill()
            except ssl.SSLError:
                with contextlib.suppress(OSError):
                    await self._flush()
                raise
            else:
                await self._flush()
                return

    async def read(self) -> bytes:
        """Some bytes; none when the peer closed. Raises ssl.SSLError and OSError."""
        while True:
            try:
                return self._tls.read(READ_SIZE)
            except ssl.SSLWantReadError:
                await self._flush()
                try:
                    await self._fill()
                except EOFError:
                    return b""
            except ssl.SSLZeroReturnError:
                return b""

    async def write(self, data: bytes) -> None:
        self._tls.write(data)
        await self._flush()

    async def close(self) -> None:
        """Say goodbye, as far as the peer is still there."""
        with contextlib.suppress(ssl.SSLError, OSError):
            try:
                self._tls.unwrap()
            finally:
                await self._flush()

    @property
    def version(self) -> str:
        """As the ssl module calls it: ``TLSv1.2``."""
        return self._tls.version() or ""

    @property
    def suite(self) -> str:
        cipher = self._tls.cipher()
        return cipher[0] if cipher else ""

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self.carrier.write(self._outgoing.read())

    async def _fill(self) -> None:
        data = await self.carrier.read()
        if not data:
            raise EOFError("the peer hung up")
        self._incoming.write(data)

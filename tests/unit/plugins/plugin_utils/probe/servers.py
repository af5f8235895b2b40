# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers of the tests' own on a loopback port: one thread listens, one serves each connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator

from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.probe.wire import (
    tds_packet,
    tds_prelogin_answer,
)

Handler = Callable[[socket.socket], None]


@contextlib.contextmanager
def serving(handler: Handler) -> Iterator[int]:
    """A server with that handler; gives its port. A connection is closed when its handler returns."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    open_connections: set[socket.socket] = set()

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            handler(connection)
        open_connections.discard(connection)

    def listen() -> None:
        while True:
            try:
                connection, _peer = listener.accept()
            except OSError:
                return
            open_connections.add(connection)
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        # shutdown wakes accept up; close alone would leave it waiting.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in tuple(open_connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        thread.join()


def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def read_exactly(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        more = connection.recv(length - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data


def read_hello(connection: socket.socket) -> bytes:
    """The client's hello, of either framing."""
    head = read_exactly(connection, 5)
    length = int.from_bytes(head[3:5], "big") if head[0] == 22 else (int.from_bytes(head[:2], "big") & 0x7FFF) - 3
    return head + read_exactly(connection, length)


def hang_up_with_reset(connection: socket.socket) -> None:
    """Close so that the peer gets a TCP reset, as Windows does for a protocol that is disabled."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def wait_for_the_client_to_leave(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def hello_version(hello: bytes) -> int:
    """The version an asked-for protocol is told by: of the record body, or of supported_versions for TLS 1.3."""
    if hello[0] & 0x80:
        return int.from_bytes(hello[3:5], "big")
    return 0x0304 if b"\x00\x2b\x00\x03\x02\x03\x04" in hello else int.from_bytes(hello[9:11], "big")


def answering(answers: dict[int, bytes | Handler], otherwise: bytes | Handler) -> Handler:
    """A handler that answers a hello by the version it asks for, with bytes or with a handler of its own."""

    def handle(connection: socket.socket) -> None:
        answer = answers.get(hello_version(read_hello(connection)), otherwise)
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)
            wait_for_the_client_to_leave(connection)

    return handle


def tds_server(
    context: ssl.SSLContext, *, encryption: int = 0, packet_size: int = 4096, resets: bool = False
) -> Handler:
    """SQL Server as far as the handshake, with real OpenSSL inside PRELOGIN packets of at most packet_size bytes.

    resets: hang up with a TCP reset instead of sending the alert.
    """

    def handle(connection: socket.socket) -> None:
        assert _tds_message(connection)[0] == 0x12
        connection.sendall(tds_packet(tds_prelogin_answer((15, 0, 2000, 5), encryption)))
        if encryption == 2:
            wait_for_the_client_to_leave(connection)
            return
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            kind, payload = _tds_message(connection)
            assert kind == 0x12
            incoming.write(payload)
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError:
                if resets:
                    hang_up_with_reset(connection)
                    return
            answer = outgoing.read()
            for at in range(0, len(answer), packet_size):
                last = at + packet_size >= len(answer)
                connection.sendall(tds_packet(answer[at : at + packet_size], 0x12, last))

    return handle


def strict_tds_server(context: ssl.SSLContext) -> Handler:
    """SQL Server with strict encryption: TLS first, by the name of TDS 8.0; it closes on those that begin in clear."""
    context.set_alpn_protocols(["tds/8.0"])

    def handle(connection: socket.socket) -> None:
        if connection.recv(1, socket.MSG_PEEK) == b"\x12":
            return
        with contextlib.suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as tls:
            assert tls.selected_alpn_protocol() == "tds/8.0"

    return handle


def _tds_message(connection: socket.socket) -> tuple[int, bytes]:
    payload = b""
    while True:
        kind, status, length = struct.unpack("!BBH4x", read_exactly(connection, 8))
        payload += read_exactly(connection, length - 8)
        if status & 1:
            return kind, payload

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports of a machine, opened and followed the same way for everything that answers, and connections that are reset."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import struct
from collections.abc import Callable
from typing import Protocol

BACKLOG = 128
_ADVICE = {
    errno.EACCES: "; ports below 1024 need a privilege: start the lab with --port-offset 20000, or allow them",
    errno.EADDRINUSE: "; something else has that port: use another --network, or --port-offset 20000",
}


class Silence:
    """A port at which nobody answers, not even to say no, as that of a machine that is off: what comes is dropped.

    Linux drops new connections while as many as the listener lets wait are waiting; here two of our own do.
    """

    def __init__(self, address: str, port: int) -> None:
        self._sockets = [listen(address, port, backlog=0)]
        for _number in range(2):
            waiting = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            waiting.setblocking(False)
            waiting.connect_ex((address, port))
            self._sockets.append(waiting)

    def close(self) -> None:
        for each in self._sockets:
            each.close()


class Powered(Protocol):
    """What says when it goes down and when it is up again."""

    def on_power(self, callback: Callable[[bool], None]) -> None: ...


def listen(address: str, port: int, backlog: int = BACKLOG) -> socket.socket:
    """A socket that does not block and takes connections. Raises OSError with a sentence when it cannot be had."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        listener.bind((address, port))
        listener.listen(backlog)
    except OSError as exc:
        listener.close()
        advice = _ADVICE.get(exc.errno or 0, "")
        raise OSError(exc.errno, f"cannot listen on {address}:{port}: {exc.strerror}{advice}") from exc
    return listener


def follow_power(machine: Powered, refresh: Callable[[], None]) -> None:
    """Let ``refresh`` run in this event loop whenever the machine's power changes."""
    loop = asyncio.get_running_loop()

    def changed(_up: bool) -> None:
        # Comes from a thread of the machine's clock, and may come after the lab has stopped.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(refresh)

    machine.on_power(changed)


def reset_at_close(connection: socket.socket) -> None:
    """Let the connection end as that of a machine that lost power or a firewall's does: with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

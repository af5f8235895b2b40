# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ADMIN$ of one machine over SMB 2, served by impacket's server from the machine's real folder.

A connection has a thread of its own. impacket is imported when the first one comes: a lab of a thousand machines of
which nobody wants files costs a listening socket each.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import threading
from dataclasses import dataclass, field
from typing import Any

from ..features import Feature, Source, Subject
from ..kerberos.tickets import Keytab
from ..listening import follow_power, listen, reset_at_close
from ..machine.machine import Machine
from .faults import SmbFaults

PORT = 445
_numbers = itertools.count(1)


@dataclass
class AdminShare:
    """Made and used inside one event loop; `refresh` listens when the machine is up and has a disk."""

    machine: Machine
    port: int = PORT
    faults: SmbFaults = field(default_factory=SmbFaults)
    keys: Keytab | None = None
    logons: list[str] = field(default_factory=list)
    """How each logon was made, where the site is a realm: kerberos or ntlm."""

    def __post_init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket: socket.socket | None = None
        self._connections: set[socket.socket] = set()
        self._server: Any = None
        follow_power(self.machine, self.refresh)

    def refresh(self) -> None:
        """Raises OSError with a sentence when the port cannot be had."""
        if not self.machine.is_up:
            self.close()
        elif self._socket is None:
            self._socket = listen(self.machine.address, self.port)
            self._loop.add_reader(self._socket, self._take, self._socket)

    def close(self) -> None:
        """Refuse new connections and reset the open ones."""
        if self._socket is not None:
            self._loop.remove_reader(self._socket)
            self._socket.close()
            self._socket = None
        for connection in list(self._connections):
            _reset(connection)

    def _take(self, listening: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            connection, address = listening.accept()
            connection.setblocking(True)
            self._connections.add(connection)
            name = f"lab-smb-{next(_numbers)}"
            threading.Thread(target=self._serve, args=(connection, address), name=name, daemon=True).start()

    def _serve(self, connection: socket.socket, address: tuple[str, int]) -> None:
        # Late: see above what impacket costs.
        from .smb_server import SmbServer

        try:
            if self._server is None:
                self._server = SmbServer(self.machine, self.faults, self.keys, self.logons)
            self._server.serve(connection, address)
        finally:
            self._connections.discard(connection)
            connection.close()


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        reset_at_close(connection)
        connection.shutdown(socket.SHUT_RDWR)


SUBJECT = Subject(
    "SMB",
    (
        Feature("SMB 2.0.2 on port 445, NTLM, signed", Source.DOCUMENT, "impacket's server"),
        Feature("Kerberos, where the site is a realm", Source.DOCUMENT, "MIT's library opens the tickets"),
        Feature("ADMIN$ with what was added below C:\\Windows", Source.DOCUMENT),
        Feature("a wrong login, no rights, no room on the disk, a cut connection (faults)", Source.DOCUMENT),
    ),
    ("SMB 1 and 3, encryption", "the files of the image on ADMIN$", "other shares, file servers"),
)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role endpoints of one machine: its sockets, opened and closed with its power."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable

from ..kerberos.tickets import Keytab
from ..listening import BACKLOG, follow_power, listen, reset_at_close
from ..machine.machine import Machine
from ..wire.authentication import CredentialStore
from ..wire.certificates import Authority
from .admin_service import AdminService
from .faults import EndpointFaults
from .identity import Identity
from .listeners import Listener, listeners
from .serving import Served, runs, serve

CONNECTION_SECONDS = 60.0


class RoleEndpoints:
    """Made and used inside one event loop. A machine without a role that listens costs nothing."""

    def __init__(
        self,
        machine: Machine,
        *,
        authority: Authority,
        sql_works: Callable[[], Awaitable[bool]],
        port_offset: int = 0,
        admin_service: AdminService | None = None,
        logons: CredentialStore | None = None,
        keys: Keytab | None = None,
    ) -> None:
        self.machine = machine
        self.faults = EndpointFaults()
        self.listeners = listeners(machine.site_host)
        self._port_offset = port_offset
        row = machine.site_host
        names = (row.name, f"{row.name}.{row.domain}") if row.domain else (row.name,)
        self._served = Served(
            machine, Identity(authority, names, row.address), self.faults, sql_works, admin_service, logons, keys
        )
        self._sockets: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        if self.listeners:
            follow_power(machine, self.refresh)

    @property
    def ports(self) -> list[int]:
        """The ports as they are bound, with the offset."""
        return [listener.port + self._port_offset for listener in self.listeners]

    def refresh(self) -> None:
        """Listen when the machine is up, and only then. Raises OSError with a sentence when it cannot."""
        if not self.machine.is_up:
            self.close()
        elif not self._sockets:
            for listener in self.listeners:
                self._open(listener)

    def close(self) -> None:
        """Refuse new connections and reset the open ones."""
        for sock in self._sockets:
            self._loop.remove_reader(sock)
            sock.close()
        self._sockets.clear()
        for task in list(self._tasks):
            task.cancel()

    def _open(self, listener: Listener) -> None:
        try:
            sock = listen(self.machine.address, listener.port + self._port_offset)
        except OSError:
            self.close()
            raise
        self._sockets.append(sock)
        self._loop.add_reader(sock, self._take, sock, listener)

    def _take(self, sock: socket.socket, listener: Listener) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            for _ in range(BACKLOG):
                connection, _ = sock.accept()
                if not any(runs(self.machine, service) for service in listener.services):
                    _reset(connection)
                    continue
                connection.setblocking(False)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                task = self._loop.create_task(self._serve(connection, listener))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket, listener: Listener) -> None:
        reader, writer = await asyncio.open_connection(sock=connection)
        try:
            async with asyncio.timeout(CONNECTION_SECONDS):
                await serve(self._served, listener, reader, writer)
        except asyncio.CancelledError:
            # The machine goes down: what is open is cut off, not ended.
            transport = writer.transport
            reset_at_close(transport.get_extra_info("socket"))
            transport.abort()
        except (OSError, EOFError, ssl.SSLError, TimeoutError):
            pass
        finally:
            writer.close()


def _reset(connection: socket.socket) -> None:
    reset_at_close(connection)
    connection.close()

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A short look whether anything answers at a host's port, before a connection that would wait for half a minute.

It only says what would take long: that nothing answers at all. A port that refuses, a name that is not known, and
everything behind a proxy or a jump host is left to the connection itself, which tells it better.
"""

from __future__ import annotations

import shlex
import socket
import subprocess
from collections.abc import Callable
from typing import Any

from .._remote.errors import error
from .._remote.factory import transport_of
from .target import target_of

__all__ = ["look_for"]

SocketAddress = tuple[str, int]
_OWN_WAYS = ("proxyjump", "proxycommand")


def look_for(connection: Any, *, host: str, seconds: float) -> None:
    """RemoteError connect_time_out when nothing answered at the port in so many seconds; no look with none.

    connection: the plugin object of the task; host: its name for messages.
    """
    find = _PLACES.get(transport_of(connection)) if seconds > 0 else None
    place = find(connection) if find else None
    if place is None:
        return
    try:
        socket.create_connection(place, seconds).close()
    except TimeoutError:
        detail = f"nothing answered at {place[0]}:{place[1]} in {seconds:g} seconds"
        raise error("connect_time_out", host=host, attempted="see whether it is there", detail=detail) from None
    except OSError:
        return


def _of_winrm(connection: Any) -> SocketAddress | None:
    target = target_of(connection, transport_of(connection))
    return None if target.proxy else (target.host, target.port)


def _of_ssh(connection: Any) -> SocketAddress | None:
    """What ssh itself makes of the options and of its own configuration; None for all that is not a plain way."""
    option = connection.get_option
    arguments = [part for name in ("ssh_args", "ssh_common_args", "ssh_extra_args") for part in _split(option(name))]
    port = ["-p", str(option("port"))] if option("port") else []
    command = [str(option("ssh_executable") or "ssh"), "-G", *arguments, *port, str(option("host"))]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=5)
    except (OSError, subprocess.SubprocessError):
        return None
    told = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    ways = [told[name] for name in _OWN_WAYS if told.get(name, "none") != "none"]
    return (told["hostname"], int(told["port"])) if not ways and {"hostname", "port"} <= told.keys() else None


def _split(text: Any) -> list[str]:
    return shlex.split(str(text)) if text else []


_PLACES: dict[str, Callable[[Any], SocketAddress | None]] = {"winrm": _of_winrm, "psrp": _of_winrm, "ssh": _of_ssh}

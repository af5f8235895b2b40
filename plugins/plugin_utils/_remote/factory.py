# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the connection of a host to a session: one row per connection plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.basic import missing_required_lib

from . import psrp, ssh, winrm
from .errors import error
from .session import Channel, Session, ShellSession

_ATTEMPTED = "log in and open a command shell"
_SECRETS = ("remote_password", "certificate_key_password", "password", "private_key_passphrase")


@dataclass(frozen=True)
class Library:
    """How a connection plugin is served: its name, the library it needs, and the channel over it."""

    name: str
    missing: ImportError | None
    channel: Callable[[Any], Channel]


LIBRARIES: Mapping[str, Library] = {
    "winrm": Library(winrm.LIBRARY, winrm.MISSING, winrm.channel),
    "psrp": Library(psrp.LIBRARY, psrp.MISSING, psrp.channel),
    "ssh": Library(ssh.LIBRARY, ssh.MISSING, ssh.channel),
}
"""By the transport of the connection plugin."""


def open_session(connection: Any, *, host: str) -> Session:
    """Log in to a host with its own connection plugin and open a command shell there.

    connection: the plugin object of the task (self._connection of an action); host: its name for messages.
    RemoteError: unsupported_connection, missing_library, or whatever kept the login from succeeding.
    """
    host = str(host)
    transport = transport_of(connection)
    library = LIBRARIES.get(transport)
    if library is None:
        detail = f"the connection is {transport}; supported: {', '.join(LIBRARIES)}"
        raise error("unsupported_connection", host=host, attempted=_ATTEMPTED, detail=detail)
    if library.missing is not None:
        detail = f"{missing_required_lib(library.name)} ({library.missing})"
        raise error("missing_library", host=host, attempted=_ATTEMPTED, detail=detail)
    session = ShellSession(library.channel(connection), host=host, secrets=secrets_of(connection))
    try:
        return session.open()
    except BaseException:
        session.close()
        raise


def transport_of(connection: Any) -> str:
    """The short name of a connection plugin."""
    return str(getattr(connection, "transport", "") or type(connection).__module__.rpartition(".")[2])


def secrets_of(connection: Any) -> list[str]:
    """What the connection logs in with: it must appear in no message and no result."""
    secrets = []
    for name in _SECRETS:
        try:
            secret = connection.get_option(name)
        except KeyError:
            continue
        if secret:
            secrets.append(str(secret))
    return secrets

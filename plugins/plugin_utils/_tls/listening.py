# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports on which a machine takes TLS, from its own registry: those of HTTPS from the certificates that are bound to
ports, and those that instances of SQL Server were given for all addresses.

Without a bound certificate http.sys takes no TLS on a port. Source: Microsoft's IIS support team, "Troubleshooting SSL
related issues (server certificate)"; "Configure SQL Server to listen on a specific TCP port".
"""

from __future__ import annotations

from .._windows import snapshot as where
from .._windows.registry import Presence, Registry, View

__all__ = ["https_ports", "sql_ports"]


def https_ports(registry: Registry) -> tuple[int, ...] | None:
    """The ports with a certificate; None when that could not be read for certain."""
    parameters = registry.key(where.HTTP_PARAMETERS)
    if parameters.presence is not Presence.PRESENT or parameters.has_subkey(where.HTTP_CENTRAL_BINDINGS):
        return None
    ports: set[int] = set()
    for name in where.HTTP_BINDINGS:
        key = where.HTTP_PARAMETERS.child(name)
        found = [
            place.name.rpartition(":")[2]
            for view, place in registry.readings
            if view is View.NATIVE and place.parent == key
        ]
        # A key that is listed and shows nothing is empty, or was not readable.
        if (parameters.has_subkey(name) and not found) or not all(port.isdecimal() for port in found):
            return None
        ports.update(map(int, found))
    return tuple(sorted(ports))


def sql_ports(registry: Registry, instance: str) -> tuple[int, ...]:
    """``instance``: its key. Empty where none was given, or it could not be read."""
    tcp = where.SQL_SERVER.child(rf"{instance}\MSSQLServer\SuperSocketNetLib\Tcp\IPAll")
    value = registry.key(tcp).value("TcpPort")
    parts = [part.strip() for part in str(value.data).split(",")] if value else []
    return tuple(int(part) for part in parts if part.isdecimal() and int(part))

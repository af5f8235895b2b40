# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports on which a machine takes TLS and what is particular about each, from its own registry: those of HTTPS from
the certificates that are bound to ports, and those of instances of SQL Server.

Without a bound certificate http.sys takes no TLS on a port. Source: Microsoft's IIS support team, "Troubleshooting SSL
related issues (server certificate)"; "Configure SQL Server to listen on a specific TCP port"; "Connect to SQL Server
with strict encryption".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from .._data import http_flags
from .._windows import snapshot as where
from .._windows.registry import Key, KeyReading, Presence, Registry, Value, View
from .negotiation import Offer

__all__ = ["SqlEncryption", "https_off", "https_ports", "sql_encryption", "sql_ports"]

SqlEncryption = Literal["login", "all", "strict"]
"""What SQL Server insists on to have encrypted: the login only, everything, or everything before the first word."""


def https_ports(registry: Registry) -> tuple[int, ...] | None:
    """The ports with a certificate; None when that could not be read for certain."""
    parameters = registry.key(where.HTTP_PARAMETERS)
    if parameters.presence is not Presence.PRESENT or parameters.has_subkey(where.HTTP_CENTRAL_BINDINGS):
        return None
    ports: set[int] = set()
    for name in (where.HTTP_BINDINGS, where.HTTP_NAMED_BINDINGS):
        found = [port for port, _reading in _bindings(registry, name)]
        # A key that is listed and shows nothing is empty, or was not readable.
        if (parameters.has_subkey(name) and not found) or not all(port.isdecimal() for port in found):
            return None
        ports.update(map(int, found))
    return tuple(sorted(ports))


def https_off(registry: Registry, build: int | None, revision: int | None) -> dict[int, tuple[str, ...]]:
    """The protocols that flags of bindings turn off, by port, encoded as an offer: certain where every binding of the
    port says so and this Windows heeds the flag.
    """
    offs: dict[int, list[Offer]] = {}
    for name in (where.HTTP_BINDINGS, where.HTTP_NAMED_BINDINGS):
        for port, reading in _bindings(registry, name):
            if port.isdecimal():
                offs.setdefault(int(port), []).append(_off(reading.value("DefaultFlags"), build, revision))
    found = {}
    for number, each in sorted(offs.items()):
        sure = frozenset.intersection(*(off.sure for off in each))
        every = frozenset().union(*(off.sure | off.maybe for off in each))
        if every:
            found[number] = tuple(Offer(sure, every - sure).encode())
    return found


def _bindings(registry: Registry, name: str) -> Iterator[tuple[str, KeyReading]]:
    """The port of each binding, as its key spells it."""
    key = where.HTTP_PARAMETERS.child(name)
    for (view, place), reading in registry.readings.items():
        if view is View.NATIVE and place.parent == key:
            yield place.name.rpartition(":")[2], reading


def _off(flags: Value | None, build: int | None, revision: int | None) -> Offer:
    number = flags.dword or 0 if flags else 0
    rows = [row for row in http_flags() if row.bit & number]
    sure = {name for row in rows if row.is_heeded(build, revision) for name in row.protocols}
    return Offer(frozenset(sure), frozenset(name for row in rows for name in row.protocols) - sure)


def sql_ports(registry: Registry, instance: str) -> tuple[int, ...]:
    """The TCP ports of an instance of SQL Server.

    ``instance``: its key. Those that it was given, and those that it took by itself at its last start; empty where
    there is none, or it could not be read.

    Either those of IPAll count or those of the single addresses, and what does not count is empty as Windows leaves it.
    """
    tcp = _net_lib(instance).child("Tcp")
    ports = set(_ports(registry.key(tcp.child("IPAll"))))
    if not ports:
        singles = (reading for (_view, place), reading in registry.readings.items() if place.parent == tcp)
        ports = {port for reading in singles for port in _ports(reading)}
    return tuple(sorted(ports))


def _ports(reading: KeyReading) -> Iterable[int]:
    for name in ("TcpPort", "TcpDynamicPorts"):
        value = reading.value(name)
        parts = [part.strip() for part in str(value.data).split(",")] if value else []
        # A dynamic port is 0 until there is one.
        yield from (int(part) for part in parts if part.isdecimal() and int(part))


def sql_encryption(registry: Registry, instance: str) -> SqlEncryption | None:
    """The encryption that an instance of SQL Server insists on.

    ``instance``: its key. None when that could not be read.
    """
    reading = registry.key(_net_lib(instance))
    if reading.presence is not Presence.PRESENT:
        return None
    strict, forced = (reading.value(name) for name in ("ForceStrict", "ForceEncryption"))
    if strict and strict.dword:
        return "strict"
    return "all" if forced and forced.dword else "login"


def _net_lib(instance: str) -> Key:
    return where.SQL_SERVER.child(rf"{instance}\MSSQLServer\SuperSocketNetLib")

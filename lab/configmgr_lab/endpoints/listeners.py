# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ports a machine listens on because of its roles, and the pages behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..machine.host import SiteHost
from .tables import table


@dataclass(frozen=True)
class Page:
    """What one path answers to a caller without a name."""

    status: int
    service: str
    body: str = ""
    type: str = ""
    needs_sql: bool = False
    windows: bool = False
    """Whether it asks for a Windows logon."""


@dataclass(frozen=True)
class Listener:
    """One port of a machine, shared by all roles that use it."""

    port: int
    kind: str
    """`https`, `http` or `tds`."""
    services: tuple[str, ...]
    pages: Mapping[str, Page] = field(default_factory=dict)
    """By path and query in small letters."""


def listeners(host: SiteHost) -> tuple[Listener, ...]:
    """The ports of a machine because of its roles; none for a client."""
    found: dict[int, Listener] = {}
    for row in _rows():
        port = _port(host, row)
        if not port:
            continue
        pages = {path: Page(service=row["service"], **page) for path, page in (row.get("pages") or {}).items()}
        before = found.get(port, Listener(port, row["kind"], ()))
        services = tuple(dict.fromkeys((*before.services, row["service"])))
        found[port] = Listener(port, row["kind"], services, {**before.pages, **pages})
    return tuple(found.values())


def called_at(host: SiteHost, role: str) -> tuple[int, str]:
    """The port and kind on which a role of this machine is called over TLS; port 0 when it takes none."""
    row = next(row for row in _rows() if row["role"] == role and row["kind"] != "http")
    return _port(host, row), row["kind"]


def bound_ports(host: SiteHost) -> tuple[int, ...]:
    """The ports to which its http.sys has a certificate bound, WinRM's among them."""
    ports = {_port(host, row) for row in _rows() if row["kind"] == "https"} - {0}
    remote = {host.port} if host.connection != "ssh" and host.scheme == "https" else set()
    return tuple(sorted(ports | remote))


def _port(host: SiteHost, row: Mapping[str, Any]) -> int:
    if row["role"] not in host.roles:
        return 0
    usual: int = row["port"]
    return usual if row["kind"] == "http" else dict(host.ports).get(row["role"], usual)


def port_variables(offset: int) -> dict[str, int]:
    """What an inventory must say when the ports are moved; nothing when they are not."""
    return {row["variable"]: row["port"] + offset for row in _rows() if offset and "variable" in row}


def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table("endpoints/listeners.yml")["listeners"]
    return rows

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ports a machine listens on because of its roles, and the pages behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

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


def listeners(roles: Iterable[str]) -> tuple[Listener, ...]:
    """The ports of a machine with these roles; none for a client."""
    wanted, found = set(roles), dict[int, Listener]()
    for row in _rows():
        if row["role"] not in wanted:
            continue
        pages = {path: Page(service=row["service"], **page) for path, page in (row.get("pages") or {}).items()}
        before = found.get(row["port"], Listener(row["port"], row["kind"], ()))
        services = tuple(dict.fromkeys((*before.services, row["service"])))
        found[row["port"]] = Listener(row["port"], row["kind"], services, {**before.pages, **pages})
    return tuple(found.values())


def port_of(role: str) -> tuple[int, str]:
    """The port and kind on which a role is called over TLS. Raises StopIteration for a role that is not."""
    return next((row["port"], row["kind"]) for row in _rows() if row["role"] == role and row["kind"] != "http")


def port_variables(offset: int) -> dict[str, int]:
    """What an inventory must say when the ports are moved; nothing when they are not."""
    return {row["variable"]: row["port"] + offset for row in _rows() if offset and "variable" in row}


def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table("endpoints/listeners.yml")["listeners"]
    return rows

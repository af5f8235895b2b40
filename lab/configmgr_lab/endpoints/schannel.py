# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which protocols Schannel has in force on a machine.

Written from Microsoft's documentation of the registry values:
https://learn.microsoft.com/en-us/windows-server/security/tls/tls-registry-settings
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from ..machine.registry import RegistryReader, View
from ..machine.values import RegistryType
from .protocols import Protocol
from .tables import table

SCHANNEL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
_PROTOCOLS = f"{SCHANNEL}\\Protocols"
_VERSION = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
_PRODUCT = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ProductOptions"


class Side(Enum):
    """The subkey of a protocol: what the machine does when it calls, and when it is called."""

    CLIENT = "client"
    SERVER = "server"


@dataclass(frozen=True)
class Schannel:
    """One side of a machine's Schannel."""

    by_default: frozenset[Protocol]
    """What a program gets that leaves the choice to Schannel."""
    on_request: frozenset[Protocol]
    """What a program gets that asks by name: `by_default`, and what is only disabled by default."""


def dword(registry: RegistryReader, path: str, name: str, view: View = View.BIT64) -> int | None:
    """The value when it is a REG_DWORD: Windows takes no other type here."""
    value = registry.value(path, name, view)
    return value.number if value is not None and value.type is RegistryType.REG_DWORD else None


def windows_build(registry: RegistryReader) -> int:
    """The build of this Windows; 0 when the registry does not say."""
    text = registry.text(_VERSION, "CurrentBuild") or ""
    return int(text) if text.isdigit() else 0


def knows_tls13(registry: RegistryReader) -> bool:
    """Whether this Windows has TLS 1.3 at all, on or off, and so reads a caller's list of versions."""
    return Protocol.TLS13 in _defaults(registry, Side.SERVER)


def schannel(registry: RegistryReader, side: Side) -> Schannel:
    """What is in force by this registry. `registry` is that of the machine's last start."""
    by_default, on_request = set(), set()
    for protocol, on in _defaults(registry, side).items():
        path = f"{_PROTOCOLS}\\{protocol.label}\\{side.value}"
        enabled = dword(registry, path, "Enabled")
        disabled_by_default = dword(registry, path, "DisabledByDefault")
        if enabled == 0:
            continue
        on_request.add(protocol)
        if disabled_by_default is not None:
            on = disabled_by_default == 0
        elif enabled is not None:
            on = True
        if on:
            by_default.add(protocol)
    return Schannel(frozenset(by_default), frozenset(on_request))


def _defaults(registry: RegistryReader, side: Side) -> dict[Protocol, bool]:
    row = _row(windows_build(registry), registry.text(_PRODUCT, "ProductType") or "")
    return {Protocol.named(label): on for label, on in row[side.value].items()}


@cache
def _row(build: int, product_type: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = table("endpoints/schannel.yml")["defaults"]
    fitting = [row for row in rows if row["from_build"] <= build and row.get("product_type") in (None, product_type)]
    return fitting[-1] if fitting else rows[0]

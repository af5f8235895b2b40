# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WinHTTP's DefaultSecureProtocols: one bit a protocol, as named in the Windows header C(winhttp.h)."""

from __future__ import annotations

from collections.abc import Iterable

from .._data import protocols

__all__ = ["BITS", "ENABLE_DEFAULT", "TLS12", "with_tls12", "without"]

BITS = {row.id: row.winhttp_bit for row in protocols()}
TLS12 = BITS["TLS 1.2"]
# The value of Microsoft's page for ConfigMgr: SSL 3.0 and TLS 1.0, as before it, and TLS 1.1 and 1.2 added.
ENABLE_DEFAULT = 0xAA0


def with_tls12(current: int | None) -> int:
    """What the enable stage writes: nothing that was offered before is lost, nothing that an owner took out comes
    back.
    """
    return ENABLE_DEFAULT if current is None else current | TLS12


def without(current: int, names: Iterable[str]) -> int:
    """What the disable stage writes."""
    for name in names:
        current &= ~BITS[name]
    return current | TLS12

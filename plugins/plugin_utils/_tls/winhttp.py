# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WinHTTP's DefaultSecureProtocols: one bit a protocol, as named in the Windows header C(winhttp.h)."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from .._data import protocols
from .._data.settings import setting_rows

__all__ = ["BITS", "TLS12", "with_tls12", "without"]

BITS = {row.id: row.winhttp_bit for row in protocols()}
TLS12 = BITS["TLS 1.2"]


def with_tls12(current: int | None) -> int:
    """What the enable stage writes: nothing that was offered before is lost, nothing that an owner took out comes
    back.
    """
    return _where_none_was() if current is None else current | TLS12


@functools.cache
def _where_none_was() -> int:
    """The value of the table: what Windows offers without one, and TLS 1.1 and 1.2."""
    (row,) = setting_rows("enable", ["winhttp"])
    return int(row.data)


def without(current: int, names: Iterable[str]) -> int:
    """What the disable stage writes."""
    for name in names:
        current &= ~BITS[name]
    return current | TLS12

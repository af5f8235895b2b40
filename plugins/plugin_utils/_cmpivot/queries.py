# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions as CMPivot's language writes them.

Source: Microsoft, "CMPivot for real-time data"; the 32-bit view is reached by its own path.
"""

from __future__ import annotations

from .._data.load import load_table
from .._data.schema_cmpivot import CmpivotQuery
from .._windows.registry import Key

__all__ = ["WOW", "key_of", "queries", "query_text"]

_SOFTWARE = "SOFTWARE\\"
WOW = "SOFTWARE\\WOW6432Node\\"


def queries() -> tuple[CmpivotQuery, ...]:
    """All of them, those of ``first`` before the others."""
    return tuple(sorted(load_table("cmpivot_queries", CmpivotQuery), key=lambda row: not row.first))


def query_text(query: CmpivotQuery) -> str:
    """One entity, and a filter by name where values are asked for."""
    path = query.path if query.view == 64 else WOW + query.path[len(_SOFTWARE) :]
    entity = "Registry" if query.ask == "values" else "RegistryKey"
    names = " or ".join(f"Property == '{name}'" for name in query.values)
    return f"{entity}('hklm:\\{path}')" + (f" | where {names}" if names else "")


def key_of(path: str, query: CmpivotQuery) -> Key | None:
    """The key of a row as the 64-bit client names it; None when it does not belong to the question's view."""
    key = Key(path)
    if key.path == path:
        return None
    if query.view == 64:
        return key
    return Key(_SOFTWARE + key.path[len(WOW) :]) if key.folded.startswith(WOW.lower()) else None

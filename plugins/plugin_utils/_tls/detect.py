# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ConfigMgr roles a machine's own registry shows. Detection only ever adds roles: some leave no trace there."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from .._data import Detection, Role
from .._windows.registry import Key, Presence, Registry, View

__all__ = ["detected_roles"]


def detected_roles(registry: Registry, known: Iterable[Role]) -> tuple[str, ...]:
    """Ids of the roles with at least one detection row that holds."""
    return tuple(role.id for role in known if any(_holds(registry, row) for row in role.detection))


@functools.cache
def _key(path: str) -> Key:
    return Key(path)


def _holds(registry: Registry, row: Detection) -> bool:
    key, view = _key(row.key), View(row.view)
    if row.test == "subkey":
        return registry.key(key, view).has_subkey(str(row.data))
    reading = registry.key(key, view)
    if reading.presence is not Presence.PRESENT:
        parent = key.parent
        # A key that was not asked for is still known to exist when its parent lists it.
        return (
            row.test == "exists"
            and row.value is None
            and parent is not None
            and registry.key(parent, view).has_subkey(key.name)
        )
    if row.value is None:
        return row.test == "exists"
    value = reading.value(row.value)
    if value is None:
        return False
    if row.test == "exists":
        return True
    equal = str(value.data).lower() == str(row.data).lower()
    return equal if row.test == "equals" else not equal

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry as a program sees it: through a view, and with access refused where a fault says so."""

from __future__ import annotations

from dataclasses import dataclass

from .faults import Access, Faults
from .registry import Key, Registry, View
from .values import Value


class AccessDenied(Exception):
    """The key may not be read or written."""


class KeyNotFound(Exception):
    """There is no such key."""


@dataclass(frozen=True)
class RegistryAccess:
    """Every method raises BadPath for what is no path, and AccessDenied."""

    registry: Registry
    faults: Faults
    view: View = View.BIT64
    writable: bool = True
    """False for an account that is no administrator: all keys here belong to the machine."""

    def key(self, path: str) -> Key:
        """Raises KeyNotFound."""
        self._check(path, Access.READ)
        key = self.registry.key(path, self.view)
        if key is None:
            raise KeyNotFound(path)
        return key

    def value(self, path: str, name: str) -> Value | None:
        """None when the key has no such value. Raises KeyNotFound."""
        return self.key(path).value(name)

    def create(self, path: str) -> None:
        self._check(path, Access.WRITE)
        self.registry.create(path, self.view)

    def set(self, path: str, value: Value) -> None:
        self._check(path, Access.WRITE)
        self.registry.set(path, value, self.view)

    def delete_value(self, path: str, name: str) -> bool:
        """Raises KeyNotFound."""
        self.key(path)
        self._check(path, Access.WRITE)
        return self.registry.delete_value(path, name, self.view)

    def delete_key(self, path: str) -> None:
        """Raises KeyNotFound."""
        self.key(path)
        self._check(path, Access.WRITE)
        stored = self.registry.stored(path, self.view)
        for below, _ in self.registry.walk(stored):
            if self.faults.denies(below, Access.WRITE):
                raise AccessDenied(below)
        self.registry.delete_key(stored)

    def _check(self, path: str, access: Access) -> None:
        stored = self.registry.stored(path, self.view)
        if self.faults.denies(stored, access) or (access is Access.WRITE and not self.writable):
            raise AccessDenied(stored)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Owners and access lists of a machine's files and folders, by full path in lower case."""

from __future__ import annotations

import ntpath
from collections.abc import Callable
from functools import cache
from importlib.resources import files

import yaml

from .access_list import Ace, Descriptor, from_sddl
from .accounts import ADMINISTRATORS

Descriptors = dict[str, Descriptor]


class Security:
    """What has no owner of its own belongs to Administrators, and what has no list inherits one."""

    def __init__(self, is_folder: Callable[[str], bool]) -> None:
        self._is_folder = is_folder
        self._changes: Descriptors = {}
        self._initial: Descriptors = {}

    def keep_as_initial(self) -> None:
        self._initial = dict(self._changes)

    def reset(self) -> None:
        self._changes = dict(self._initial)

    def get(self, path: str) -> Descriptor:
        key = path.lower()
        # Another drive is formatted with the list of the first (assumed).
        installed = "c:\\" if ntpath.splitdrive(key)[1] == "\\" else key
        return self._changes.get(key) or _as_installed().get(installed) or Descriptor(ADMINISTRATORS)

    def set(self, path: str, descriptor: Descriptor) -> None:
        self._changes[path.lower()] = descriptor

    def forget(self, path: str) -> None:
        """What was there, and all below it, is gone."""
        key = path.lower()
        for each in [each for each in self._changes if each == key or each.startswith(key + "\\")]:
            del self._changes[each]

    def entries(self, path: str) -> tuple[Ace, ...]:
        """The whole list of a file or folder."""
        above = ntpath.dirname(path)
        parent = self.entries(above) if above != path and not self.get(path).protected else ()
        return self.get(path).with_inherited(parent, folder=self._is_folder(path))


@cache
def _as_installed() -> Descriptors:
    rows = yaml.safe_load((files(__package__) / "access_lists.yml").read_text(encoding="utf-8"))
    found: Descriptors = {}
    for row in rows:
        entries, protected = from_sddl(row["list"])
        assert row["source"]
        found[row["path"].lower()] = Descriptor(row["owner"], entries, protected)
    return found

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a machine as a program of somebody's sees them: what access lists let through, and who owns what."""

from __future__ import annotations

import ntpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .access_list import (
    ADD_FILE,
    ADD_FOLDER,
    DELETE,
    DELETE_CHILD,
    LIST,
    READ_CONTROL,
    WRITE_DAC,
    WRITE_DATA,
    WRITE_OWNER,
    Ace,
    Descriptor,
    allowed,
)
from .accounts import Token
from .files import Entry, FileError, FileSystem


@dataclass(frozen=True)
class FileAccess:
    """Methods are those of FileSystem, and raise FileError `denied` besides. Paths are full.

    `descriptor`, `protect` and `give` are about exactly what has this path, a junction itself where it is one: see
    `FileSystem.stored` for what is in its place.
    """

    system: FileSystem
    token: Token

    def get(self, path: str) -> Entry | None:
        return self.system.get(path)

    def children(self, path: str) -> list[Entry]:
        self._need_of_folder(path, LIST)
        return self.system.children(path)

    def read(self, path: str) -> bytes:
        self._need_read(path)
        return self.system.read(path)

    def blocks(self, path: str) -> Iterator[bytes]:
        self._need_read(path)
        return self.system.blocks(path)

    def sha256(self, path: str) -> str:
        self._need_read(path)
        return self.system.sha256(path)

    def write(self, path: str, content: bytes, *, append: bool = False) -> None:
        new = self._need_write(path)
        self.system.write(path, content, append=append)
        self._own(path, new=new)

    def bring(self, source: Path, path: str) -> None:
        new = self._need_write(path)
        self.system.bring(source, path)
        self._own(path, new=new)

    def make_folder(self, path: str) -> None:
        """The folder and those above it."""
        if self.system.get(path) is not None:
            raise FileError("exists")
        parent = ntpath.dirname(path)
        if parent != path and self.system.get(parent) is None:
            self.make_folder(parent)
        self._need_of_folder(parent, ADD_FOLDER)
        self.system.make_folder(path)
        self._own(path, new=True)

    def link(self, path: str, target: str) -> None:
        """A junction: a folder in whose place `target` is. The right to make folders is all that it takes."""
        if self.system.get(path) is not None:
            raise FileError("exists")
        self._need_of_folder(ntpath.dirname(path), ADD_FOLDER)
        self.system.link(path, target)
        self._own(path, new=True)

    def delete(self, path: str) -> None:
        if self.system.get(path) is not None:
            self._need_delete(path)
        self.system.delete(path)

    def remove_folder(self, path: str, *, with_content: bool) -> None:
        entry = self.system.get(path)
        if entry is not None:
            self._need_delete(path)
            if with_content and entry.target is None:
                for each in self.children(path):
                    if each.is_folder:
                        self.remove_folder(each.path, with_content=True)
                    else:
                        self.delete(each.path)
        self.system.remove_folder(path, with_content=with_content)

    def copy(self, source: str, target: str) -> None:
        self._need_read(source)
        there = self.system.get(target)
        if there is not None and there.is_folder:
            target = ntpath.join(there.path, ntpath.basename(source))
        new = self._need_write(target)
        self.system.copy(source, target)
        self._own(target, new=new)

    def descriptor(self, path: str) -> tuple[Descriptor, tuple[Ace, ...]]:
        """Owner and whole list."""
        self._need(path, READ_CONTROL)
        return self.system.security.get(path), self.system.security.entries(path)

    def protect(self, path: str, descriptor: Descriptor) -> None:
        """Give it this list; the owner stays."""
        self._need(path, WRITE_DAC)
        self.system.security.set(path, descriptor)

    def give(self, path: str, owner: str) -> None:
        """Administrators give to anybody (they have the privilege to restore), others only to themselves."""
        if not self.token.is_administrator:
            self._need(path, WRITE_OWNER)
            if owner != self.token.sid:
                raise FileError("denied")
        now = self.system.security.get(path)
        self.system.security.set(path, Descriptor(owner, now.explicit, now.protected))

    def _own(self, path: str, *, new: bool) -> None:
        if new:
            self.system.security.set(self.system.stored(path), Descriptor(self.token.owner))

    def _rights(self, path: str) -> int:
        security = self.system.security
        return allowed(security.get(path).owner, security.entries(path), self.token)

    def _need(self, path: str, rights: int) -> None:
        if self.system.get(path) is not None and self._rights(path) & rights != rights:
            raise FileError("denied")

    def _need_of_folder(self, path: str, rights: int) -> None:
        """Of the folder that is in a junction's place, where the path leads to one."""
        self._need(self.system.stored(path, whole=True), rights)

    def _need_read(self, path: str) -> None:
        path = self.system.stored(path)
        entry = self.system.get(path)
        if entry is not None and not entry.is_folder:
            self._need(path, LIST)

    def _need_write(self, path: str) -> bool:
        """Whether it is new."""
        path = self.system.stored(path)
        entry = self.system.get(path)
        if entry is None:
            self._need_of_folder(ntpath.dirname(path), ADD_FILE)
        elif not entry.is_folder:
            self._need(path, WRITE_DATA)
        return entry is None

    def _need_delete(self, path: str) -> None:
        path = self.system.stored(path)
        if not self._rights(path) & DELETE and not self._rights(ntpath.dirname(path)) & DELETE_CHILD:
            raise FileError("denied")

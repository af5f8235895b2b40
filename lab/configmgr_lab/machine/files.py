# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of one machine: only what matters to somebody, on one drive, over the files of its image."""

from __future__ import annotations

import ntpath
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from .disk import Disk
from .security import Security

CAPACITY = 40 * 1024**3
"""Free bytes of a new machine."""
_BLOCK = 1024 * 1024
_MOST_HOPS = 63


class FileError(Exception):
    """A file operation failed; `reason` is `file`, `path`, `exists`, `directory`, `not_empty`, `full` or `denied`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, or a folder when `content` is None. `version` is the file version of a program or library."""

    path: str
    content: bytes | None
    version: str = ""
    real: Path | None = None
    """Where the content is, of what lies on the real disk; `content` is empty then."""
    target: str | None = None
    """Of a junction: the full path of the folder that is in its place."""

    @property
    def is_folder(self) -> bool:
        return self.content is None

    @property
    def size(self) -> int:
        return self.real.stat().st_size if self.real is not None else len(self.content or b"")


def normal(path: str, folder: str = "C:\\") -> str:
    """The full path of what was typed in this folder; both slashes, `.` and `..` are understood."""
    joined = ntpath.normpath(ntpath.join(folder, path))
    if joined.startswith("\\") and not joined.startswith("\\\\"):
        joined = folder[:2] + joined
    return joined


class FileSystem:
    """Paths are full (`C:\\Windows`), their case does not matter and is kept."""

    def __init__(self, image: Mapping[str, Entry], limit: Callable[[], int | None] = lambda: None) -> None:
        """`limit`: how many bytes are free before anything is written, when somebody says so."""
        self._image = image
        self._changes: dict[str, Entry | None] = {}
        self._initial: dict[str, Entry | None] = {}
        self.disk: Disk | None = None
        self._limit = limit
        self._junctions = 0
        self.security = Security(self._holds)
        """Owners and access lists. The methods here do not ask them: FileAccess does, for somebody's program."""

    def keep_as_initial(self) -> None:
        """What is there now is the state that `reset` returns to."""
        self._initial = dict(self._changes)
        self.security.keep_as_initial()

    def reset(self) -> None:
        self._changes = dict(self._initial)
        self._junctions = 0
        self.security.reset()
        if self.disk is not None:
            self.disk.clear()

    def stored(self, path: str, *, whole: bool = False) -> str:
        """The path without the junctions on its way; with `whole` without one at its end as well."""
        for _hop in range(_MOST_HOPS if self._junctions else 0):
            parts = path.rstrip("\\").split("\\")
            ways = ["\\".join(parts[:length]) for length in range(2, len(parts) + whole)]
            entries = ((way, self._changes.get(way.lower())) for way in ways)
            found = next(((way, entry.target) for way, entry in entries if entry and entry.target), None)
            if found is None:
                break
            path = normal(path[len(found[0]) :].lstrip("\\"), found[1])
        return path

    def _holds(self, path: str) -> bool:
        entry = self.get(path)
        return entry is None or entry.is_folder

    def get(self, path: str) -> Entry | None:
        path = self.stored(path)
        lowered = path.lower().rstrip("\\") if len(path) > 3 else path.lower()
        found = self._changes[lowered] if lowered in self._changes else self._image.get(lowered)
        if found is not None or self.disk is None:
            return found
        place = self.disk.find(path)
        return _on_disk(path.rstrip("\\"), place) if place is not None else None

    def read(self, path: str) -> bytes:
        """Raises FileError `path` (no such folder) or `file`."""
        entry = self.get(path)
        if entry is None:
            self._need_folder(path)
            raise FileError("file")
        if entry.content is None:
            raise FileError("directory")
        return entry.real.read_bytes() if entry.real is not None else entry.content

    def blocks(self, path: str) -> Iterator[bytes]:
        """The content piece by piece. Raises FileError as `read` does."""
        entry = self.get(path)
        if entry is None or entry.real is None or entry.is_folder:
            yield self.read(path)
            return
        with entry.real.open("rb") as stream:
            while block := stream.read(_BLOCK):
                yield block

    def sha256(self, path: str) -> str:
        digest = sha256()
        for block in self.blocks(path):
            digest.update(block)
        return digest.hexdigest()

    @property
    def free(self) -> int:
        """Bytes that are left."""
        used = self.disk.used() if self.disk is not None else 0
        limit = self._limit()
        return max(0, (CAPACITY if limit is None else limit) - used)

    def bring(self, source: Path, path: str) -> None:
        """Copy a file of the real world to the machine. Raises FileError."""
        if source.stat().st_size > self.free:
            raise FileError("full")
        path = self.stored(path)
        place = self.disk.place_for(path) if self.disk is not None else None
        if place is None:
            self.write(path, source.read_bytes())
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)

    def write(self, path: str, content: bytes, *, append: bool = False) -> None:
        """Raises FileError `path` when the folder does not exist, `directory` when the path is one."""
        path = self.stored(path)
        entry = self.get(path)
        if entry is not None and entry.content is None:
            raise FileError("directory")
        self._need_folder(path)
        if self._limit() is not None and len(content) > self.free:
            raise FileError("full")
        place = entry.real if entry is not None else self.disk.place_for(path) if self.disk is not None else None
        if place is not None and (entry is None or entry.real is not None):
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("ab" if append else "wb") as stream:
                stream.write(content)
            return
        old = entry.content if entry is not None and entry.content is not None else b""
        name = entry.path if entry is not None else path
        self._changes[path.lower()] = Entry(name, old + content if append else content)

    def put(self, entries: Iterable[Entry]) -> None:
        """Files and folders as an installer leaves them, in place of what was there."""
        self._changes.update({entry.path.lower(): entry for entry in entries})

    def make_folder(self, path: str) -> None:
        """The folder and those above it. Raises FileError `exists`."""
        path = self.stored(path)
        if self.get(path) is not None:
            raise FileError("exists")
        parent = ntpath.dirname(path)
        if parent != path and self.get(parent) is None:
            self.make_folder(parent)
        place = self.disk.place_for(path) if self.disk is not None else None
        if place is None:
            self._changes[path.lower()] = Entry(path, None)
        else:
            place.mkdir(parents=True)

    def children(self, path: str) -> list[Entry]:
        """What lies directly in the folder, sorted by name."""
        path = self.stored(path, whole=True)
        prefix = path.lower().rstrip("\\") + "\\"
        names = {*self._image, *self._changes}
        found = [self.get(name) for name in sorted(names) if _is_child(name, prefix)]
        real = self.disk.children(path) if self.disk is not None else ()
        return [entry for entry in found if entry is not None] + [_on_disk(name, place) for name, place in real]

    def delete(self, path: str) -> None:
        """Delete one file. Raises FileError."""
        entry = self.get(path)
        if entry is not None and entry.real is not None and not entry.is_folder:
            entry.real.unlink()
            return
        self.read(path)
        path = self.stored(path)
        self._changes[path.lower()] = None
        self.security.forget(path)

    def link(self, path: str, target: str) -> None:
        """Make a junction; its target need not exist. Raises FileError `exists` or `path`."""
        path = self.stored(path)
        if self.get(path) is not None:
            raise FileError("exists")
        self._need_folder(path)
        self._changes[path.lower()] = Entry(path, None, target=target)
        self._junctions += 1

    def remove_folder(self, path: str, *, with_content: bool) -> None:
        """Raises FileError `file` (not there), `not_empty`, `directory` (it is a file)."""
        entry = self.get(path)
        if entry is None:
            raise FileError("file")
        if not entry.is_folder:
            raise FileError("directory")
        path = entry.path
        # Of a junction only itself is removed, never what is in its place.
        inside = self.children(path) if entry.target is None else []
        if inside and not with_content:
            raise FileError("not_empty")
        self.security.forget(path)
        if entry.real is not None:
            shutil.rmtree(entry.real)
            return
        for each in inside:
            if each.is_folder:
                self.remove_folder(each.path, with_content=True)
            else:
                self._changes[each.path.lower()] = None
        self._changes[path.lower()] = None

    def copy(self, source: str, target: str) -> None:
        """Copy a file to a file or into a folder; its version goes with it. Raises FileError."""
        content = self.read(source)
        entry = self.get(source)
        there = self.get(target)
        if there is not None and there.is_folder:
            target = ntpath.join(there.path, ntpath.basename(source))
        self.write(target, content)
        target = self.stored(target)
        written = self._changes.get(target.lower())
        if entry is not None and entry.version and written is not None:
            self._changes[target.lower()] = replace(written, version=entry.version)

    def dump(self) -> dict[str, dict[str, str | int]]:
        """`{path: {"size": bytes, "sha256": ..., "version": ...}}`; folders are left out."""
        found: dict[str, dict[str, str | int]] = {}
        for name in sorted({*self._image, *self._changes}):
            entry = self.get(name)
            if entry is not None and entry.content is not None:
                found[entry.path] = {
                    "size": len(entry.content),
                    "sha256": sha256(entry.content).hexdigest(),
                    "version": entry.version,
                }
        for path, place in self.disk.files() if self.disk is not None else ():
            found[path] = {"size": place.stat().st_size, "sha256": self.sha256(path), "version": ""}
        return found

    def _need_folder(self, path: str) -> None:
        parent = self.get(self.stored(ntpath.dirname(path), whole=True))
        # Junctions that go round lead nowhere.
        if parent is None or not parent.is_folder or parent.target is not None:
            raise FileError("path")


def _on_disk(path: str, place: Path) -> Entry:
    return Entry(path, None if place.is_dir() else b"", real=place)


def _is_child(name: str, prefix: str) -> bool:
    return name.startswith(prefix) and len(name) > len(prefix) and "\\" not in name[len(prefix) :]

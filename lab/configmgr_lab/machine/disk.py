# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real folder for what is added directly below C:\\Windows, so that a file server can serve it and large files are
never in memory.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

TOP = "c:\\windows"


class Disk:
    """`root` stands for C:\\Windows and is made when the first thing is written there."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, path: str) -> Path | None:
        """The real file or folder of a full path below C:\\Windows, whatever its case; None when there is none."""
        parts = path.lower().rstrip("\\").split("\\")
        if parts[:2] != TOP.split("\\") or len(parts) < 3:
            return None
        place = self.root
        for part in parts[2:]:
            if not place.is_dir():
                return None
            # Windows ignores case and keeps it.
            found = next((each for each in place.iterdir() if each.name.lower() == part), None)
            if found is None:
                return None
            place = found
        return place

    def place_for(self, path: str) -> Path | None:
        """Where a new file or folder belongs; None when its folder is not on this disk."""
        folder, _, name = path.rstrip("\\").rpartition("\\")
        if folder.lower() == TOP:
            return self.root / name
        above = self.find(folder)
        return above / name if above is not None and above.is_dir() else None

    def children(self, path: str) -> Iterator[tuple[str, Path]]:
        """Full path and real place of what lies directly in a folder."""
        folder = path.rstrip("\\")
        place = self.root if folder.lower() == TOP else self.find(folder)
        if place is not None and place.is_dir():
            for each in sorted(place.iterdir()):
                yield f"{folder}\\{each.name}", each

    def files(self) -> Iterator[tuple[str, Path]]:
        """Every file, with its full path on the machine."""
        if self.root.is_dir():
            for each in sorted(self.root.rglob("*")):
                if each.is_file():
                    yield "C:\\Windows\\" + str(each.relative_to(self.root)).replace("/", "\\"), each

    def used(self) -> int:
        return sum(each.stat().st_size for _path, each in self.files())

    def clear(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

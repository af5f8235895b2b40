# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins of installers: a line that names the package, and as many bytes behind it as somebody wants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

SIZE = 4096
_HEADER = re.compile(rb"configmgr-lab package ([a-z0-9.-]+)\n")
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Package:
    """One row of packages.yml, where the fields are explained."""

    id: str
    file: str
    kind: str
    product: str
    builds: tuple[int, ...] = ()
    architecture: str = ""
    restart: str = ""
    quiet: str = ""
    license: str = ""
    needs: str = ""
    already: int | None = None
    services: tuple[str, ...] = ()
    space_mb: int = 0


@cache
def package_rows() -> Mapping[str, Package]:
    """Every package by its id."""
    text = (files("configmgr_lab.installers") / "packages.yml").read_text(encoding="utf-8")
    rows = yaml.safe_load(text)
    found = {}
    for name, row in rows.items():
        fields: dict[str, Any] = {
            field: tuple(value) if isinstance(value, list) else value for field, value in row.items()
        }
        found[str(name)] = Package(str(name), **fields)
    return found


def package_in(head: bytes) -> Package | None:
    """The package that a file's first bytes name; None for any other file."""
    match = _HEADER.match(head)
    return package_rows().get(match[1].decode()) if match else None


def write_packages(folder: Path, ids: Iterable[str] = (), *, size: int = SIZE) -> dict[str, Path]:
    """Write stand-ins (all when none is named) under the names that Microsoft gives them. Raises KeyError."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for row in [package_rows()[name] for name in ids] or package_rows().values():
        path = folder / row.file
        header = f"configmgr-lab package {row.id}\n".encode()
        with path.open("wb") as stream:
            stream.write(header)
            left = max(0, size - len(header))
            # Padding of its own for each package, so that no two files are alike.
            block = (row.id.encode() + b"\0") * (_BLOCK // (len(row.id) + 1))
            while left > 0:
                left -= stream.write(block[:left])
        written[row.id] = path
    return written

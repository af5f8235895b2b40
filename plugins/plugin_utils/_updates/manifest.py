# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The owner's manifest: which file is which package, its size and its SHA-256. Nothing else is taken from it: arguments
of installers are those of the catalogue.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .._data import packages
from .._failure import Failure
from .._foreign import TooMuch, yaml_of

__all__ = ["MANIFEST", "ManifestFile", "Scan", "hash_file", "manifest_text", "parse_manifest", "scan_folder"]

MANIFEST = "manifest.yml"
_SCHEMA = 1
_BLOCK = 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")
_FIELDS = {"package", "file", "sha256", "size"}
_REMEDY = "Write it anew with the module tls_update_manifest."


@dataclass(frozen=True)
class ManifestFile:
    """A file of the manifest, which says what the owner's folder holds.

    ``file`` is a name in the owner's folder, ``size`` in bytes, ``sha256`` in small hexadecimal digits.
    """

    package: str
    file: str
    sha256: str
    size: int

    def as_dict(self) -> dict[str, Any]:
        return {"package": self.package, "file": self.file, "sha256": self.sha256, "size": self.size}


@dataclass(frozen=True)
class Scan:
    """What a folder holds: files of packages, and packages for which several files came into question."""

    files: tuple[ManifestFile, ...]
    ambiguous: Mapping[str, tuple[str, ...]]


def parse_manifest(text: str, place: str) -> dict[str, ManifestFile]:
    """The files by package. Failure bad_manifest names ``place`` and what is wrong."""
    try:
        document = yaml_of(text)
    except yaml.YAMLError as error:
        raise _bad(place, f"is not YAML: {error}") from None
    except TooMuch as error:
        raise _bad(place, f"cannot be used: {error}") from None
    if (
        not isinstance(document, dict)
        or document.get("schema") != _SCHEMA
        or not isinstance(document.get("files"), list)
    ):
        raise _bad(place, f"needs schema: {_SCHEMA} and a list of files")
    found: dict[str, ManifestFile] = {}
    for number, row in enumerate(document["files"], start=1):
        file = _row(row, f"{place}, file {number}")
        if file.package in found:
            raise _bad(place, f"names two files for the package {file.package}")
        found[file.package] = file
    return found


def _row(row: Any, place: str) -> ManifestFile:
    if not isinstance(row, dict) or set(row) != _FIELDS:
        raise _bad(place, f"needs the fields {', '.join(sorted(_FIELDS))}, and no others")
    name, size, digest = row["file"], row["size"], str(row["sha256"]).lower()
    if row["package"] not in [known.id for known in packages()]:
        raise _bad(place, f"{row['package']!r} is not a package of the catalogue")
    if (
        not isinstance(name, str)
        or not name
        or name in (".", "..")
        or set(name) & set('/\\:*?"<>|')
        or not name.isprintable()
    ):
        raise _bad(place, f"{name!r} is not the name of a file")
    if not isinstance(size, int) or isinstance(size, bool) or size <= 0:
        raise _bad(place, f"{size!r} is not a size in bytes")
    if not _HASH.fullmatch(digest):
        raise _bad(place, "sha256 is not 64 hexadecimal digits")
    return ManifestFile(str(row["package"]), name, digest, size)


def manifest_text(files: Iterable[ManifestFile]) -> str:
    """The manifest of these files, in the order of the catalogue, the same for the same files."""
    by_package = {file.package: file for file in files}
    rows = [by_package[row.id].as_dict() for row in packages() if row.id in by_package]
    return "---\n" + yaml.safe_dump({"schema": _SCHEMA, "files": rows}, sort_keys=False, width=120)


def scan_folder(folder: Path, given: Mapping[str, str]) -> Scan:
    """The files of a folder that are packages, by the names that Microsoft gives them.

    ``given``: package -> file, for files with other names and where several files match. Failure no_source.
    """
    names = _names_in(folder)
    files, ambiguous = [], {}
    for row in packages():
        if row.id in given:
            matching = [given[row.id]] if given[row.id] in names else _absent(folder, given[row.id])
        else:
            matching = _matching(names, row.files)
        if len(matching) > 1:
            ambiguous[row.id] = tuple(matching)
        elif matching:
            path = folder / matching[0]
            files.append(ManifestFile(row.id, matching[0], hash_file(path), path.stat().st_size))
    return Scan(tuple(files), ambiguous)


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise Failure(
            "no_source", f"the folder {folder} cannot be read: {error.strerror}.", "Correct the folder."
        ) from None


def _absent(folder: Path, name: str) -> list[str]:
    raise Failure("no_source", f"there is no file {name!r} in {folder}.", "Correct the name of the file.")


def _matching(names: Sequence[str], patterns: Sequence[str]) -> list[str]:
    return [name for name in names if any(fnmatch.fnmatchcase(name.lower(), pattern) for pattern in patterns)]


def hash_file(path: Path) -> str:
    """SHA-256, read block by block. Failure no_source."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise Failure(
            "no_source", f"{path} cannot be read: {error.strerror}.", "Give yourself access to the file."
        ) from None
    return digest.hexdigest()


def _bad(place: str, problem: str) -> Failure:
    return Failure("bad_manifest", f"the manifest {place} {problem}.", _REMEDY)

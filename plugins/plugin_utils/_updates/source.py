# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the owner keeps the files: a folder of the controller, a share, or a web server."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal
from urllib.parse import quote

from ansible.module_utils.urls import open_url

from .._failure import Failure
from .._foreign import short_file
from .manifest import MANIFEST, ManifestFile, parse_manifest

__all__ = ["BLOCK", "UpdateSource", "parse_source"]

BLOCK = 1024 * 1024
# What a machine is told on a command line: nothing that cmd.exe reads as more than a character, with or without quotes.
_UNC = re.compile(r"\\\\[A-Za-z0-9._-]+(?:\\[A-Za-z0-9._$ -]+)+")
_URL = re.compile(r"https?://[A-Za-z0-9._-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class UpdateSource:
    """The place that the owner's update files are fetched from.

    ``kind``: folder, share or web; ``place`` without a trailing separator.
    """

    kind: Literal["folder", "share", "web"]
    place: str

    @property
    def is_secure_web(self) -> bool:
        return self.place.startswith("https:")

    def manifest(self, path: Path | None) -> dict[str, ManifestFile]:
        """The manifest at ``path`` on the controller, by default the one beside the files. Failure."""
        if path is not None:
            file = path
        elif self.kind == "folder":
            file = Path(self.place) / MANIFEST
        elif self.kind == "web":
            if not self.is_secure_web:
                # Whoever is in between would write the hashes, and what they name runs as SYSTEM.
                raise Failure(
                    "no_manifest",
                    f"a manifest is not read over http ({self.place}).",
                    "Give manifest, the path of a copy on the controller, or use https.",
                )
            return parse_manifest(self._download(MANIFEST), f"{self.place}/{MANIFEST}")
        else:
            raise Failure(
                "no_manifest",
                "the controller does not read shares, so it has no manifest of this one.",
                "Give manifest, the path of a copy on the controller.",
            )
        try:
            with file.open("rb") as stream:
                text = short_file(stream)
        except (OSError, ValueError) as error:
            raise _no_manifest(str(file), getattr(error, "strerror", None) or str(error)) from None
        return parse_manifest(text, str(file))

    def blocks(self, file: ManifestFile) -> Iterator[bytes]:
        """The file block by block; Failure at its end when it is not the file of the manifest."""
        digest, size = hashlib.sha256(), 0
        with closing(self._open(file.file)) as stream:
            while block := self._read(stream, file.file):
                digest.update(block)
                size += len(block)
                yield block
        if digest.hexdigest() != file.sha256 or size != file.size:
            raise wrong_file(f"{self.place}, {file.file}", file, digest.hexdigest())

    def fetch_command(self, file: ManifestFile, root: str, target: str) -> str:
        """What the machine itself runs to get the file to ``target``. Failure for a name it cannot be told."""
        if not _PLAIN_NAME.fullmatch(file.file):
            raise Failure(
                "bad_name",
                f"the machine cannot be told to fetch a file named {file.file!r}.",
                "Rename it to letters, digits, dots, hyphens and underscores, and write the manifest anew.",
            )
        if self.kind == "share":
            return rf'copy /y "{self.place}\{file.file}" "{target}"'
        arguments = "/transfer configmgr.tls /download /priority foreground"
        return rf'"{root}\System32\bitsadmin.exe" {arguments} {self.place}/{file.file} "{target}"'

    def _open(self, name: str) -> BinaryIO:
        if self.kind == "web":
            stream: BinaryIO = self._get(name)
            return stream
        try:
            return (Path(self.place) / name).open("rb")
        except OSError as error:
            raise _unreadable(f"{self.place}/{name}", error.strerror or str(error)) from None

    def _read(self, stream: BinaryIO, name: str) -> bytes:
        try:
            return stream.read(BLOCK)
        except OSError as error:
            raise _unreadable(f"{self.place}/{name}", str(error)) from None

    def _download(self, name: str) -> str:
        try:
            with closing(self._get(name)) as stream:
                return short_file(stream)
        except (OSError, ValueError) as error:
            raise _no_manifest(f"{self.place}/{name}", str(error)) from None

    def _get(self, name: str) -> Any:
        url = f"{self.place}/{quote(name)}"
        try:
            return open_url(url, http_agent="configmgr.tls", timeout=60, follow_redirects="none")
        # open_url lets through whatever its libraries raise.
        except Exception as error:
            raise _unreadable(url, str(error)) from None


def parse_source(text: str, locate: Callable[[str], Path]) -> UpdateSource:
    """Reads the place of the update files. Failure bad_source for what is none of the three.

    ``locate``: where a path of the user is.
    """
    text = text.strip()
    if text.startswith("\\\\"):
        place = text.rstrip("\\")
        if not _UNC.fullmatch(place):
            raise _bad_source(text, r"a share is \\server\share\folder, of letters, digits, blanks and . _ - $")
        return UpdateSource("share", place)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        place = text.rstrip("/")
        if not _URL.fullmatch(place):
            raise _bad_source(
                text, "an address begins with http:// or https:// and has neither a login nor percent signs"
            )
        return UpdateSource("web", place)
    folder = locate(text)
    if not text or not folder.is_dir():
        raise Failure(
            "no_source", f"there is no folder {folder} on the controller.", "Give the folder that holds the files."
        )
    return UpdateSource("folder", str(folder))


def wrong_file(place: str, file: ManifestFile, found: str) -> Failure:
    return Failure(
        "wrong_hash",
        f"{place} is not the file of the manifest: its SHA-256 is {found}, and should be {file.sha256}.",
        "Get the file from Microsoft again, or write the manifest anew if the file was replaced on purpose.",
    )


def _bad_source(text: str, rule: str) -> Failure:
    return Failure("bad_source", f"{text!r} cannot be used: {rule}.", "Correct source.")


def _no_manifest(place: str, reason: str) -> Failure:
    return Failure(
        "no_manifest",
        f"the manifest {place} cannot be read: {reason}.",
        "Write it with the module tls_update_manifest, or give its path as manifest.",
    )


def _unreadable(place: str, reason: str) -> Failure:
    return Failure(
        "no_source", f"{place} cannot be read: {reason}.", "Check that the file is there and that it may be read."
    )

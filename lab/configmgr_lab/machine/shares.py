# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shares of file servers that machines read: real folders under names of the network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SYSTEM = "SYSTEM"


class ShareError(Exception):
    """A file cannot be had; `reason` is `denied`, `network` or `file`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Share:
    """`computers`: whether the accounts of computers may read it."""

    folder: Path
    computers: bool


class Shares:
    """By `\\\\server\\share`, whatever its case."""

    def __init__(self) -> None:
        self._shares: dict[str, Share] = {}

    def add(self, name: str, share: Share) -> None:
        self._shares[name.lower().rstrip("\\")] = share

    def open(self, path: str, user: str) -> Path:
        """The real file behind a UNC path. Raises ShareError.

        A logon from the network has no password to log in further with: only SYSTEM, which is the computer's account
        to others, gets through.
        """
        parts = path.strip("\\").split("\\")
        share = self._shares.get("\\\\" + "\\".join(parts[:2]).lower())
        if share is None:
            raise ShareError("network")
        if user.upper() != SYSTEM or not share.computers:
            raise ShareError("denied")
        place = share.folder.joinpath(*parts[2:])
        if not place.is_file():
            raise ShareError("file")
        return place

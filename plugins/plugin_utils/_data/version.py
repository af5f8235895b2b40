# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Four-part version numbers with the two orders that Microsoft's version spellings need."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Nine digits bound the work on hostile text; real parts have at most five.
_TEXT = re.compile(r"[0-9]{1,9}(?:\s*[.,]\s*[0-9]{1,9}){1,3}")
_PART = re.compile(r"[0-9]+")


@dataclass(frozen=True, order=False, slots=True)
class Version:
    """A version number of two to four parts; missing parts are zero.

    There is deliberately no ``<``: SQL Server and Native Client write the service pack into the minor part in the
    registry (11.4.7001.0) but not in their product version (11.0.7001.0), so those compare by ``product_key``; drivers,
    files and Windows compare by ``full_key``.
    """

    major: int
    minor: int
    build: int = 0
    revision: int = 0

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read "11.4.7001.0", "10.0.6000" or "6, 1, 7601, 23375"; ValueError for anything else."""
        if _TEXT.fullmatch(text.strip()) is None:
            raise ValueError(f"not a version number: {text[:60]!r}")
        parts = [int(part) for part in _PART.findall(text)]
        return cls(*parts)

    @property
    def product_key(self) -> tuple[int, int, int]:
        """(major, build, revision): the order of SQL Server and Native Client builds."""
        return (self.major, self.build, self.revision)

    @property
    def full_key(self) -> tuple[int, int, int, int]:
        """(major, minor, build, revision): the order of drivers and files."""
        return (self.major, self.minor, self.build, self.revision)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.build}.{self.revision}"

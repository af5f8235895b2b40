# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The row types of the tables about cipher suites, and about what turns protocols off for one port."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from .convert import FieldError
from .rows import ProtocolId, Row

Ranges = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, kw_only=True)
class CipherSuite(Row):
    """cipher_suites.yml: a suite of Schannel under the name without a curve, and its number in a hello.

    ``default`` and ``available``: ranges of Windows builds (first and last, or the first of an open one) that have it
    on, and that can have it on. ``strong``: also for programs that ask for strong cryptography.
    """

    id: str
    number: int
    default: Ranges
    available: Ranges | None = None
    strong: bool = True

    def __post_init__(self) -> None:
        for name, ranges in (("default", self.default), ("available", self.available or ())):
            if not all(len(each) in (1, 2) for each in ranges):
                raise FieldError(name, "a range is its first build, and the last unless it is open")

    def is_default(self, build: int) -> bool:
        """Whether Windows of this build has it on by itself."""
        return _within(self.default, build)

    def is_available(self, build: int) -> bool:
        """Whether Windows of this build knows it."""
        return _within(self.default if self.available is None else self.available, build)


def _within(ranges: Ranges, build: int) -> bool:
    return any(each[0] <= build <= each[-1] if len(each) == 2 else each[0] <= build for each in ranges)


@dataclass(frozen=True, kw_only=True)
class SchannelAlgorithm(Row):
    """schannel_algorithms.yml: a key below SCHANNEL that turns one algorithm off; patterns of the suites that go."""

    id: str
    out: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()

    def takes_out(self, suite: str) -> bool:
        """Whether the suite is gone when the algorithm is off."""
        return any(fnmatchcase(suite, pattern) for pattern in self.out)

    def touches(self, suite: str) -> bool:
        """Whether the suite is gone, or may be."""
        return self.takes_out(suite) or any(fnmatchcase(suite, pattern) for pattern in self.doubtful)


@dataclass(frozen=True, kw_only=True)
class HttpFlag(Row):
    """http_flags.yml: a flag of a binding of http.sys that turns ``protocols`` off.

    ``build`` and ``revision``: the first Windows that heeds it for certain; None where that is not known.
    """

    id: str
    bit: int
    protocols: tuple[ProtocolId, ...]
    build: int | None = None
    revision: int = 0

    def is_heeded(self, build: int | None, revision: int | None) -> bool:
        """Whether Windows of this build and update revision heeds it for certain."""
        if self.build is None or build is None:
            return False
        return build > self.build or (build == self.build and (revision or 0) >= self.revision)

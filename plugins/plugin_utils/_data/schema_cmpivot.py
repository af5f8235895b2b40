# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The row types of the tables about CMPivot: what clients are asked, and what a finding from the answers is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .convert import FieldError
from .rows import Row
from .schema import ViewBits

__all__ = ["CmpivotLimit", "CmpivotQuery"]


@dataclass(frozen=True, kw_only=True)
class CmpivotQuery(Row):
    """cmpivot_queries.yml: ``path`` below HKLM, with wildcards; ``view`` 32 is the one below WOW6432Node."""

    id: str
    path: str
    ask: Literal["values", "keys"] = "values"
    view: ViewBits = 64
    values: tuple[str, ...] = ()
    listed_by: str = ""
    first: bool = False
    joined: bool = False

    def __post_init__(self) -> None:
        # Both go between quotes of a language that has no way to write a quote.
        if any("'" in text or '"' in text for text in (self.path, *self.values)):
            raise FieldError("path", "neither a path nor a name may hold a quote")
        if (self.ask == "values") != bool(self.values):
            raise FieldError("values", "needed by values, and by nothing else")
        if self.view == 32 and not self.path.startswith("SOFTWARE\\"):
            raise FieldError("view", "only SOFTWARE has a 32-bit view")


@dataclass(frozen=True, kw_only=True)
class CmpivotLimit(Row):
    """cmpivot_limits.yml: ``id`` is a requirement, ``holds`` the answers to it that CMPivot can prove, where the keys
    of ``absent`` are known to be so.
    """

    id: str
    holds: tuple[Literal["pass", "not_applicable"], ...]
    absent: tuple[str, ...] = ()
    phrase: str = ""

    def __post_init__(self) -> None:
        if len(self.holds) < 2 and not self.phrase:
            raise FieldError("phrase", "needed where not every answer stands")

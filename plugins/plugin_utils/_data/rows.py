# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every row of every table has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from .convert import Reference

Confidence = Literal["high", "medium", "low"]
# A URL, a KB number, or the id of a row of sources.yml, which is replaced by that row's URL on load.
Source = Annotated[str, Reference("sources")]
UpdateId = Annotated[str, Reference("updates")]
WindowsId = Annotated[str, Reference("windows")]
SqlClientId = Annotated[str, Reference("sql_clients")]
RequirementId = Annotated[str, Reference("machine_requirements")]
RoleId = Annotated[str, Reference("roles")]
ProtocolId = Annotated[str, Reference("protocols")]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a table.

    ``sources`` are URLs or KB numbers, at least one. ``uncertain`` lists what in this row could not be confirmed;
    ``confidence`` is how far the row as a whole can be relied on.
    """

    KEY: ClassVar[str] = "id"

    sources: tuple[Source, ...]
    confidence: Confidence = "high"
    notes: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sites of a hierarchy, and which of them talk to each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CENTRAL, PRIMARY, SECONDARY = "central", "primary", "secondary"
KINDS = (CENTRAL, PRIMARY, SECONDARY)


@dataclass(frozen=True)
class SiteInfo:
    """One site. `parent`: code of the site above it, empty for the top one."""

    code: str
    kind: str
    parent: str
    version: str
    server: str
    database_server: str


class Hierarchy:
    """How far a conversation reaches, by the words of `talk/conversations.yml`."""

    def __init__(self, sites: Iterable[SiteInfo]) -> None:
        self.sites: Mapping[str, SiteInfo] = {site.code: site for site in sites}

    def reaches(self, reach: str, caller: str, callee: str) -> bool:
        """Whether a caller of one site talks to a callee of another. All sites of a lab are one hierarchy."""
        if caller == callee or reach == "everywhere":
            return True
        above = self.sites[caller].parent == callee
        below = self.sites[callee].parent == caller
        return (reach in ("up", "up_and_down") and above) or (reach == "up_and_down" and below)

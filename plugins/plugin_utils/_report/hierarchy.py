# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sites of a report with more than one: what is above each, and how many of its machines are compliant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .._tls.sites import Sites

__all__ = ["SiteCount", "not_in_use_line", "site_counts"]


class SiteCount(NamedTuple):
    """A row of the table of sites; ``parent`` is empty for the topmost one, and where nobody told it."""

    site: str
    parent: str
    machines: int
    compliant: int


def site_counts(document: Mapping[str, Any]) -> list[SiteCount]:
    """Parents before their children; nothing where there is only one site."""
    facts = {name: host["facts"] for name, host in document["hosts"].items() if "facts" in host}
    sites = Sites(facts)
    members: dict[str, list[str]] = {}
    for name in facts:
        members.setdefault(sites.home(name), []).append(name)
    known = sorted((code for code in members if code), key=lambda code: (sites.depth(code), code))
    if len(known) < 2:
        return []
    return [
        SiteCount(code, sites.parents.get(code, ""), len(members[code]), _compliant(document, members[code]))
        for code in known
    ]


def _compliant(document: Mapping[str, Any], names: list[str]) -> int:
    return sum(document["hosts"][name]["status"] == "compliant" for name in names)


def not_in_use_line(document: Mapping[str, Any]) -> Iterator[str]:
    """The roles on whose ports nobody listens, in a sentence."""
    rows = (document.get("probes") or {}).get("not_in_use") or ()
    if rows:
        named = ", ".join(f"{row['host']} ({document['roles'].get(row['role'], row['role'])})" for row in rows)
        yield f"No TLS is taken, and nothing can break, at: {named}."

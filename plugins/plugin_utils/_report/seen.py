# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines that a run did not read, as an earlier one saw them. What is old is always said to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._tls.absence import baseline_phrase, days_ago
from .gaps import open_findings
from .work import named

__all__ = ["as_seen", "not_seen", "not_seen_lines", "seen_lines"]

_WAYS = {"visit": "by a visit", "cmpivot": "through CMPivot"}


def as_seen(seen: Mapping[str, Any]) -> str:
    """Says when and how a machine was seen last.

    When and how, in a clause.
    """
    told = f"seen {days_ago(seen['days'])} {_WAYS.get(seen['read_by'], '')}".rstrip()
    compliance = seen.get("compliance")
    return f"{told}; {baseline_phrase(**compliance)}" if compliance else told


def seen_lines(document: Mapping[str, Any], most: int) -> Iterator[str]:
    """For the terminal: equal machines in one line, those seen longest ago first."""
    groups: dict[tuple[int, str], list[str]] = {}
    for name, host in document["hosts"].items():
        if "seen" in host:
            wanting = "; ".join(str(finding["title"]) for finding in open_findings(host["facts"]))
            told = f"{as_seen(host['seen'])}, {f'then open: {wanting}' if wanting else 'then compliant'}"
            groups.setdefault((-host["seen"]["days"], told), []).append(name)
    if groups:
        yield "Not read, as seen before:"
    for (_age, told), names in sorted(groups.items())[:most]:
        yield f"  {named(names, 5)}: {told}"
    if len(groups) > most:
        yield f"  and {len(groups) - most} more groups, all of them in the report's file"


def not_seen(comparison: Mapping[str, Any]) -> dict[str, list[str]]:
    """Machines of the earlier document that the later run did not read, by the day on which they were seen last."""
    since: dict[str, list[str]] = {}
    for row in comparison.get("not_seen", ()):
        told = f"not seen since {row['since'][:10]}" if row["since"] else "never seen"
        since.setdefault(told, []).append(row["host"])
    return dict(sorted(since.items()))


def not_seen_lines(comparison: Mapping[str, Any], most: int) -> Iterator[str]:
    """For the terminal."""
    since = not_seen(comparison)
    for told, names in list(since.items())[:most]:
        yield f"  {named(names, 5)}: {told}"
    if len(since) > most:
        yield f"  and {len(since) - most} more groups, all of them in the report's file"

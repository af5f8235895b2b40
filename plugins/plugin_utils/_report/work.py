# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left to do, requirement by requirement: the same list for every format that people read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .gaps import OPEN, SEVERITIES, findings_of, phrase

__all__ = [
    "BrokenConversation",
    "OpenRequirement",
    "broken_causes",
    "broken_conversations",
    "named",
    "open_requirements",
]


@dataclass
class OpenRequirement:
    """A requirement that machines do not meet, or of which that is not known. ``phrases``: hosts by what is wrong."""

    id: str
    title: str
    severity: str
    fix: str
    source: str
    hosts: list[str] = field(default_factory=list)
    unknown: int = 0
    phrases: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    @property
    def variants(self) -> list[tuple[str, str, str, list[str]]]:
        """What is wrong, what is expected, the remedy and the hosts, the most frequent first."""
        rows = [(*texts, hosts) for texts, hosts in self.phrases.items()]
        return sorted(rows, key=lambda row: (-len(row[3]), row[0]))


def open_requirements(document: Mapping[str, Any]) -> list[OpenRequirement]:
    """The most severe first, then those of most hosts."""
    found: dict[str, OpenRequirement] = {}
    for name, host in document["hosts"].items():
        for finding in findings_of(host):
            if finding["status"] in OPEN:
                _add(document, found, name, finding)
    return sorted(found.values(), key=lambda row: (-SEVERITIES.index(row.severity), -len(row.hosts), row.id))


def _add(document: Mapping[str, Any], found: dict[str, OpenRequirement], name: str, finding: Mapping[str, Any]) -> None:
    rule = str(finding["id"])
    texts = document["requirements"][rule]
    if rule not in found:
        found[rule] = OpenRequirement(rule, texts["title"], texts["severity"], texts["fix"], texts["source"])
    row = found[rule]
    row.hosts.append(name)
    row.unknown += finding["status"] == "unknown"
    wrong = (phrase(finding), str(finding.get("expected") or ""), str(finding.get("remedy") or texts["remedy"]))
    row.phrases.setdefault(wrong, []).append(name)


@dataclass(frozen=True)
class BrokenConversation:
    """Equal rows of the forecast that end at different hosts, as one."""

    row: Mapping[str, Any]
    callees: tuple[str, ...]

    @property
    def surely(self) -> bool:
        return "broken" in (self.row.get("now"), self.row.get("enable"), self.row.get("disable"))


def broken_conversations(document: Mapping[str, Any]) -> list[BrokenConversation]:
    """Those that do not certainly work in some stage: broken before unknown, those that break soonest first."""
    kept: dict[tuple[Any, ...], tuple[Mapping[str, Any], list[str]]] = {}
    for row in document.get("conversations") or ():
        stages = tuple(row.get(stage) for stage in ("now", "enable", "disable"))
        if {"broken", "unknown"} & set(stages):
            key = (row["conversation"], row["caller"], stages, row.get("cause"))
            kept.setdefault(key, (row, []))[1].append(str(row["callee"]))
    merged = [BrokenConversation(row, tuple(callees)) for row, callees in kept.values()]
    return sorted(merged, key=lambda item: (not item.surely, -_soonest(item.row), str(item.row["title"])))


def broken_causes(document: Mapping[str, Any]) -> list[list[BrokenConversation]]:
    """The same by their cause: one missing update can break a dozen conversations, and is mended once."""
    causes: dict[tuple[str, str], list[BrokenConversation]] = {}
    for item in broken_conversations(document):
        causes.setdefault((str(item.row.get("cause")), str(item.row.get("remedy"))), []).append(item)
    return sorted(causes.values(), key=lambda items: (not items[0].surely, -len(items)))


def _soonest(row: Mapping[str, Any]) -> int:
    return sum(row.get(stage) in ("broken", "unknown") for stage in ("now", "enable", "disable"))


def named(hosts: Iterable[str], most: int = 10) -> str:
    """The first few by name, and how many more there are."""
    names = list(hosts)
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer in a few sentences, the same in every format that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .accepted import accepted

__all__ = ["FIXES", "STATE_TITLES", "amount", "compared", "headline"]

FIXES = {"settings": "settings", "update": "an update", "restart": "a restart", "manual": "a decision or a hand"}
STATE_TITLES = {
    "compliant": "Compliant",
    "waiting": "Set, waiting for a restart",
    "not_compliant": "Not compliant",
    "stopped": "Stopped on the way",
    "unreachable": "Unreachable",
    "not_read": "Not read",
}


def amount(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def headline(document: Mapping[str, Any]) -> list[str]:
    """Sentences: are we on TLS 1.2, what is left, and what would happen without the older protocols."""
    told = [*_machines(document["summary"]), accepted(document), *_changes(document)]
    return [*filter(None, told), *_conversations(document["summary"])]


def _machines(summary: Mapping[str, Any]) -> Iterator[str]:
    hosts, compliant = summary["hosts"], summary["compliant"]
    if hosts > 1 and compliant == hosts:
        yield f"All {amount(hosts, 'machine')} meet every requirement for TLS 1.2."
    else:
        verb = "meets" if compliant == 1 else "meet"
        yield f"{compliant:,} of {amount(hosts, 'machine')} {verb} every requirement for TLS 1.2."
    needs = [f"{FIXES.get(fix, fix)} on {len(names):,}" for fix, names in summary["needs"].items() if names]
    if needs:
        yield f"Still needed: {_listed(needs)}."
    if waiting := summary["waiting"]:
        yield f"{amount(waiting, 'machine')} {'is' if waiting == 1 else 'are'} set and will do after a restart."
    lost = summary["unreachable"] + summary["stopped"] + summary["not_read"]
    if lost:
        known = summary.get("seen", 0)
        more = f"; {'all' if known == lost else f'{known:,}'} of them are known from an earlier run" if known else ""
        yield f"{amount(lost, 'machine')} could not be judged to the end{more}."


def _changes(document: Mapping[str, Any]) -> Iterator[str]:
    summary = document["summary"]
    if summary["changed"]:
        verb = "would change" if document["check_mode"] else "changed"
        values, machines = amount(summary["values"], "value"), amount(summary["changed"], "machine")
        yield f"This run {verb} {values} on {machines}."


def _conversations(summary: Mapping[str, Any]) -> Iterator[str]:
    if not summary.get("conversations"):
        return
    total, broken = summary["conversations"], summary["broken"]["disable"]
    if broken:
        verb = "does" if broken == 1 else "do"
        yield f"With the older protocols off, {broken:,} of {amount(total, 'conversation')} {verb} not certainly work."
    else:
        yield f"With the older protocols off, all {amount(total, 'conversation')} keep working."


def compared(comparison: Mapping[str, Any]) -> str:
    """The comparison in one sentence."""
    counts = {name: len(comparison[name]) for name in ("new", "fixed", "still_open", "by_others")}
    not_seen = len(comparison.get("not_seen", ()))
    away = f", {amount(not_seen, 'machine')} not seen since" if not_seen else ""
    return (
        f"Since {comparison['with']['generated']}: {counts['new']} new, {counts['fixed']} fixed, "
        f"{counts['still_open']} still open, {counts['by_others']} changed by someone else{away}."
    )


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What owners accepted: the waivers of a document, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["accepted", "justification", "waiver_lines"]


def accepted(document: Mapping[str, Any]) -> str:
    """How much was accepted, in a sentence; empty when nothing was."""
    number = document["summary"].get("waived", 0)
    if not number:
        return ""
    return f"{number:,} {'finding is waived by its owner' if number == 1 else 'findings are waived by their owners'}."


def justification(document: Mapping[str, Any], finding: Mapping[str, Any]) -> str:
    """Who accepted a finding, why, and until when; empty for one that nobody accepted."""
    waiver = _waivers(document).get(str(finding.get("waiver")))
    if waiver is None:
        return ""
    return f"waiver {waiver['id']}, until {waiver['expires']}, {waiver['owner']}: {waiver['why']}"


def waiver_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """What the owners of waivers have to hear of."""
    for waiver in document.get("waivers") or ():
        name, owner = waiver["id"], waiver["owner"]
        if waiver["state"] == "expired":
            yield f"Waiver {name} ({owner}) ended on {waiver['expires']} and has no effect any more."
        elif waiver["ends_soon"]:
            yield f"Waiver {name} ({owner}) ends on {waiver['expires']}."
        if waiver["state"] == "exceeded":
            most = f"accepts {waiver['number']:,} machines at most"
            yield f"Waiver {name} ({owner}) {most}, and more were not reached: it has no effect."
        if waiver["state"] == "unused":
            yield f"Waiver {name} ({owner}) is about nothing that was found; take it out of the file."


def _waivers(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {waiver["id"]: waiver for waiver in document.get("waivers") or ()}

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines that are set and wait for a restart: why, and until when. It is no failure, and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["waiting_lines", "why_waiting"]

_WHY = {
    "people": "somebody is logged on",
    "window": "its window of maintenance is shut",
    "configmgr": "ConfigMgr restarts it",
    "notice": "its users have been told of the restart",
    "countdown": "a restart was scheduled before",
}


def why_waiting(waiting: Mapping[str, Any]) -> str:
    """Says what a machine waits for with its restart.

    In a clause, with the people and the time that are known.
    """
    people = ", ".join(
        " ".join(filter(None, (row["user"], f"({row['session']})" if row.get("session") else "")))
        for row in waiting.get("logged_on") or ()
    )
    why = _WHY.get(str(waiting["waits_for"]), str(waiting["waits_for"]))
    if waiting["waits_for"] == "configmgr" and "configmgr_pending" in waiting:
        why += ", and has one pending" if waiting["configmgr_pending"] else ", and is not seen to have one pending yet"
    if waiting.get("logged_on_known") is False:
        people = "who, it does not tell"
    # Whom else a restart will meet is of interest too.
    told = f"{why}: {people}" if waiting["waits_for"] == "people" else f"{why}; logged on: {people}" if people else why
    told = told.removesuffix(": ")
    return f"{told}; not before {waiting['until']}" if waiting.get("until") else told


def waiting_lines(document: Mapping[str, Any], most: int) -> Iterator[str]:
    """For the terminal, machine by machine."""
    waiting = {name: host["waiting"] for name, host in document["hosts"].items() if "waiting" in host}
    left = {name: row for name, row in waiting.items() if row["state"] == "left"}
    others = {name: row for name, row in waiting.items() if name not in left}
    set_ = "Would be set and wait for a restart:" if document["check_mode"] else "Set, waiting for a restart:"
    for title, rows in ((set_, others), ("Left as they are:", left)):
        if rows:
            yield title
        for name, row in list(rows.items())[:most]:
            yield f"  {name}: {why_waiting(row)}"
        if len(rows) > most:
            yield f"  and {len(rows) - most} more machines, all of them in the report's file"

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left to do on a machine: for a reader, and for the exit code of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = [
    "OPEN",
    "SEVERITIES",
    "failing",
    "findings_of",
    "open_findings",
    "phrase",
    "reverted",
    "stopped_phrase",
    "stopped_text",
]

SEVERITIES = ("low", "medium", "high")
OPEN = ("fail", "unknown")
_SEEN_OUTSIDE = ("endpoint-disagrees", "role-health")


def open_findings(facts: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The findings that keep a machine from being compliant."""
    return [finding for finding in (facts or {}).get("findings", ()) if finding.get("status") in OPEN]


def findings_of(host: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The findings of a host of the document, none for one that was not read."""
    return list((host.get("facts") or {}).get("findings", ()))


def phrase(finding: Mapping[str, Any]) -> str:
    """What is wrong, in a clause."""
    reasons = finding.get("reasons") or [{}]
    return str(reasons[0].get("phrase") or finding.get("actual") or finding.get("title"))


def stopped_text(stopped: Mapping[str, Any]) -> str:
    """The message and the remedy, with which most messages end anyway."""
    message, remedy = str(stopped.get("message") or ""), str(stopped.get("remedy") or "")
    return message if remedy in message else f"{message} {remedy}".strip()


def stopped_phrase(host: Mapping[str, Any]) -> str:
    stopped = host["stopped"]
    return f"{stopped['step']}: {stopped['code']}: {stopped['message']}"


def failing(document: Mapping[str, Any], fail_on: str) -> dict[str, str]:
    """The hosts for which a run has to fail, and why.

    Those that were stopped or never read (unless what is known of one that is away stands for reading it), those on
    which a value that this run set is not what it set any more, those that do not do from outside what their settings
    say, and those with a failed or unknown finding of severity ``fail_on`` or more (``none``: other findings do not
    count). One that waits for its restart as its owner wanted does not fail for that.
    """
    reasons = {}
    for name, host in document["hosts"].items():
        stands = host.get("seen", {}).get("stands")
        if "stopped" in host and not stands:
            reasons[name] = stopped_phrase(host)
        elif host["status"] == "not_read" and not stands:
            reasons[name] = "the machine was not read"
        elif values := [] if document["check_mode"] else reverted(host):
            reasons[name] = f"reverted: somebody, such as a Group Policy, changed {', '.join(values)} again"
        elif found := _severe(host, fail_on) or _failed_outside(host):
            reasons[name] = "; ".join(f"{finding['id']}: {phrase(finding)}" for finding in found)
    return reasons


def reverted(host: Mapping[str, Any]) -> list[str]:
    """The paths of values that this run set and that are not so any more, as far as findings show it."""
    seen = {}
    for finding in findings_of(host):
        for item in finding.get("evidence", ()) if finding.get("fix") == "settings" else ():
            for value in item["value"].split(", "):
                name, _blank, data = value.partition(" ")
                seen[item["path"], name] = data
    changes = host.get("changes", {})
    ours = [change for step in ("enable", "disable") for change in changes.get(step, ())]
    return sorted(
        rf"{change['path']}\{change['name']}"
        for change in ours
        if seen.get((change["path"], change["name"]), change["after"]) != change["after"]
    )


def _severe(host: Mapping[str, Any], fail_on: str) -> list[Mapping[str, Any]]:
    if fail_on == "none":
        return []
    counted = SEVERITIES[SEVERITIES.index(fail_on) :]
    found = [finding for finding in open_findings(host.get("facts")) if finding.get("severity") in counted]
    return [finding for finding in found if finding.get("fix") != "restart" or "waiting" not in host]


def _failed_outside(host: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row for row in findings_of(host) if row.get("status") == "fail" and row.get("id") in _SEEN_OUTSIDE]

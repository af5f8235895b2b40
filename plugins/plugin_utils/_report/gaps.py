# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left to do on a machine: for a reader, for the exit code of a run, and for turning older protocols off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._tls.requirement import requirements

__all__ = ["SEVERITIES", "failing", "not_ready", "open_findings", "phrase", "stopped_phrase"]

SEVERITIES = ("low", "medium", "high")
_OPEN = ("fail", "unknown")


def open_findings(facts: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """The findings that keep a machine from being compliant."""
    return [finding for finding in (facts or {}).get("findings", ()) if finding.get("status") in _OPEN]


def phrase(finding: Mapping[str, Any]) -> str:
    """What is wrong, in a clause."""
    reasons = finding.get("reasons") or [{}]
    return str(reasons[0].get("phrase") or finding.get("actual") or finding.get("title"))


def stopped_phrase(host: Mapping[str, Any]) -> str:
    stopped = host["stopped"]
    return f"{stopped['step']}: {stopped['code']}: {stopped['message']}"


def failing(document: Mapping[str, Any], fail_on: str) -> dict[str, str]:
    """The hosts for which a run has to fail, and why.

    Those that were stopped or never read, and those with a failed or unknown finding of severity ``fail_on`` or more
    (``none``: findings do not count).
    """
    reasons = {}
    for name, host in document["hosts"].items():
        if "stopped" in host:
            reasons[name] = stopped_phrase(host)
        elif host["status"] == "not_read":
            reasons[name] = "the machine was not read"
        elif found := _severe(host, fail_on):
            reasons[name] = "; ".join(f"{finding['id']}: {phrase(finding)}" for finding in found)
    return reasons


def _severe(host: Mapping[str, Any], fail_on: str) -> list[Mapping[str, Any]]:
    if fail_on == "none":
        return []
    counted = SEVERITIES[SEVERITIES.index(fail_on) :]
    return [finding for finding in open_findings(host.get("facts")) if finding.get("severity") in counted]


def not_ready(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """The hosts because of which no older protocol may be turned off anywhere, and why.

    Strict: a host has to have been reached, to have no failed or unknown finding and no warning of a requirement that
    says so (C(blocks_disable)), and no restart may be due.
    """
    blocking = {requirement.id for requirement in requirements() if requirement.blocks_disable}
    reasons = {name: _obstacles(host, blocking) for name, host in document["hosts"].items()}
    return {name: why for name, why in reasons.items() if why}


def _obstacles(host: Mapping[str, Any], blocking: set[str]) -> list[str]:
    if "stopped" in host:
        return [stopped_phrase(host)]
    facts = host.get("facts")
    if facts is None:
        return ["the machine was not read"]
    found = [
        finding
        for finding in facts.get("findings", ())
        if finding.get("status") in _OPEN or (finding.get("status") == "warn" and finding.get("id") in blocking)
    ]
    obstacles = [f"{finding['id']}: {phrase(finding)}" for finding in found]
    if facts.get("restart_required") and not any(finding["id"] == "restart-after-change" for finding in found):
        obstacles.append("restart-after-change: the last change is in force only after a restart")
    return obstacles

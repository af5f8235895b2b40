# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CSV: a line per host and requirement, for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._csv import csv_text
from .._tls.absence import baseline_phrase
from .accepted import justification
from .gaps import findings_of

__all__ = ["csv_table"]

_COLUMNS = (
    "host",
    "site",
    "roles",
    "windows",
    "host_status",
    "requirement",
    "title",
    "status",
    "severity",
    "expected",
    "actual",
    "reasons",
    "fix",
    "remedy",
    "evidence",
    "source",
    "waiver",
    "seen",
    "baseline",
)
# What a spreadsheet would take for a formula.


def csv_table(document: Mapping[str, Any]) -> str:
    """A host that was not read has one line, about that."""
    rows = (row for name, host in document["hosts"].items() for row in _rows(document, name, host))
    return csv_text(_COLUMNS, rows)


def _rows(document: Mapping[str, Any], name: str, host: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    facts = host.get("facts") or {}
    machine = {
        "host": name,
        "site": (facts.get("configmgr") or {}).get("site_code"),
        "roles": " ".join(facts.get("roles") or ()),
        "windows": (facts.get("windows") or {}).get("name"),
        "host_status": host["status"],
        "seen": host.get("seen", {}).get("read_at"),
        "baseline": baseline_phrase(**told) if (told := host.get("seen", {}).get("compliance")) else None,
    }
    stopped = host.get("stopped")
    if stopped is not None:
        yield {
            **machine,
            "requirement": "reached",
            "title": "The run was finished on the machine",
            "status": "unknown",
            "severity": "high",
            "actual": f"{stopped.get('step')}: {stopped.get('code')}: {stopped.get('message')}",
            "remedy": stopped.get("remedy"),
        }
    elif not facts:
        yield {**machine, "requirement": "reached", "status": "unknown", "severity": "high", "actual": "not read"}
    for finding in findings_of(host):
        yield {**machine, **_finding(document, finding)}


def _finding(document: Mapping[str, Any], finding: Mapping[str, Any]) -> dict[str, Any]:
    texts = document["requirements"][finding["id"]]
    passed = finding["status"] in ("pass", "not_applicable")
    return {
        "requirement": finding["id"],
        "title": texts["title"],
        "status": finding["status"],
        "severity": texts["severity"],
        "expected": finding.get("expected"),
        "actual": finding.get("actual"),
        "reasons": "; ".join(str(reason.get("phrase")) for reason in finding.get("reasons") or ()),
        "fix": "" if passed else texts["fix"],
        "remedy": "" if passed else finding.get("remedy") or texts["remedy"],
        "evidence": "; ".join(f"{item['path']}: {item['value']}" for item in finding.get("evidence") or ()),
        "source": texts["source"],
        "waiver": justification(document, finding),
    }

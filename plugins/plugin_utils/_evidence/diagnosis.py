# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what was found to a cause: symptoms, the unmet requirements of the same machine behind them, and the remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .._data import load_table
from .._data.schema_evidence import KnownIssue, LogSignature
from .events import Event
from .lines import message, stamp
from .search import Line, Reading

__all__ = ["Diagnosis", "EVENT_IDS", "diagnose"]

_SIGNATURES = load_table("log_signatures", LogSignature)
_ISSUES = {row.id: row for row in load_table("known_issues", KnownIssue)}
EVENT_IDS = tuple(sorted({sign.id for row in _SIGNATURES for sign in row.events}))
_OPEN = ("fail", "unknown", "warn")
_MOST_SYMPTOMS, _MOST_CAUSES = 10, 3
# Some logs break one message into two lines.
_NEXT = 2


@dataclass(frozen=True)
class _Found:
    """Where a sign was seen: ``count`` times, at last in ``text`` on ``line`` (0 when there is no line)."""

    place: str
    name: str
    count: int
    text: str = ""
    line: int = 0
    when: str | None = None
    utc: datetime | None = None


@dataclass(frozen=True)
class Diagnosis:
    symptoms: tuple[dict[str, Any], ...]
    good: tuple[dict[str, Any], ...]


def diagnose(
    readings: Sequence[Reading],
    events: Sequence[Event],
    findings: Iterable[Mapping[str, Any]],
    boot: datetime | None = None,
) -> Diagnosis:
    """``findings`` are those of the facts of the same machine; ``boot`` is when it started, in UTC."""
    by_id = {str(finding["id"]): finding for finding in findings}
    symptoms, good = [], []
    for row in _SIGNATURES:
        for found in (*_in_logs(row, readings), *_in_events(row, events), *_in_findings(row, by_id)):
            if row.good:
                good.append({"id": row.id, "log": found.name, "means": row.means, "says": found.text})
            else:
                symptoms.append(_symptom(row, found, by_id, boot))
    return Diagnosis(tuple(symptoms), tuple(good))


def shortened(symptoms: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """At most ten symptoms, surest first; the rest by their ids."""
    order = {"high": 0, "medium": 1, "low": 2}
    ranked = sorted(symptoms, key=lambda symptom: order[symptom["confidence"]])
    return {
        "symptoms": ranked[:_MOST_SYMPTOMS],
        "left_out": sorted({symptom["id"] for symptom in ranked[_MOST_SYMPTOMS:]}),
    }


def _in_logs(row: LogSignature, readings: Iterable[Reading]) -> Iterable[_Found]:
    for reading in readings:
        log = reading.search.place.log
        if row.regex is None or log.id not in row.logs:
            continue
        if log.search == "names":
            files = sorted({file for text in row.literals for file in reading.named.get(text, ())})
            if files:
                yield _Found(reading.search.place.path, log.file, len(files), ", ".join(files[:3])[:160])
            continue
        hits = [line for line in _joined(reading.lines) if row.regex.search(line.text)]
        if hits:
            newest = stamp(hits[-1].text)
            yield _Found(
                reading.search.place.path,
                log.file,
                len(hits),
                message(hits[-1].text),
                hits[-1].number,
                newest.text if newest else None,
                newest.utc if newest else None,
            )


def _joined(lines: Sequence[Line]) -> list[Line]:
    """The lines, each with those right behind it as long as they carry on what it says."""
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        # A line of its own begins with its time or its mark, or tells its component at its end.
        if last is not None and 0 < line.number - last.number <= _NEXT and not _complete(last.text):
            joined[-1] = Line(line.number, f"{last.text} {line.text}")
        else:
            joined.append(line)
    return joined


def _complete(text: str) -> bool:
    return bool(re.search(r"\]LOG\]!>|\$\$<", text)) or (stamp(text) is not None and "<![LOG[" not in text)


def _in_events(row: LogSignature, events: Sequence[Event]) -> Iterable[_Found]:
    for sign in row.events:
        seen = [
            event
            for event in events
            if event.id == sign.id and (sign.field is None or event.text(sign.field) in sign.values)
        ]
        if seen:
            newest = max(seen, key=lambda event: event.time)
            said = ", ".join(f"{name} {text}" for name, text in newest.fields.items())
            yield _Found(
                "System log, Schannel",
                f"event {sign.id}",
                len(seen),
                said[:160],
                0,
                newest.time[:19] + "Z",
                _utc(newest),
            )


def _utc(event: Event) -> datetime | None:
    try:
        return datetime.fromisoformat(event.time[:19] + "+00:00")
    except ValueError:
        return None


def _in_findings(row: LogSignature, findings: Mapping[str, Mapping[str, Any]]) -> Iterable[_Found]:
    finding = findings.get(row.finding) if row.finding else None
    if finding is not None and finding["status"] in ("fail", "warn"):
        yield _Found("findings", str(finding["id"]), 1, str(finding["actual"])[:160])


def _symptom(
    row: LogSignature, found: _Found, findings: Mapping[str, Mapping[str, Any]], boot: datetime | None
) -> dict[str, Any]:
    causes = _causes(row, findings)
    issue = _ISSUES[row.issue] if row.issue else None
    symptom: dict[str, Any] = {
        "id": row.id,
        "title": row.title,
        "log": found.name,
        "path": found.place,
        "count": found.count,
        "last": found.when,
        "says": found.text,
        "causes": causes,
        "cause": _cause(row, causes),
        "remedy": row.remedy,
        "confidence": row.confidence,
        "source": row.sources[0],
    }
    if found.line:
        symptom["line"] = found.line
    if issue:
        symptom["issue"] = issue.title
    if issue and issue.leave:
        symptom["advice"] = issue.leave
    if row.conversations:
        symptom["conversations"] = list(row.conversations)
    if boot is not None and found.utc is not None:
        symptom["before_restart"] = found.utc < boot
    return symptom


def _causes(row: LogSignature, findings: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """The requirements behind the sign that are not met here, failures first."""
    unmet = [finding for name in row.requirements if (finding := findings.get(name)) and finding["status"] in _OPEN]
    unmet.sort(key=lambda finding: _OPEN.index(str(finding["status"])))
    return [
        {"finding": str(finding["id"]), "status": str(finding["status"]), "phrase": _phrase(finding)}
        for finding in unmet[:_MOST_CAUSES]
    ]


def _phrase(finding: Mapping[str, Any]) -> str:
    reasons = finding.get("reasons") or [{"phrase": finding.get("actual", "")}]
    return f"{finding.get('title', finding['id'])}: {reasons[0]['phrase']}"[:160]


def _cause(row: LogSignature, causes: Sequence[Mapping[str, str]]) -> str:
    if causes:
        return f"{row.means}. Here: {'; '.join(cause['phrase'] for cause in causes)}"
    if not row.requirements:
        return row.means
    return f"{row.means}. On this machine nothing of it is left: look at the other side, or the sign is an old one"

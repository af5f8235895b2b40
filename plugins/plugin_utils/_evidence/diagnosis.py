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
from .._data.schema_evidence import KnownIssue, LogFile, LogPhrase, LogSignature
from .events import Event
from .lines import message, stamp, unwrapped
from .search import LogLine, Reading, own_lines

__all__ = ["Diagnosis", "EVENT_IDS", "diagnose"]

_SIGNATURES = load_table("log_signatures", LogSignature)
_PHRASES = {row.id: row.regex for row in load_table("log_phrases", LogPhrase)}
_ISSUES = {row.id: row for row in load_table("known_issues", KnownIssue)}
EVENT_IDS = tuple(sorted({sign.id for row in _SIGNATURES for sign in row.events}))
_OPEN = ("fail", "unknown", "warn")
_MOST_SYMPTOMS, _MOST_CAUSES = 10, 3
# Some logs break one message into two lines.
_NEXT = 2
# How far the line that names the reason may be from the one with the number.
_BESIDE = 10


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
    conversations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagnosis:
    """The signs of trouble that logs and events show.

    ``foreign``: logs, by their path, with messages of .NET in a language that nothing here knows.
    """

    symptoms: tuple[dict[str, Any], ...]
    good: tuple[dict[str, Any], ...]
    foreign: tuple[str, ...] = ()


def diagnose(
    readings: Sequence[Reading],
    events: Sequence[Event],
    findings: Iterable[Mapping[str, Any]],
    boot: datetime | None = None,
    roles: Iterable[str] = (),
) -> Diagnosis:
    """Finds the signs of trouble in logs, events and findings.

    ``findings`` and ``roles`` are those of the facts of the same machine; ``boot`` is when it started, in UTC.
    """
    by_id = {str(finding["id"]): finding for finding in findings}
    symptoms, good = [], []
    seen = [(reading, _sorted(reading)) for reading in readings]
    for row in _SIGNATURES:
        asked = {} if row.concerns and row.concerns not in roles else by_id
        for found in (*_in_logs(row, seen), *_in_events(row, events), *_in_findings(row, by_id)):
            if row.good:
                good.append({"id": row.id, "log": found.name, "means": row.means, "says": found.text})
            else:
                symptoms.append(_symptom(row, found, asked, boot))
    foreign = tuple(reading.search.place.path for reading, lines in seen if any(row is None for row, _line in lines))
    return Diagnosis(tuple(symptoms), tuple(good), foreign)


def shortened(symptoms: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """At most ten symptoms, surest first; the rest by their ids."""
    order = {"high": 0, "medium": 1, "low": 2}
    ranked = sorted(symptoms, key=lambda symptom: order[symptom["confidence"]])
    return {
        "symptoms": ranked[:_MOST_SYMPTOMS],
        "left_out": sorted({symptom["id"] for symptom in ranked[_MOST_SYMPTOMS:]}),
    }


# Whose line it is; None for a message of .NET in a language that is not known.
_Sorted = list[tuple[LogSignature | None, LogLine]]


def _sorted(reading: Reading) -> _Sorted:
    """The lines of a log with the signs that they are, each the first that fits; a clear one explains a vague one
    beside it.
    """
    log = reading.search.place.log
    rows = [row for row in _SIGNATURES if row.may_stand_in(log)]
    lines: _Sorted = []
    for line in _joined(own_lines(reading)):
        text = unwrapped(line.text)
        row = next((row for row in rows if _is_sign(row, text)), None)
        if row is not None or _is_foreign(text):
            lines.append((row, line))
    clear = [line for row, line in lines if row is not None and not row.vague]
    return [
        (row, line) for row, line in lines if not (row and row.vague and any(_beside(line, each) for each in clear))
    ]


def _is_sign(row: LogSignature, text: str) -> bool:
    regexes = [regex for name in row.phrases if (regex := _PHRASES[name])]
    return (row.regex is None or bool(row.regex.search(text))) and (
        not regexes or any(regex.search(text) for regex in regexes)
    )


def _beside(line: LogLine, other: LogLine) -> bool:
    return line.former == other.former and abs(line.number - other.number) <= _BESIDE


def _is_foreign(text: str) -> bool:
    """Whether a message of .NET is in none of the languages of log_phrases.yml, or in a code page that is not told."""
    if not re.search(r"WebException|SqlException.*\b(SSL|TCP)\b", text):
        return False
    strange = re.findall(r"[^\x00-\x7f\u00a0-\u00ff\u2010-\u2026\u3000-\u30ff\uff00-\uffefœŒ]", text)
    japanese = bool(re.search(r"[\u3040-\u30ff]", text))
    return any(not (japanese and "\u4e00" <= letter <= "\u9fff") for letter in strange)


def _in_logs(row: LogSignature, seen: Sequence[tuple[Reading, _Sorted]]) -> Iterable[_Found]:
    for reading, lines in seen:
        place = reading.search.place
        if not row.may_stand_in(place.log):
            continue
        if place.log.search == "names":
            files = sorted({file for text in row.literals for file in reading.named.get(text.lower(), ())})
            if files:
                yield _Found(place.path, place.log.file, len(files), ", ".join(files[:3])[:160])
            continue
        hits = [line for owner, line in lines if owner is row]
        if hits:
            last = hits[-1]
            file = reading.formers[-1] if last.former and reading.formers else place.log.file
            newest = stamp(last.text)
            yield _Found(
                f"{place.shown_folder}\\{file}",
                file,
                len(hits),
                message(last.text),
                0 if "*" in file else last.number,
                newest.text if newest else None,
                newest.utc if newest else None,
                _conversations(row, place.log),
            )


def _conversations(row: LogSignature, log: LogFile) -> tuple[str, ...]:
    """What the writer talks to in this log; of a sign that any writer gives, all of them."""
    writers = row.writers or tuple(log.writers)
    return tuple(dict.fromkeys(name for writer in writers for name in log.writers.get(writer, ())))


def _joined(lines: Sequence[LogLine]) -> list[LogLine]:
    """The lines, each with those right behind it as long as they carry on what it says."""
    joined: list[LogLine] = []
    for line in lines:
        last = joined[-1] if joined else None
        # A line of its own begins with its time or its mark, or tells its component at its end.
        if last is not None and _follows(line, last) and not _complete(last.text):
            joined[-1] = LogLine(line.number, f"{last.text} {line.text}", line.former)
        else:
            joined.append(line)
    return joined


def _follows(line: LogLine, last: LogLine) -> bool:
    return line.former == last.former and bool(last.number) and 0 < line.number - last.number <= _NEXT


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
            said = ", ".join(f"{name} {text}" for name, text in newest.fields.items() if text)
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
        "cause": _cause(row, causes, findings),
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
    if conversations := row.conversations or found.conversations:
        symptom["conversations"] = list(conversations)
    if row.concerns:
        symptom["concerns"] = row.concerns
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


def _cause(row: LogSignature, causes: Sequence[Mapping[str, str]], findings: Mapping[str, Mapping[str, Any]]) -> str:
    if causes:
        return f"{row.means}. Here: {'; '.join(cause['phrase'] for cause in causes)}"
    if not row.requirements:
        return row.means
    if row.concerns and not findings:
        return f"{row.means}. Its requirements are those of the {row.concerns.replace('_', ' ')}: diagnose that machine"
    return f"{row.means}. On this machine nothing of it is left: look at the other side, or the sign is an old one"

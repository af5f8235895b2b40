# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A finding: what one requirement asked of one machine, what was seen, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .state import Setting

__all__ = [
    "NOT_ASKED",
    "Evidence",
    "Finding",
    "CheckResult",
    "Reason",
    "Status",
    "compliant_findings",
    "is_compliant",
    "seen",
]

# Facts stay small: the first places say what is wrong.
_MOST_EVIDENCE = 3


class Status(Enum):
    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    WAIVED = "waived"


_AGAINST = (Status.FAIL, Status.UNKNOWN)


@dataclass(frozen=True)
class Reason:
    code: str
    phrase: str


@dataclass(frozen=True)
class Evidence:
    """Where something was seen (a registry path, a file, an event) and what it was."""

    path: str
    value: str


@dataclass(frozen=True)
class CheckResult:
    """What a check says: the part of a finding that depends on the machine."""

    status: Status
    expected: str
    actual: str
    reasons: tuple[Reason, ...] = ()
    evidence: tuple[Evidence, ...] = ()


NOT_ASKED = CheckResult(Status.NOT_APPLICABLE, "", "no role asks for it")


@dataclass(frozen=True)
class Finding:
    id: str
    title: str
    severity: str
    outcome: CheckResult
    remedy: str
    fix: str
    source: str

    @property
    def status(self) -> Status:
        return self.outcome.status

    def as_dict(self) -> dict[str, Any]:
        """Plain and short: what passed or does not apply says what was seen; the rest is in the catalogue under its
        id.
        """
        outcome = self.outcome
        plain: dict[str, Any] = {"id": self.id, "status": outcome.status.value, "actual": outcome.actual}
        if outcome.status in (Status.PASS, Status.NOT_APPLICABLE):
            return plain
        return {
            **plain,
            "title": self.title,
            "severity": self.severity,
            "expected": outcome.expected,
            "reasons": [{"code": reason.code, "phrase": reason.phrase} for reason in outcome.reasons],
            "remedy": self.remedy,
            "fix": self.fix,
            "evidence": [{"path": item.path, "value": item.value} for item in outcome.evidence[:_MOST_EVIDENCE]],
        }


def seen(settings: Iterable[Setting]) -> tuple[Evidence, ...]:
    """One line of evidence per key, with the values seen there."""
    keys: dict[str, list[str]] = {}
    for setting in settings:
        keys.setdefault(setting.path.rpartition("\\")[0], []).append(f"{setting.name} {setting}")
    return tuple(Evidence(path, ", ".join(values)) for path, values in keys.items())


def is_compliant(findings: Iterable[Finding]) -> bool:
    """Nothing failed and nothing is unknown. A warning does not stand against compliance, an unknown does."""
    return not any(finding.status in _AGAINST for finding in findings)


def compliant_findings(findings: Iterable[Mapping[str, Any]]) -> bool:
    """The same of plain findings."""
    return not any(Status(finding["status"]) in _AGAINST for finding in findings)

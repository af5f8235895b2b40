# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A finding: what one requirement asked of one machine, what was seen, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .state import Setting

__all__ = ["Evidence", "Finding", "Outcome", "Reason", "Status", "is_compliant", "seen"]


class Status(Enum):
    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    WAIVED = "waived"


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
class Outcome:
    """What a check says: the part of a finding that depends on the machine."""

    status: Status
    expected: str
    actual: str
    reasons: tuple[Reason, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True)
class Finding:
    id: str
    title: str
    severity: str
    outcome: Outcome
    remedy: str
    fix: str
    source: str

    @property
    def status(self) -> Status:
        return self.outcome.status

    def as_dict(self) -> dict[str, Any]:
        """Plain and short: a finding that asks for nothing carries no remedy and no reasons."""
        outcome = self.outcome
        plain: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "status": outcome.status.value,
            "severity": self.severity,
            "expected": outcome.expected,
            "actual": outcome.actual,
        }
        if outcome.status is Status.NOT_APPLICABLE:
            del plain["expected"]
        if outcome.status not in (Status.PASS, Status.NOT_APPLICABLE):
            plain["reasons"] = [{"code": reason.code, "phrase": reason.phrase} for reason in outcome.reasons]
            plain["remedy"] = self.remedy
            plain["fix"] = self.fix
            plain["evidence"] = [{"path": item.path, "value": item.value} for item in outcome.evidence]
            plain["source"] = self.source
        return plain


def seen(settings: Iterable[Setting]) -> tuple[Evidence, ...]:
    """One line of evidence per key, with the values seen there."""
    keys: dict[str, list[str]] = {}
    for setting in settings:
        keys.setdefault(setting.path.rpartition("\\")[0], []).append(f"{setting.name} {setting}")
    return tuple(Evidence(path, ", ".join(values)) for path, values in keys.items())


def is_compliant(findings: Iterable[Finding]) -> bool:
    """Nothing failed and nothing is unknown. A warning does not stand against compliance, an unknown does."""
    return not any(finding.status in (Status.FAIL, Status.UNKNOWN) for finding in findings)

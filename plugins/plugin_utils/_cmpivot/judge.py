# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a client's answers to its facts, so that a wrong guess never passes.

The client is judged twice: with every number as a DWORD, and with every number as text, which Windows does not look
at. What is good only in one of the two becomes a warning. What CMPivot cannot prove is in cmpivot_limits.yml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._data.load import load_table
from .._data.schema_cmpivot import CmpivotLimit
from .._tls.audit import audit
from .._tls.build import host_state
from .._tls.capabilities import capabilities
from .._tls.effective import effective_protocols
from .._tls.enabled import enabled_state
from .._tls.facts import facts
from .._tls.finding import NOT_ASKED, CheckResult, Evidence, Finding, Reason, Status
from .._tls.negotiation import Offer
from .._tls.record import READ_BY
from .._tls.state import HostState
from .._windows.registry import Key, Presence, Registry
from .._windows.snapshot import Snapshot
from .answer import ClientAnswer
from .queries import queries, query_text
from .readings import NUMBER_TYPES, registry_of

__all__ = ["CMPIVOT", "client_facts"]

CMPIVOT = "cmpivot"
_GOOD = {Status.PASS: "pass", Status.NOT_APPLICABLE: "not_applicable"}
_TYPED, _NOT_TOLD = "REG_DWORD ", "type not told, "
_NO_ROW = "CMPivot does not answer this requirement"


@dataclass(frozen=True)
class _Interpretation:
    """One of the two ways to read the same answers."""

    registry: Registry
    state: HostState
    enabled: HostState
    findings: Sequence[Finding]

    @classmethod
    def of(cls, answers: Mapping[str, ClientAnswer], numbers: str, ask: _AuditInput) -> _Interpretation:
        snapshot = Snapshot(registry_of(answers, numbers), None, (), {}, True)
        read = host_state(snapshot)
        state = replace(read, unreadable=(*read.unreadable, *_unanswered(answers)))
        findings = audit(state, ask.roles, ask.release, legacy_off=ask.legacy_off)
        return cls(snapshot.registry, state, enabled_state(snapshot, state), findings)

    def stacks(self, ask: _AuditInput) -> dict[str, dict[str, Any]]:
        """In force or not is not known: nothing tells when settings were changed, and whether a restart came after."""
        names = set(ask.roles) | set(self.state.roles)
        return capabilities(self.state, self.enabled, names, ask.release, self.findings, in_force=False)


@dataclass(frozen=True)
class _AuditInput:
    roles: Sequence[str]
    release: int | None
    legacy_off: bool


def client_facts(
    answers: Mapping[str, ClientAnswer], roles: Sequence[str], release: int | None, *, legacy_off: bool = False
) -> dict[str, Any]:
    """The fact C(configmgr_tls) of a client. ``answers``: one for every question; those of C(first) are answered."""
    ask = _AuditInput([*roles, "client"], release, legacy_off)
    likely, other = (_Interpretation.of(answers, numbers, ask) for numbers in NUMBER_TYPES)
    limits = {row.id: row for row in load_table("cmpivot_limits", CmpivotLimit)}
    findings = [
        _limited(_agreed(mine, its), limits.get(mine.id), likely.registry)
        for mine, its in zip(likely.findings, other.findings, strict=True)
    ]
    told = facts(likely.state, likely.enabled, ask.roles, findings, release)
    return {
        **told,
        READ_BY: CMPIVOT,
        "restart_required": None,
        "protocols": _same(effective_protocols(likely.state), effective_protocols(other.state)),
        "stacks": _merged(likely.stacks(ask), other.stacks(ask)),
    }


def _unanswered(answers: Mapping[str, ClientAnswer]) -> list[str]:
    return [
        f"{query_text(query)} ({answers[query.id].outcome.value})" for query in queries() if not answers[query.id].whole
    ]


def _agreed(likely: Finding, other: Finding) -> Finding:
    """The likely finding, unless it is good only if the types are what they are taken for."""
    if likely.outcome is NOT_ASKED:
        return likely
    outcome = _untyped(likely.outcome)
    if outcome.status in _GOOD and other.status not in _GOOD:
        phrase = "good if the values are DWORDs, which CMPivot does not tell"
        outcome = _doubted(outcome, other.outcome.expected, Reason("type_not_told", phrase), other.outcome.evidence)
    return replace(likely, outcome=outcome)


def _limited(finding: Finding, limit: CmpivotLimit | None, registry: Registry) -> Finding:
    good = _GOOD.get(finding.status)
    if good is None or finding.outcome is NOT_ASKED or (limit is not None and _holds(limit, good, registry)):
        return finding
    reason = Reason("not_told_by_cmpivot", limit.phrase if limit else _NO_ROW)
    return replace(finding, outcome=_doubted(finding.outcome, finding.outcome.expected or finding.title, reason))


def _holds(limit: CmpivotLimit, good: str, registry: Registry) -> bool:
    return good in limit.holds and all(registry.key(Key(path)).presence is Presence.ABSENT for path in limit.absent)


def _doubted(outcome: CheckResult, expected: str, reason: Reason, evidence: Sequence[Evidence] = ()) -> CheckResult:
    told = _untyped(replace(outcome, evidence=tuple(evidence)))
    return CheckResult(Status.WARN, expected, outcome.actual or "not checked", (reason,), told.evidence)


def _untyped(outcome: CheckResult) -> CheckResult:
    """Without a type in what was seen: it was not read."""
    evidence = tuple(Evidence(item.path, item.value.replace(_TYPED, _NOT_TOLD)) for item in outcome.evidence)
    return replace(outcome, actual=outcome.actual.replace(_TYPED, _NOT_TOLD), evidence=evidence)


def _same(likely: Mapping[str, Mapping[str, str]], other: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {
        side: {name: effect if other[side][name] == effect else "unknown" for name, effect in effects.items()}
        for side, effects in likely.items()
    }


def _merged(
    likely: Mapping[str, Mapping[str, Any]], other: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """What both readings offer is sure; what one of them does is not."""
    merged: dict[str, dict[str, Any]] = {}
    for name, mine in likely.items():
        first, second = Offer.decode(mine["enable"]), Offer.decode(other[name]["enable"])
        sure = first.sure & second.sure
        offer = Offer(sure, (first.sure | first.maybe | second.sure | second.maybe) - sure)
        cause = mine.get("cause") or other[name].get("cause")
        merged[name] = {"enable": offer.encode(), "now": [], **({"cause": cause} if cause else {})}
    return merged

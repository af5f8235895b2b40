# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document: everything a renderer may say about a run, as plain data. docs/report-schema.json is its schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._tls.forecast import FORECAST_STAGES
from .catalogue import conversation_ends, requirement_texts, role_titles
from .gaps import open_findings

__all__ = ["DOCUMENT_SCHEMA", "HOST_STATES", "HostRecord", "Origin", "Surroundings", "build_document"]

DOCUMENT_SCHEMA = 1

# The states of a host, in the order in which a reader wants them.
HOST_STATES = ("compliant", "waiting", "not_compliant", "stopped", "unreachable", "not_read")


@dataclass(frozen=True)
class Origin:
    """Where a document comes from. ``generated``: time in UTC, ISO 8601."""

    title: str
    generated: str
    run: str
    collection_version: str
    check_mode: bool = False


@dataclass(frozen=True)
class HostRecord:
    """What a run left behind about a host.

    facts: the fact configmgr_tls as last read in this run, or as an earlier one saw it (then ``seen`` says when), or
    None. stopped: step, task, code, message, remedy and
    unreachable of the failure that took the host out of the run, or None. changes: the changes of each step (enable,
    disable, rollback). restarted: whether the machine or services were restarted. seen_outside: findings of the look
    from outside. events: what its event log tells of older protocols, or None. diagnosis: symptoms and what could not
    be read, or None. times: when each step began and ended on it, UTC, ISO 8601. protocols_before: as the run found
    them, by side, or None. updates: packages that were installed, or would be. waiting: why its restart was left for
    later, or None. seen: of a host that this run did not read, when and by which way it was, and whether
    that stands for a visit.
    """

    name: str
    facts: Mapping[str, Any] | None = None
    stopped: Mapping[str, Any] | None = None
    changes: Mapping[str, list[Any]] = field(default_factory=dict)
    restarted: bool = False
    seen_outside: Sequence[Mapping[str, Any]] = ()
    events: Mapping[str, Any] | None = None
    diagnosis: Mapping[str, Any] | None = None
    times: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    protocols_before: Mapping[str, Any] | None = None
    updates: Sequence[Mapping[str, Any]] = ()
    waiting: Mapping[str, Any] | None = None
    seen: Mapping[str, Any] | None = None

    @property
    def state(self) -> str:
        """One of HOST_STATES. A host that was stopped is never compliant, whatever was read of it before."""
        if self.stopped is not None:
            return "unreachable" if self.stopped.get("unreachable") else "stopped"
        if self.facts is None or self.seen is not None:
            return "not_read"
        if self.facts.get("compliant") and not self._ill_outside:
            return "compliant"
        return "waiting" if self.waiting is not None and self._lacks_restart_only else "not_compliant"

    @property
    def _lacks_restart_only(self) -> bool:
        return {finding.get("fix") for finding in open_findings(self.known)} == {"restart"}

    @property
    def _ill_outside(self) -> bool:
        return bool(open_findings({"findings": list(self.seen_outside)}))

    @property
    def known(self) -> dict[str, Any] | None:
        """The facts, with what was seen from outside among the findings."""
        if self.facts is None:
            return None
        if not self.seen_outside:
            return dict(self.facts)
        findings = [*self.facts.get("findings", ()), *self.seen_outside]
        return {**self.facts, "findings": findings, "compliant": self.facts["compliant"] and not self._ill_outside}


@dataclass(frozen=True)
class Surroundings:
    """What a run knows beyond its hosts, each None or empty when nobody looked.

    conversations: rows of tls_forecast_info. gate: result of tls_gate_info. probes: endpoints and health, as
    tls_verify_info or tls_probe_info gave them. stages: the batches of the disable stage in order, each with stage,
    kind, restart_group, hosts, state (off, taken_back, not_known, untouched) and note. waivers: each with what became
    of it.
    """

    conversations: Sequence[Mapping[str, Any]] | None = None
    gate: Mapping[str, Any] | None = None
    probes: Mapping[str, Any] | None = None
    stages: Sequence[Mapping[str, Any]] = ()
    waivers: Sequence[Mapping[str, Any]] = ()


def build_document(origin: Origin, records: Iterable[HostRecord], around: Surroundings | None = None) -> dict[str, Any]:
    """The whole document but ``comparison``, which comparison.compare adds."""
    listed = list(records)
    around = around or Surroundings()
    facts = {record.name: known for record in listed if (known := record.known) is not None}
    document = {
        "schema": DOCUMENT_SCHEMA,
        "title": origin.title,
        "generated": origin.generated,
        "run": origin.run,
        "collection_version": origin.collection_version,
        "check_mode": origin.check_mode,
        "site": _site(facts.values()),
        "summary": _summary(listed, facts, around),
        "requirements": requirement_texts(_findings(facts.values())),
        "roles": role_titles({role for host in facts.values() for role in host.get("roles", ())}),
        "hosts": {record.name: _host(record, facts.get(record.name)) for record in listed},
        "stages": [*_stages(listed, facts, origin), *(_timed(stage, listed) for stage in around.stages)],
        "waivers": [dict(waiver) for waiver in around.waivers],
        "comparison": None,
    }
    return document | {
        "conversations": None if around.conversations is None else [*map(_conversation, around.conversations)],
        "gate": None if around.gate is None else _gate(around.gate),
        "probes": None if around.probes is None else _probes(around.probes),
    }


def _findings(facts: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return (finding for host in facts for finding in host.get("findings", ()))


def _host(record: HostRecord, known: dict[str, Any] | None) -> dict[str, Any]:
    host: dict[str, Any] = {"status": record.state}
    if record.stopped is not None:
        host["stopped"] = dict(record.stopped)
    if known is not None:
        host["facts"] = known
    if any(record.changes.values()):
        host["changes"] = {step: list(changes) for step, changes in record.changes.items() if changes}
    if record.updates:
        host["updates"] = [dict(row) for row in record.updates]
    if record.events is not None:
        host["events"] = dict(record.events)
    if record.diagnosis is not None:
        host["diagnosis"] = dict(record.diagnosis)
    if record.times:
        host["times"] = {step: dict(times) for step, times in record.times.items()}
    if record.protocols_before is not None:
        host["protocols_before"] = dict(record.protocols_before)
    if record.seen is not None:
        host["seen"] = dict(record.seen)
    if record.waiting is not None:
        host["waiting"] = dict(record.waiting)
    host["restarted"] = record.restarted
    return host


def _site(facts: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    found = [host.get("configmgr") or {} for host in facts]
    return {
        "codes": sorted({str(row["site_code"]) for row in found if row.get("site_code")}),
        "releases": sorted({int(row["release"]) for row in found if row.get("release")}),
    }


def _summary(records: list[HostRecord], facts: Mapping[str, Mapping[str, Any]], around: Surroundings) -> dict[str, Any]:
    states = Counter(record.state for record in records)
    needs: dict[str, list[str]] = {"settings": [], "update": [], "restart": [], "manual": []}
    for name, host in facts.items():
        for fix in {str(finding.get("fix")) for finding in open_findings(host)}:
            needs.setdefault(fix, []).append(name)
    summary = {
        "hosts": len(records),
        **{state: states[state] for state in HOST_STATES},
        "seen": sum(record.seen is not None for record in records),
        "changed": sum(any(record.changes.values()) or bool(_done_in("update", record)) for record in records),
        "values": sum(len(changes) for record in records for changes in record.changes.values()),
        "restarted": sum(record.restarted for record in records),
        "waived": sum(finding["status"] == "waived" for finding in _findings(facts.values())),
        "needs": needs,
    }
    if around.conversations is not None:
        summary["conversations"] = len(around.conversations)
        summary["broken"] = {stage: sum(map(_uncertain(stage), around.conversations)) for stage in FORECAST_STAGES}
    return summary


def _stages(
    records: list[HostRecord], facts: Mapping[str, Mapping[str, Any]], origin: Origin
) -> Iterable[dict[str, Any]]:
    """What was installed, enabled or taken back, restart group by restart group, as the playbooks go through them."""
    for step in ("update", "enable", "rollback"):
        groups: dict[int, list[HostRecord]] = {}
        for record in records:
            if _done_in(step, record):
                place = int(facts.get(record.name, {}).get("restart_group", 0))
                groups.setdefault(place, []).append(record)
        for place, members in sorted(groups.items()):
            done = sum(len(_done_in(step, record)) for record in members)
            restarted = sum(record.restarted for record in members)
            stopped = sum(record.stopped is not None for record in members)
            note = f"{done} {'packages' if step == 'update' else 'values'}, {restarted} of {len(members)} restarted"
            yield {
                "stage": step,
                "restart_group": place,
                "hosts": [record.name for record in members],
                "state": "predicted" if origin.check_mode else "stopped" if stopped else "done",
                "note": f"{note}, {stopped} stopped" if stopped else note,
                **_period(step, members),
            }


def _done_in(step: str, record: HostRecord) -> Sequence[Any]:
    """Changes of values, or packages that changed the machine."""
    if step == "update":
        return [row for row in record.updates if row["state"] in ("installed", "would_install")]
    return record.changes.get(step, ())


def _timed(stage: Mapping[str, Any], records: Sequence[HostRecord]) -> dict[str, Any]:
    members = set(stage["hosts"])
    return {**stage, **_period(str(stage["stage"]), [record for record in records if record.name in members])}


def _period(step: str, records: Iterable[HostRecord]) -> dict[str, str]:
    """From the first of the hosts to the last; ISO 8601 in UTC sorts as text."""
    times = [record.times[step] for record in records if step in record.times]
    if not times:
        return {}
    return {"begun": min(row["begun"] for row in times), "ended": max(row["ended"] for row in times)}


def _uncertain(stage: str) -> Any:
    return lambda row: row.get(stage) in ("broken", "unknown")


def _conversation(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, **conversation_ends(str(row.get("conversation")))}


def _gate(result: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "open",
        "reasons",
        "waived",
        "unused_waivers",
        "expired_waivers",
        "exceeded_waivers",
        "gate_warnings",
        "seen",
        "left_out",
    )
    return {"open": bool(result.get("open")), **{name: result[name] for name in names[1:] if name in result}}


def _probes(result: Mapping[str, Any]) -> dict[str, Any]:
    names = ("host", "role", "check", "port", "health", "status", "phrase", "doubt")
    return {
        "endpoints": [_endpoint(row) for row in result.get("endpoints") or ()],
        "health": [{name: row[name] for name in names if row.get(name)} for row in result.get("health") or ()],
        "not_in_use": [dict(row) for row in result.get("not_in_use") or ()],
    }


def _endpoint(row: Mapping[str, Any]) -> dict[str, Any]:
    """One shape for what tls_verify_info judged and for what tls_probe_info only saw."""
    names = ("host", "role", "port", "kind", "expected", "accepted", "status", "phrase")
    plain = {name: row[name] for name in names if name in row}
    if "accepted" not in row:
        seen = row.get("protocols") or {}
        plain["accepted"] = [name for name, verdict in seen.items() if verdict.get("status") == "accepted"]
    if "phrase" not in row and row.get("error"):
        plain["phrase"] = row["error"].get("detail", "")
    return plain

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document: everything a renderer may say about a run, as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .gaps import open_findings

__all__ = ["SCHEMA", "STATES", "HostRecord", "Origin", "build_document"]

SCHEMA = 1

# The states of a host, in the order in which a reader wants them.
STATES = ("compliant", "not_compliant", "stopped", "unreachable", "not_read")


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

    facts: the fact configmgr_tls as last read in this run, or None. stopped: step, task, code, message, remedy and
    unreachable of the failure that took the host out of the run, or None. changes: the changes of each step (enable,
    disable, rollback). restarted: whether the machine or services were restarted.
    """

    name: str
    facts: Mapping[str, Any] | None = None
    stopped: Mapping[str, Any] | None = None
    changes: Mapping[str, list[Any]] = field(default_factory=dict)
    restarted: bool = False

    @property
    def state(self) -> str:
        """One of STATES. A host that was stopped is never compliant, whatever was read of it before."""
        if self.stopped is not None:
            return "unreachable" if self.stopped.get("unreachable") else "stopped"
        if self.facts is None:
            return "not_read"
        return "compliant" if self.facts.get("compliant") else "not_compliant"


def build_document(origin: Origin, records: Iterable[HostRecord]) -> dict[str, Any]:
    """``{schema, title, generated, run, collection_version, check_mode, hosts: {name: ...}, summary: {...}}``."""
    listed = list(records)
    return {
        "schema": SCHEMA,
        "title": origin.title,
        "generated": origin.generated,
        "run": origin.run,
        "collection_version": origin.collection_version,
        "check_mode": origin.check_mode,
        "hosts": {record.name: _host(record) for record in listed},
        "summary": _summary(listed),
    }


def _host(record: HostRecord) -> dict[str, Any]:
    host: dict[str, Any] = {"status": record.state}
    if record.stopped is not None:
        host["stopped"] = dict(record.stopped)
    if record.facts is not None:
        host["facts"] = dict(record.facts)
    if any(record.changes.values()):
        host["changes"] = {step: list(changes) for step, changes in record.changes.items() if changes}
    host["restarted"] = record.restarted
    return host


def _summary(records: list[HostRecord]) -> dict[str, Any]:
    states = Counter(record.state for record in records)
    needs: dict[str, list[str]] = {"settings": [], "update": [], "restart": [], "manual": []}
    for record in records:
        for fix in {str(finding.get("fix")) for finding in open_findings(record.facts)}:
            needs.setdefault(fix, []).append(record.name)
    return {
        "hosts": len(records),
        **{state: states[state] for state in STATES},
        "changed": sum(any(record.changes.values()) for record in records),
        "values": sum(len(changes) for record in records for changes in record.changes.values()),
        "restarted": sum(record.restarted for record in records),
        "needs": needs,
    }

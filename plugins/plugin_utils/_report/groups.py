# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Equal machines as one: ten thousand clients are a few rows that a reader can take in."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .gaps import OPEN, SEVERITIES, findings_of
from .seen import as_seen

__all__ = ["MachineGroup", "Variant", "group_machines"]

T = TypeVar("T")
_ORDER = ("unreachable", "stopped", "not_read", "not_compliant", "waiting", "compliant")


@dataclass
class Variant(Generic[T]):
    """What some machines of a group have in common."""

    value: T
    hosts: list[str] = field(default_factory=list)


@dataclass
class MachineGroup:
    """Machines of the same kind with the same answer to every requirement.

    ``cells``: status by requirement. What may still differ between them (versions, values) is in variants.
    """

    id: str
    status: str
    site: str
    roles: tuple[str, ...]
    windows: str
    cells: Mapping[str, str]
    hosts: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return list(self.hosts)

    def findings(self, statuses: Sequence[str]) -> list[tuple[str, list[Variant[Mapping[str, Any]]]]]:
        """The findings of the machines of a group.

        By requirement, in the order of ``statuses``: what was found, with the machines on which it was.
        """
        wanted = sorted(
            (name for name, status in self.cells.items() if status in statuses),
            key=lambda name: statuses.index(self.cells[name]),
        )
        by_name: dict[str, list[tuple[str, Mapping[str, Any]]]] = {name: [] for name in wanted}
        for host, record in self.hosts.items():
            for finding in findings_of(record):
                if finding["id"] in by_name:
                    by_name[finding["id"]].append((host, finding))
        return [(name, _variants(rows)) for name, rows in by_name.items()]

    @property
    def stopped(self) -> list[Variant[Mapping[str, Any]]]:
        return self._of("stopped")

    @property
    def seen(self) -> list[Variant[str]]:
        """When those were seen that this run did not read."""
        return _variants((host, as_seen(record["seen"])) for host, record in self.hosts.items() if "seen" in record)

    @property
    def waiting(self) -> list[Variant[Mapping[str, Any]]]:
        return self._of("waiting")

    @property
    def changes(self) -> list[Variant[Mapping[str, Any]]]:
        return self._of("changes")

    @property
    def updates(self) -> list[Variant[Mapping[str, Any]]]:
        return self._of("updates")

    @property
    def diagnosis(self) -> list[Variant[Mapping[str, Any]]]:
        return self._of("diagnosis")

    @property
    def events(self) -> list[Variant[Mapping[str, Any]]]:
        return self._of("events")

    @property
    def protocols(self) -> list[Variant[Mapping[str, Any]]]:
        rows = [(host, (record.get("facts") or {}).get("protocols")) for host, record in self.hosts.items()]
        return _variants((host, value) for host, value in rows if value)

    @property
    def facts(self) -> Mapping[str, Any]:
        """Those of the first machine."""
        first = next(iter(self.hosts.values()))
        return first.get("facts") or {}

    @property
    def severities(self) -> list[str]:
        """Of the open findings, each once."""
        found = set()
        for record in self.hosts.values():
            found |= {str(row.get("severity")) for row in findings_of(record) if row["status"] in OPEN}
        return [name for name in reversed(SEVERITIES) if name in found]

    def _of(self, part: str) -> list[Variant[Mapping[str, Any]]]:
        return _variants((host, record[part]) for host, record in self.hosts.items() if record.get(part))


def group_machines(document: Mapping[str, Any]) -> list[MachineGroup]:
    """Those with trouble first, then the kinds of machines with the most requirements open, servers before clients."""
    groups: dict[Hashable, MachineGroup] = {}
    for name, host in document["hosts"].items():
        facts = host.get("facts") or {}
        cells = {str(finding["id"]): str(finding["status"]) for finding in findings_of(host)}
        roles = tuple(facts.get("roles") or ())
        site = str((facts.get("configmgr") or {}).get("site_code") or "")
        windows = str((facts.get("windows") or {}).get("name") or "")
        code = str((host.get("stopped") or {}).get("code"))
        key = (host["status"], code, site, roles, windows, tuple(cells.items()))
        if key not in groups:
            groups[key] = MachineGroup("", host["status"], site, roles, windows, cells)
        groups[key].hosts[name] = host
    ordered = sorted(groups.values(), key=_rank)
    for number, group in enumerate(ordered, start=1):
        group.id = f"machines-{number}"
    return ordered


def _rank(group: MachineGroup) -> tuple[Any, ...]:
    still = sum(status in OPEN for status in group.cells.values())
    clients = group.roles in ((), ("client",))
    return (_ORDER.index(group.status), clients, -still, group.names[0])


def _variants(rows: Iterable[tuple[str, T]]) -> list[Variant[T]]:
    """Equal values as one, the most frequent first."""
    kept: dict[str, Variant[T]] = {}
    for host, value in rows:
        # As text: quick to make, and plain data of one source has one order.
        kept.setdefault(json.dumps(value), Variant(value)).hosts.append(host)
    return sorted(kept.values(), key=lambda variant: -len(variant.hosts))

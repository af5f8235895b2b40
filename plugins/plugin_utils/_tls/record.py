# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of one machine from earlier runs: one record of the site record, and how old knowledge is.

    {"format": 1, "host": "PC10", "read_at": "2026-11-28T08:00:00+00:00", "read_by": "visit",
     "facts": {...}, "last_start": "...", "last_change": "...", "compliance": [...], "digest": "..."}

C(facts) are those that the visit gave, or CMPivot; null where only others told something of the machine. C(compliance)
is evidence of others, such as ConfigMgr's baselines, each row a mapping that says when it was told (C(told_at), null
for nothing told). Times are ISO 8601 with a zone. C(digest) is that of all the rest: a record that is cut off, or that
somebody has edited, is not believed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from .compliance import moment
from .facts import FACTS_SCHEMA
from .journal import BootMarker

__all__ = ["FORMAT", "READ_AT", "READ_BY", "VISIT", "BadRecord", "Record", "of_facts", "parse_record"]

FORMAT = 1
READ_AT, READ_BY = "read_at", "read_by"
VISIT = "visit"
"""The way by which a machine was read that was not asked through somebody else."""
_FIELDS = frozenset({"format", "host", READ_AT, READ_BY, "facts", "last_start", "last_change", "compliance", "digest"})
# Clocks of controllers differ; a record from further ahead would stay young for ever.
_AHEAD = timedelta(minutes=10)
_DAY = timedelta(days=1)


class BadRecord(ValueError):
    """A record that cannot be believed; the message says why."""


@dataclass(frozen=True)
class Record:
    """What earlier runs learned of one machine.

    ``facts``: with C(read_at) and C(read_by), as the module gave them. Times are ISO 8601 with a zone, None where
    not known.
    """

    host: str
    facts: Mapping[str, Any] | None = None
    last_start: str | None = None
    last_change: str | None = None
    compliance: Sequence[Mapping[str, Any]] = ()

    @property
    def read_at(self) -> datetime | None:
        return None if self.facts is None else moment(self.facts[READ_AT])

    def days(self, now: datetime) -> int:
        """Whole days since the machine was read. Only of one with facts."""
        return 0 if self.read_at is None else max(0, (now - self.read_at) // _DAY)

    def younger_than(self, days: float, now: datetime) -> bool:
        """Whether the machine was read within so many days; never within none."""
        return self.read_at is not None and days > 0 and now - self.read_at <= days * _DAY

    @property
    def changed_since(self) -> bool:
        """Whether a run of ours changed the machine after it was read, so that the facts are not those of today."""
        changed = moment(self.last_change)
        return changed is not None and self.read_at is not None and changed > self.read_at

    def with_newer(self, other: Record) -> Record:
        """What both know. ``other`` was learned later, unless its facts say that they are older."""
        mine, its = self.read_at, other.read_at
        newer = its is not None and (mine is None or its >= mine)
        return replace(
            self,
            facts=other.facts if newer else self.facts,
            last_start=other.last_start if newer else self.last_start,
            last_change=_later(self.last_change, other.last_change),
            compliance=other.compliance or self.compliance,
        )

    def as_dict(self) -> dict[str, Any]:
        facts = dict(self.facts) if self.facts is not None else None
        told = {name: facts.pop(name) if facts is not None else None for name in (READ_AT, READ_BY)}
        plain = {
            "format": FORMAT,
            "host": self.host,
            **told,
            "last_start": self.last_start,
            "last_change": self.last_change,
            "compliance": [dict(row) for row in self.compliance],
            "facts": facts,
        }
        return plain | {"digest": _digest(plain)}


def of_facts(host: str, facts: Mapping[str, Any], last_change: str | None = None) -> Record:
    """The record of a machine that was read. ``last_change``: the end of a change in this run."""
    event = BootMarker.parse(str(facts.get("boot", ""))).event
    return Record(host, facts, event if moment(event) else None, last_change)


def parse_record(host: str, raw: object, now: datetime) -> Record:
    """The record of ``host`` from the content of its file. Raises BadRecord."""
    if not isinstance(raw, Mapping) or set(raw) != _FIELDS:
        raise BadRecord("it is not a record of this collection")
    if raw["format"] != FORMAT:
        raise BadRecord(f"its format is {raw['format']!r}, this version reads {FORMAT}")
    if raw["digest"] != _digest({name: value for name, value in raw.items() if name != "digest"}):
        raise BadRecord("it is not as it was written")
    if raw["host"] != host:
        raise BadRecord(f"it is about {raw['host']!r}")
    facts = raw["facts"]
    if facts is not None:
        if not isinstance(facts, Mapping):
            raise BadRecord("its facts are none")
        if facts.get("schema") != FACTS_SCHEMA:
            raise BadRecord(f"its facts are of schema {facts.get('schema')!r}, this version reads {FACTS_SCHEMA}")
        read_at = moment(raw[READ_AT])
        if read_at is None or read_at > now + _AHEAD:
            raise BadRecord(f"it was read at {raw[READ_AT]!r}, which is not a time in the past")
        facts = {**facts, READ_AT: raw[READ_AT], READ_BY: raw[READ_BY]}
    return Record(host, facts, raw["last_start"], raw["last_change"], tuple(raw["compliance"]))


def _digest(plain: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _later(one: str | None, other: str | None) -> str | None:
    known = [(when, text) for text in (one, other) if (when := moment(text))]
    return max(known)[1] if known else None

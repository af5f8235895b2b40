# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waivers: what is wrong and accepted by its owner, one by one, for a time.

A waiver names a reason by its code (the id of a finding, or a code of the gate), the hosts by a condition over their
facts (JMESPath), says why, who answers for it, and until when. There is no way to waive everything.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .finding import Status

__all__ = [
    "DATABASE_NOT_READ",
    "NEVER_WAIVED",
    "NOT_REACHED",
    "Holds",
    "Use",
    "Waiver",
    "WaiverError",
    "is_judged",
    "parse_waivers",
    "uses",
    "waive",
]

Holds = Callable[[str, Mapping[str, Any]], bool]
"""Whether a condition is true of C({name, facts})."""

NOT_REACHED = "not_reached"
DATABASE_NOT_READ = "database_not_read"
_FIELDS = ("id", "reason", "condition", "why", "owner", "expires")
# Reasons that no owner can accept: what is half done cannot be judged, and a locked door stays locked.
NEVER_WAIVED = frozenset({"step_failed", "winrm_lost"})
# What could not be read was not judged, so there is nothing that its owner could have accepted.
_WAIVABLE = (Status.FAIL.value, Status.WARN.value)
# From this many days before its end on, a waiver is named.
_SOON = datetime.timedelta(days=30)


class WaiverError(ValueError):
    """A waiver that cannot be used; the message names it and says what is wrong."""


@dataclass(frozen=True)
class Waiver:
    """A deviation that an owner accepts until a date.

    ``reason``: code of the reason; ``condition``: JMESPath over C({name, facts}), true for the hosts meant;
    ``expires``: last day. ``number``: of a waiver for machines that were not reached, how many it accepts at most.
    """

    id: str
    reason: str
    condition: str
    why: str
    owner: str
    expires: datetime.date
    number: int | None = None

    def expired(self, today: datetime.date) -> bool:
        return self.expires < today

    def ends_soon(self, today: datetime.date) -> bool:
        return not self.expired(today) and self.expires - today <= _SOON

    @property
    def for_gate_only(self) -> bool:
        """Whether no finding can have its reason."""
        return self.reason.startswith("conversation:") or self.reason in ("legacy_use", DATABASE_NOT_READ, NOT_REACHED)


@dataclass(frozen=True)
class Use:
    """What became of a waiver in a run. ``state``: used, unused, expired, exceeded (it is about more machines than it
    accepts, and covers none), or not_asked: it is about the gate, and nobody asked that.
    """

    waiver: Waiver
    state: str
    hosts: tuple[str, ...]
    ends_soon: bool

    def as_dict(self) -> dict[str, Any]:
        waiver = self.waiver
        return {
            "id": waiver.id,
            "reason": waiver.reason,
            "why": waiver.why,
            "owner": waiver.owner,
            "expires": waiver.expires.isoformat(),
            **({} if waiver.number is None else {"number": waiver.number}),
            "state": self.state,
            "ends_soon": self.ends_soon,
            "hosts": list(self.hosts),
        }


def is_judged(finding: Mapping[str, Any]) -> bool:
    """Whether a finding says something that an owner can accept."""
    return finding["status"] in _WAIVABLE


def waive(
    name: str,
    facts: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    waivers: Sequence[Waiver],
    holds: Holds,
) -> list[dict[str, Any]]:
    """The findings of a host; one that a waiver is about has the status waived and the waiver's id.

    ``waivers``: those that are not over. Only what failed or warns can be waived, never what is unknown.
    """
    return [dict(_waived(name, facts, finding, waivers, holds)) for finding in findings]


def _waived(
    name: str, facts: Mapping[str, Any], finding: Mapping[str, Any], waivers: Sequence[Waiver], holds: Holds
) -> Mapping[str, Any]:
    if is_judged(finding):
        for waiver in waivers:
            if waiver.reason == finding["id"] and holds(waiver.condition, {"name": name, "facts": facts}):
                return {**finding, "status": Status.WAIVED.value, "waiver": waiver.id}
    return finding


def uses(
    waivers: Sequence[Waiver],
    today: datetime.date,
    hosts: Mapping[str, Sequence[str]],
    *,
    gate_asked: bool,
    exceeded: Collection[str] = (),
) -> list[Use]:
    """Says what became of each waiver in this run.

    ``hosts``: by waiver, where it was used. ``exceeded``: ids of those that the gate found to accept too few.
    """
    found = []
    for waiver in waivers:
        where = tuple(dict.fromkeys(hosts.get(waiver.id, ())))
        if waiver.expired(today):
            state = "expired"
        elif waiver.id in exceeded:
            state = "exceeded"
        elif where:
            state = "used"
        else:
            state = "not_asked" if waiver.for_gate_only and not gate_asked else "unused"
        found.append(Use(waiver, state, where, waiver.ends_soon(today)))
    return found


def parse_waivers(raw: object, compiles: Callable[[str], object]) -> list[Waiver]:
    """The waivers of a file's content. ``compiles`` raises ValueError for a condition that is not JMESPath."""
    if raw is None:
        return []
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise WaiverError("a waiver file is a list of waivers")
    waivers = [_waiver(number, item, compiles) for number, item in enumerate(raw, start=1)]
    names = [waiver.id for waiver in waivers]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise WaiverError(f"waiver {twice[0]}: the id is used twice")
    return waivers


def _waiver(number: int, item: object, compiles: Callable[[str], object]) -> Waiver:
    if not isinstance(item, Mapping):
        raise WaiverError(f"waiver number {number} is not a mapping")
    label = f"waiver {item.get('id') or f'number {number}'}"
    fields = (*_FIELDS, "number") if item.get("reason") == NOT_REACHED else _FIELDS
    missing = [name for name in fields if not str(item.get(name) or "").strip()]
    strangers = sorted(str(name) for name in item if name not in fields)
    if missing or strangers:
        raise WaiverError(
            f"{label}: "
            + "; ".join(
                ([f"missing {', '.join(missing)}"] if missing else [])
                + ([f"unknown {', '.join(strangers)}"] if strangers else [])
            )
        )
    texts: dict[str, str] = {name: str(item[name]) for name in _FIELDS}
    if texts["reason"] in NEVER_WAIVED or texts["reason"] == "*":
        raise WaiverError(f"{label}: the reason {texts['reason']} cannot be waived")
    try:
        compiles(texts["condition"])
    except ValueError as error:
        raise WaiverError(f"{label}: the condition is not JMESPath: {error}") from None
    return Waiver(
        texts["id"],
        texts["reason"],
        texts["condition"],
        texts["why"],
        texts["owner"],
        _date(label, item["expires"]),
        _number(label, item["number"]) if "number" in fields else None,
    )


def _number(label: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise WaiverError(f"{label}: number is not how many machines it accepts at most")
    return value


def _date(label: str, value: Any) -> datetime.date:
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        raise WaiverError(f"{label}: expires is not a date like 2027-03-31") from None

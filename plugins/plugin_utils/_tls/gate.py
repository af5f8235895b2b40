# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate in front of the disable stage: every reason to keep the older protocols on, by host, less what owners
have accepted.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .absence import Absent, days_ago
from .conversation import OUTSIDE
from .finding import Status
from .forecast import Forecast
from .foreseen import Foreseen
from .group import first_few
from .readiness import blocking_findings
from .waiver import DATABASE_NOT_READ, NEVER_WAIVED, NOT_REACHED, Waiver, is_judged

__all__ = ["Gate", "GateReason", "Observed", "open_gate"]

_NOT_RESTARTED = "restart-after-change"


@dataclass(frozen=True)
class GateReason:
    """Why the older protocols may not be turned off yet.

    ``code``: a finding's id, C(conversation:ID), C(database_not_read), C(not_reached), C(step_failed), C(winrm_lost) or
    C(legacy_use). ``judged``: false for a finding that is unknown, which no owner can accept.
    """

    code: str
    host: str
    phrase: str
    remedy: str
    judged: bool = True

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "host": self.host, "phrase": self.phrase, "remedy": self.remedy}


@dataclass(frozen=True)
class Gate:
    """Whether the older protocols may be turned off.

    ``reasons`` keep it shut; ``waived`` are those that an owner accepted, with the waiver's id; ``warnings`` are
    told. ``exceeded``: waivers about more machines than they accept. ``left_out``: clients that ConfigMgr calls
    inactive.
    """

    reasons: tuple[GateReason, ...]
    waived: tuple[tuple[GateReason, str], ...]
    unused: tuple[str, ...]
    expired: tuple[str, ...]
    warnings: tuple[str, ...]
    exceeded: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return not self.reasons

    def waived_for(self, host: str) -> list[str]:
        """Codes of the reasons that were accepted for a host."""
        return sorted({reason.code for reason, _waiver in self.waived if reason.host == host})


@dataclass(frozen=True)
class Observed:
    """What the gate is told besides facts.

    ``stopped``: hosts that failed a step of this run, and what was said. ``from_outside``: findings per host of a look
    from outside. ``legacy_use``: who was seen to use older protocols, per host, and None where no handshake was logged.
    None of the two when nobody looked, which is told and is no reason. ``partly_logged``: hosts whose log tells less
    than was asked. ``foreseen``: of a run in check mode, what its enable stage would do to a host.
    ``absent``: hosts that this run did not read; the facts of those that ``seen_days`` lets stand for a visit are among
    the facts. ``leaves_out_inactive``: whether clients that ConfigMgr calls inactive need not be read.
    """

    stopped: Mapping[str, str] = field(default_factory=dict)
    from_outside: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
    legacy_use: Mapping[str, Sequence[str] | None] | None = None
    partly_logged: Collection[str] = ()
    foreseen: Mapping[str, Foreseen] = field(default_factory=dict)
    absent: Mapping[str, Absent] = field(default_factory=dict)
    seen_days: float = 0
    leaves_out_inactive: bool = False

    @property
    def left_out(self) -> tuple[str, ...]:
        """The clients among the absent that nobody asks about."""
        if not self.leaves_out_inactive:
            return ()
        return tuple(
            name for name, one in self.absent.items() if one.inactive and one.client and not one.stands(self.seen_days)
        )


def open_gate(
    facts: Mapping[str, Mapping[str, Any] | None],
    expected: Forecast,
    waivers: Sequence[Waiver],
    today: datetime.date,
    holds: Callable[[str, Mapping[str, Any]], bool],
    observed: Observed | None = None,
) -> Gate:
    """Decides whether the older protocols may be turned off.

    ``holds`` says whether a JMESPath condition is true of C({name, facts}). ``observed``: what else was seen.
    """
    seen = observed or Observed()
    reasons = [
        *_unreached(expected, seen),
        *_host_reasons(facts, seen),
        *_conversation_reasons(expected),
        *_database_reasons(expected),
        *_from_outside(seen.from_outside),
        *_legacy(seen.legacy_use),
    ]
    known = {name: _GateHost(host, seen.absent.get(name)) for name, host in facts.items()}
    valid = [waiver for waiver in waivers if not waiver.expired(today)]
    exceeded = [waiver for waiver in valid if _accepts_too_few(waiver, reasons, known, holds)]
    kept: list[GateReason] = []
    waived: list[tuple[GateReason, str]] = []
    for reason in reasons:
        waiver = next((item for item in valid if item not in exceeded and _covers(item, reason, known, holds)), None)
        if waiver is None:
            kept.append(reason)
        else:
            waived.append((reason, waiver.id))
    used = {name for _reason, name in waived}
    return Gate(
        tuple(kept),
        tuple(waived),
        tuple(waiver.id for waiver in valid if waiver.id not in used and waiver not in exceeded),
        tuple(waiver.id for waiver in waivers if waiver.expired(today)),
        tuple(_not_looked_at(facts, seen, expected)),
        tuple(waiver.id for waiver in exceeded),
        seen.left_out,
    )


@dataclass(frozen=True)
class _GateHost:
    facts: Mapping[str, Any] | None
    absent: Absent | None


_Hosts = Mapping[str, _GateHost]


def _covers(
    waiver: Waiver,
    reason: GateReason,
    hosts: _Hosts,
    holds: Callable[[str, Mapping[str, Any]], bool],
) -> bool:
    if waiver.reason != reason.code or reason.code in NEVER_WAIVED or not reason.judged:
        return False
    host = hosts.get(reason.host)
    if host is None:
        return False
    if reason.code != NOT_REACHED:
        return host.facts is not None and holds(waiver.condition, {"name": reason.host, "facts": host.facts})
    # A server may be somebody's only management point: what it can do has to be known.
    if host.absent is None or not host.absent.client:
        return False
    seen = host.absent.seen
    return holds(waiver.condition, {"name": reason.host, "facts": seen.facts if seen else None})


def _accepts_too_few(
    waiver: Waiver, reasons: Sequence[GateReason], hosts: _Hosts, holds: Callable[[str, Mapping[str, Any]], bool]
) -> bool:
    if waiver.number is None:
        return False
    return sum(_covers(waiver, reason, hosts, holds) for reason in reasons) > waiver.number


def _unreached(expected: Forecast, seen: Observed) -> Iterable[GateReason]:
    for name, message in seen.stopped.items():
        yield GateReason("step_failed", name, f"a step of this run failed: {message}", "Mend it and run again.")
    left_out = set(seen.left_out)
    for name in expected.unreached:
        if name in seen.stopped or name in left_out:
            continue
        absent = seen.absent.get(name)
        known = f"; {absent.why(seen.seen_days)}" if absent is not None and absent.last is not None else ""
        yield GateReason(
            NOT_REACHED,
            name,
            f"the host was not reached, so that nobody knows what it can do{known}",
            "Make it reachable, or take it out of the inventory if it no longer belongs to the hierarchy.",
        )


def _host_reasons(facts: Mapping[str, Mapping[str, Any] | None], seen: Observed) -> Iterable[GateReason]:
    for name, host in facts.items():
        absent = seen.absent.get(name)
        # What a run would mend, it mends only on machines that it reaches.
        foreseen = seen.foreseen.get(name, Foreseen()) if absent is None else Foreseen()
        proved = absent.proved(seen.seen_days) if absent is not None else ()
        left = [
            finding
            for finding in (blocking_findings(host.get("findings", []), proved=proved) if host else ())
            if not foreseen.mends(finding)
        ]
        yield from (_of_finding(name, finding, absent) for finding in left)
        if foreseen.waits and _NOT_RESTARTED not in {finding["id"] for finding in left}:
            yield GateReason(
                _NOT_RESTARTED,
                name,
                "this run would change settings that are in force only after a restart, and not restart the machine",
                "Restart it by hand, or let the run do it (configmgr_tls_restart, configmgr_tls_maintenance).",
            )


def _of_finding(host: str, finding: Mapping[str, Any], absent: Absent | None = None) -> GateReason:
    phrases = [reason["phrase"] for reason in finding.get("reasons", [])]
    phrase = phrases[0] if phrases else str(finding.get("actual"))
    if absent is not None and absent.seen is not None:
        phrase = f"as it was seen {days_ago(absent.seen.days(absent.now))}: {phrase}"
    return GateReason(finding["id"], host, phrase, finding.get("remedy", ""), is_judged(finding))


def _from_outside(found: Mapping[str, Sequence[Mapping[str, Any]]] | None) -> Iterable[GateReason]:
    for host, listed in (found or {}).items():
        for finding in listed:
            if finding["status"] != Status.WARN.value:
                yield _of_finding(host, finding)


def _not_looked_at(facts: Mapping[str, Mapping[str, Any] | None], seen: Observed, expected: Forecast) -> Iterable[str]:
    if expected.alone:
        yield expected.alone_phrase
    callers = {row.conversation.caller for row in expected.rows}
    yield from (end.doubt for name, end in OUTSIDE.items() if name in callers and end.doubt)
    if seen.from_outside is None:
        yield "nobody looked from outside whether the machines do what their settings say"
    if seen.legacy_use is None:
        yield "nobody looked at the event logs for older protocols that are still in use"
        return
    logged = {name for name, users in seen.legacy_use.items() if users is not None}
    if silent := [name for name, host in facts.items() if host and name not in logged]:
        yield f"no handshake was logged on {first_few(silent)}, so that nobody knows who uses older protocols there"
    if partly := sorted(logged.intersection(seen.partly_logged)):
        yield f"the event logs of {first_few(partly)} hold less than the days that were asked for"


def _conversation_reasons(expected: Forecast) -> Iterable[GateReason]:
    for row in expected.broken("disable"):
        cause, remedy = row.explained()
        state = "would break" if row.stages["disable"].works is False else "might break"
        winrm = row.conversation.caller == "controller"
        code = "winrm_lost" if winrm else f"conversation:{row.conversation.id}"
        # It is about the end that cannot do better: the one to mend, or to accept the loss of.
        outsider = row.conversation.caller != "host"
        callee_is_to_blame = outsider or (row.callee.cause and not row.caller.cause)
        for host in row.callee.hosts if callee_is_to_blame else row.caller.hosts:
            phrase = f"{row.conversation.title} ({row.caller.name} to {row.callee.name}) {state}: {cause}"
            yield GateReason(code, host, phrase, remedy)


def _database_reasons(expected: Forecast) -> Iterable[GateReason]:
    for name, phrase in expected.unread_databases.items():
        yield GateReason(
            DATABASE_NOT_READ,
            name,
            f"{phrase}: nobody knows what the database accepts",
            "Bring the server of the database into the inventory and the run, in the group site_database; or accept it "
            "with a waiver, when its owner has shown that it takes TLS 1.2, or when the name is that of a "
            "cluster or listener whose machines were all read.",
        )


def _legacy(legacy_use: Mapping[str, Sequence[str] | None] | None) -> Iterable[GateReason]:
    for host, users in (legacy_use or {}).items():
        if users:
            yield GateReason(
                "legacy_use",
                host,
                f"older protocols are still in use by {', '.join(users[:5])}",
                "Bring them to TLS 1.2 first; they would be cut off.",
            )

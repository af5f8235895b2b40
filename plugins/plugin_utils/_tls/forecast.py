# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which conversations of the hierarchy work now, after the enable stage, and after older protocols are off; over
facts, grouped.

Hosts with equal capabilities are one group, so that the work grows with the number of distinct states and not with
the number of clients.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .conversation import OUTSIDE, Conversation, conversations
from .database import SITE_DATABASE, unread_databases
from .endpoints import ports_in_use, role_endpoints
from .explanation import explain, feigned
from .group import PeerGroup, first_few
from .limits import is_strict, ports_off, within
from .negotiation import Agreement, Offer, agree, outcomes
from .sites import NO_SITE_VARIABLES, Reach, Sites, SiteVariables
from .suites import Suites, fitting
from .winhttp import BITS

__all__ = ["Controller", "Forecast", "PeerGroup", "ForecastRow", "forecast", "stage_offers"]

FORECAST_STAGES = ("now", "enable", "disable")
_UNKNOWN, _NOTHING = Offer(frozenset(), frozenset(BITS)), Offer()
# In place of a role: the hosts that the controller reaches over HTTPS.
_WINRM, _WINRM_PORT = "WinRM", 5986


@dataclass(frozen=True)
class Controller:
    """The controller's end of WinRM over HTTPS, encoded as in facts; ``suites`` None when they are not known."""

    protocols: Sequence[str] = OUTSIDE["controller"].protocols
    suites: Sequence[str] | None = None


@dataclass(frozen=True)
class ForecastRow:
    """One conversation between two groups, in the three stages."""

    conversation: Conversation
    caller: PeerGroup
    callee: PeerGroup
    stages: Mapping[str, Agreement]

    @property
    def pairs(self) -> int:
        """How many pairs of machines it stands for."""
        both = len(self.caller.hosts) * len(self.callee.hosts)
        if self.conversation.among_equals:
            both -= len(set(self.caller.hosts).intersection(self.callee.hosts))
        return both

    @property
    def _ends(self) -> tuple[tuple[str, PeerGroup], tuple[str, PeerGroup]]:
        return ("caller", self.caller), ("callee", self.callee)

    def broken_by(self, stage: str) -> bool:
        return self.stages[stage].works is not True

    def as_dict(self) -> dict[str, Any]:
        plain: dict[str, Any] = {
            "conversation": self.conversation.id,
            "title": self.conversation.title,
            "caller": self.caller.name,
            "callee": self.callee.name,
            "callers": len(self.caller.hosts),
            "callees": len(self.callee.hosts),
            "port": self.conversation.port,
            **{f"{end}_scope": group.scope for end, group in self._ends if group.scope},
            **{stage: str(self.stages[stage]) for stage in FORECAST_STAGES},
        }
        if any(self.broken_by(stage) for stage in FORECAST_STAGES):
            cause, remedy = self.explained()
            plain.update({"cause": cause, "remedy": remedy, "loses": self.conversation.loses})
        return plain

    def explained(self) -> tuple[str, str]:
        """The cause in one sentence, and the remedy of the requirement behind it."""
        return explain(
            self.conversation,
            self.caller,
            self.callee,
            next(stage for stage in FORECAST_STAGES if self.broken_by(stage)),
        )


@dataclass(frozen=True)
class Forecast:
    """Which conversations work now and after each stage.

    ``unreached``: hosts without facts, whose conversations nobody can judge. ``alone``: hosts of the hierarchy with
    which none of those that are known here talks, though their roles talk to somebody. ``plain``: conversations that
    are not encrypted, because their callees take no TLS; nothing can break there. ``unread_databases``: by host whose
    site database was not read, what is wrong.
    """

    rows: tuple[ForecastRow, ...]
    unreached: tuple[str, ...]
    alone: tuple[str, ...] = ()
    plain: tuple[ForecastRow, ...] = ()
    unread_databases: Mapping[str, str] = field(default_factory=dict)

    @property
    def pairs(self) -> int:
        """How many pairs of machines were looked at."""
        return sum(row.pairs for row in self.rows)

    @property
    def alone_phrase(self) -> str:
        """A sentence about ``alone``, without its full stop."""
        return f"Nobody here talks with {first_few(self.alone)}: machines may be missing, or their sites are wrong"

    def broken(self, stage: str) -> list[ForecastRow]:
        return [row for row in self.rows if row.broken_by(stage)]


def forecast(
    facts: Mapping[str, Mapping[str, Any] | None],
    protocols: Sequence[str],
    *,
    over_https: Iterable[str] = (),
    told: Mapping[str, SiteVariables] | None = None,
    controller: Controller | None = None,
) -> Forecast:
    """Judges every conversation of a hierarchy now and after each stage.

    ``facts``: the fact C(configmgr_tls) of each host, None for those without.

    ``protocols``: what the disable stage turns off. ``over_https``: hosts that the controller reaches over HTTPS.
    ``told``: what the inventory says of their sites.
    """
    known = {name: host for name, host in facts.items() if host}
    sites = Sites(known, told)
    ends = _Ends(known, sites, protocols, frozenset(over_https), told or {}, controller or Controller())
    rows = [
        row
        for conversation in conversations()
        if conversation.tls != "never"
        for row in _merged(
            _row(conversation, caller, callee)
            for caller in ends.callers(conversation)
            for callee in ends.callees(conversation)
            if sites.meet(caller.scope, callee.scope, conversation.reach) and _are_two(conversation, caller, callee)
        )
    ]
    unreached = tuple(sorted(name for name, host in facts.items() if not host))
    encrypted = tuple(row for row in rows if row.callee.in_use)
    plain = tuple(row for row in rows if not row.callee.in_use)
    unread = unread_databases(known, _own_databases(rows, sites), told or {})
    return Forecast(encrypted, unreached, _alone(known, rows), plain, unread)


def _row(conversation: Conversation, caller: PeerGroup, callee: PeerGroup) -> ForecastRow:
    strict = callee.strict and conversation.probed
    return ForecastRow(
        conversation, caller, callee, {stage: _agreed(caller, callee, stage, strict) for stage in FORECAST_STAGES}
    )


def _agreed(caller: PeerGroup, callee: PeerGroup, stage: str, strict: bool) -> Agreement:
    """``strict``: that the caller begins in the one way that the callee takes is nowhere to be seen."""
    one, other = caller.offers[stage], callee.offers[stage]
    agreement = agree(one, other)
    if agreement.works and (strict or feigned(caller, callee, stage) is not None):
        return Agreement(None, None)
    possible = [protocol for protocol in outcomes(one, other) if protocol]
    return fitting(agreement, possible, caller.suites, callee.suites)


def _merged(rows: Iterable[ForecastRow]) -> list[ForecastRow]:
    """Hosts that only differ in suites which make no difference are one group again."""
    left = list(rows)
    for end in ("callee", "caller"):
        found: dict[Any, ForecastRow] = {}
        for row in left:
            mine, other = (row.callee, row.caller) if end == "callee" else (row.caller, row.callee)
            key = (_likeness(mine), tuple(other.hosts), tuple(row.stages.items()))
            if key in found:
                known = getattr(found[key], end)
                group = dataclasses.replace(known, hosts=list(dict.fromkeys([*known.hosts, *mine.hosts])))
                found[key] = dataclasses.replace(found[key], **{end: group})
            else:
                found[key] = row
        left = list(found.values())
    return left


def _likeness(group: PeerGroup) -> Any:
    return (group.scope, group.in_use, tuple(group.offers.items()), group.cause, group.feigns, group.off, group.strict)


def _are_two(conversation: Conversation, caller: PeerGroup, callee: PeerGroup) -> bool:
    """Nobody calls itself in the role in which it calls others."""
    return not conversation.among_equals or len(caller.hosts) > 1 or caller.hosts != callee.hosts


def _alone(facts: Mapping[str, Mapping[str, Any]], rows: Iterable[ForecastRow]) -> tuple[str, ...]:
    met: set[str] = set()
    for row in rows:
        if row.conversation.within:
            met.update(row.caller.hosts, row.callee.hosts)
    talk = {role for row in conversations() if row.within and row.tls != "never" for role in row.roles}
    return tuple(sorted(name for name, host in facts.items() if name not in met and talk.intersection(host["roles"])))


def _own_databases(rows: Iterable[ForecastRow], sites: Sites) -> Mapping[str, set[str]]:
    """By host, the databases of its own site with which it talks."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if row.conversation.callee_role == SITE_DATABASE and sites.meet(row.caller.scope, row.callee.scope, "site"):
            for name in row.caller.hosts:
                found.setdefault(name, set()).update(row.callee.hosts)
    return found


class _Ends:
    """The groups at the ends of conversations; each role and stack is looked at once, whoever talks to it."""

    def __init__(
        self,
        facts: Mapping[str, Mapping[str, Any]],
        sites: Sites,
        protocols: Sequence[str],
        winrm: frozenset[str],
        told: Mapping[str, SiteVariables],
        controller: Controller,
    ) -> None:
        self._sites, self._protocols, self._told = sites, protocols, told
        self._controller = controller
        self._hosts: dict[str, dict[str, Mapping[str, Any]]] = {
            _WINRM: {name: host for name, host in facts.items() if name in winrm}
        }
        for name, host in facts.items():
            for role in host["roles"]:
                self._hosts.setdefault(role, {})[name] = host
        self._endpoints = {(row.role, row.stack): row for row in role_endpoints(self._hosts)}
        self._groups: dict[tuple[str, str, bool], list[PeerGroup]] = {}

    def callers(self, conversation: Conversation) -> list[PeerGroup]:
        if conversation.caller != "host":
            return self._outside(conversation.caller)
        return self._of(conversation.caller_role, conversation.caller_stack, conversation.reach)

    def callees(self, conversation: Conversation) -> list[PeerGroup]:
        if conversation.callee != "host":
            return self._outside(conversation.callee)
        role = _WINRM if conversation.caller == "controller" else conversation.callee_role
        return self._of(role, conversation.callee_stack, conversation.reach)

    def _outside(self, name: str) -> list[PeerGroup]:
        end = OUTSIDE[name]
        there = not end.with_role or bool(self._hosts.get(end.with_role))
        named: tuple[Sequence[str], Sequence[str] | None] = (end.protocols, end.suites)
        if name == "controller":
            named = (self._controller.protocols, self._controller.suites)
        suites = None if named[1] is None else Suites.decode(named[1])
        return (
            [PeerGroup([end.name], dict.fromkeys(FORECAST_STAGES, Offer.decode(named[0])), suites=suites)]
            if there
            else []
        )

    def _of(self, role: str, stack: str, reach: Reach) -> list[PeerGroup]:
        key = (role, stack, reach == "hierarchy")
        if key not in self._groups:
            self._groups[key] = self._grouped(role, stack, reach)
        return self._groups[key]

    def _grouped(self, role: str, stack: str, reach: Reach) -> list[PeerGroup]:
        """The hosts with ``role`` that offer the same with ``stack``, and are of one site or hierarchy."""
        groups: dict[tuple[Any, ...], PeerGroup] = {}
        for name, host in self._hosts.get(role, {}).items():
            entry = (host.get("stacks") or {}).get(stack)
            fips, suites = bool(host.get("fips")), host.get("suites")
            scope = "" if role == _WINRM else self._sites.scope(name, role, reach)
            in_use, off = self._at_port(name, host, role, stack)
            strict, feigns = is_strict(host, stack), frozenset(host.get("feigns") or ())
            key = (scope, in_use, off, strict, fips, _frozen(entry), None if suites is None else tuple(suites), feigns)
            if key in groups:
                groups[key].hosts.append(name)
            else:
                cause = str(entry.get("cause", "")) if entry else "unknown"
                listed = None if suites is None else Suites.decode(suites)
                offers = stage_offers(entry, fips, self._protocols, off)
                groups[key] = PeerGroup([name], offers, cause, listed, feigns, host, scope, in_use, off, strict)
        return list(groups.values())

    def _at_port(self, name: str, host: Mapping[str, Any], role: str, stack: str) -> tuple[bool, Offer]:
        """Whether the role takes TLS at all, and what its port turns off."""
        if role == _WINRM:
            return True, ports_off(host, stack, [_WINRM_PORT])
        endpoint = self._endpoints.get((role, stack))
        if endpoint is None:
            return True, Offer()
        ports = ports_in_use(endpoint, host, self._told.get(name, NO_SITE_VARIABLES).ports.get(endpoint.variable))
        return bool(ports) or not endpoint.optional, ports_off(host, stack, ports)


def _frozen(entry: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    if entry is None:
        return None
    now = entry.get("now")
    return (tuple(entry["enable"]), None if now is None else tuple(now), entry.get("cause"))


def stage_offers(
    entry: Mapping[str, Any] | None, fips: bool, protocols: Sequence[str], off: Offer = _NOTHING
) -> dict[str, Offer]:
    """What a stack has now, after the enable and after the disable stage, from its entry in the facts; ``off``: what
    its port turns off.
    """
    if entry is None:
        return dict.fromkeys(FORECAST_STAGES, _UNKNOWN)
    enable = Offer.decode(entry["enable"])
    now = enable if "now" not in entry else Offer.decode(entry["now"]) if entry["now"] else _UNKNOWN
    disable = enable.without(protocols)
    # With the FIPS policy on, Schannel can use TLS 1.0 even where it is disabled.
    offers = {"now": now, "enable": enable, "disable": disable.unsure(["TLS 1.0"]) if fips else disable}
    return {stage: within(offer, off) for stage, offer in offers.items()}

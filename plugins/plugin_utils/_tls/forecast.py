# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which conversations of the hierarchy work now, after the enable stage, and after older protocols are off; over
facts, grouped.

Hosts with equal capabilities are one group, so that the work grows with the number of distinct states and not with
the number of clients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .conversation import CONTROLLER, MICROSOFT, Conversation, conversations
from .negotiation import Agreement, Offer, agree
from .requirement import requirements
from .suites import fitting
from .winhttp import BITS

__all__ = ["Forecast", "Group", "Row", "forecast", "stage_offers"]

STAGES = ("now", "enable", "disable")
_UNKNOWN = Offer(frozenset(), frozenset(BITS))
_SAMPLE = 5
# In place of a role: the hosts that the controller reaches over HTTPS.
_WINRM = "WinRM"


@dataclass
class Group:
    """Hosts (or an end outside of the hierarchy) that offer the same. ``facts`` are those of the first of them.

    ``suites``: those that a policy leaves, None without one.
    """

    hosts: list[str]
    offers: Mapping[str, Offer]
    cause: str = ""
    suites: frozenset[str] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The hosts by name, the first few when there are many."""
        more = len(self.hosts) - _SAMPLE
        return ", ".join(self.hosts[:_SAMPLE]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True)
class Row:
    """One conversation between two groups, in the three stages."""

    conversation: Conversation
    caller: Group
    callee: Group
    stages: Mapping[str, Agreement]

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
            **{stage: str(self.stages[stage]) for stage in STAGES},
        }
        if any(self.broken_by(stage) for stage in STAGES):
            cause, remedy = self.explained()
            plain.update({"cause": cause, "remedy": remedy, "loses": self.conversation.loses})
        return plain

    def explained(self) -> tuple[str, str]:
        """The cause in one sentence, and the remedy of the requirement behind it."""
        for group, verb in ((self.caller, "offers"), (self.callee, "accepts")):
            if group.cause:
                phrase, remedy = _reason(group)
                return f"{group.name} {_verb(verb, group)} {_spelled(group.offers['enable'])}: {phrase}", remedy
        last = next(stage for stage in STAGES if self.broken_by(stage))
        if agree(self.caller.offers[last], self.callee.offers[last]).works:
            return (
                f"{self.caller.name} and {self.callee.name} are not certain to have a cipher suite in common",
                'Compare the policies "SSL Cipher Suite Order" of both; let both allow one more common suite.',
            )
        return (
            f"{self.caller.name} {_verb('offers', self.caller)} {_spelled(self.caller.offers[last])}, "
            f"{self.callee.name} {_verb('accepts', self.callee)} {_spelled(self.callee.offers[last])}"
        ), "Run the enable stage and restart the machines, then look again."


@dataclass(frozen=True)
class Forecast:
    """``unreached``: hosts without facts, whose conversations nobody can judge."""

    rows: tuple[Row, ...]
    unreached: tuple[str, ...]

    def broken(self, stage: str) -> list[Row]:
        return [row for row in self.rows if row.broken_by(stage)]


def forecast(
    facts: Mapping[str, Mapping[str, Any] | None],
    protocols: Sequence[str],
    *,
    over_https: Iterable[str] = (),
) -> Forecast:
    """``facts``: the fact C(configmgr_tls) of each host, None for those without.

    ``protocols``: what the disable stage turns off. ``over_https``: hosts that the controller reaches over HTTPS.
    """
    ends = _Ends({name: host for name, host in facts.items() if host}, protocols, frozenset(over_https))
    rows: list[Row] = []
    for conversation in conversations():
        if conversation.tls != "never":
            callers, callees = ends.callers(conversation), ends.callees(conversation)
            rows += [
                _row(conversation, caller, callee) for caller in callers for callee in callees if _meet(caller, callee)
            ]
    return Forecast(tuple(rows), tuple(sorted(name for name, host in facts.items() if not host)))


def _row(conversation: Conversation, caller: Group, callee: Group) -> Row:
    agreed = {
        stage: fitting(agree(caller.offers[stage], callee.offers[stage]), caller.suites, callee.suites)
        for stage in STAGES
    }
    return Row(conversation, caller, callee, agreed)


def _meet(caller: Group, callee: Group) -> bool:
    """Hosts of different sites do not talk; one that does not tell its site may belong to any."""
    one, other = _site(caller.facts), _site(callee.facts)
    return not one or not other or one == other


def _site(facts: Mapping[str, Any]) -> str:
    return str((facts.get("configmgr") or {}).get("site_code") or "")


class _Ends:
    """The groups at the ends of conversations; each role and stack is looked at once, whoever talks to it."""

    def __init__(self, facts: Mapping[str, Mapping[str, Any]], protocols: Sequence[str], winrm: frozenset[str]) -> None:
        self._protocols = protocols
        self._hosts: dict[str, dict[str, Mapping[str, Any]]] = {
            _WINRM: {name: host for name, host in facts.items() if name in winrm}
        }
        for name, host in facts.items():
            for role in host["roles"]:
                self._hosts.setdefault(role, {})[name] = host
        self._groups: dict[tuple[str, str], list[Group]] = {}

    def callers(self, conversation: Conversation) -> list[Group]:
        if conversation.caller == "controller":
            return [_outside("the controller", CONTROLLER)]
        return self._of(conversation.caller_role, conversation.caller_stack)

    def callees(self, conversation: Conversation) -> list[Group]:
        if conversation.callee == "microsoft":
            return [_outside("Microsoft", MICROSOFT)]
        role = _WINRM if conversation.caller == "controller" else conversation.callee_role
        return self._of(role, conversation.callee_stack)

    def _of(self, role: str, stack: str) -> list[Group]:
        if (role, stack) not in self._groups:
            self._groups[role, stack] = _groups(self._hosts.get(role, {}), stack, self._protocols)
        return self._groups[role, stack]


def _outside(name: str, protocols: Sequence[str]) -> Group:
    offer = Offer.decode(protocols)
    return Group([name], dict.fromkeys(STAGES, offer))


def _groups(facts: Mapping[str, Mapping[str, Any]], stack: str, protocols: Sequence[str]) -> list[Group]:
    groups: dict[tuple[Any, ...], Group] = {}
    for name, host in facts.items():
        entry = (host.get("stacks") or {}).get(stack)
        fips, suites = bool(host.get("fips")), host.get("suites")
        key = (_site(host), fips, _frozen(entry), None if suites is None else tuple(suites))
        if key in groups:
            groups[key].hosts.append(name)
        else:
            cause = str(entry.get("cause", "")) if entry else "unknown"
            policy = None if suites is None else frozenset(suites)
            groups[key] = Group([name], stage_offers(entry, fips, protocols), cause, policy, host)
    return list(groups.values())


def _frozen(entry: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    if entry is None:
        return None
    now = entry.get("now")
    return (tuple(entry["enable"]), None if now is None else tuple(now), entry.get("cause"))


def stage_offers(entry: Mapping[str, Any] | None, fips: bool, protocols: Sequence[str]) -> dict[str, Offer]:
    """What a stack has now, after the enable and after the disable stage, from its entry in the facts."""
    if entry is None:
        return dict.fromkeys(STAGES, _UNKNOWN)
    enable = Offer.decode(entry["enable"])
    now = enable if "now" not in entry else Offer.decode(entry["now"]) if entry["now"] else _UNKNOWN
    disable = enable.without(protocols)
    # With the FIPS policy on, Schannel can use TLS 1.0 even where it is disabled.
    return {"now": now, "enable": enable, "disable": disable.unsure(["TLS 1.0"]) if fips else disable}


def _verb(verb: str, group: Group) -> str:
    return verb if len(group.hosts) == 1 else verb.removesuffix("s")


def _spelled(offer: Offer) -> str:
    names = [name for name in offer.encode() if not name.startswith("?")]
    if not names:
        return "nothing that is known for certain"
    return f"{names[0]} only" if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _reason(group: Group) -> tuple[str, str]:
    findings = {finding["id"]: finding for finding in group.facts.get("findings", [])}
    finding = findings.get(group.cause)
    if finding and finding.get("reasons"):
        return str(finding["reasons"][0]["phrase"]), str(finding["remedy"])
    remedy = next(
        (row.remedy for row in requirements() if row.id == group.cause), "Audit the machine and mend what is found."
    )
    return "what it is able to do is not known", remedy

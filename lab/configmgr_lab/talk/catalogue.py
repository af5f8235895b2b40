# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conversations of a site: a caller, a callee, and the stack in between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from ..endpoints.listeners import called_at
from ..endpoints.tables import table
from ..hierarchy import Hierarchy
from ..machine.machine import Machine
from .stacks import Offer, offer

# Callers of the same state say the same: a few of them show whether they are understood.
CALLERS_PER_STATE = 3
_CLIENTS = ("client", "admin_console")
_PULLS = "pull_distribution_point"


@dataclass(frozen=True)
class Conversation:
    """One row of the catalogue."""

    id: str
    title: str
    caller: str
    callee: str
    stack: str
    view: int
    reach: str


@dataclass(frozen=True)
class Pair:
    """Two machines that talk. `stands_for` callers of the same state are meant, this one among them."""

    conversation: Conversation
    caller: Machine
    callee: Machine
    offer: Offer
    stands_for: int = 1

    @property
    def port(self) -> int:
        """Where the callee takes TLS in this role; 0: nowhere."""
        return called_at(self.callee.site_host, self.conversation.callee)[0]

    @property
    def kind(self) -> str:
        return called_at(self.callee.site_host, self.conversation.callee)[1]


@cache
def conversations() -> tuple[Conversation, ...]:
    return tuple(Conversation(**row) for row in table("talk/conversations.yml")["conversations"])


class OfferBook:
    """What machines offer, worked out again only when a machine has changed."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[object, int, dict[tuple[str, int], Offer]]] = {}

    def offer(self, caller: Machine, conversation: Conversation) -> Offer:
        """What the caller offers in this conversation now."""
        since, generation = caller.effective, caller.registry.generation
        known = self._known.get(caller.name)
        if known is None or known[0] is not since or known[1] != generation:
            known = self._known[caller.name] = (since, generation, {})
        stack = (conversation.stack, conversation.view)
        if stack not in known[2]:
            known[2][stack] = offer(caller, *stack)
        return known[2][stack]


def pairs(
    machines: Iterable[Machine], book: OfferBook, hierarchy: Hierarchy, sample: int = CALLERS_PER_STATE
) -> list[Pair]:
    """Everybody who talks now over TLS; of callers of one image and site that offer the same, only the first few.

    A database on the caller's own machine counts as well. Without encryption it would be reached through shared memory;
    of the two readings this is the less convenient one.
    """
    by_role: dict[str, list[Machine]] = {}
    for machine in machines:
        for role in machine.site_host.roles:
            by_role.setdefault(role, []).append(machine)
    found: list[Pair] = []
    for conversation in conversations():
        callees = by_role.get(conversation.callee, [])
        if not callees:
            continue
        for caller, offered, stands_for in _sampled(conversation, by_role.get(conversation.caller, []), book, sample):
            met = [Pair(conversation, caller, callee, offered, stands_for) for callee in callees]
            found += [pair for pair in met if pair.port and _talks(pair, hierarchy)]
    return found


def _talks(pair: Pair, hierarchy: Hierarchy) -> bool:
    conversation = pair.conversation
    # Whoever calls others of its kind does not call itself.
    alike = conversation.caller == conversation.callee or conversation.caller == _PULLS
    if alike and pair.caller is pair.callee:
        return False
    return hierarchy.reaches(conversation.reach, _site(conversation, pair.caller), pair.callee.site_host.site)


def _site(conversation: Conversation, caller: Machine) -> str:
    """The site of a client is not always that of the machine's roles."""
    host = caller.site_host
    return host.assigned if conversation.caller in _CLIENTS else host.site


def _sampled(
    conversation: Conversation, callers: list[Machine], book: OfferBook, sample: int
) -> list[tuple[Machine, Offer, int]]:
    states: dict[tuple[str, str, Offer, bool], list[Machine]] = {}
    for caller in callers:
        state = (caller.image.id, _site(conversation, caller), book.offer(caller, conversation), caller.is_up)
        states.setdefault(state, []).append(caller)
    chosen = []
    for (_, _, offered, _), alike in states.items():
        some = alike[:sample]
        # The first one stands for all those that do not call themselves.
        counts = [len(alike) - len(some) + 1] + [1] * (len(some) - 1)
        chosen += [(caller, offered, count) for caller, count in zip(some, counts, strict=True)]
    return chosen

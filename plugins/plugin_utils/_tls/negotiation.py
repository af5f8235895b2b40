# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What two ends agree on. What one end may or may not have spreads: the answer is only sure when every possibility
gives the same.

A client names the highest protocol that it offers; the server takes its own highest one that is not above it; the
client breaks off when that is one it does not have (a hole in its range). A client with TLS 1.3 lists its protocols
as well, and a server that knows of such lists takes the highest common one; whether it does depends on its build.
Source: RFC 5246 appendix E.1, RFC 8446 section 4.2.1 and appendix D.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .._data import protocols

__all__ = ["Agreement", "Offer", "agree", "outcomes"]

_LISTING = "TLS 1.3"
_RANK = {row.id: row.rank for row in protocols()}


@dataclass(frozen=True)
class Offer:
    """Protocols that one end has for certain (``sure``), and those that it may have (``maybe``)."""

    sure: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()

    @classmethod
    def decode(cls, names: Iterable[str]) -> Offer:
        """From a list of names, a question mark before each that is not certain."""
        listed = list(names)
        return cls(
            frozenset(name for name in listed if not name.startswith("?")),
            frozenset(name[1:] for name in listed if name.startswith("?")),
        )

    def encode(self) -> list[str]:
        named = [(name, name) for name in self.sure] + [(name, f"?{name}") for name in self.maybe - self.sure]
        return [text for name, text in sorted(named, key=lambda item: _RANK[item[0]])]

    def without(self, names: Iterable[str]) -> Offer:
        gone = frozenset(names)
        return Offer(self.sure - gone, self.maybe - gone)

    def unsure(self, names: Iterable[str]) -> Offer:
        """The same with ``names`` no longer certain, whether it had them or not."""
        doubtful = frozenset(names)
        return Offer(self.sure - doubtful, (self.maybe | doubtful) & frozenset(_RANK))


@dataclass(frozen=True)
class Agreement:
    """The outcome of a handshake between two offers.

    ``works``: True, False, or None when it cannot be told. ``protocol``: what is agreed on, when that is certain.
    """

    works: bool | None
    protocol: str | None

    def __str__(self) -> str:
        if self.works is False:
            return "broken"
        return self.protocol or ("works" if self.works else "unknown")


def _choices(offered: frozenset[str], accepted: frozenset[str]) -> set[str | None]:
    choices = {_chosen(offered, accepted)}
    if _LISTING in offered:
        choices.add(max(offered & accepted, key=lambda name: _RANK[name], default=None))
    return choices


def _chosen(offered: frozenset[str], accepted: frozenset[str]) -> str | None:
    if not offered:
        return None
    highest = max(_RANK[name] for name in offered)
    within = [name for name in accepted if _RANK[name] <= highest]
    choice = max(within, key=lambda name: _RANK[name], default=None)
    return choice if choice in offered else None


def agree(caller: Offer, callee: Offer) -> Agreement:
    """What ``caller`` and ``callee`` agree on."""
    found = outcomes(caller, callee)
    if found == {None}:
        return Agreement(False, None)
    if None in found:
        return Agreement(None, None)
    return Agreement(True, next(iter(found)) if len(found) == 1 else None)


@functools.lru_cache(maxsize=65536)
def outcomes(caller: Offer, callee: Offer) -> frozenset[str | None]:
    """Every protocol that may be agreed on; None among them when there may be none."""
    return frozenset(
        choice
        for offered in _possible(caller)
        for accepted in _possible(callee)
        for choice in _choices(offered, accepted)
    )


def _possible(offer: Offer) -> list[frozenset[str]]:
    doubtful: Sequence[str] = sorted(offer.maybe - offer.sure)
    return [
        offer.sure | frozenset(taken)
        for count in range(len(doubtful) + 1)
        for taken in itertools.combinations(doubtful, count)
    ]

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of the attempts to talk: counts per conversation, and every failure."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any

from ..endpoints.protocols import Protocol
from .catalogue import Pair

FAILURES_KEPT = 10_000
OK, FAILED, NOT_UP = "ok", "failed", "not_up"


@dataclass(frozen=True)
class Result:
    """One attempt. `state` is ok, failed or not_up: a machine that is down says nothing about TLS."""

    pair: Pair
    state: str
    protocol: Protocol | None = None
    suite: str = ""
    cause: str = ""
    text: str = ""
    whole: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        return self.pair.conversation.id, self.pair.caller.name, self.pair.callee.name

    def row(self) -> dict[str, Any]:
        """JSON-able."""
        pair = self.pair
        return {
            "id": pair.conversation.id,
            "title": pair.conversation.title,
            "caller": pair.caller.name,
            "callee": pair.callee.name,
            "port": pair.port,
            "stack": pair.conversation.stack,
            "stands_for": pair.stands_for,
            "offered": [protocol.label for protocol in sorted(pair.offer.protocols)],
            "state": self.state,
            "protocol": self.protocol.label if self.protocol else None,
            "suite": self.suite,
            "whole_handshake": self.whole,
            "cause": self.cause,
            "text": self.text,
        }


@dataclass(frozen=True)
class Failure:
    """One failed attempt, for the record."""

    sequence: int
    time: float
    id: str
    caller: str
    callee: str
    offered: list[str]
    cause: str
    text: str


@dataclass
class Count:
    """How often a conversation was tried and how that ended."""

    ok: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    not_up: int = 0

    def add(self, result: Result) -> None:
        if result.state == OK and result.protocol is not None:
            self.ok[result.protocol.label] += 1
        elif result.state == FAILED:
            self.failed += 1
        else:
            self.not_up += 1

    def as_dict(self) -> dict[str, Any]:
        return {"ok": dict(sorted(self.ok.items())), "failed": self.failed, "not_up": self.not_up}


class Ledger:
    """Counts since the start or the last `clear`; used from the event loop's thread only."""

    def __init__(self) -> None:
        self.rounds = 0
        self._sequence = 0
        self._total = Count()
        self._counts: dict[tuple[str, str, str], Count] = {}
        self._last: dict[tuple[str, str, str], Result] = {}
        self._failures: deque[Failure] = deque(maxlen=FAILURES_KEPT)

    def add(self, result: Result) -> None:
        self._total.add(result)
        self._counts.setdefault(result.key, Count()).add(result)
        self._last[result.key] = result
        if result.state == FAILED:
            self._sequence += 1
            identifier, caller, callee = result.key
            offered = [protocol.label for protocol in sorted(result.pair.offer.protocols)]
            self._failures.append(
                Failure(self._sequence, time.time(), identifier, caller, callee, offered, result.cause, result.text)
            )

    def clear(self) -> None:
        self.rounds = 0
        self._total = Count()
        self._counts.clear()
        self._last.clear()
        self._failures.clear()

    def report(self) -> dict[str, Any]:
        """JSON-able: totals, every conversation with its counts and its last result, the failures."""
        return {
            "rounds": self.rounds,
            "totals": self._total.as_dict(),
            "conversations": [
                {**self._last[key].row(), "counts": count.as_dict()} for key, count in self._counts.items()
            ],
            "failures": [asdict(failure) for failure in self._failures],
        }


def summary(results: list[Result]) -> dict[str, Any]:
    """JSON-able: one round by itself."""
    total = Count()
    for result in results:
        total.add(result)
    return {"totals": total.as_dict(), "conversations": [result.row() for result in results]}

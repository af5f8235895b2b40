# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conversations of the emulated site, for the demonstration: who talks to whom, and with which protocol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from configmgr_lab.control.client import LabClient

Talk = Sequence[Mapping[str, Any]]
MODERN = {"TLS 1.2", "TLS 1.3"}


class Site:
    """The lab behind the demonstration."""

    def __init__(self, network: str) -> None:
        self._lab = LabClient(f"http://{network}.255.1:8900")

    def talk(self) -> Talk:
        """Everybody talks once, with real handshakes."""
        return list(self._lab.talk()["conversations"])


def older(talk: Talk) -> list[str]:
    """What does not work, or with an older protocol only."""
    return [f"{row['caller']} to {row['callee']}: {said(row)}" for row in talk if said(row) not in MODERN]


def said(row: Mapping[str, Any]) -> str:
    return str(row["protocol"] if row["state"] == "ok" else row["state"])


def compared(before: Talk, after: Talk) -> Iterator[str]:
    """One line per kind of conversation: what it used before, and what it uses now."""
    row = "{:<46} {:<38} {}"
    yield row.format("conversation", "before", "after")
    titles = dict.fromkeys(one["title"] for one in [*before, *after])
    for title in titles:
        yield row.format(title, _spelled(before, title), _spelled(after, title)).rstrip()
    yield row.format("all", _spelled(before), _spelled(after)).rstrip()


def _spelled(talk: Talk, title: str | None = None) -> str:
    counts = Counter(said(row) for row in talk if title in (None, row["title"]))
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))

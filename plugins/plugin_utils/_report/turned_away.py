# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Callers that servers turn away since their older protocols are off, and which machines they may be.

Schannel writes down what a caller asked for, and not who it was. So the machines are named that cannot do better, as
far as anybody knows: those that were read or seen without TLS 1.2, and those that were never seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._data import protocols
from .headline import amount
from .seen import as_seen
from .work import named

__all__ = ["turned_away"]

_LEGACY = frozenset(row.id for row in protocols() if row.legacy)
_NO_COMMON_SUITE, _ALERT_SENT = 36874, 36888
_PROTOCOL_VERSION = "70"
"""The alert of a server that has none of the caller's protocols. Source: RFC 8446, 6.2."""


def turned_away(document: Mapping[str, Any], most: int = 5) -> Iterator[str]:
    """Lines: each server with what it turned away, then whom that may be. Nothing where no server tells of it."""
    told = [line for name, host in document["hosts"].items() for line in _of_server(name, host.get("events") or {})]
    if not told:
        return
    yield from told
    suspects = list(_suspects(document["hosts"]))
    if suspects:
        yield "Without TLS 1.2, and thus perhaps turned away:"
    else:
        yield "No machine of this report is known to be without TLS 1.2: somebody else asked."
    reasons: dict[str, list[str]] = {}
    for name, why in suspects:
        reasons.setdefault(why, []).append(name)
    yield from (f"  {named(names, most)}: {why}" for why, names in reasons.items())


def _of_server(name: str, events: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        (str(row["protocol"]), row)
        for row in (events.get("refused") or {}).get("rows", ())
        if row["id"] == _NO_COMMON_SUITE and row["protocol"] in _LEGACY
    ]
    rows += [
        ("a protocol that is off", row)
        for row in (events.get("alerts") or {}).get("rows", ())
        if row["id"] == _ALERT_SENT and row["alert"] == _PROTOCOL_VERSION
    ]
    for asked, row in rows:
        yield f"{name} turned away callers with {asked}, {amount(row['count'], 'time')}, last {row['last']}"


def _suspects(hosts: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for name, host in hosts.items():
        facts = host.get("facts")
        if facts is None:
            yield name, "never seen"
        elif _lacks_tls_12(facts):
            yield name, as_seen(host["seen"]) if "seen" in host else "read by this run"


def _lacks_tls_12(facts: Mapping[str, Any]) -> bool:
    """Whether some stack of programs does not surely offer it now, or after the enable stage where now is not known."""
    stacks = (facts.get("stacks") or {}).values()
    return any("TLS 1.2" not in (entry.get("now") or entry["enable"]) for entry in stacks)

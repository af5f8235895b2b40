# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses which protocol, counted from Schannel events: small, whatever the number of events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .._data import load_table, protocols
from .._data.schema_evidence import SchannelEvent
from .events import Event

__all__ = ["HANDSHAKES", "PROBLEMS", "legacy_users", "usage"]

_ROWS = load_table("schannel_events", SchannelEvent)
_MEANS = {row.id: row.means for row in _ROWS}
HANDSHAKES = tuple(row.id for row in _ROWS if row.kind == "handshake")
PROBLEMS = tuple(row.id for row in _ROWS if row.level != "info")
_REFUSED = tuple(row.id for row in _ROWS if row.kind == "no_protocol")
_ALERTS = tuple(row.id for row in _ROWS if row.kind == "alert")
_LEGACY = frozenset(row.id for row in protocols() if row.legacy)
_MOST_ROWS = 8
_MOST_NAME = 80
# Internal error state of event 36871: the protocol asked for is off. Source: Microsoft, deprecated features, resources.
_PROTOCOL_OFF = "10013"


def usage(events: Sequence[Event]) -> dict[str, Any]:
    """Counts by event, protocol, peer, process and alert, each list at most 8 rows with the number left out."""
    completed = [event for event in events if event.id in HANDSHAKES]
    refused = [event for event in events if event.id in _REFUSED]
    alerts = [event for event in events if event.id in _ALERTS]
    failed = [event for event in events if event.process]
    return {
        "events": [
            {"id": number, "means": _MEANS.get(number, ""), **_span([event for event in events if event.id == number])}
            for number in sorted({event.id for event in events})
        ],
        "protocols": _rows("side protocol", completed, _side),
        "peers": _rows("side protocol peer", completed, lambda event: (*_side(event), _peer(event))),
        "refused": _rows("id process protocol protocol_off", refused, _refusal),
        "alerts": _rows("id alert target", alerts, _alert),
        "processes": _rows("id process", failed, lambda event: (event.id, _short(event.process))),
    }


def legacy_users(events: Iterable[Event]) -> list[str]:
    """Who completed a handshake with an older protocol, one phrase per peer, most handshakes first."""
    users: Counter[str] = Counter()
    for event in events:
        if event.id in HANDSHAKES and event.protocol in _LEGACY:
            direction = "to" if event.text("Type").lower() == "client" else "from"
            users[f"{direction} {_peer(event)} ({event.protocol})"] += 1
    return [name for name, _count in users.most_common(_MOST_ROWS)]


def _side(event: Event) -> tuple[str, str]:
    return (event.text("Type").lower() or "unknown", event.protocol or "unknown")


def _peer(event: Event) -> str:
    client = event.text("Type").lower() == "client"
    field = "TargetName" if client else "RemoteCertSubjectName"
    if field not in event.fields:
        return "servers that this Windows does not name" if client else "callers that this Windows does not name"
    return _short(event.text(field)) or ("a server without a name" if client else "callers without a certificate")


def _refusal(event: Event) -> tuple[int, str, str, bool]:
    off = event.id == 36871 and event.text("ErrorState") == _PROTOCOL_OFF
    return (event.id, _short(event.process), event.protocol, off)


def _alert(event: Event) -> tuple[int, str, str]:
    return (event.id, event.text("AlertDesc") or "unknown", _short(event.text("TargetName")))


def _short(text: str) -> str:
    return text if len(text) <= _MOST_NAME else text[: _MOST_NAME - 1] + "…"


def _rows(columns: str, events: Iterable[Event], key: Callable[[Event], tuple[Any, ...]]) -> dict[str, Any]:
    """Events grouped by ``key``, whose parts get the names in ``columns``; most events first."""
    names = columns.split()
    grouped: dict[tuple[Any, ...], list[Event]] = {}
    for event in events:
        grouped.setdefault(key(event), []).append(event)
    ordered = sorted(grouped.items(), key=lambda item: (-len(item[1]), str(item[0])))
    rows = [{**dict(zip(names, parts, strict=True)), **_span(found)} for parts, found in ordered[:_MOST_ROWS]]
    return {"rows": rows, "left_out": max(0, len(ordered) - _MOST_ROWS)}


def _span(events: Sequence[Event]) -> dict[str, Any]:
    times = sorted(event.time for event in events if event.time)
    return {
        "count": len(events),
        "first": _seconds(times[0]) if times else None,
        "last": _seconds(times[-1]) if times else None,
    }


def _seconds(time: str) -> str:
    return time[:19] + "Z"

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs of TLS problems in logs and events, the same ones of many machines as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Sign", "signs", "unread_places"]

_CONFIDENCE = ("high", "medium", "low")


@dataclass
class Sign:
    """A sign with one cause. ``shown``: the symptom of the first host, as tls_diagnose_info gives it."""

    shown: Mapping[str, Any]
    hosts: list[str] = field(default_factory=list)


def signs(document: Mapping[str, Any]) -> list[Sign]:
    """The surest first, then those of most hosts."""
    found: dict[tuple[str, ...], Sign] = {}
    for name, host in document["hosts"].items():
        for symptom in (host.get("diagnosis") or {}).get("symptoms", ()):
            key = tuple(str(symptom.get(part)) for part in ("id", "log", "cause", "remedy"))
            found.setdefault(key, Sign(symptom)).hosts.append(name)
    return sorted(found.values(), key=lambda sign: (_rank(sign.shown), -len(sign.hosts), str(sign.shown["id"])))


def unread_places(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Host, place and reason of everything that could not be read."""
    return [
        (name, str(place["what"]), str(place["why"]))
        for name, host in document["hosts"].items()
        for place in (host.get("diagnosis") or {}).get("unknown", ())
    ]


def _rank(symptom: Mapping[str, Any]) -> int:
    confidence = symptom.get("confidence")
    return _CONFIDENCE.index(confidence) if confidence in _CONFIDENCE else len(_CONFIDENCE)

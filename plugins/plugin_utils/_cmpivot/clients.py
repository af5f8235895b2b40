# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which device of the site is which host, and what is said of a host that could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._failure import Failure
from .answer import AnswerState, ClientAnswer
from .queries import queries

__all__ = ["Devices", "match", "not_read", "of_failure", "outcome_of"]

_SAID = {
    AnswerState.NOTHING: ("client_told_nothing", "it answered, and told nothing of its Windows"),
    AnswerState.CUT: ("client_answer_cut", "its answer was cut, so that what is missing in it may be there"),
    AnswerState.FAILED: ("client_failed", "ConfigMgr's script failed on it"),
    AnswerState.SILENT: ("client_silent", "it is online and did not answer in time"),
    AnswerState.OFFLINE: ("client_offline", "it is not online"),
    AnswerState.NOT_ASKED: ("client_not_asked", "it was not asked"),
}
_REMEDIES = {
    AnswerState.NOTHING: "Read it by a visit.",
    AnswerState.CUT: "Read it by a visit.",
    AnswerState.FAILED: "Check that the client has PowerShell 4 or later and may run ConfigMgr's signed scripts; "
    "see Scripts.log on it.",
    AnswerState.SILENT: "Raise wait, or run again later; see that the client reaches its management point on the "
    "notification port.",
    AnswerState.OFFLINE: "Run again when the client is on.",
    AnswerState.NOT_ASKED: "Correct the inventory or the collection.",
}


@dataclass(frozen=True)
class Devices:
    """The hosts of the inventory as devices that the site knows.

    ``ids``: the resource id by host. ``online``: ids that the site has as online. ``unclear``: why a host has
    none.
    """

    ids: Mapping[str, int]
    online: frozenset[int]
    unclear: Mapping[str, str] = field(default_factory=dict)


def match(hosts: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Devices:
    """By the first part of the name. Where two hosts or two devices share it, nobody knows who answers: none is asked.

    ``rows``: of SMS_CombinedDeviceResources.
    """
    devices: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row.get("IsClient") and not row.get("IsObsolete") and isinstance(row.get("ResourceID"), int):
            devices.setdefault(str(row.get("Name")).lower(), []).append(row)
    named: dict[str, list[str]] = {}
    for host in hosts:
        named.setdefault(host.partition(".")[0].lower(), []).append(host)
    ids: dict[str, int] = {}
    unclear: dict[str, str] = {}
    online = set()
    for name, same in named.items():
        found = devices.get(name, [])
        if len(same) == 1 and len(found) == 1:
            ids[same[0]] = found[0]["ResourceID"]
            if found[0].get("CNIsOnline"):
                online.add(found[0]["ResourceID"])
        elif not found:
            unclear.update(dict.fromkeys(same, "the site has no client of that name"))
        else:
            unclear.update(dict.fromkeys(same, f"{len(same)} hosts and {len(found)} devices have that name"))
    return Devices(ids, frozenset(online), unclear)


def outcome_of(answers: Mapping[str, ClientAnswer]) -> AnswerState:
    """What became of a client: of the first questions, since without them nothing of it is known."""
    outcomes = [answers[query.id].outcome for query in queries() if query.first]
    return next((outcome for outcome in outcomes if outcome is not AnswerState.ANSWERED), AnswerState.ANSWERED)


def not_read(host: str, outcome: AnswerState, details: Sequence[str] = ()) -> dict[str, Any]:
    """As a playbook notes a machine that it could not read."""
    code, phrase = _SAID[outcome]
    said = "".join(f" ({detail})" for detail in details if detail)
    row = _row(host, outcome, code, f"{phrase}{said}.", _REMEDIES[outcome])
    return {**row, "unreachable": outcome in (AnswerState.SILENT, AnswerState.OFFLINE)}


def of_failure(host: str, failure: Failure) -> dict[str, Any]:
    """The same of a client that could not be asked, since the site could not."""
    return _row(host, AnswerState.NOT_ASKED, failure.code, str(failure), failure.remedy)


def _row(host: str, outcome: AnswerState, code: str, phrase: str, remedy: str) -> dict[str, Any]:
    return {
        "step": "audit",
        "task": "Read the clients through CMPivot",
        "outcome": outcome.value,
        "code": code,
        "message": f"{host}: could not be read through CMPivot: {phrase} {remedy}",
        "remedy": remedy,
        "unreachable": False,
    }

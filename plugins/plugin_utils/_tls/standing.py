# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a hierarchy stands in the disable stage: which machines are through, taken back, untouched, or not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["STANDING_STATES", "Progress", "Standing", "standing"]

STANDING_STATES = ("off", "taken_back", "not_known", "untouched")
_PHRASES = {
    "off": "off on",
    "taken_back": "taken back on",
    "not_known": "in a state that is not known on",
    "untouched": "untouched on",
}
_SAMPLE = 10


@dataclass(frozen=True)
class Progress:
    """What the stage left behind about a host, each None where the task did not run.

    disabled, reopened: results of the change and of taking it back. stopped: the failure that took the host out.
    looked: the last look at its batch from outside.
    """

    disabled: Mapping[str, Any] | None = None
    reopened: Mapping[str, Any] | None = None
    stopped: Mapping[str, Any] | None = None
    looked: Mapping[str, Any] | None = None

    @property
    def state(self) -> str:
        if self.disabled is None:
            return "untouched"
        if self.stopped is None:
            return "off"
        back = self.reopened is not None and not self.reopened.get("failed") and not self.reopened.get("unreachable")
        return "taken_back" if back and self.stopped.get("step") != "reopen" else "not_known"


@dataclass(frozen=True)
class Standing:
    """How far the disable stage came on each host.

    ``hosts``: names by state. ``rows``: the batches in order, plain.
    """

    hosts: Mapping[str, Sequence[str]]
    rows: Sequence[Mapping[str, Any]]

    def text(self) -> str:
        """One sentence that names the machines."""
        parts = [f"{_PHRASES[state]} {_counted(names)}" for state, names in self.hosts.items() if names]
        return f"Older protocols: {'; '.join(parts) or 'no machine to turn them off on'}."


def standing(order: Mapping[str, Any], progress: Mapping[str, Progress]) -> Standing:
    """Says how far the disable stage came on each host.

    ``order``: the result of tls_order_info for the disable stage.
    """
    hosts: dict[str, list[str]] = {state: [] for state in STANDING_STATES}
    hosts["off"] += order["done"]
    for batch in order["batches"]:
        for name in batch["hosts"]:
            hosts[_of(progress, name).state].append(name)
    return Standing(hosts, list(_rows(order, progress)))


_WORST_FIRST = ("not_known", "taken_back", "off", "untouched")


def _rows(order: Mapping[str, Any], progress: Mapping[str, Progress]) -> Iterator[dict[str, Any]]:
    if order["done"]:
        yield {"stage": "disable", "kind": "done before", "hosts": list(order["done"]), "state": "off"}
    for batch in order["batches"]:
        members = [_of(progress, name) for name in batch["hosts"]]
        states = {member.state for member in members}
        # A batch is worth its worst machine; only one that is not known differs from the others of its batch.
        state = min(states, key=_WORST_FIRST.index)
        row = {"stage": "disable", "kind": batch["kind"], "restart_group": batch["restart_group"]}
        row |= {"hosts": list(batch["hosts"]), "state": state}
        note = _note(members)
        yield {**row, "note": note} if note else row


def _note(members: Sequence[Progress]) -> str:
    stopped = [str(member.stopped["message"]) for member in members if member.stopped]
    if not stopped:
        return ""
    looked = next((member.looked for member in members if member.looked), None)
    if looked is None:
        return stopped[0]
    again = "it talks again" if looked.get("passed") else f"it does not talk yet: {looked.get('msg', '')}"
    return f"{stopped[0]}; {again}"


def _of(progress: Mapping[str, Progress], name: str) -> Progress:
    return progress.get(name, Progress())


def _counted(names: Sequence[str]) -> str:
    more = len(names) - _SAMPLE
    listed = ", ".join(names[:_SAMPLE]) + (f" and {more} more" if more > 0 else "")
    return f"{len(names)} machine{'' if len(names) == 1 else 's'} ({listed})"

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Going back: what it takes to restore the state before a run, and what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .._windows.registry import Key, Presence, Registry, Value, View
from .._windows.undo import Undo
from .journal import JournalEntry
from .plan import Change

__all__ = ["Rollback", "entries_to_undo", "rollback_plan", "since_stage"]


@dataclass(frozen=True)
class Rollback:
    """``changes`` restore the former values, ``deleted`` are keys that did not exist before.

    ``conflicts``: values that are neither as we left them nor as they were before: somebody changed them since.
    """

    changes: tuple[Change, ...]
    deleted: tuple[tuple[View, Key], ...]
    conflicts: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes or self.deleted)


def entries_to_undo(active: Sequence[JournalEntry], run: str | None) -> list[JournalEntry]:
    """The entries from the first of ``run`` (default: the last run) to the newest; empty when there is none."""
    if not active:
        return []
    wanted = run or active[-1].run
    first = next((number for number, entry in enumerate(active) if entry.run == wanted), None)
    return [] if first is None else list(active[first:])


def since_stage(entries: Sequence[JournalEntry], stage: str) -> list[JournalEntry]:
    """Those from the first one of ``stage`` on: what came before it stays."""
    first = next((number for number, entry in enumerate(entries) if entry.action == stage), len(entries))
    return list(entries[first:])


def rollback_plan(registry: Registry, undos: Sequence[Undo]) -> Rollback:
    """``undos`` oldest first: the oldest one knows the state to go back to, the newest one what we left."""
    before: dict[tuple[View, Key, str], Value | None] = {}
    after: dict[tuple[View, Key, str], Value | None] = {}
    created: dict[tuple[View, Key], None] = {}
    for undo in undos:
        for value in undo.values:
            place = (value.view, value.key, value.name)
            before.setdefault(place, value.before)
            after[place] = value.after
        created.update(dict.fromkeys(undo.created))
    changes, conflicts = [], []
    for place, former in before.items():
        change = _change(registry, place, former)
        if change is None:
            continue
        changes.append(change)
        if change.before != after[place]:
            conflicts.append(Change(change.key, change.view, change.name, after[place], change.before))
    return Rollback(tuple(changes), _empty_after(registry, created, before), tuple(conflicts))


def _change(registry: Registry, place: tuple[View, Key, str], former: Value | None) -> Change | None:
    view, key, name = place
    current = registry.key(key, view).value(name)
    return None if current == former else Change(key, view, name, current, former)


def _empty_after(
    registry: Registry, created: Mapping[tuple[View, Key], None], before: Mapping[tuple[View, Key, str], Value | None]
) -> tuple[tuple[View, Key], ...]:
    """Keys of ours that hold nothing of anybody else's."""
    ours = {(view, key, name.lower()) for view, key, name in before}
    result = []
    for view, key in created:
        inside = {
            (place_view, place): reading
            for (place_view, place), reading in registry.readings.items()
            if place_view is view and place.is_below(key) and reading.presence is Presence.PRESENT
        }
        foreign = any(
            (view, place, name.lower()) not in ours
            for (_view, place), reading in inside.items()
            for name in reading.values
        )
        known = all(
            (view, place.child(subkey)) in inside
            for (_view, place), reading in inside.items()
            for subkey in reading.subkeys
        )
        if inside and known and not foreign:
            result.append((view, key))
    return tuple(result)

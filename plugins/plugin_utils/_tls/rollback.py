# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Going back: what it takes to restore the state before a run, and what stands in the way."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .._data import STAGES, keys_of, setting_rows
from .._windows.registry import Key, Presence, Registry, Value, View
from .._windows.snapshot import DOTNET, INTERNET_SETTINGS, SCHANNEL
from .._windows.undo import Undo, UndoValue, can_be_kept
from .build import setting
from .journal import JournalEntry
from .plan import Change
from .state import Setting

__all__ = ["Rollback", "entries_to_undo", "foreign_places", "keys_inside", "rollback_plan", "since_stage"]

_OF_WINDOWS = frozenset({SCHANNEL, INTERNET_SETTINGS, DOTNET.parent})


@dataclass(frozen=True)
class Rollback:
    """The registry changes that take a run back.

    ``changes`` restore the former values, ``deleted`` are keys that did not exist before.

    ``conflicts``: values that are neither as we left them nor as they were before: somebody changed them since.

    ``blocked``: values that could not be read, or not be kept as they are, so that nobody knows what they are.
    """

    changes: tuple[Change, ...]
    deleted: tuple[tuple[View, Key], ...]
    conflicts: tuple[Change, ...]
    blocked: tuple[Setting, ...] = ()

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


def foreign_places(undo: Undo) -> list[str]:
    """What a backup names that no stage of this collection writes or creates."""
    values = [rf"{value.key.short}\{value.name}" for value in undo.values if not _is_ours(value)]
    return values + [key.short for view, key in undo.created if (view, key) not in _created()]


def _is_ours(value: UndoValue) -> bool:
    kind = _written().get((value.view, value.key, value.name.lower()))
    return kind is not None and (value.after is None or value.after.type == kind)


@functools.cache
def _written() -> Mapping[tuple[View, Key, str], str]:
    """The types of all values that the tables know, by place."""
    return {
        (View(view), Key(key), row.name.lower()): row.type
        for stage in STAGES
        for row in setting_rows(stage)
        for key in keys_of(row)
        for view in row.views
    }


@functools.cache
def _created() -> frozenset[tuple[View, Key]]:
    """Keys that a stage creates: those of the values, and what is above them below a key that every Windows has."""
    created = set()
    for view, key, _name in _written():
        above: Key | None = key
        while above is not None and above not in _OF_WINDOWS:
            created.add((view, above))
            above = above.parent
    return frozenset(created)


def keys_inside(registry: Registry, created: Iterable[tuple[View, Key]]) -> list[tuple[View, Key]]:
    """These keys and those below them that were read, but not whole."""
    return [
        (view, key)
        for (view, key), reading in registry.readings.items()
        if reading.partial and any(view is other and key.is_below(above) for other, above in created)
    ]


def rollback_plan(registry: Registry, undos: Sequence[Undo]) -> Rollback:
    """Plans the changes that take the runs of these undo files back.

    ``undos`` oldest first: the oldest one knows the state to go back to, the newest one what we left.
    """
    before: dict[tuple[View, Key, str], Value | None] = {}
    after: dict[tuple[View, Key, str], Value | None] = {}
    created: dict[tuple[View, Key], None] = {}
    for undo in undos:
        for value in undo.values:
            place = (value.view, value.key, value.name)
            before.setdefault(place, value.before)
            after[place] = value.after
        created.update(dict.fromkeys(undo.created))
    changes: list[Change] = []
    conflicts: list[Change] = []
    blocked: list[Setting] = []
    for place, former in before.items():
        view, key, name = place
        current = setting(registry, key, view, name)
        if current.unreadable:
            blocked.append(current)
        elif current.value == former:
            continue
        elif current.value is not None and not can_be_kept(current.value):
            blocked.append(current)
        else:
            changes.append(Change(key, view, name, current.value, former))
            if current.value != after[place]:
                conflicts.append(Change(key, view, name, after[place], current.value))
    return Rollback(tuple(changes), _empty_after(registry, created, before), tuple(conflicts), tuple(blocked))


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
        # What was not read whole may hold more.
        whole = not any(reading.partial for reading in inside.values())
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
        if inside and whole and known and not foreign:
            result.append((view, key))
    return tuple(result)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Going back: what is restored, what stands in the way, which keys are removed."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.journal import BootMarker, JournalEntry
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.rollback import (
    Rollback,
    entries_to_undo,
    rollback_plan,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import (
    Key,
    KeyReading,
    Presence,
    Registry,
    Value,
    View,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.undo import Undo, UndoValue
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import dword, text

PARENT = Key(r"SYSTEM\Protocols\TLS 1.2")
KEY, OTHER = PARENT.child("Client"), Key(r"SOFTWARE\Example")


def registry(*readings: tuple[Key, dict[str, Value]], subkeys: dict[Key, tuple[str, ...]] | None = None) -> Registry:
    return Registry(
        {
            (View.NATIVE, key): KeyReading(Presence.PRESENT, values, (subkeys or {}).get(key, ()))
            for key, values in readings
        }
    )


def undo(before: Value | None, after: Value | None, created: tuple[Key, ...] = (), name: str = "Enabled") -> Undo:
    return Undo((UndoValue(View.NATIVE, KEY, name, before, after),), tuple((View.NATIVE, key) for key in created))


def shown(plan: Rollback) -> tuple[list[tuple[Value | None, Value | None]], list[str], int]:
    return (
        [(change.before, change.after) for change in plan.changes],
        [key.path for _view, key in plan.deleted],
        len(plan.conflicts),
    )


@pytest.mark.parametrize(
    ("current", "before", "after", "change", "conflicts"),
    [
        (dword(1), dword(0), dword(1), (dword(1), dword(0)), 0),
        (dword(1), None, dword(1), (dword(1), None), 0),
        (dword(1), text("1"), dword(1), (dword(1), text("1")), 0),
        (dword(0), dword(0), dword(1), None, 0),
        (None, None, dword(1), None, 0),
        (dword(7), dword(0), dword(1), (dword(7), dword(0)), 1),
        (None, dword(0), dword(1), (None, dword(0)), 1),
        (text("1"), None, dword(1), (text("1"), None), 1),
    ],
)
def test_one_value(
    current: Value | None,
    before: Value | None,
    after: Value,
    change: tuple[Value | None, Value | None] | None,
    conflicts: int,
) -> None:
    seen = registry((KEY, {} if current is None else {"ENABLED": current}))
    plan = rollback_plan(seen, [undo(before, after)])
    assert shown(plan) == ([] if change is None else [change], [], conflicts)
    assert bool(plan) is (change is not None)


def test_a_conflict_says_what_was_left_and_what_is_there() -> None:
    (conflict,) = rollback_plan(registry((KEY, {"Enabled": dword(7)})), [undo(dword(0), dword(1))]).conflicts
    assert (conflict.before, conflict.after) == (dword(1), dword(7))


@pytest.mark.parametrize(
    ("current", "expected", "conflicts"),
    [(dword(2), [(dword(2), None)], 0), (dword(1), [(dword(1), None)], 1), (None, [], 0)],
)
def test_of_several_runs_the_first_knows_the_goal_and_the_last_what_was_left(
    current: Value | None, expected: list[tuple[Value | None, Value | None]], conflicts: int
) -> None:
    seen = registry((KEY, {} if current is None else {"Enabled": current}))
    plan = rollback_plan(seen, [undo(None, dword(1)), undo(dword(1), dword(2))])
    assert shown(plan) == (expected, [], conflicts)


def test_several_runs_with_values_of_their_own() -> None:
    seen = registry((KEY, {"Enabled": dword(1), "DisabledByDefault": dword(0)}))
    plan = rollback_plan(seen, [undo(None, dword(1)), undo(dword(1), dword(0), name="DisabledByDefault")])
    assert shown(plan)[0] == [(dword(1), None), (dword(0), dword(1))]


OURS = {"Enabled": dword(1)}


@pytest.mark.parametrize(
    ("readings", "subkeys", "deleted"),
    [
        ([(PARENT, {}), (KEY, OURS)], {PARENT: ("Client",)}, [PARENT.path]),
        ([(PARENT, {}), (KEY, {"ENABLED": dword(1)})], {PARENT: ("Client",)}, [PARENT.path]),
        ([(PARENT, {}), (KEY, {**OURS, "Foreign": dword(1)})], {PARENT: ("Client",)}, []),
        ([(PARENT, {"Foreign": dword(1)}), (KEY, OURS)], {PARENT: ("Client",)}, []),
        ([(PARENT, {}), (KEY, OURS)], {PARENT: ("Client", "Foreign")}, []),
        ([(PARENT, {}), (KEY, OURS)], {PARENT: ("Client",), KEY: ("Foreign",)}, []),
        ([], {}, []),
    ],
)
def test_a_key_of_ours_goes_only_when_nothing_of_others_is_in_it(
    readings: list[tuple[Key, dict[str, Value]]], subkeys: dict[Key, tuple[str, ...]], deleted: list[str]
) -> None:
    plan = rollback_plan(registry(*readings, subkeys=subkeys), [undo(None, dword(1), (PARENT,))])
    assert shown(plan)[1] == deleted


def test_an_empty_key_of_ours_is_still_something_to_undo() -> None:
    plan = rollback_plan(registry((KEY, {})), [undo(None, dword(1), (KEY,))])
    assert shown(plan) == ([], [KEY.path], 0)
    assert plan


def test_a_key_in_the_other_view_is_another_key() -> None:
    created = Undo((UndoValue(View.WOW, OTHER, "A", None, dword(1)),), ((View.WOW, OTHER),))
    seen = Registry(
        {
            (View.NATIVE, OTHER): KeyReading(Presence.PRESENT, {"Foreign": dword(1)}),
            (View.WOW, OTHER): KeyReading(Presence.PRESENT, {"A": dword(1)}),
        }
    )
    assert rollback_plan(seen, [created]).deleted == ((View.WOW, OTHER),)


def entry(sequence: int, run: str) -> JournalEntry:
    return JournalEntry(sequence, run, "enable", BootMarker(None, None))


@pytest.mark.parametrize(
    ("runs", "run", "sequences"),
    [
        ([], None, []),
        ([], "a", []),
        (["a"], None, [1]),
        (["a", "b"], None, [2]),
        (["a", "b"], "a", [1, 2]),
        (["a", "b"], "b", [2]),
        (["a", "b", "a"], "a", [1, 2, 3]),
        (["a", "b", "b"], None, [2, 3]),
        (["a", "b"], "c", []),
    ],
)
def test_the_runs_to_undo(runs: list[str], run: str | None, sequences: list[int]) -> None:
    journal = [entry(number, name) for number, name in enumerate(runs, 1)]
    assert [one.sequence for one in entries_to_undo(journal, run)] == sequences

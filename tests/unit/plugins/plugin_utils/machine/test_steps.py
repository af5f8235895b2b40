# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines of a change: word by word, never too long, and several where one does not do."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_configmgr import Stage
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.place import Place
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.steps import ChangeSet, ChangeStep, change_steps
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.lines import LIMIT
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.journal import parse_journal
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import Change
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.location import Location
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Key, View
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.undo import parse_undo
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import planned, state_of
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import golden_files
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import (
    JOURNAL,
    LOCATION,
    windows,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine, dword, text

RUN = "20260101T080000Z"
# As long as a folder of a careful administrator may be.
LONG = "D:\\" + "a folder for backups\\" * 9 + "configmgr.tls"


def steps(machine: Machine, stage: Stage, location: str = LOCATION) -> list[ChangeStep]:
    plan = planned(machine, stage)
    assert plan
    return lines(machine, ChangeSet(RUN, stage, plan.changes, plan.created), location)


def lines(machine: Machine, change_set: ChangeSet, location: str = LOCATION) -> list[ChangeStep]:
    state = state_of(machine)
    return change_steps(Place(Location(location), "ours", state.journal), state.boot, change_set)


@pytest.mark.parametrize(
    ("build", "product", "architecture", "stage", "name"),
    [
        (17763, "Server", "AMD64", "enable", "enable-server-2019"),
        (7601, "Client", "AMD64", "enable", "enable-windows-7-x64"),
        (7601, "Client", "x86", "enable", "enable-windows-7-x86"),
        (7601, "Client", "AMD64", "disable", "disable-windows-7-x64"),
    ],
)
def test_the_line_of_a_stage(build: int, product: str, architecture: str, stage: Stage, name: str) -> None:
    (step,) = steps(windows(build, product, architecture=architecture), stage)
    assert step.line == golden_files.expected(name)
    assert len(step.line) <= 8191


@pytest.mark.parametrize("stage", ["enable", "disable"])
@pytest.mark.parametrize("build", [6002, 7601, 9200, 9600, 17763, 26100])
def test_a_stage_takes_one_line_even_with_a_long_folder(build: int, stage: Stage) -> None:
    assert len(LONG) > 200
    (step,) = steps(windows(build), stage, LONG)
    assert len(step.line) <= 8191


def test_the_worst_case_leaves_room() -> None:
    stages: tuple[Stage, ...] = ("enable", "disable")
    lengths = {
        (number, name, one): len(steps(windows(number, name), one)[0].line)
        for number, name in ((7601, "Client"), (9200, "Server"), (17763, "Server"))
        for one in stages
    }
    (worst,) = steps(windows(7601, "Client"), "disable")
    assert max(lengths.values()) == len(worst.line)
    assert len(worst.line) <= 7000


def change(key: str, name: str = "Enabled", size: int = 4) -> Change:
    return Change(Key(key), View.NATIVE, name, text("x" * size), dword(1))


def test_what_does_not_fit_one_line_is_made_in_several() -> None:
    machine = windows()
    machine.files[JOURNAL] = ["4 earlier enable -,-"]
    changes = tuple(change(rf"SYSTEM\Key {number}", size=150) for number in range(30))
    found = lines(machine, ChangeSet(RUN, "enable", changes))
    assert 1 < len(found) <= 8
    assert all(len(step.line) <= 8191 for step in found)
    assert [edit.key for step in found for edit in step.edits] == [one.key for one in changes]
    files = [step.backup.file for step in found]
    assert files == [rf"{LOCATION}\{RUN}\{number:03d}-enable.reg" for number in range(5, 5 + len(found))]
    entries = [parse_journal([step.backup.journal_line])[0] for step in found]
    assert [(entry.sequence, entry.run, entry.action) for entry in entries] == [
        (number, RUN, "enable") for number in range(5, 5 + len(found))
    ]
    kept = [parse_undo(step.backup.lines) for step in found]
    assert [value.key for undo in kept if undo for value in undo.values] == [one.key for one in changes]


def test_what_belongs_to_one_key_stays_in_one_line() -> None:
    new, gone = (View.NATIVE, Key(r"SYSTEM\New")), (View.NATIVE, Key(r"SYSTEM\Gone"))
    changes = (
        change(r"SYSTEM\New\Client"),
        change(r"SYSTEM\A"),
        change(r"SYSTEM\New\Server"),
        change(r"SYSTEM\A", "Other"),
        change(r"SYSTEM\Gone\x"),
    )
    whole = ChangeSet(RUN, "enable", changes, (new,), (gone,))
    first, second = whole.halves()
    assert (first.created, first.deleted) == ((new,), ())
    assert (second.created, second.deleted) == ((), (gone,))
    assert [one.key.path for one in first.changes] == [r"SYSTEM\New\Client", r"SYSTEM\New\Server"]
    assert [(one.key.path, one.name) for one in second.changes] == [
        (r"SYSTEM\A", "Enabled"),
        (r"SYSTEM\A", "Other"),
        (r"SYSTEM\Gone\x", "Enabled"),
    ]
    assert first.halves() == []


def test_values_in_a_key_that_goes_are_not_deleted_one_by_one() -> None:
    gone = (View.NATIVE, Key(r"SYSTEM\Gone"))
    whole = ChangeSet(RUN, "rollback=1", (change(r"SYSTEM\Gone\x"), change(r"SYSTEM\A")), deleted=(gone,))
    assert [(edit.key.path, edit.name) for edit in whole.edits()] == [(r"SYSTEM\A", "Enabled"), (r"SYSTEM\Gone", None)]


@pytest.mark.parametrize(
    ("changes", "location", "words"),
    [
        ((change(r"SYSTEM\A"),), "D:\\" + "x" * 3000, f"more than the {LIMIT} characters"),
        ((change(r"SYSTEM\A", size=2000),), LOCATION, f"more than the {LIMIT} characters"),
        ((change(r"SYSTEM\%A%"),), LOCATION, "cannot be set by a command line"),
    ],
)
def test_what_no_command_line_can_say_is_refused(changes: tuple[Change, ...], location: str, words: str) -> None:
    with pytest.raises(Failure, match=words) as refused:
        lines(windows(), ChangeSet(RUN, "enable", changes), location)
    assert refused.value.code == "not_writable"
    assert refused.value.details == {"changes": [], "changed": False}

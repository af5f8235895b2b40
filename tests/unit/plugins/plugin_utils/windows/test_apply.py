# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change in one line: backup first, then the journal, then the change, then what is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.apply import (
    Applied,
    Backup,
    Edit,
    apply_line,
    parse_applied,
    readback,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.command import UnsafeText
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.questions import Query
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Key, Presence, Value, View
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.undo import UndoValue, render_undo
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine, dword, text

FOLDER = r"%SystemRoot%\configmgr.tls\run-1"
FILE, JOURNAL = rf"{FOLDER}\001-enable.reg", r"%SystemRoot%\configmgr.tls\journal.txt"
KEY, OTHER = Key(r"SYSTEM\Example\Client"), Key(r"SOFTWARE\Example")
EDITS = [
    Edit(View.NATIVE, KEY, "Enabled", dword(1)),
    Edit(View.WOW, OTHER, "A", dword(0xAA0)),
    Edit(View.NATIVE, OTHER, "A", None),
]
QUERIES = readback([(edit.view, edit.key) for edit in EDITS])


def backup(*lines: str) -> Backup:
    return Backup(FOLDER, FILE, lines or ("Windows Registry Editor Version 5.00",), JOURNAL, "1 run-1 enable -,-")


def machine() -> Machine:
    return Machine().set(KEY.path).set(OTHER.path, "A", text("old")).set(OTHER.path, view=32)


def change(target: Machine, kept: Backup | None = None) -> Applied:
    kept = kept or backup()
    return parse_applied(kept, EDITS, QUERIES, target.run(apply_line(kept, EDITS, QUERIES)))


def test_the_line_word_by_word() -> None:
    assert apply_line(backup("one", '"A"=hex(1):41,00'), EDITS[:1], [Query(KEY)]) == (
        r'(mkdir "%SystemRoot%\configmgr.tls\run-1"'
        r'&(echo one&echo "A"=hex^(1^):41,00)>"%SystemRoot%\configmgr.tls\run-1\001-enable.reg"'
        r'&&type "%SystemRoot%\configmgr.tls\run-1\001-enable.reg"&&echo #ok 0'
        r'&&(echo 1 run-1 enable -,-)>>"%SystemRoot%\configmgr.tls\journal.txt"&&echo #ok 1'
        r'&&((reg add "HKLM\SYSTEM\Example\Client" /v Enabled /t REG_DWORD /d 0x1 /f>nul&&echo #ok 2))'
        r'&reg query "HKLM\SYSTEM\Example\Client"&&echo #ok 3)2>nul'
    )


def test_a_change_is_backed_up_written_down_made_and_read_back() -> None:
    target = machine()
    applied = change(target)
    assert (applied.backed_up, applied.journaled, applied.done) == (True, True, (True, True, True))
    assert applied.registry.key(KEY).value("Enabled") == dword(1)
    assert applied.registry.key(OTHER, View.WOW).value("A") == dword(0xAA0)
    assert applied.registry.key(OTHER).value("A") is None
    assert target.files == {FILE: ["Windows Registry Editor Version 5.00"], JOURNAL: ["1 run-1 enable -,-"]}


def test_without_a_backup_nothing_is_changed_and_what_is_there_is_still_read() -> None:
    target = machine()
    target.disk_full = True
    before = target.dump()
    applied = change(target)
    assert (applied.backed_up, applied.journaled, applied.done) == (False, False, (False, False, False))
    assert target.dump() == before
    assert applied.registry.key(OTHER).value("A") == text("old")


def test_an_edit_that_fails_is_told_and_does_not_stop_the_others() -> None:
    assert change(machine().deny(KEY.path)).done == (False, True, True)


def test_a_backup_that_is_not_as_it_was_sent_is_no_backup() -> None:
    kept = backup("one", "two")
    line = apply_line(kept, [], [])
    assert parse_applied(kept, [], [], Machine().run(line)).backed_up
    assert not parse_applied(kept, [], [], Machine().run(line).replace("two", "tw")).backed_up
    assert not parse_applied(kept, [], [], Machine().run(line).replace("two\r\n", "")).backed_up


def test_a_line_without_edits_has_no_empty_group() -> None:
    assert "()" not in apply_line(backup(), [], [])
    assert parse_applied(backup(), [], [], Machine().run(apply_line(backup(), [], []))).journaled


TEXTS = st.text(st.characters(blacklist_characters="\x00"), max_size=10)


@given(st.builds(Value, st.sampled_from(["REG_SZ", "REG_MULTI_SZ", "REG_EXPAND_SZ"]), TEXTS))
def test_a_former_value_cannot_become_part_of_the_command(value: Value) -> None:
    kept = backup(*render_undo([UndoValue(View.NATIVE, KEY, "a (1) & b", value, dword(1))], []))
    target = machine()
    assert change(target, kept).backed_up
    assert tuple(target.files[FILE]) == kept.lines


@pytest.mark.parametrize("line", ["%PATH%", 'one " quote', "a\nb", "\x1b"])
def test_a_line_that_echo_cannot_write_is_refused(line: str) -> None:
    with pytest.raises(UnsafeText):
        apply_line(backup(line), [], [])


@pytest.mark.parametrize("entry", ["1 run enable -,%x%", "1 run enable -,\n"])
def test_a_journal_line_that_echo_cannot_write_is_refused(entry: str) -> None:
    with pytest.raises(UnsafeText):
        apply_line(Backup(FOLDER, FILE, ("x",), JOURNAL, entry), [], [])


def test_a_journal_line_stays_one_line_of_text() -> None:
    entry = "1 run enable -,x)&shutdown /r&(echo"
    target = Machine()
    target.run(apply_line(Backup(FOLDER, FILE, ("x",), JOURNAL, entry), [], []))
    assert target.files[JOURNAL] == [entry]


def test_every_key_is_read_back_once_in_its_own_view() -> None:
    places = [(View.NATIVE, KEY), (View.NATIVE, KEY), (View.WOW, OTHER), (View.NATIVE, OTHER)]
    assert readback(places) == [Query(KEY), Query(OTHER, View.WOW), Query(OTHER, View.NATIVE)]


def test_of_a_deleted_key_the_one_above_is_read_too() -> None:
    assert readback([], [(View.NATIVE, KEY)]) == [Query(KEY), Query(Key(r"SYSTEM\Example"))]
    target = machine()
    edits = [Edit(View.NATIVE, KEY, None, None)]
    queries = readback([], [(View.NATIVE, KEY)])
    applied = parse_applied(backup(), edits, queries, target.run(apply_line(backup(), edits, queries)))
    assert applied.registry.key(KEY).presence is Presence.ABSENT
    assert (View.NATIVE, KEY) in applied.registry.missed

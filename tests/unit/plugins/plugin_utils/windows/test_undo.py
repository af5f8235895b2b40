# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup of a change: what is written can be read again, and a damaged file is known as such."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Key, Value, View
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.undo import (
    HEADER,
    LAST_LINE,
    Undo,
    UndoValue,
    can_be_kept,
    parse_undo,
    raw_bytes,
    reg_text,
    render_undo,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import dword, text

SYSTEM, SOFTWARE = Key(r"SYSTEM\Example\Client"), Key(r"SOFTWARE\Example")

TEXTS = st.text(st.characters(blacklist_characters="\x00"), max_size=10)
KEPT = st.one_of(
    st.builds(Value, st.just("REG_DWORD"), st.integers(0, 0xFFFFFFFF)),
    st.builds(Value, st.just("REG_DWORD_BIG_ENDIAN"), st.integers(0, 0xFFFFFFFF)),
    st.builds(Value, st.just("REG_QWORD"), st.integers(0, 0xFFFFFFFFFFFFFFFF)),
    st.builds(Value, st.sampled_from(["REG_SZ", "REG_EXPAND_SZ", "REG_LINK", "REG_MULTI_SZ"]), TEXTS),
    st.builds(
        Value, st.sampled_from(["REG_BINARY", "REG_NONE"]), st.binary(max_size=8).map(lambda raw: raw.hex().upper())
    ),
)
NAMES = st.sampled_from(["Enabled", "DisabledByDefault", "DefaultSecureProtocols", "name with (signs) & spaces"])
PLACES = st.sampled_from(
    [(View.NATIVE, SYSTEM), (View.NATIVE, SOFTWARE), (View.WOW, SOFTWARE), (View.WOW, SOFTWARE.child("x"))]
)


@given(
    st.dictionaries(st.tuples(PLACES, NAMES), st.tuples(st.none() | KEPT, st.none() | KEPT), max_size=5),
    st.sets(PLACES, max_size=2),
)
def test_what_is_written_is_read_again(
    changes: dict[tuple[tuple[View, Key], str], tuple[Value | None, Value | None]], created: set[tuple[View, Key]]
) -> None:
    def is_new(view: View, key: Key) -> bool:
        return any(view is other and key.is_below(above) for other, above in created)

    values = [
        UndoValue(view, key, name, None if is_new(view, key) else before, after)
        for ((view, key), name), (before, after) in changes.items()
    ]
    # Values of one key stand together, as a plan has them.
    values.sort(key=lambda value: (value.view.value, value.key.folded))
    lines = render_undo(values, sorted(created, key=str))
    assert all(line.isprintable() and line.isascii() for line in lines)
    undo = parse_undo(lines)
    assert undo is not None
    assert set(undo.values) == set(values)
    assert set(undo.created) == created


@given(KEPT)
def test_every_value_that_windows_prints_can_be_kept(value: Value) -> None:
    assert can_be_kept(value)


@pytest.mark.parametrize(
    "value",
    [
        Value("REG_DWORD", ""),
        Value("REG_DWORD", "0x1ffffffff"),
        Value("REG_DWORD", 0x100000000),
        Value("REG_DWORD", -1),
        Value("REG_QWORD", 0x10000000000000000),
        Value("REG_BINARY", "no bytes"),
        Value("REG_BINARY", "ABC"),
        Value("REG_NONE", "(zero-length)"),
    ],
)
def test_a_value_that_was_not_printed_as_it_should_be_cannot_be_kept(value: Value) -> None:
    assert not can_be_kept(value)


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        (dword(0xAA0), b"\xa0\x0a\x00\x00"),
        (Value("REG_DWORD_BIG_ENDIAN", 0xAA0), b"\xa0\x0a\x00\x00"),
        (Value("REG_QWORD", 1), b"\x01" + bytes(7)),
        (text("1"), b"1\x00\x00\x00"),
        (text(""), b"\x00\x00"),
        (Value("REG_MULTI_SZ", "a\\0b"), b"a\x00\x00\x00b\x00\x00\x00\x00\x00"),
        (Value("REG_BINARY", "00FF"), b"\x00\xff"),
    ],
)
def test_the_bytes_are_those_of_windows(value: Value, raw: bytes) -> None:
    assert raw_bytes(value) == raw


def test_the_file_undoes_the_change_by_a_double_click() -> None:
    values = [
        UndoValue(View.NATIVE, SYSTEM, "Enabled", None, dword(1)),
        UndoValue(View.NATIVE, SOFTWARE, "A", dword(0xA0), dword(0xAA0)),
        UndoValue(View.NATIVE, SOFTWARE, "B", None, dword(1)),
        UndoValue(View.WOW, SOFTWARE, "A", text("x"), dword(0xAA0)),
    ]
    assert render_undo(values, [(View.NATIVE, Key(r"SYSTEM\Example"))]) == [
        HEADER,
        r"[-HKEY_LOCAL_MACHINE\SYSTEM\Example]",
        r";[HKEY_LOCAL_MACHINE\SYSTEM\Example\Client]",
        ';"Enabled"=dword:00000001',
        r"[HKEY_LOCAL_MACHINE\SOFTWARE\Example]",
        '"A"=dword:000000a0',
        ';"A"=dword:00000aa0',
        '"B"=-',
        ';"B"=dword:00000001',
        r"[HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\Example]",
        '"A"=hex(1):78,00,00,00',
        ';"A"=dword:00000aa0',
        LAST_LINE,
    ]


BODY = [r"[HKEY_LOCAL_MACHINE\SOFTWARE\Example]", '"A"=dword:000000a0', ';"A"=dword:00000aa0']
GOOD = [HEADER, *BODY, LAST_LINE]


def test_a_file_that_an_editor_saved_again_is_still_ours() -> None:
    assert parse_undo(["\ufeff" + HEADER, "", *(f"{line}  " for line in GOOD[1:])]) == parse_undo(GOOD)
    assert parse_undo(GOOD) == Undo((UndoValue(View.NATIVE, SOFTWARE, "A", dword(0xA0), dword(0xAA0)),), ())


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["REGEDIT4", *GOOD[1:]],
        GOOD[1:],
        [HEADER, *BODY[1:], LAST_LINE],
        [HEADER, *BODY[:2], LAST_LINE],
        *(GOOD[:count] for count in range(1, len(GOOD))),
        [*GOOD, *BODY],
        *(
            [HEADER, *BODY, line, LAST_LINE]
            for line in (
                "something else",
                '"B"=dword:1',
                ';"B"=hex(1):0',
                ';"B"=hex(1):41,00,41',
                ';"B"=hex(ff):00',
                ';"B"="text"',
                r"[HKEY_CURRENT_USER\SOFTWARE]",
            )
        ),
    ],
)
def test_a_damaged_file_is_no_backup(lines: list[str]) -> None:
    assert parse_undo(lines) is None


@given(
    st.lists(
        st.sampled_from([*GOOD, '"A"=hex(1):0', ";", "[", '"A"=-', "hex(7):,,,"]) | st.text(max_size=20), max_size=6
    )
)
def test_no_file_makes_the_reader_fail(lines: list[str]) -> None:
    undo = parse_undo([HEADER, *lines, LAST_LINE])
    assert undo is None or isinstance(undo, Undo)


def test_values_as_regedit_writes_them() -> None:
    values = [
        (View.NATIVE, SOFTWARE, "A", dword(1)),
        (View.NATIVE, SOFTWARE, "B", None),
        (View.WOW, SOFTWARE, "A", dword(2)),
        (View.NATIVE, SYSTEM, "A", None),
    ]
    assert reg_text(values) == (
        "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Example]\n"
        '"A"=dword:00000001\n'
        "[HKEY_LOCAL_MACHINE\\SOFTWARE\\WOW6432Node\\Example]\n"
        '"A"=dword:00000002\n'
    )

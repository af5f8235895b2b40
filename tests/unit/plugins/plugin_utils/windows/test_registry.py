# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reg query prints, shape by shape, and what is made of it."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import (
    ABSENT,
    UNREADABLE,
    Key,
    KeyReading,
    Presence,
    Registry,
    Value,
    View,
    parse_query,
    reading_of,
)

KEY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Example"


def read(*lines: str) -> dict[str, Value]:
    sections = parse_query(["", KEY, *lines])
    assert [section.path for section, _values in sections] == [r"SOFTWARE\Example"]
    return sections[0][1]


@pytest.mark.parametrize(
    ("line", "name", "kind", "data"),
    [
        ("    Enabled    REG_DWORD    0x1", "Enabled", "REG_DWORD", 1),
        ("    Enabled    REG_DWORD    0xffffffff", "Enabled", "REG_DWORD", 0xFFFFFFFF),
        ("    Big    REG_DWORD_BIG_ENDIAN    0x1f", "Big", "REG_DWORD_BIG_ENDIAN", 0x1F),
        ("    Long    REG_QWORD    0x2a", "Long", "REG_QWORD", 0x2A),
        ("    Long    REG_QWORD    0xffffffffffffffff", "Long", "REG_QWORD", 0xFFFFFFFFFFFFFFFF),
        ("    List    REG_MULTI_SZ    a\\0b", "List", "REG_MULTI_SZ", "a\\0b"),
        ("    Raw    REG_BINARY    00FF", "Raw", "REG_BINARY", "00FF"),
        ("    Path    REG_EXPAND_SZ    %SystemRoot%\\x", "Path", "REG_EXPAND_SZ", "%SystemRoot%\\x"),
        ("    Nothing    REG_NONE    ", "Nothing", "REG_NONE", ""),
        ("    Empty    REG_SZ    ", "Empty", "REG_SZ", ""),
        ("    Empty    REG_SZ", "Empty", "REG_SZ", ""),
        ("    with one space    REG_SZ    x y", "with one space", "REG_SZ", "x y"),
        ("    four    spaces    REG_DWORD    0x2", "four    spaces", "REG_DWORD", 2),
        ("    data    REG_SZ    a    REG_SZ    b", "data", "REG_SZ", "a    REG_SZ    b"),
        ("    (Standard)    REG_SZ    (Wert nicht festgelegt)", "(Standard)", "REG_SZ", "(Wert nicht festgelegt)"),
        ("    Odd    REG_DWORD    0x1ffffffff", "Odd", "REG_DWORD", "0x1ffffffff"),
        ("    Odd    REG_DWORD    0x", "Odd", "REG_DWORD", "0x"),
        ("    Odd    REG_DWORD    12", "Odd", "REG_DWORD", "12"),
        ("    Odd    REG_DWORD    -0x1", "Odd", "REG_DWORD", "-0x1"),
        ("    Odd    REG_DWORD    0x1_0", "Odd", "REG_DWORD", "0x1_0"),
        ("    Odd    REG_DWORD    ", "Odd", "REG_DWORD", ""),
    ],
)
def test_a_value(line: str, name: str, kind: str, data: int | str) -> None:
    assert read(line) == {name: Value(kind, data)}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Fin de la recherche : 2 correspondance(s) trouvée(s).",
        "End of search: 2 match(es) found.",
        "FEHLER: Der angegebene Registrierungsschlüssel wurde nicht gefunden.",
        "   Three    REG_DWORD    0x1",
        "    Unknown    REG_STRANGE    0x1",
        "    Enabled REG_DWORD 0x1",
        "    Enabled    REG_DWORDS    0x1",
    ],
)
def test_a_line_that_is_no_value(line: str) -> None:
    assert read(line) == {}


def test_the_number_that_counts_is_a_dword() -> None:
    assert [
        Value(*pair).dword for pair in (("REG_DWORD", 1), ("REG_QWORD", 1), ("REG_SZ", "1"), ("REG_DWORD", ""))
    ] == [
        1,
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Value("REG_DWORD", 0xAA0), "REG_DWORD 0xaa0"),
        (Value("REG_SZ", "1"), "REG_SZ 1"),
        (Value("REG_QWORD", 0), "REG_QWORD 0x0"),
    ],
)
def test_a_value_as_a_person_reads_it(value: Value, shown: str) -> None:
    assert str(value) == shown


def test_subkeys_are_listed_without_being_read() -> None:
    lines = [
        "",
        KEY,
        "    A    REG_SZ    x",
        "",
        rf"{KEY}\One",
        rf"{KEY}\Two words",
        rf"{KEY}\Two words\Deeper",
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Other",
    ]
    reading = reading_of(Key(r"software\EXAMPLE"), parse_query(lines))
    assert reading == KeyReading(Presence.PRESENT, {"A": Value("REG_SZ", "x")}, ("One", "Two words"))
    assert reading.has_subkey("TWO WORDS")
    assert not reading.has_subkey("Three")
    assert reading.value("a") == Value("REG_SZ", "x")
    assert reading.value("b") is None


def test_a_query_of_everything_below_lists_every_key() -> None:
    lines = ["", rf"{KEY}\One", "    PatchLevel    REG_SZ    1", "", rf"{KEY}\One\Two", "    PatchLevel    REG_SZ    2"]
    assert [(key.path, values["PatchLevel"].data) for key, values in parse_query(lines)] == [
        (r"SOFTWARE\Example\One", "1"),
        (r"SOFTWARE\Example\One\Two", "2"),
    ]


def test_values_below_a_key_of_another_hive_belong_to_nobody() -> None:
    lines = [
        KEY,
        "    A    REG_DWORD    0x1",
        r"HKEY_CURRENT_USER\SOFTWARE",
        "    B    REG_DWORD    0x2",
        "HKEY_LOCAL_MACHINE",
    ]
    assert [(key.path, values) for key, values in parse_query([*lines, "    C    REG_DWORD    0x3"])] == [
        (r"SOFTWARE\Example", {"A": Value("REG_DWORD", 1)})
    ]


@pytest.mark.parametrize("spelling", [r"HKLM\SOFTWARE\Example", r"hklm\software\example", KEY, r"SOFTWARE\EXAMPLE"])
def test_a_key_is_the_same_however_it_is_spelled(spelling: str) -> None:
    key = Key(spelling)
    assert key == Key(r"SOFTWARE\Example")
    assert hash(key) == hash(Key(r"SOFTWARE\Example"))
    assert key.short.upper() == r"HKLM\SOFTWARE\EXAMPLE"
    assert key.full.upper() == r"HKEY_LOCAL_MACHINE\SOFTWARE\EXAMPLE"


def test_the_family_of_a_key() -> None:
    key = Key(r"SOFTWARE\Example\Sub")
    assert (key.name, key.parent, key.child("x").path) == ("Sub", Key(r"SOFTWARE\Example"), r"SOFTWARE\Example\Sub\x")
    assert Key("SOFTWARE").parent is None
    assert key.is_below(Key(r"software\example"))
    assert key.is_below(key)
    assert not Key(r"SOFTWARE\Examples").is_below(Key(r"SOFTWARE\Example"))


PARENT, CHILD = Key(r"SOFTWARE\A"), Key(r"SOFTWARE\A\B")
GRANDCHILD = CHILD.child("C")


@pytest.mark.parametrize(
    ("readings", "asked", "presence"),
    [
        ({}, CHILD, "absent"),
        ({PARENT: KeyReading(Presence.PRESENT)}, CHILD, "absent"),
        ({PARENT: KeyReading(Presence.PRESENT, {}, ("b",))}, CHILD, "unreadable"),
        ({PARENT: KeyReading(Presence.PRESENT, {}, ("BB",))}, CHILD, "absent"),
        ({PARENT: KeyReading(Presence.PRESENT, {}, ("B",))}, GRANDCHILD, "unreadable"),
        ({PARENT: KeyReading(Presence.PRESENT, {}, ("C",))}, GRANDCHILD, "absent"),
        ({PARENT: UNREADABLE}, GRANDCHILD, "unreadable"),
        ({PARENT: ABSENT}, GRANDCHILD, "absent"),
        ({PARENT: UNREADABLE, CHILD: ABSENT}, GRANDCHILD, "absent"),
        ({CHILD: KeyReading(Presence.PRESENT)}, CHILD, "present"),
        ({PARENT: KeyReading(Presence.PRESENT, partial=True)}, CHILD, "absent"),
    ],
)
def test_a_key_that_did_not_answer_is_absent_only_when_nothing_lists_it(
    readings: dict[Key, KeyReading], asked: Key, presence: str
) -> None:
    registry = Registry(
        {(View.NATIVE, key): reading for key, reading in readings.items()}, frozenset({(View.NATIVE, asked)})
    )
    assert registry.key(asked).presence.value == presence


@pytest.mark.parametrize(
    ("readings", "presence"),
    [
        ({}, "unreadable"),
        ({PARENT: KeyReading(Presence.PRESENT, partial=True)}, "unreadable"),
        ({PARENT: KeyReading(Presence.PRESENT)}, "absent"),
    ],
)
def test_a_key_that_nobody_asked_for_is_absent_only_when_its_parent_was_read_whole(
    readings: dict[Key, KeyReading], presence: str
) -> None:
    registry = Registry({(View.NATIVE, key): reading for key, reading in readings.items()})
    assert registry.key(CHILD).presence.value == presence
    assert registry.key(CHILD, View.WOW).presence is Presence.UNREADABLE


def test_a_later_reading_replaces_an_earlier_one() -> None:
    here = (View.NATIVE, PARENT)
    there = (View.NATIVE, CHILD)
    earlier = Registry(
        {here: KeyReading(Presence.PRESENT, {"x": Value("REG_DWORD", 1)}), there: KeyReading(Presence.PRESENT)}
    )
    later = Registry({here: KeyReading(Presence.PRESENT, {"x": Value("REG_DWORD", 2)})}, frozenset({there}))
    both = earlier.updated(later)
    assert both.key(PARENT).value("X") == Value("REG_DWORD", 2)
    assert both.key(CHILD).presence is Presence.ABSENT
    assert both.missed == {there}
    assert both.updated(earlier).missed == frozenset()
    assert both.updated(earlier).key(CHILD).presence is Presence.PRESENT

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry keeps what is written, in the view where it was written, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configmgr_lab.machine.registry import BadPath, Key, Registry, View, long_path
from configmgr_lab.machine.values import RegistryType, Value, decode_multi, encode_multi

NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\\\0", exclude_categories=["Cs"]), min_size=1, max_size=8
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda parts: "HKLM\\SOFTWARE\\" + "\\".join(parts))
VALUES = st.builds(Value, NAMES, st.sampled_from(RegistryType), st.binary(max_size=16))
STEPS = st.lists(st.tuples(PATHS, VALUES), min_size=1, max_size=12)


def empty(*, is_64bit: bool = True) -> Registry:
    return Registry({}, is_64bit=is_64bit)


@given(STEPS)
def test_what_was_set_last_is_read(steps: list[tuple[str, Value]]) -> None:
    registry = empty()
    expected: dict[tuple[str, str], Value] = {}
    for path, value in steps:
        registry.set(path, value)
        expected[path.lower(), value.name.lower()] = value
    for (path, name), value in expected.items():
        read = registry.value(path.upper() if path.upper().lower() == path else path, name)
        assert read is not None
        assert (read.type, read.data) == (value.type, value.data)


@given(PATHS, VALUES, VALUES)
def test_deleting_a_value_leaves_the_others(path: str, first: Value, second: Value) -> None:
    registry = empty()
    registry.set(path, first)
    registry.set(path, second)
    assert registry.delete_value(path, first.name)
    assert registry.value(path, first.name) is None
    same = first.name.lower() == second.name.lower()
    assert (registry.value(path, second.name) is None) == same
    assert not registry.delete_value(path, first.name)


@given(STEPS)
def test_reset_is_the_image_again(steps: list[tuple[str, Value]]) -> None:
    source = empty()
    source.set("HKLM\\SOFTWARE\\Kept", Value.dword("A", 1))
    registry = Registry(source.as_image(), is_64bit=True)
    before = registry.dump()
    for path, value in steps:
        registry.set(path, value)
    registry.delete_key("HKLM\\SOFTWARE\\Kept")
    assert registry.dump() != before
    registry.reset()
    assert registry.dump() == before


@given(STEPS)
def test_setting_and_deleting_leaves_no_trace_in_the_parent(steps: list[tuple[str, Value]]) -> None:
    registry = empty()
    registry.create("HKLM\\SOFTWARE")
    before = registry.dump()
    for path, value in steps:
        registry.set(path, value)
    software = registry.key("HKLM\\SOFTWARE")
    assert software is not None
    for name in software.subkeys:
        assert registry.delete_key(f"HKLM\\SOFTWARE\\{name}")
    assert registry.dump() == before


def test_two_machines_of_one_image_do_not_see_each_other() -> None:
    source = empty()
    source.set("HKLM\\SOFTWARE\\A", Value.dword("N", 1))
    image = source.as_image()
    one, other = Registry(image, is_64bit=True), Registry(image, is_64bit=True)
    one.set("HKLM\\SOFTWARE\\A", Value.dword("N", 2))
    one.delete_key("HKLM\\SOFTWARE\\A\\B")
    assert other.number("HKLM\\SOFTWARE\\A", "N") == 1


def test_a_snapshot_does_not_follow() -> None:
    registry = empty()
    registry.set("HKLM\\SOFTWARE\\A", Value.dword("N", 1))
    snapshot = registry.snapshot()
    registry.set("HKLM\\SOFTWARE\\A", Value.dword("N", 2))
    assert (snapshot.number("HKLM\\SOFTWARE\\A", "N"), registry.number("HKLM\\SOFTWARE\\A", "N")) == (1, 2)


@pytest.mark.parametrize(
    ("path", "view", "is_64bit", "stored"),
    [
        ("HKLM\\SOFTWARE\\A", View.BIT32, True, "HKEY_LOCAL_MACHINE\\SOFTWARE\\Wow6432Node\\A"),
        ("hklm\\software\\A", View.BIT32, True, "HKEY_LOCAL_MACHINE\\software\\Wow6432Node\\A"),
        ("HKLM\\SOFTWARE\\A", View.BIT64, True, "HKEY_LOCAL_MACHINE\\SOFTWARE\\A"),
        ("HKLM\\SOFTWARE\\A", View.BIT32, False, "HKEY_LOCAL_MACHINE\\SOFTWARE\\A"),
        ("HKLM\\SOFTWARE", View.BIT32, True, "HKEY_LOCAL_MACHINE\\SOFTWARE\\Wow6432Node"),
        ("HKLM\\SOFTWARE\\WOW6432Node\\A", View.BIT32, True, "HKEY_LOCAL_MACHINE\\SOFTWARE\\WOW6432Node\\A"),
        ("HKLM\\SOFTWARE\\Policies\\A", View.BIT32, True, "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\A"),
        ("HKLM\\SOFTWAREX\\A", View.BIT32, True, "HKEY_LOCAL_MACHINE\\SOFTWAREX\\A"),
        ("HKLM\\SYSTEM\\A\\", View.BIT32, True, "HKEY_LOCAL_MACHINE\\SYSTEM\\A"),
    ],
)
def test_views(path: str, view: View, is_64bit: bool, stored: str) -> None:
    assert empty(is_64bit=is_64bit).stored(path, view) == stored


@pytest.mark.parametrize("path", ["", "HKLM\\", "HKXX\\A", "\\HKLM\\A", "HKLM\\A\\\\B", "HKLM\\A\\\\"])
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(BadPath):
        long_path(path)


def test_the_first_spelling_and_the_order_of_creation_stay() -> None:
    registry = empty()
    registry.set("HKLM\\SOFTWARE\\Key", Value.text("Zeta", "1"))
    registry.set("HKLM\\software\\KEY", Value.text("alpha", "2"))
    registry.set("HKLM\\SOFTWARE\\key", Value.text("ZETA", "3"))
    key = registry.key("HKLM\\SOFTWARE\\KEY")
    assert key == Key("Key", (Value.text("Zeta", "3"), Value.text("alpha", "2")))


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)))
def test_multi_strings_come_back(items: list[str]) -> None:
    assert decode_multi(encode_multi(items)) == tuple(items)

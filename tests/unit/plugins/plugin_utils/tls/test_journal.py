# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal of changes: what is read from it, what is still there, and whether the machine was restarted since."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.journal import (
    BootMarker,
    JournalEntry,
    active_entries,
    parse_journal,
    restarted_since,
)

NOW = "2026-01-01T08:00:00.000000000Z"
NOWHERE = BootMarker(None, None)


def entry(sequence: int, action: str = "enable", run: str = "run", boot: BootMarker = NOWHERE) -> JournalEntry:
    return JournalEntry(sequence, run, action, boot)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"1 job-77 enable {NOW},00FF", entry(1, run="job-77", boot=BootMarker(NOW, "00FF"))),
        ("12 a.b_c disable -,00FF", entry(12, "disable", "a.b_c", BootMarker(None, "00FF"))),
        ("3 r rollback=1 -,-   ", entry(3, "rollback=1", "r")),
        ("3 r enable nonsense&calc,00", entry(3, "enable", "r", BootMarker(None, "00"))),
        ("", None),
        ("x r enable -,-", None),
        ("1 r switch -,-", None),
        ("1 r enable", None),
        ("1 ../x enable -,-", None),
        ("1 a&b enable -,-", None),
        (f"1 {'r' * 65} enable -,-", None),
        ("1 r rollback= -,-", None),
        ("1 r rollback=1&calc -,-", None),
        ("9999999999 r enable -,-", None),
        ("٣ r enable -,-", None),
        ("9" * 5000 + " r enable -,-", None),
        ("1  r enable -,-", None),
    ],
)
def test_a_line(line: str, expected: JournalEntry | None) -> None:
    assert parse_journal([line]) == (() if expected is None else (expected,))


@given(
    st.lists(
        st.text(max_size=30) | st.from_regex(r"[0-9]{1,12} r (enable|rollback=[0-9]{1,12}) .{0,9}", fullmatch=True)
    )
)
def test_whatever_is_read_is_safe_to_write_again(lines: list[str]) -> None:
    entries = parse_journal(lines)
    assert parse_journal(map(str, entries)) == entries
    for found in entries:
        assert not set(str(found)) & set('%"&|<>^()\r\n')
        assert not set(found.backup) & set('%"&|<>^()\r\n/:')


MARKERS = st.none() | st.text(max_size=70) | st.just(NOW) | st.just("00FF00FF")


@given(MARKERS, MARKERS)
def test_a_boot_marker_holds_nothing_that_a_command_line_could_run(event: str | None, shutdown: str | None) -> None:
    marker = BootMarker(event, shutdown)
    assert set(str(marker)) <= set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:.+-,")
    assert BootMarker.parse(str(marker)) == marker


@pytest.mark.parametrize("text", [f"{NOW} & calc", "%PATH%", "a)b", "a b", "", "-", "é", "x" * 65, "a\n"])
def test_a_marker_that_looks_like_nothing_known_is_not_known(text: str) -> None:
    assert not BootMarker(text, text).known
    assert str(BootMarker(text, text)) == "-,-"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("a", "x"), ("a", "y"), True),
        (("a", "x"), ("b", "x"), False),
        ((None, "x"), ("b", "x"), True),
        (("a", "x"), (None, "y"), False),
        (("a", None), (None, "x"), None),
        ((None, None), ("a", "x"), None),
    ],
)
def test_one_uptime(
    one: tuple[str | None, str | None], other: tuple[str | None, str | None], same: bool | None
) -> None:
    assert BootMarker(*one).same_uptime(BootMarker(*other)) is same
    assert BootMarker(*other).same_uptime(BootMarker(*one)) is same


@pytest.mark.parametrize(
    ("actions", "active"),
    [
        ([], []),
        (["enable"], [1]),
        (["enable", "disable"], [1, 2]),
        (["enable", "disable", "rollback=2"], [1]),
        (["enable", "disable", "rollback=1"], []),
        (["enable", "disable", "rollback=2", "rollback=1"], []),
        (["enable", "rollback=1", "enable"], [3]),
        (["enable", "rollback=1", "enable", "disable", "rollback=4"], [3]),
        (["rollback=7", "enable"], [2]),
    ],
)
def test_what_is_still_there(actions: list[str], active: list[int]) -> None:
    journal = [entry(number, action) for number, action in enumerate(actions, 1)]
    assert [one.sequence for one in active_entries(journal)] == active


THEN, LATER = BootMarker("a", "x"), BootMarker("b", "y")


@pytest.mark.parametrize(
    ("journal", "boot", "restarted"),
    [
        ([], NOWHERE, True),
        ([entry(1, boot=THEN)], THEN, False),
        ([entry(1, boot=THEN)], LATER, True),
        ([entry(1, boot=THEN)], NOWHERE, None),
        ([entry(1, boot=NOWHERE)], LATER, None),
        ([entry(1, boot=THEN), entry(2, boot=LATER)], LATER, False),
        ([entry(1, boot=LATER), entry(2, boot=THEN)], LATER, True),
        ([entry(1, boot=THEN), entry(2, "rollback=1", boot=LATER)], LATER, False),
    ],
)
def test_whether_it_was_restarted_since(journal: list[JournalEntry], boot: BootMarker, restarted: bool | None) -> None:
    assert restarted_since(journal, boot) is restarted


def test_the_backup_of_an_entry() -> None:
    assert entry(3, "rollback=1", "job-77").backup == r"job-77\003-rollback=1.reg"
    assert (entry(3, "rollback=12").undoes_from, entry(3).undoes_from) == (12, None)

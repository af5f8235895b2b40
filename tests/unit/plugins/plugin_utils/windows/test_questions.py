# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many questions in one answer: which part belongs to which."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._marks import heard
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.questions import (
    Answers,
    Command,
    Query,
    ask,
    surely,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Key, Presence, Value, View

KEY = Key(r"SOFTWARE\Example")
SHOWN = "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Example\r\n    A    REG_DWORD    0x1\r\n\r\n"


def parse(questions: list[Query | Command], text: str) -> Answers:
    return Answers.parse(questions, heard(text, "#ok"))


@pytest.mark.parametrize(
    ("question", "line"),
    [
        (Query(KEY), r'reg query "HKLM\SOFTWARE\Example"&&echo #ok 7'),
        (Query(KEY, View.NATIVE), r'reg query "HKLM\SOFTWARE\Example" /reg:64&&echo #ok 7'),
        (Query(KEY, View.WOW, "A"), r'reg query "HKLM\SOFTWARE\Example" /v A /reg:32&&echo #ok 7'),
        (Query(KEY, View.WOW, "A", tree=True), r'reg query "HKLM\SOFTWARE\Example" /v A /s /reg:32&echo #ok 7'),
        (Query(KEY, View.NATIVE, exists=True), r'reg query "HKLM\SOFTWARE\Example" /reg:64>nul&&echo #ok 7'),
        (Command("x", "ver"), "ver&&echo #ok 7"),
        (Command("x", "ver", always=True), "ver&echo #ok 7"),
    ],
)
def test_a_question_as_it_is_sent(question: Query | Command, line: str) -> None:
    assert question.render(7) == line


def test_questions_are_numbered_in_their_order() -> None:
    assert ask([Command("a", "x"), Command("b", "y")]) == ["x&&echo #ok 0", "y&&echo #ok 1"]


def test_what_is_given_is_asked_only_when_the_question_before_was_answered() -> None:
    tree = Query(KEY, value="A", tree=True, given=True)
    assert ask([Query(KEY), tree, replace(tree, value="B"), Command("c", "x")]) == [
        r'reg query "HKLM\SOFTWARE\Example"&&echo #ok 0'
        r'&&(reg query "HKLM\SOFTWARE\Example" /v A /s&echo #ok 1'
        r'&reg query "HKLM\SOFTWARE\Example" /v B /s&echo #ok 2)',
        "x&&echo #ok 3",
    ]


def test_what_a_search_says_is_not_taken_for_a_refusal() -> None:
    sure = Query(KEY.child("B"), sure=True)
    asked = surely([Query(KEY), Query(KEY, value="A", tree=True), sure])
    assert [question for question in asked if isinstance(question, Query)] == [sure, *asked[3:]]
    answers = parse(asked, f"none\r\n#ok 0\r\nnone\r\n#ok 2\r\n{SHOWN}#ok 3\r\n\r\nFound: 0.\r\n#ok 4\r\n")
    assert answers.registry.key(KEY.child("B")).presence is Presence.ABSENT
    later = [Query(KEY.child("C"), sure=True), Query(KEY.child("D"), sure=True)]
    told = answers.and_then(surely(later, first=False), heard("none\r\ndenied\r\n#ok 2\r\n", "#ok")).registry
    assert [told.key(KEY.child(name)).presence for name in "CD"] == [Presence.ABSENT, Presence.UNREADABLE]


@pytest.mark.parametrize(
    ("said", "presence"),
    [
        ("\r\nSuche beendet: 0 gefunden.\r\n", Presence.PRESENT),
        ("", Presence.UNREADABLE),
        ("Verweigert.\r\n", Presence.UNREADABLE),
    ],
)
def test_names_that_were_looked_for(said: str, presence: Presence) -> None:
    assert parse([Query(KEY, named="SQL")], f"{said}#ok 0\r\n").registry.key(KEY).presence is presence


@pytest.mark.parametrize(("said", "presence"), [(SHOWN, Presence.PRESENT), ("denied\r\n", Presence.UNREADABLE)])
def test_a_tree_that_shows_nothing_was_refused(said: str, presence: Presence) -> None:
    assert parse([Query(KEY, tree=True)], f"{said}#ok 0\r\n").registry.key(KEY).presence is presence


def test_what_did_not_answer_is_missed() -> None:
    asked = [Query(KEY), Query(KEY.child("B")), Command("c", "x"), Command("d", "y")]
    answers = parse(asked, f"{SHOWN}#ok 0\r\nyes\r\n#ok 3\r\n")
    assert answers.registry.key(KEY).values == {"A": Value("REG_DWORD", 1)}
    assert answers.registry.missed == {(View.NATIVE, KEY.child("B"))}
    assert answers.commands == {"d": ("yes",)}
    assert answers.answered == 2


def test_a_key_of_which_one_value_was_answered_is_not_missed() -> None:
    answers = parse([Query(KEY, value="A"), Query(KEY, value="B")], f"{SHOWN}#ok 0\r\n")
    assert answers.registry.missed == frozenset()
    assert answers.registry.key(KEY).value("B") is None


def test_answers_about_one_key_are_put_together() -> None:
    second = (
        "\r\nHKEY_LOCAL_MACHINE\\software\\example\r\n    B    REG_SZ    x\r\n"
        "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Example\\Sub\r\n"
    )
    answers = parse([Query(KEY, value="A"), Query(KEY)], f"{SHOWN}#ok 0\r\n{second}#ok 1\r\n")
    reading = answers.registry.key(KEY)
    assert dict(reading.values) == {"A": Value("REG_DWORD", 1), "B": Value("REG_SZ", "x")}
    assert reading.subkeys == ("Sub",)


def test_the_two_views_are_two_places() -> None:
    answers = parse([Query(KEY, View.WOW)], f"{SHOWN}#ok 0\r\n")
    assert answers.registry.key(KEY, View.WOW).presence is Presence.PRESENT
    assert answers.registry.key(KEY, View.NATIVE).presence is Presence.UNREADABLE


def test_a_question_whether_something_is_there_needs_no_output() -> None:
    answers = parse([Query(KEY, exists=True)], "#ok 0\r\n")
    reading = answers.registry.key(KEY)
    assert (reading.presence, reading.partial) == (Presence.PRESENT, True)


def test_of_a_whole_tree_only_keys_below_it_count() -> None:
    shown = (
        "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Example\\One\\Setup\r\n    PatchLevel    REG_SZ    13.0\r\n"
        "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Examples\r\n    PatchLevel    REG_SZ    x\r\n"
        "\r\nSuche beendet: 2 Übereinstimmung(en) gefunden.\r\n"
    )
    answers = parse([Query(KEY, value="PatchLevel", tree=True)], f"{shown}#ok 0\r\n")
    assert answers.registry.key(r"SOFTWARE\Example\One\Setup").value("PatchLevel") == Value("REG_SZ", "13.0")
    assert answers.registry.key(r"SOFTWARE\Examples").presence is Presence.UNREADABLE


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("#ok 0\n", 1),
        ("#ok 0   \r\n", 1),
        ("#ok 0", 1),
        ("#ok 1\r\n", 0),
        ("#ok 00000000000000000\r\n", 0),
        ("#ok ٣\r\n", 0),
        (" #ok 0\r\n", 0),
        ("x #ok 0\r\n", 0),
        ("#ok 0 x\r\n", 0),
        ("#ok\r\n", 0),
        ("", 0),
    ],
)
def test_markers(text: str, answered: int) -> None:
    assert parse([Query(KEY)], text).answered == answered


def test_a_command_that_does_not_end_its_last_line_is_still_answered() -> None:
    text = "<Event/>#ok 0\r\n"
    assert parse([Command("boot", "wevtutil")], text).commands == {"boot": ("<Event/>",)}


def test_a_marker_that_is_printed_twice_does_not_take_what_follows() -> None:
    assert parse([Command("x", "x")], "one\r\n#ok 0\r\ntwo\r\n#ok 0\r\n").commands == {"x": ("one",)}


def test_only_a_line_feed_ends_a_line() -> None:
    assert parse([Command("x", "x")], "a\x0b\x85\u2028b\r\n#ok 0\r\n").commands == {"x": ("a\x0b\x85\u2028b",)}

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of a command line: whatever is let through means itself."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.command import (
    UnsafeText,
    location_path,
    plain_word,
    quoted,
)

TRICKY = st.text(st.sampled_from('%"&|<>^()!;,= \\\r\n\t\x00\x7fab\ud800é') | st.characters(), max_size=12)
NEVER = re.compile(r'[\x00-\x1f\x7f"%\ud800-\udfff]')


@given(TRICKY)
def test_quotes_hold_whatever_is_let_through(text: str) -> None:
    try:
        word = quoted(text)
    except UnsafeText:
        assert NEVER.search(text) or text.endswith("\\")
        return
    assert word == f'"{text}"'
    assert not NEVER.search(text)
    assert not text.endswith("\\")
    word.encode("utf-8")


@given(TRICKY)
def test_a_bare_word_is_one_word(text: str) -> None:
    try:
        word = plain_word(text)
    except UnsafeText:
        return
    assert word == text != ""
    assert not NEVER.search(word)
    assert not re.search(r"[&|<>^(),;=\s]", word)


@given(st.sampled_from(["", "%ProgramData%\\", "%programdata%\\", "%ProgramData%", "%TEMP%\\"]), TRICKY)
def test_of_variables_only_the_one_for_shared_data_leads_a_path(lead: str, rest: str) -> None:
    try:
        word = location_path(lead + rest)
    except UnsafeText:
        return
    inside = word[1:-1]
    assert word[0] == word[-1] == '"'
    assert inside == lead + rest
    assert not inside.endswith("\\")
    free = inside.removeprefix("%ProgramData%\\")
    assert not NEVER.search(free)
    assert lead in ("", "%ProgramData%\\")


@pytest.mark.parametrize(
    "text", ['a"b', "%PATH%", "100%", "a\nb", "a\rb", "a\x00b", "a\x1bb", "ends with\\", "half \ud83d a character"]
)
def test_what_quotes_do_not_hold_is_refused(text: str) -> None:
    with pytest.raises(UnsafeText, match="cannot be part of a Windows command line"):
        quoted(text)


@pytest.mark.parametrize(
    "text", ["", "a b", "a&b", "a|b", "a<b", "a>b", "a^b", "(a", "a)", "a,b", "a;b", "a=b", "a%b", 'a"b']
)
def test_what_is_no_bare_word_is_refused(text: str) -> None:
    with pytest.raises(UnsafeText, match="bare word"):
        plain_word(text)


@pytest.mark.parametrize(
    ("path", "word"),
    [
        (r"%ProgramData%\x", r'"%ProgramData%\x"'),
        (r"D:\backup (old) & more", r'"D:\backup (old) & more"'),
    ],
)
def test_a_path(path: str, word: str) -> None:
    assert location_path(path) == word


@pytest.mark.parametrize(
    "path", ["%ProgramData%\\", "%ProgramData%", r"%ProgramData%\%PATH%", r"%TEMP%\x", r"%PROGRAMDATA%\x"]
)
def test_a_path_that_is_refused(path: str) -> None:
    with pytest.raises(UnsafeText):
        location_path(path)

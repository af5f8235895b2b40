# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Joining sub-commands into lines that cmd takes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import LIMIT, RemoteError, join
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.lines import check, length

# A part that cmd takes alone; "&" is left out so that a line can be taken apart again.
PARTS = st.lists(
    st.builds(
        lambda head, fill, size: head + (fill * size)[: size - 1],
        st.sampled_from("abc("),
        st.text(st.characters(exclude_characters="&\r\n\0", exclude_categories=("Cs",)), min_size=1, max_size=5),
        st.integers(1, 4000),
    ),
    max_size=12,
)


@given(PARTS)
def test_nothing_is_lost_and_every_line_fits(parts: list[str]) -> None:
    lines = join(parts)
    assert [part for line in lines for part in line.split("&")] == parts
    assert all(length(line) <= LIMIT for line in lines)


@given(PARTS)
def test_no_line_is_broken_early(parts: list[str]) -> None:
    lines = join(parts)
    for line, following in pairwise(lines):
        assert length(line) + 1 + length(following.split("&")[0]) > LIMIT


@given(st.text())
def test_length_counts_as_windows_does(text: str) -> None:
    plain = "".join(character for character in text if not "\ud800" <= character <= "\udfff")
    assert length(plain) == len(plain.encode("utf-16-le")) // 2


def test_edges() -> None:
    assert join([]) == []
    assert join(["a", "b"]) == ["a&b"]
    half = LIMIT // 2
    assert join(["a" * (half - 1), "b" * half]) == ["a" * (half - 1) + "&" + "b" * half]
    assert join(["a" * half, "b" * half]) == ["a" * half, "b" * half]
    assert join(["a" * LIMIT, "b"]) == ["a" * LIMIT, "b"]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("a" * (LIMIT + 1), "line_too_long"),
        ("\U0001f600" * (LIMIT // 2 + 1), "line_too_long"),
        ("", "line_not_runnable"),
        ("   ", "line_not_runnable"),
        ('"C:\\x.exe"', "line_not_runnable"),
        (' "C:\\x.exe"', "line_not_runnable"),
        ("a\nb", "line_not_runnable"),
        ("a\r", "line_not_runnable"),
        ("a\0", "line_not_runnable"),
    ],
)
def test_what_cmd_would_not_get(part: str, code: str) -> None:
    with pytest.raises(RemoteError) as joined:
        join(["ver", part])
    with pytest.raises(RemoteError) as checked:
        check(part, host="h1", attempted="read")
    assert joined.value.code == checked.value.code == code
    assert checked.value.host == "h1" and not checked.value.unreachable

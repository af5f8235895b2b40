# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parser understands cmd's grammar or says that it does not; it never fails otherwise."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from configmgr_lab.shell.parser import parse
from configmgr_lab.shell.syntax import BadLine, Chain, Condition, Group, If, Nothing, Redirection, Simple

A, B, C = Simple("a"), Simple("b"), Simple("c")


@pytest.mark.parametrize(
    ("line", "tree"),
    [
        ("", Nothing()),
        ("a", A),
        ("a&b", Chain("&", A, B)),
        ("a&", A),
        ("a&&b||c", Chain("||", Chain("&&", A, B), C)),
        ("a||b&&c", Chain("||", A, Chain("&&", B, C))),
        ("a&b&&c", Chain("&", A, Chain("&&", B, C))),
        ("a|b&&c", Chain("&&", Chain("|", A, B), C)),
        ("(a&b)|c", Chain("|", Group(Chain("&", A, B)), C)),
        ("(a)>x", Group(A, (Redirection(1, "write", "x"),))),
        ("(a) 2>nul", Group(A, (Redirection(2, "write", "nul"),))),
        ("a>x", Simple("a", (Redirection(1, "write", "x"),))),
        ("a 2>&1", Simple("a ", (Redirection(2, "write", target_handle=1),))),
        ("a2>x", Simple("a2", (Redirection(1, "write", "x"),))),
        (">>x a", Simple("a", (Redirection(1, "append", "x"),))),
        ('a <"x y"', Simple("a ", (Redirection(0, "read", "x y"),))),
        ('a "&" b', Simple('a "&" b')),
        ("a ^& b", Simple("a & b")),
        ("a ^^ b", Simple("a ^ b")),
        ("a )", Simple("a )")),
        ("@a", A),
        ("rem a & b", Nothing()),
        ("a\nb", A),
        ("if exist x a", If(Condition("exist", "x"), A)),
        ("if not exist x (a) else b", If(Condition("exist", "x", negated=True), Group(A), B)),
        ('if /i "x"=="y" a&b', If(Condition("==", '"x"', '"y"', ignore_case=True), Chain("&", A, B))),
        ("if errorlevel 1 a", If(Condition("errorlevel", "1"), A)),
    ],
)
def test_tree(line: str, tree: object) -> None:
    assert parse(line) == tree


@pytest.mark.parametrize(
    ("line", "token"),
    [
        ("a&&", ""),
        ("&a", "&"),
        ("a&&&b", "&"),
        ("a||", ""),
        ("|a", "|"),
        ("(a", ""),
        ("()", ")"),
        ("(a) b", "b"),
        ("a >", ""),
        ("a > & b", " "),
        ("a & & b", "&"),
        ("if exist", ""),
        ("if x", ""),
    ],
)
def test_what_cannot_be_understood(line: str, token: str) -> None:
    with pytest.raises(BadLine) as error:
        parse(line)
    assert error.value.token == token


@given(st.text(alphabet='ab ifexstnorem()&|<>^"%=@12\t', max_size=60))
@example("(" * 5000)
@example("if a==a " * 900)
@example("a|" * 4000 + "a")
@settings(max_examples=500)
def test_it_never_fails_otherwise(line: str) -> None:
    with contextlib.suppress(BadLine):
        parse(line)


@given(st.text(alphabet="abc (){}[]$#!?/\\:;,.", min_size=1))
def test_a_quoted_text_is_one_command(text: str) -> None:
    assert parse(f'"{text}"') == Simple(f'"{text}"')

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command line as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Redirection:
    """`handle` goes to (or comes from) a file, or to another handle when `target_handle` is set."""

    handle: int
    mode: Literal["read", "write", "append"]
    target: str = ""
    target_handle: int | None = None


@dataclass(frozen=True, slots=True)
class Simple:
    """A program or an internal command: the text of the line as the program gets it, redirections taken out."""

    text: str
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A command in parentheses."""

    body: Node
    redirections: tuple[Redirection, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """Two commands and what joins them: `&`, `&&`, `||` or `|`."""

    operator: Literal["&", "&&", "||", "|"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Condition:
    """The test of an `if`: kind `exist`, `defined`, `errorlevel`, or a comparison (`==`, `EQU` ...)."""

    kind: str
    left: str
    right: str = ""
    negated: bool = False
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class If:
    """`if condition body else otherwise`."""

    condition: Condition
    body: Node
    otherwise: Node | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """A remark or an empty command."""


Node = Simple | Group | Chain | If | Nothing


class BadLine(Exception):
    """The line cannot be understood and nothing of it runs. `token` is what cmd complains of, if it names it."""

    def __init__(self, token: str = "") -> None:
        super().__init__(token)
        self.token = token

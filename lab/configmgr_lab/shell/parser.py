# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a line, already percent-expanded, to its tree. Priorities rise from `&` over `||` and `&&` to `|`."""

from __future__ import annotations

import re
from functools import lru_cache

from .syntax import BadLine, Chain, Condition, Group, If, Node, Nothing, Redirection, Simple

_DELIMITERS = " \t,;="
_BLANKS = " \t"
_COMPARISONS = ("EQU", "NEQ", "LSS", "LEQ", "GTR", "GEQ")
_MAX_DEPTH = 60


# Every host of a site is told the same lines, and a tree never changes.
@lru_cache(maxsize=64)
def parse(line: str) -> Node:
    """The tree of the line. Raises BadLine."""
    # A line feed ends the line; what stands behind it is never run.
    parser = _Parser(line.split("\n", 1)[0].replace("\r", ""))
    return parser.whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._nesting = 0

    def whole(self) -> Node:
        self._skip(_DELIMITERS)
        if self._at >= len(self._text):
            return Nothing()
        node = self._sequence()
        if self._at < len(self._text):
            raise BadLine(self._operator())
        return node

    def _sequence(self, first: Node | None = None) -> Node:
        node = self._or(first)
        while self._next_is("&") and not self._next_is("&&"):
            self._at += 1
            self._skip(_DELIMITERS)
            if self._at >= len(self._text) or self._next_is(")"):
                break
            node = Chain("&", node, self._or())
        return node

    def _or(self, first: Node | None = None) -> Node:
        node = self._and(first)
        while self._take("||"):
            node = Chain("||", node, self._and())
        return node

    def _and(self, first: Node | None = None) -> Node:
        node = self._pipe(first)
        while self._take("&&"):
            node = Chain("&&", node, self._pipe())
        return node

    def _pipe(self, first: Node | None = None) -> Node:
        node = self._command() if first is None else first
        while self._next_is("|") and not self._next_is("||"):
            self._at += 1
            node = Chain("|", node, self._command())
        return node

    def _command(self) -> Node:
        self._skip(_DELIMITERS + "@")
        if self._at >= len(self._text):
            raise BadLine
        if self._text[self._at] in "&|)":
            raise BadLine(self._operator())
        redirections = self._redirections()
        if self._next_is("("):
            return self._group(redirections)
        word = self._keyword()
        if word == "if" and not redirections:
            return self._if()
        if word == "rem":
            return self._remark()
        return self._simple(redirections)

    def _group(self, redirections: list[Redirection]) -> Node:
        self._at += 1
        self._depth += 1
        self._nest()
        self._skip(_DELIMITERS)
        body = self._sequence()
        if not self._next_is(")"):
            raise BadLine
        self._at += 1
        self._depth -= 1
        self._nesting -= 1
        redirections += self._redirections()
        self._skip(_BLANKS)
        # Only an operator, the end, or the else of an if may follow a group.
        if self._at < len(self._text) and self._text[self._at] not in "&|)" and self._keyword() != "else":
            raise BadLine(self._text[self._at :].split()[0])
        return Group(body, tuple(redirections))

    def _remark(self) -> Node:
        self._at += len("rem")
        self._skip(_DELIMITERS)
        # Behind the first word of a remark even & is part of it.
        while self._at < len(self._text) and self._text[self._at] not in "&|" + _DELIMITERS:
            self._at += 1
        if self._at < len(self._text) and self._text[self._at] in _DELIMITERS:
            end = self._text.find(")", self._at) if self._depth else -1
            self._at = end if end >= 0 else len(self._text)
        return Nothing()

    def _simple(self, redirections: list[Redirection]) -> Node:
        text: list[str] = []
        quoted = False
        while self._at < len(self._text):
            char = self._text[self._at]
            if char == '"':
                quoted = not quoted
            elif not quoted:
                if char in "&|" or (char == ")" and self._depth):
                    break
                if char in "<>":
                    redirections.append(self._redirection(_handle_before(text)))
                    continue
                if char == "^":
                    self._at += 1
                    if self._at >= len(self._text):
                        break
                    char = self._text[self._at]
            text.append(char)
            self._at += 1
        return Simple("".join(text), tuple(redirections))

    def _redirections(self) -> list[Redirection]:
        found: list[Redirection] = []
        while match := re.compile(r"[ \t]*([0-9]?)(?=[<>])").match(self._text, self._at):
            self._at = match.end()
            found.append(self._redirection(int(match[1]) if match[1] else None))
        if found:
            self._skip(_DELIMITERS)
        return found

    def _redirection(self, handle: int | None) -> Redirection:
        reading = self._text[self._at] == "<"
        self._at += 1
        append = not reading and self._take(">")
        if handle is None:
            handle = 0 if reading else 1
        self._skip(_BLANKS)
        if self._take("&"):
            digit = self._text[self._at : self._at + 1]
            if not digit.isdigit() or not digit.isascii():
                raise BadLine(digit)
            self._at += 1
            return Redirection(handle, "read" if reading else "write", target_handle=int(digit))
        target = self._word()
        if not target:
            raise BadLine(self._operator())
        return Redirection(handle, "read" if reading else "append" if append else "write", target=target)

    def _if(self) -> Node:
        self._at += len("if")
        self._nest()
        ignore_case = negated = False
        while True:
            self._skip(_BLANKS)
            if self._text[self._at : self._at + 2].lower() == "/i":
                ignore_case = True
                self._at += 2
            elif self._keyword() == "not":
                negated = True
                self._at += 3
            else:
                break
        condition = self._condition(negated, ignore_case)
        body = self._command()
        if isinstance(body, Group) and self._keyword() == "else":
            self._at += len("else")
            return If(condition, body, self._sequence(self._command()))
        return If(condition, self._sequence(body))

    def _condition(self, negated: bool, ignore_case: bool) -> Condition:
        kind = self._keyword()
        if kind in ("exist", "defined", "errorlevel"):
            self._at += len(kind)
            self._skip(_DELIMITERS)
            word = self._word(keep_quotes=False)
            if not word:
                raise BadLine
            return Condition(kind, word, negated=negated, ignore_case=ignore_case)
        left = self._word(keep_quotes=True)
        self._skip(_BLANKS)
        if self._take("=="):
            operator = "=="
        else:
            operator = self._word().upper()
            if operator not in _COMPARISONS:
                raise BadLine(operator)
        self._skip(_DELIMITERS)
        right = self._word(keep_quotes=True)
        if not left or not right:
            raise BadLine
        return Condition(operator, left, right, negated, ignore_case)

    def _nest(self) -> None:
        self._nesting += 1
        if self._nesting > _MAX_DEPTH:
            raise BadLine

    def _word(self, *, keep_quotes: bool = False) -> str:
        found: list[str] = []
        quoted = False
        while self._at < len(self._text):
            char = self._text[self._at]
            if char == '"':
                quoted = not quoted
                if keep_quotes:
                    found.append(char)
                self._at += 1
                continue
            if not quoted:
                if char in _DELIMITERS or char in "&|<>" or (char == ")" and self._depth):
                    break
                if char == "^" and self._at + 1 < len(self._text):
                    self._at += 1
                    char = self._text[self._at]
            found.append(char)
            self._at += 1
        return "".join(found)

    def _keyword(self) -> str:
        match = re.compile(r"[A-Za-z]+(?![^\s,;=()&|<>])").match(self._text, self._at)
        return match[0].lower() if match else ""

    def _operator(self) -> str:
        rest = self._text[self._at :]
        return rest[:2] if rest[:2] in ("&&", "||", ">>") else rest[:1]

    def _next_is(self, token: str) -> bool:
        return self._text.startswith(token, self._at)

    def _take(self, token: str) -> bool:
        if not self._next_is(token):
            return False
        self._at += len(token)
        return True

    def _skip(self, chars: str) -> None:
        while self._at < len(self._text) and self._text[self._at] in chars:
            self._at += 1


def _handle_before(text: list[str]) -> int | None:
    """Take the handle's digit off the text: the last character, when a blank or nothing stands before it."""
    if text and text[-1] in "0123456789" and (len(text) == 1 or text[-2] in _DELIMITERS):
        return int(text.pop())
    return None

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the event log's query language that selects by the System fields."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime

from ...machine.events import Event, stamp

Test = Callable[[Event], bool]

_TOKEN = re.compile(r"\s*(timediff\(@SystemTime\)|<=|>=|!=|[=<>()\[\]/]|'[^']*'|\"[^\"]*\"|@?[A-Za-z]+|\d+)")
_OPERATORS: dict[str, Callable[[object, object], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,  # type: ignore[dict-item]
    "<=": operator.le,  # type: ignore[dict-item]
    ">": operator.gt,  # type: ignore[dict-item]
    ">=": operator.ge,  # type: ignore[dict-item]
}


# Source: Microsoft, "Consuming events": a longer one has to be structured XML.
_MOST_EXPRESSIONS = 20


class BadQuery(ValueError):
    """The query is wrong, or beyond what is emulated."""


def parse_query(text: str, now: datetime) -> Test:
    """A test for events from `*` or `*[System[...]]`. Raises BadQuery."""
    return _Query(text, now).whole()


class _Query:
    def __init__(self, text: str, now: datetime) -> None:
        self._tokens = _tokens(text.removeprefix("Event").removeprefix("*"))
        self._now = now
        self._starred = text.lstrip().startswith(("*", "Event"))
        if sum(token in _OPERATORS for token in self._tokens) > _MOST_EXPRESSIONS:
            raise BadQuery

    def whole(self) -> Test:
        if not self._starred:
            raise BadQuery
        if not self._tokens:
            return lambda event: True
        self._expect("[")
        self._expect("System")
        self._expect("[")
        test = self._or(self._field)
        self._expect("]")
        self._expect("]")
        if self._tokens:
            raise BadQuery
        return test

    def _or(self, term: Callable[[], Test]) -> Test:
        tests = [self._and(term)]
        while self._next() == "or":
            self._tokens.pop(0)
            tests.append(self._and(term))
        return lambda event: any(test(event) for test in tests)

    def _and(self, term: Callable[[], Test]) -> Test:
        tests = [self._factor(term)]
        while self._next() == "and":
            self._tokens.pop(0)
            tests.append(self._factor(term))
        return lambda event: all(test(event) for test in tests)

    def _factor(self, term: Callable[[], Test]) -> Test:
        if self._next() != "(":
            return term()
        self._expect("(")
        test = self._or(term)
        self._expect(")")
        return test

    def _field(self) -> Test:
        match self._pop():
            case "EventID":
                return self._number(lambda event: event.event_id)
            case "Level":
                return self._number(lambda event: event.level)
            case "EventRecordID":
                return self._number(lambda event: event.record_id)
            case "Provider":
                return self._bracketed(self._provider)
            case "TimeCreated":
                return self._bracketed(self._time)
        raise BadQuery

    def _bracketed(self, term: Callable[[], Test]) -> Test:
        if self._next() == "/":
            self._expect("/")
            return term()
        self._expect("[")
        test = self._or(term)
        self._expect("]")
        return test

    def _number(self, read: Callable[[Event], int]) -> Test:
        compare, text = self._comparison()
        if not text.isdigit():
            raise BadQuery
        return lambda event: compare(read(event), int(text))

    def _provider(self) -> Test:
        self._expect("@Name")
        compare, text = self._comparison()
        return lambda event: compare(event.provider.name.lower(), text.lower())

    def _time(self) -> Test:
        what = self._pop()
        compare, text = self._comparison()
        if what == "@SystemTime":
            return lambda event: compare(stamp(event.time)[:26], text.rstrip("Z").ljust(26, "0")[:26])
        if not what.startswith("timediff") or not text.isdigit():
            raise BadQuery
        return lambda event: compare((self._now - event.time).total_seconds() * 1000, int(text))

    def _comparison(self) -> tuple[Callable[[object, object], bool], str]:
        sign = self._pop()
        if sign not in _OPERATORS:
            raise BadQuery
        return _OPERATORS[sign], self._pop().strip("'\"")

    def _next(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _pop(self) -> str:
        if not self._tokens:
            raise BadQuery
        return self._tokens.pop(0)

    def _expect(self, token: str) -> None:
        if self._pop() != token:
            raise BadQuery


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadQuery
        found.append(match[1])
        at = match.end()
    return found

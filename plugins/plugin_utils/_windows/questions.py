# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many questions in one command line, and their answers told apart.

Every question ends in a mark of our own (C(echo #ok N)) that is printed only when its command ended with exit code 0.
Exit codes and marks are the same in every language of Windows; messages are not, so the error stream is thrown away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .._marks import HEARD
from .command import quoted
from .registry import Key, KeyReading, Presence, Registry, View, parse_query, reading_of

__all__ = ["Answers", "Command", "Query", "ask"]

_MARKER = re.compile(rf"(.*){HEARD}([0-9]{{1,6}})\s*")


@dataclass(frozen=True)
class Command:
    """A command by name. With ``always`` its marker is printed whatever its exit code is: what it printed counts,
    not how it ended.
    """

    name: str
    line: str
    always: bool = False

    def render(self, number: int) -> str:
        return f"{self.line}{'&' if self.always else '&&'}echo #ok {number}"


@dataclass(frozen=True)
class Query:
    """One C(reg query). ``value`` asks for one value, ``tree`` for that value, or for everything, in every key below,
    ``exists`` only whether it is there. ``covers``: keys of a tree that count as asked for one by one.
    """

    key: Key
    view: View | None = None
    value: str | None = None
    tree: bool = False
    exists: bool = False
    covers: tuple[Key, ...] = ()

    @property
    def place(self) -> tuple[View, Key]:
        return (self.view or View.NATIVE, self.key)

    def render(self, number: int) -> str:
        words = [f"reg query {quoted(self.key.short)}"]
        if self.value:
            words.append(f"/v {self.value}")
        if self.tree:
            words.append("/s")
        if self.view:
            words.append(f"/reg:{self.view.value}")
        line = " ".join(words) + (">nul" if self.exists else "")
        return f"{line}{'&' if self.tree else '&&'}echo #ok {number}"


def ask(questions: Sequence[Query | Command]) -> list[str]:
    """The sub-commands of a visit, to be joined into a line by the connection."""
    return [question.render(number) for number, question in enumerate(questions)]


@dataclass(frozen=True)
class Answers:
    """What came back: the registry, the text of each named command that was answered, and how many questions were
    answered at all.
    """

    registry: Registry
    commands: dict[str, tuple[str, ...]]
    answered: int

    @classmethod
    def parse(cls, questions: Sequence[Query | Command], text: str) -> Answers:
        # Windows ends its lines with CR LF; other characters that Python takes for line ends can be part of a value.
        sections = _sections((line.rstrip("\r") for line in text.split("\n")), questions)
        readings: dict[tuple[View, Key], KeyReading] = {}
        missed: set[tuple[View, Key]] = set()
        commands: dict[str, tuple[str, ...]] = {}
        for number, question in enumerate(questions):
            lines = sections.get(number)
            if isinstance(question, Command):
                if lines is not None:
                    commands[question.name] = tuple(lines)
                continue
            missed.update((question.place[0], key) for key in question.covers)
            if lines is None:
                missed.add(question.place)
            else:
                _add(readings, question, lines)
        return cls(Registry(readings, frozenset(missed - set(readings))), commands, len(sections))


def _sections(lines: Iterable[str], questions: Sequence[Query | Command]) -> dict[int, list[str]]:
    """The lines before each marker. Only what a command printed last may share the marker's line: reg ends its own."""
    sections: dict[int, list[str]] = {}
    pending: list[str] = []
    for line in lines:
        marker = _MARKER.fullmatch(line)
        number = int(marker[2]) if marker else len(questions)
        if marker is None or number >= len(questions) or (marker[1] and isinstance(questions[number], Query)):
            pending.append(line)
            continue
        sections.setdefault(number, [*pending, marker[1]] if marker[1] else pending)
        pending = []
    return sections


def _add(readings: dict[tuple[View, Key], KeyReading], query: Query, lines: list[str]) -> None:
    parsed = parse_query(lines)
    if query.tree:
        for key, values in parsed:
            if key.is_below(query.key):
                below = () if query.value else tuple(other.name for other, _values in parsed if other.parent == key)
                reading = KeyReading(Presence.PRESENT, values, below, partial=query.value is not None)
                _merge(readings, (query.place[0], key), reading)
        return
    reading = KeyReading(Presence.PRESENT) if query.exists else reading_of(query.key, parsed)
    partial = query.exists or query.value is not None
    _merge(readings, query.place, replace(reading, partial=partial))


def _merge(readings: dict[tuple[View, Key], KeyReading], place: tuple[View, Key], newer: KeyReading) -> None:
    known = readings.get(place)
    if known is not None:
        newer = KeyReading(
            Presence.PRESENT,
            {**known.values, **newer.values},
            tuple(dict.fromkeys((*known.subkeys, *newer.subkeys))),
            known.partial and newer.partial,
        )
    readings[place] = newer

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many questions in one command line, and their answers told apart.

Every question ends in a mark of our own (C(echo #ok N)) that is printed only when its command ended with exit code 0.
Exit codes and marks are the same in every language of Windows; messages are not, so the error stream is thrown away.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from .._marks import HEARD
from .command import quoted
from .registry import Key, KeyReading, Presence, Registry, View, is_key_line, parse_query, reading_of

__all__ = ["NOWHERE", "Answers", "Command", "Query", "ask", "surely"]

_MARKER = re.compile(rf"(.*){HEARD}([0-9]{{1,6}})\s*")
_NUMBER = re.compile(r"\b[0-9]+\b")


@dataclass(frozen=True)
class Command:
    """A command by name. With ``always`` its marker is printed whatever its exit code is: what it printed counts,
    not how it ended. ``given`` as that of a Query.
    """

    name: str
    line: str
    always: bool = False
    given: bool = False

    def render(self, number: int) -> str:
        return f"{self.line}{'&' if self.always else '&&'}echo #ok {number}"


@dataclass(frozen=True)
class Query:
    """One C(reg query). ``value`` asks for one value, ``tree`` for that value, or for everything, in every key below,
    ``exists`` only whether it is there, ``named`` for the keys directly below whose names hold that text, ``holding``
    for the values of every key below whose names do.

    ``covers``: keys of a tree that count as asked for one by one. ``sure``: what reg says when it fails is kept, and
    the key is absent only when that is what it says of NOWHERE, in whatever language. ``surely`` goes around such ones.

    ``given``: asked only when the question before was answered, with all such that follow it.

    A tree with everything prints its own key when that has values, or something below: when it prints nothing its key
    counts as refused, unless it is ``given``: then the question before tells. ``named`` ends in a number, that of the
    matches: when it prints none the key was refused.
    """

    key: Key
    view: View | None = None
    value: str | None = None
    tree: bool = False
    exists: bool = False
    named: str | None = None
    holding: str | None = None
    covers: tuple[Key, ...] = ()
    sure: bool = False
    given: bool = False

    @property
    def place(self) -> tuple[View, Key]:
        return (self.view or View.NATIVE, self.key)

    def render(self, number: int) -> str:
        words = [f"reg query {quoted(self.key.short)}"]
        if self.named:
            words.append(f"/k /f {self.named}")
        if self.value:
            words.append(f"/v {self.value}")
        if self.tree:
            words.append("/s")
        if self.view:
            words.append(f"/reg:{self.view.value}")
        if self.holding:
            # /v without a name searches in names only; it comes last, so that nothing is taken for the name.
            words.append(f"/f {self.holding} /v")
        # What reg complains of goes where its answer would have gone, whose own way is chosen after that.
        line = " ".join(words) + (" 2>&1" if self.sure else "") + (">nul" if self.exists else "")
        return f"{line}{'&' if self.tree or self.named else '&&'}echo #ok {number}"


NOWHERE = Command("nowhere", r'reg query "HKLM\configmgr.tls" 2>&1', always=True)
"""A key that nobody has, since none can be created directly below HKEY_LOCAL_MACHINE. Asked first of all."""
_END = Command("end", "ver>nul", always=True)


def surely(questions: Sequence[Query | Command], *, first: bool = True) -> list[Query | Command]:
    """The questions with what tells absent from refused: what reg says of a key that nobody has, in the ``first`` line
    of a visit, and an end behind the sure ones, which come before the others.
    """
    sure = [each for each in questions if each.given or (isinstance(each, Query) and each.sure)]
    others = [question for question in questions if question not in sure]
    return [*([NOWHERE] if first else []), *sure, _END, *others] if sure else others


def ask(questions: Sequence[Query | Command]) -> list[str]:
    """The sub-commands of a visit, to be joined into a line by the connection."""
    parts: list[str] = []
    numbered = enumerate(questions)
    for given, group in itertools.groupby(numbered, lambda pair: pair[1].given):
        texts = [question.render(number) for number, question in group]
        if given:
            parts[-1] += f"&&({'&'.join(texts)})"
        else:
            parts += texts
    return parts


@dataclass(frozen=True)
class Answers:
    """What came back: the registry, the text of each named command that was answered, and how many questions were
    answered at all. ``nowhere``: what reg says of a key that nobody has, empty when that tells nothing.
    """

    registry: Registry
    commands: dict[str, tuple[str, ...]]
    answered: int
    nowhere: tuple[str, ...] = ()

    @classmethod
    def parse(cls, questions: Sequence[Query | Command], text: str, nowhere: Sequence[str] = ()) -> Answers:
        """``nowhere``: of an earlier line of the same visit, when it was asked there."""
        # Windows ends its lines with CR LF; other characters that Python takes for line ends can be part of a value.
        sections = _sections((line.rstrip("\r") for line in text.split("\n")), questions)
        readings: dict[tuple[View, Key], KeyReading] = {}
        missed: set[tuple[View, Key]] = set()
        shut: set[tuple[View, Key]] = set()
        commands: dict[str, tuple[str, ...]] = {}
        for number, question in enumerate(questions):
            lines = sections.get(number)
            if isinstance(question, Command):
                if lines is not None:
                    commands[question.name] = tuple(lines)
                continue
            missed.update((question.place[0], key) for key in question.covers)
            if lines is None:
                missed.update(() if question.given else (question.place,))
            elif _shows_nothing(question, lines):
                missed.add(question.place)
                shut.add(question.place)
            else:
                _add(readings, question, lines)
        said = nowhere or _said(commands.pop(NOWHERE.name, ()))
        # A reg that may not run says the same of every key: one that answered shows that it may.
        told = tuple(said) if readings or nowhere else ()
        refused = _refused(questions, sections, told) | shut
        commands.pop(_END.name, None)
        unread = frozenset(missed - set(readings))
        return cls(Registry(readings, unread, refused & unread), commands, len(readings) + len(commands), told)

    def and_then(self, questions: Sequence[Query | Command], text: str) -> Answers:
        """These with the answers to what the same visit asked afterwards."""
        later = self.parse(questions, text, self.nowhere)
        readings = dict(self.registry.readings)
        for place, reading in later.registry.readings.items():
            _merge(readings, place, reading)
        seen = set(readings)
        registry = Registry(
            readings,
            (self.registry.missed | later.registry.missed) - seen,
            (self.registry.refused | later.registry.refused) - seen,
        )
        return Answers(registry, {**self.commands, **later.commands}, self.answered + later.answered, self.nowhere)


def _refused(
    questions: Sequence[Query | Command], sections: Mapping[int, Sequence[str]], nowhere: Sequence[str]
) -> frozenset[tuple[View, Key]]:
    """The sure questions that failed and did not say ``nowhere``. What they said stands before the next answer."""
    refused: set[tuple[View, Key]] = set()
    failed: list[tuple[View, Key]] = []
    for number, question in enumerate(questions):
        if number in sections:
            said, size = _said(sections[number]), len(nowhere)
            parts = [said[at : at + size] for at in range(0, len(said), size)] if size else []
            if len(parts) == len(failed):
                refused.update(place for place, part in zip(failed, parts, strict=True) if part != list(nowhere))
            else:
                refused.update(failed)
            failed = []
        elif isinstance(question, Query) and question.sure:
            failed.append(question.place)
    return frozenset((*refused, *failed))


def _said(lines: Iterable[str]) -> list[str]:
    """What stands before the first key, which is where an answer begins."""
    return [line.strip() for line in itertools.takewhile(lambda line: not is_key_line(line), lines) if line.strip()]


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


def _shows_nothing(query: Query, lines: Sequence[str]) -> bool:
    """Of a question whose mark tells only that it is over: whether its answer shows that it was refused."""
    if query.named:
        return not any(is_key_line(line) or _NUMBER.search(line) for line in lines)
    whole = query.tree and query.value is None and query.holding is None and not query.given
    return whole and not any(is_key_line(line) for line in lines)


def _add(readings: dict[tuple[View, Key], KeyReading], query: Query, lines: list[str]) -> None:
    parsed = parse_query(lines)
    if query.tree:
        if query.value is None and query.holding is None and (parsed or not query.given):
            _merge(readings, query.place, KeyReading(Presence.PRESENT, partial=True))
        for key, values in parsed:
            if key.is_below(query.key):
                # What it passes over is not seen, so that nothing of it is known to be whole.
                _merge(readings, (query.place[0], key), KeyReading(Presence.PRESENT, values, partial=True))
        return
    reading = KeyReading(Presence.PRESENT) if query.exists else reading_of(query.key, parsed)
    partial = query.exists or query.value is not None or query.named is not None
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

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that the shell can start, and how most of them read their options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ...features import Feature, Source, Subject
from ..process import Call


@dataclass(frozen=True)
class Tool:
    """A program of System32."""

    name: str
    run: Callable[[Call], int]
    features: tuple[Feature, ...]
    missing: tuple[str, ...] = ()

    @property
    def subject(self) -> Subject:
        return Subject(self.name, self.features, self.missing)


@dataclass(frozen=True)
class Option:
    """A switch that a tool understands. Switches that are not declared are refused."""

    flag: str
    takes_value: bool
    source: Source
    note: str = ""

    def feature(self, command: str) -> Feature:
        return Feature(f"`{command} {self.flag}`", self.source, self.note)


class UsageError(Exception):
    """The arguments are not understood."""


@dataclass
class Parsed:
    """What was given: words in order, and the text of each switch ("" for one without a value)."""

    words: list[str] = field(default_factory=list)
    switches: dict[str, str] = field(default_factory=dict)

    def has(self, flag: str) -> bool:
        return flag in self.switches


def read_switches(arguments: Sequence[str], options: Sequence[Option], *, repeatable: bool = False) -> Parsed:
    """Sort arguments into words and switches; `-x` is the same as `/x`, case does not matter. Raises UsageError."""
    known = {option.flag: option for option in options}
    parsed = Parsed()
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word[:1] not in ("/", "-"):
            parsed.words.append(word)
            continue
        option = known.get("/" + word[1:].lower())
        if option is None or (option.flag in parsed.switches and not repeatable):
            raise UsageError(word)
        if option.takes_value and not rest:
            raise UsageError(word)
        parsed.switches[option.flag] = rest.pop(0) if option.takes_value else ""
    return parsed

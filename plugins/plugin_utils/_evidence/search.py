# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Searching logs on the machine: only the lines that hold a text of interest travel, and never more than a few.

Relied on, all from Microsoft's pages of these commands: C(findstr) with /i /l /n /m /b, several /c, several regular
expressions parted by blanks, and exit code 0 when something was found; C(find /c), C(type) (UTF-16 with a mark
is converted), C(if exist). Texts are searched without regard to case: several literal texts of different length are
not found reliably otherwise. From a pipe, very long lines are not searched; logs that have such lines are searched by
name. What a log was renamed to when it was full is read before it, with a line of our own in between. A pipe of the
same form is tried first, so that a tool that fails is not taken for a log without a match. C(echo() prints an empty
line whatever files there are; C(echo.) looks for a file of the name C(echo) first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from .._data import load_table
from .._data.schema_evidence import LogPhrase, LogSignature
from .folders import LogPlace

__all__ = [
    "FIRST",
    "LogLine",
    "by_folder",
    "formers_there",
    "Reading",
    "Search",
    "log_state",
    "own_lines",
    "search_parts",
    "searches",
    "shortest",
    "tail_parts",
    "read_counts",
    "read_search",
]

T = TypeVar("T")

FIRST = 29
"""How many matching lines of a log are read at first; also how many of the newest when there are more."""

GROUP_ROOM = 7500
"""Characters of the searches in one folder; what stands around them takes the rest of a line."""

_HEAD = '|findstr /n "^"|findstr /b "[1-9]: [1-2][0-9]:"'
_PROBE = f'echo #probe|findstr /i /l /n /c:"#probe"{_HEAD}'
_PROBED = "1:1:#probe"
_TURNED = "#configmgr.tls: newer"
_FORMER = re.compile(r"^#former ([0-9])$")
_LOG, _TEXT, _COUNT = (re.compile(text) for text in ("#log ([0-9]{1,4}) ?", "#text ([0-9]{1,4}) ?", "[0-9]{1,12}"))
_NUMBERED = re.compile(r"^([0-9]{1,9}):(?:([0-9]{1,9}):)?(.*)$", re.DOTALL)


@dataclass(frozen=True)
class LogLine:
    """A matching line and its number in the log (0 when it is not told), and whether it is in the log's former file."""

    number: int
    text: str
    former: bool = False


@dataclass(frozen=True)
class Search:
    """A log in a place, and the texts to look for in it."""

    place: LogPlace
    literals: tuple[str, ...]

    @property
    def file(self) -> str:
        return f'"{self.place.log.file}"'

    @property
    def by_line(self) -> bool:
        """Whether its matching lines are wanted, or only which files match."""
        return self.place.log.search == "lines"

    @property
    def names(self) -> tuple[str, ...]:
        """The log and what it was renamed to when it was full, as names or patterns."""
        return (self.place.log.file, *self.place.log.formers)

    @property
    def former_marks(self) -> str:
        names = enumerate(self.place.log.formers)
        return "".join(f'(if exist "{name}" echo #former {index})&' for index, name in names)

    def piped(self) -> str:
        """C(type) into C(findstr), numbered; the line break behind the file ends a last line that has none."""
        texts = "".join(f' /c:"{text}"' for text in self.literals)
        formers = self.place.log.formers
        older = "".join(f'(if exist "{name}" (type "{name}"&echo(&echo {_TURNED}))&' for name in formers)
        turned = f' /c:"{_TURNED}"' if formers else ""
        return f"({older}type {self.file}&echo()|findstr /i /l /n{turned}{texts}"

    def command(self, number: int) -> str:
        if self.by_line:
            return (
                f"echo #log {number}&(if exist {self.file} echo #there)&"
                f"(type {self.file}>nul&&(echo #read&{self.former_marks}{self.piped()}{_HEAD}))"
            )
        named = "&".join(
            f'echo #text {index}&findstr /i /l /m /c:"{text}" {self.file}{_HEAD}'
            for index, text in enumerate(self.literals)
        )
        control = f'(findstr /m "." {self.file}>nul&&echo #read)'
        return f"echo #log {number}&(if exist {self.file} echo #there)&{control}&{named}"


@dataclass(frozen=True)
class Reading:
    """What came back of one search.

    ``state``: read, missing (there is no such log), unreadable (it is there and cannot be read, or is empty) or
    unknown (the machine did not answer, or not to the end). ``lines`` in the order of the log, those of an answer that
    was cut as well; ``total`` when there are more than those.
    ``formers``: the full logs of before that were read as well, the oldest first, as a name or a pattern.
    """

    search: Search
    state: str
    lines: tuple[LogLine, ...] = ()
    total: int | None = None
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)
    formers: tuple[str, ...] = ()

    @property
    def cut(self) -> bool:
        return self.search.by_line and len(self.lines) >= FIRST


def searches(places: Iterable[LogPlace]) -> list[Search]:
    """One search per place, for every text that a signature looks for in that log."""
    signatures = load_table("log_signatures", LogSignature)
    phrases = {row.id: row.literals for row in load_table("log_phrases", LogPhrase)}
    found = []
    for place in places:
        rows = [row for row in signatures if row.may_stand_in(place.log)]
        texts = [
            text for row in rows for text in (*row.literals, *(each for name in row.phrases for each in phrases[name]))
        ]
        found.append(Search(place, shortest(texts)))
    return found


def shortest(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts without those that another one of them finds as well."""
    once = list(dict.fromkeys(text.lower() for text in texts))
    return tuple(text for text in once if not any(other != text and other in text for other in once))


def search_parts(wanted: Sequence[Search]) -> list[str]:
    """The sub-commands of all searches, one per folder or part of it, to be joined into a line."""
    return [f"({_PROBE})2>nul", *_grouped([(item.place.folder, item.command(n)) for n, item in enumerate(wanted)])]


def by_folder(items: Iterable[tuple[str, T]], length: Callable[[Sequence[T]], int]) -> list[tuple[str, list[T]]]:
    """What is asked in each folder, in as many parts as GROUP_ROOM takes. ``length``: that of one part's commands."""
    folders: dict[str, list[list[T]]] = {}
    for folder, item in items:
        groups = folders.setdefault(folder, [[]])
        if groups[-1] and length([*groups[-1], item]) > GROUP_ROOM:
            groups.append([])
        groups[-1].append(item)
    return [(folder, group) for folder, groups in folders.items() for group in groups]


def _grouped(commands: Sequence[tuple[str, str]]) -> list[str]:
    # Nothing is searched when the folder is not there: the names would be looked up in another one.
    return [
        f"(cd /d {folder}&&({'&'.join(group)}))2>nul&echo #done"
        for folder, group in by_folder(commands, lambda group: sum(map(len, group)))
    ]


def read_search(wanted: Sequence[Search], text: str, parts: int) -> list[Reading]:
    """Reads what came back of each search.

    ``parts``: how many sub-commands were sent; every one of them says that it came to its end. When one did not, what
    was found is a sign all the same, and no log counts as read.
    """
    able = _PROBED in (line.strip() for line in text.split("\n"))
    sections, whole = _sections(text, parts - 1)
    return [_reading(item, sections.get(number), able and whole) for number, item in enumerate(wanted)]


def _sections(text: str, ends: int) -> tuple[dict[int, list[str]], bool]:
    """The lines of each log, and whether ``ends`` sub-commands came to their end: otherwise any of them may be cut."""
    lines = [line.rstrip("\r") for line in text.split("\n")]
    sections: dict[int, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        # What a log says always stands behind a number, so that it cannot look like a marker of ours.
        if match := _LOG.fullmatch(line):
            current = sections.setdefault(int(match[1]), [])
        elif line == "#done":
            current = None
        elif current is not None:
            current.append(line)
    return sections, lines.count("#done") == ends


def _reading(item: Search, lines: list[str] | None, certain: bool) -> Reading:
    # The sieve saw the log: without a section, its folder could not be entered again.
    if lines is None:
        return Reading(item, "unknown")
    state = log_state(lines) if certain else "unknown"
    if not item.by_line:
        return Reading(item, state, named=_named(item, lines))
    found = tuple(line for text in lines if (line := _line(text)))
    return Reading(item, state, found, formers=formers_there(item, lines))


def formers_there(item: Search, lines: Iterable[str]) -> tuple[str, ...]:
    """The former logs that the marks in front of a log's lines name, as names or patterns."""
    numbers = [int(match[1]) for line in lines if (match := _FORMER.match(line))]
    names = item.place.log.formers
    return tuple(names[number] for number in numbers if number < len(names))


def log_state(lines: Sequence[str]) -> str:
    """What the marks in front of a log's lines say of it."""
    if "#there" not in lines:
        return "missing"
    return "read" if "#read" in lines else "unreadable"


def own_lines(reading: Reading) -> list[LogLine]:
    """The lines with the numbers of their own file: the machine counts on from the former files to the log itself.

    Where the turn is not among them, it lies between the oldest and the newest: their numbers cannot be told.
    """
    if not reading.formers:
        return list(reading.lines)
    turns = [at for at, line in enumerate(reading.lines) if line.text.strip() == _TURNED]
    if len(turns) < len(reading.formers):
        older, newer, ahead = reading.lines[:FIRST], reading.lines[FIRST:], None
    else:
        older, newer, ahead = (
            reading.lines[: turns[-1]],
            reading.lines[turns[-1] + 1 :],
            reading.lines[turns[-1]].number,
        )
    return [replace(line, former=True) for line in older if line.text.strip() != _TURNED] + [
        replace(line, number=0 if ahead is None else line.number - ahead) for line in newer
    ]


def _named(item: Search, lines: Sequence[str]) -> dict[str, tuple[str, ...]]:
    named: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        if (marker := _TEXT.fullmatch(line)) and int(marker[1]) < len(item.literals):
            current = named.setdefault(item.literals[int(marker[1])], [])
        elif match := re.match(r"^[0-9]{1,2}:(.+)$", line):
            current.append(match[1].strip())
    return {text: tuple(files) for text, files in named.items()}


def _line(text: str) -> LogLine | None:
    """A line as C(1:532:text): its place among the matches, its number in the log, and what it says."""
    match = _NUMBERED.match(text)
    return LogLine(int(match[2]), match[3]) if match and match[2] else None


def count_parts(cut: Sequence[Reading]) -> list[str]:
    """How many lines of each log match."""
    commands = [
        (reading.search.place.folder, f'echo #log {number}&{reading.search.piped()}|find /c ":"')
        for number, reading in enumerate(cut)
    ]
    return _grouped(commands)


def read_counts(cut: Sequence[Reading], text: str, parts: int) -> list[int | None]:
    """Reads how often each text was found.

    ``parts``: how many sub-commands were sent. None where the machine did not tell.
    """
    sections, whole = _sections(text, parts)
    numbers = [
        [line.strip() for line in sections.get(number, ()) if whole and _COUNT.fullmatch(line.strip())]
        for number in range(len(cut))
    ]
    return [int(found[0]) if found else None for found in numbers]


def tail_parts(cut: Sequence[Reading], totals: Sequence[int]) -> list[str]:
    """The newest matches of each log, by their place among the matches."""
    commands = []
    for number, (reading, total) in enumerate(zip(cut, totals, strict=True)):
        wanted = "".join(f' /c:"{place}:"' for place in range(max(FIRST, total - FIRST) + 1, total + 1))
        commands.append(
            (
                reading.search.place.folder,
                f'echo #log {number}&{reading.search.piped()}|findstr /n "^"|findstr /b /l /i{wanted}',
            )
        )
    return _grouped(commands)


def read_tail(cut: Sequence[Reading], totals: Sequence[int], text: str, parts: int) -> list[Reading]:
    """The readings with their newest lines added. ``parts``: how many sub-commands were sent."""
    sections, whole = _sections(text, parts)
    found = []
    for number, (reading, total) in enumerate(zip(cut, totals, strict=True)):
        newest = tuple(line for each in sections.get(number, ()) if (line := _line(each)))
        state = reading.state if whole else "unknown"
        found.append(replace(reading, state=state, lines=reading.lines + newest, total=total))
    return found

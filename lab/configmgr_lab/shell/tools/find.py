# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""find and findstr: lines that hold a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...features import Feature, Source
from ...machine.files import FileError, normal
from ..process import Call
from .tool import Option, Tool, UsageError, read_switches

_FINDSTR_OPTIONS = (
    Option("/i", False, Source.DOCUMENT),
    Option("/v", False, Source.DOCUMENT),
    Option("/n", False, Source.DOCUMENT),
    Option("/x", False, Source.DOCUMENT),
    Option("/b", False, Source.DOCUMENT),
    Option("/e", False, Source.DOCUMENT),
    Option("/l", False, Source.DOCUMENT),
    Option("/m", False, Source.DOCUMENT, "only the names of files with a match"),
    Option("/r", False, Source.DOCUMENT, "`.`, `*`, `^`, `$`, classes"),
)


_LONGEST_PIPED = 8191


@dataclass(frozen=True)
class _Input:
    name: str
    lines: list[str] | None


def find(call: Call) -> int:
    """find "text" [files]: exit code 0 when a line was found."""
    match = re.fullmatch(r'\s*((?:/\w\s*)*)"((?:[^"]|"")*)"\s*(.*)', call.tail, re.DOTALL)
    flags = set(re.findall(r"/(\w)", match[1].lower())) if match else set()
    if match is None or flags - {"i", "c", "v", "n"}:
        call.complain(call.message("find_syntax"))
        return 2
    flags |= set(re.findall(r"(?:^|\s)/([icvn])(?=\s|$)", match[3].lower()))
    files = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', match[3]) if not word.startswith("/")]
    wanted = match[2].replace('""', '"')
    found = 0
    for source in _inputs(call, files):
        if source.lines is None:
            call.complain(call.message("find_missing", path=source.name.upper()))
            return 2
        hits = [
            (number, line)
            for number, line in enumerate(source.lines, 1)
            if bool(wanted) and _contains(line, wanted, ignore_case="i" in flags) != ("v" in flags)
        ]
        found += len(hits)
        _print_found(call, source.name, hits, flags)
    return 0 if found else 1


def _print_found(call: Call, name: str, hits: list[tuple[int, str]], flags: set[str]) -> None:
    if "c" in flags:
        call.say(f"\n---------- {name.upper()}: {len(hits)}\n" if name else f"{len(hits)}\n")
        return
    if name:
        call.say(f"\n---------- {name.upper()}\n")
    call.say("".join((f"[{number}]" if "n" in flags else "") + line + "\n" for number, line in hits))


def findstr(call: Call) -> int:
    """findstr [/i /v /n /m /x /b /e /l /r /c:text] texts [files]: exit code 0 when a line was found."""
    literal = [word[3:] for word in call.arguments if word[:3].lower() == "/c:"]
    try:
        parsed = read_switches([word for word in call.arguments if word[:3].lower() != "/c:"], _FINDSTR_OPTIONS)
        if not literal and not parsed.words:
            raise UsageError
        texts = literal or parsed.words.pop(0).split()
        pattern = _pattern(texts, parsed.switches, literal=bool(literal) and not parsed.has("/r"))
    except (UsageError, re.error):
        call.complain(call.message("findstr_syntax"))
        return 2
    found = False
    several = len(parsed.words) > 1 or any(set(word) & set("*?") for word in parsed.words)
    for source in _inputs(call, parsed.words):
        if source.lines is None:
            call.complain(call.message("findstr_missing", path=source.name))
            continue
        hits = _hits(source, pattern, inverted=parsed.has("/v"))
        found |= bool(hits)
        if parsed.has("/m"):
            call.say(f"{source.name or '(standard input)'}\n" if hits else "")
            continue
        prefix = f"{source.name}:" if several else ""
        call.say("".join(f"{prefix}{f'{number}:' if parsed.has('/n') else ''}{line}\n" for number, line in hits))
    return 0 if found else 1


def _hits(source: _Input, pattern: re.Pattern[str], *, inverted: bool) -> list[tuple[int, str]]:
    """Lines with their numbers. From a pipe, lines of 8191 characters and more are passed over."""
    lines = enumerate(source.lines or (), 1)
    return [
        (number, line)
        for number, line in lines
        if bool(pattern.search(line)) != inverted and (source.name or len(line) < _LONGEST_PIPED)
    ]


def _pattern(texts: list[str], switches: dict[str, str], *, literal: bool) -> re.Pattern[str]:
    literal = literal or "/l" in switches
    body = "|".join(re.escape(text) if literal else _expression(text) for text in texts)
    if "/x" in switches:
        body = f"^(?:{body})$"
    elif "/b" in switches:
        body = f"^(?:{body})"
    elif "/e" in switches:
        body = f"(?:{body})$"
    return re.compile(body, re.IGNORECASE if "/i" in switches else 0)


def _expression(text: str) -> str:
    # findstr knows only these signs; what Python takes as one besides them is a plain character.
    text = text.replace("\\<", "\\b").replace("\\>", "\\b")
    return re.sub(r"(?<!\\)[+?{}()|]", lambda match: "\\" + match[0], text)


def _inputs(call: Call, files: list[str]) -> Iterator[_Input]:
    if not files:
        yield _Input("", _lines(call.streams.stdin))
    for name in files:
        for full in _matching(call, name):
            # A file of several is named as it was asked for, with its folder.
            shown = name.rpartition("\\")[0] + "\\" * ("\\" in name) + full.rpartition("\\")[2] if "*" in name else name
            try:
                yield _Input(shown, _lines(call.files.read(full)))
            except FileError:
                yield _Input(name, None)


def _matching(call: Call, name: str) -> list[str]:
    path = normal(name, call.session.folder)
    folder, _, last = path.rpartition("\\")
    if not set(last) & set("*?"):
        return [path]
    wild = re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in last.lower()))
    try:
        names = [entry.path for entry in call.files.children(folder) if not entry.is_folder]
    except FileError:
        names = []
    return [each for each in names if wild.fullmatch(each.rpartition("\\")[2].lower())] or [path]


def _lines(data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return text.removesuffix("\n").split("\n") if text else []


def _contains(line: str, wanted: str, *, ignore_case: bool) -> bool:
    return wanted.lower() in line.lower() if ignore_case else wanted in line


FIND = Tool(
    "find",
    find,
    (
        Feature('`find "text"` with files or stdin, /i /c /v /n', Source.ASSUMED),
        Feature("exit code 0 found, 1 not found, 2 error", Source.ASSUMED),
        Feature("the heading of each file", Source.ASSUMED),
    ),
    ("`/off`",),
)
FINDSTR = Tool(
    "findstr",
    findstr,
    (
        *(option.feature("findstr") for option in _FINDSTR_OPTIONS),
        Feature("`findstr /c:text`, several of them, files by `*` and `?`", Source.DOCUMENT),
        Feature("from a pipe, lines of 8191 characters and more are passed over", Source.ASSUMED),
    ),
    ("`/s /o /p /f /g /d /a`", "its known errors with several literal texts of different length"),
)

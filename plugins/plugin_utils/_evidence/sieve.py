# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which logs are worth a search of their own: most hold none of the texts, and four programs a log are many.

C(findstr /m) names the files of a folder that hold any of the texts that are looked for in one of them. Before that it
names those that hold a time of day, as every log does. So it could open these, and their letters are bytes: it takes
UTF-16, which C(type) converts, for something else. What is not among them is searched as if it had been named.

Relied on, from Microsoft's page of the command: /m, several files, patterns in their names. An exit code above 1 counts
as an error: the page names none, so that only what would be worse is believed of it; so does one below 0, that of a
program that crashed (C(if errorlevel) compares from that number up).
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence

from .search import Reading, Search, by_folder, formers_there, log_state, shortest

__all__ = ["read_sieve", "sieve_parts"]

_TIME = "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]"
_FOLDER, _TIMES, _TEXTS, _SIFTED, _DONE = "#folder", "#times", "#texts", "#sifted", "#done"


def sieve_parts(wanted: Sequence[Search]) -> list[str]:
    """The sub-commands, one per folder or part of it, to be joined into a line."""
    return [
        f"(if exist {folder} echo {_FOLDER})&(cd /d {folder}&&({_command(group)}))2>nul&echo {_DONE}"
        for folder, group in _groups(wanted)
    ]


def _groups(wanted: Sequence[Search]) -> list[tuple[str, list[tuple[int, Search]]]]:
    numbered = ((item.place.folder, (number, item)) for number, item in enumerate(wanted))
    return by_folder(numbered, lambda group: len(_command(group)))


def _command(group: Sequence[tuple[int, Search]]) -> str:
    """Whether each log is there and can be read, and the two passes over all of them."""
    looks = [
        f"echo #log {number}&(if exist {item.file} echo #there)"
        + (f"&{item.former_marks}(type {item.file}>nul&&echo #read)" if item.by_line else "")
        for number, item in group
    ]
    sifted = [item for _number, item in group if item.by_line]
    if not sifted:
        return "&".join(looks)
    files = " ".join(f'"{name}"' for name in dict.fromkeys(name for item in sifted for name in item.names))
    texts = " ".join(f'/c:"{text}"' for text in shortest(text for item in sifted for text in item.literals))
    passes = (
        f'echo {_TIMES}&findstr /m "{_TIME}" {files}',
        f"echo {_TEXTS}&findstr /i /l /m {texts} {files}&(if errorlevel 0 if not errorlevel 2 echo {_SIFTED})",
    )
    return "&".join((*looks, *passes))


def read_sieve(wanted: Sequence[Search], text: str) -> list[Reading | None]:
    """What is known of each log without a search of its own; None where it takes one."""
    groups = _groups(wanted)
    parts = [line.rstrip("\r") for line in text.split("\n")]
    answers = _split(parts, _DONE)
    whole = len(answers) == len(groups) + 1
    readings: list[Reading | None] = [Reading(item, "unknown") for item in wanted]
    for (_folder, group), lines in zip(groups, answers if whole else (), strict=False):
        for number, item in group:
            readings[number] = _reading(number, item, lines)
    return readings


def _reading(number: int, item: Search, lines: Sequence[str]) -> Reading | None:
    looks, *passes = _split(lines, _TIMES)
    sections = _split(looks, f"#log {number}")
    section = [] if len(sections) < 2 else sections[1][: _next_log(sections[1])]
    state = log_state(section)
    if len(sections) < 2 and _FOLDER in lines:
        return Reading(item, "unknown")
    if not item.by_line:
        return None if "#there" in section else Reading(item, "missing")
    if state != "read":
        return Reading(item, state)
    timed, *named = _split(passes[0] if passes else (), _TEXTS)
    sifted = bool(named) and named[0][-1:] == [_SIFTED]
    there = (item.place.log.file, *formers_there(item, section))
    seen = all(_is_among([name], timed) for name in there)
    return Reading(item, "read") if sifted and seen and not _is_among(item.names, named[0]) else None


def _next_log(lines: Sequence[str]) -> int:
    return next((at for at, line in enumerate(lines) if line.startswith("#log ")), len(lines))


def _is_among(patterns: Iterable[str], names: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(name.lower(), pattern.lower()) for pattern in patterns for name in names)


def _split(lines: Sequence[str], mark: str) -> list[list[str]]:
    """The lines between those that are the mark."""
    parts: list[list[str]] = [[]]
    for line in lines:
        if line == mark:
            parts.append([])
        else:
            parts[-1].append(line)
    return parts

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines for cmd: how long one may be, and how sub-commands share one."""

from __future__ import annotations

from collections.abc import Sequence

from .._marks import ENDING, length_added
from .errors import error

LIMIT = 8150 - ENDING
"""Characters (UTF-16 code units) of one line. cmd takes 8,191 (source: Microsoft, command-line string limitation); the
rest is for what a connection puts before it and a session behind it."""

_ATTEMPTED = "prepare a command line"


def length(line: str) -> int:
    """How long cmd finds the line when it is sent: UTF-16 code units."""
    plain = len(line) if line.isascii() else len(line.encode("utf-16-le", "surrogatepass")) // 2
    return plain + length_added(line)


def check(line: str, *, host: str = "", attempted: str = _ATTEMPTED, limit: int = LIMIT) -> None:
    """Refuses a line that cmd would not get as it is written: RemoteError line_too_long or line_not_runnable."""
    if length(line) > limit:
        detail = f"{length(line)} characters, at most {limit}"
        raise error("line_too_long", host=host, attempted=attempted, detail=detail)
    if not line.strip() or line.lstrip().startswith('"') or any(character in line for character in "\r\n\0"):
        raise error("line_not_runnable", host=host, attempted=attempted, detail=line[:60])


def grouped(parts: Sequence[str], begin: str, end: str) -> list[str]:
    """Packs parts into as few command lines as will hold them.

    Each line is parts joined with "&" between ``begin`` and ``end``.
    """
    return [f"{begin}{line}{end}" for line in join(parts, LIMIT - len(begin) - len(end))]


def join(parts: Sequence[str], limit: int = LIMIT) -> list[str]:
    """Complete sub-commands joined with "&", in their order, into as few lines as cmd takes.

    No space goes around the "&": echo would print one that stands before it. RemoteError line_too_long when a part
    does not fit into a line alone, line_not_runnable when a part is empty or holds a line break.
    """
    lines: list[str] = []
    room = 0
    for part in parts:
        check(part, limit=limit)
        size = length(part) + 1
        if lines and size <= room:
            lines[-1] += "&" + part
            room -= size
        else:
            lines.append(part)
            room = limit - length(part)
    return lines

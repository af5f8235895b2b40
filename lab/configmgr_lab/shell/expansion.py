# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Percent expansion, the first thing that cmd does to a line.

Interactive rules, which also hold after `/c`: an undefined name stays as it was typed, and a percent sign that begins
no known name is kept while the search goes on behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Lookup = Callable[[str], str | None]

_BATCH = re.compile(r"%%|%([^%\s][^%]*)%")
_DELAYED = re.compile(r"!([^!\s]+)!")
_SLICE = re.compile(r"~(-?\d+)(?:,(-?\d+))?")


def expand(line: str, lookup: Lookup) -> str:
    """`lookup` answers a name with its text, or None when there is none; case is its business."""
    done: list[str] = []
    at = 0
    while (start := line.find("%", at)) >= 0:
        done.append(line[at:start])
        end = line.find("%", start + 1)
        replacement = _replacement(line[start + 1 : end], lookup) if end > start else None
        if replacement is None:
            done.append("%")
            at = start + 1
        else:
            done.append(replacement)
            at = end + 1
    return "".join(done) + line[at:]


def expand_batch(line: str, lookup: Lookup) -> str:
    """The rules of batch files: an undefined name becomes nothing, and two percent signs are one."""
    return _BATCH.sub(lambda match: (_replacement(match[1], lookup) or "") if match[1] else "%", line)


def expand_delayed(text: str, lookup: Lookup) -> str:
    """`!NAME!`, when a command runs."""
    return _DELAYED.sub(lambda match: _replacement(match[1], lookup) or "", text)


def _replacement(inside: str, lookup: Lookup) -> str | None:
    name, colon, modifier = inside.partition(":")
    text = lookup(name) if name else None
    if text is None or not colon:
        return text
    if match := _SLICE.fullmatch(modifier):
        return _sliced(text, int(match[1]), match[2])
    old, equals, new = modifier.partition("=")
    if not equals or not old:
        return None
    return _substituted(text, old, new)


def _sliced(text: str, start: int, length: str | None) -> str:
    begin = max(len(text) + start, 0) if start < 0 else start
    if length is None:
        return text[begin:]
    count = int(length)
    return text[begin:count] if count < 0 else text[begin : begin + count]


def _substituted(text: str, old: str, new: str) -> str:
    if old.startswith("*"):
        at = text.lower().find(old[1:].lower())
        return text if at < 0 else new + text[at + len(old) - 1 :]
    return re.sub(re.escape(old), lambda _: new, text, flags=re.IGNORECASE)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dir: names alone, or lines as Windows prints them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..machine.files import Entry, FileError
from .accounts import account_name
from .process import Call

_OWNER_WIDTH = 23
_ATTRIBUTES = re.compile(r"/a:?((?:-?[dlhsar])*)", re.IGNORECASE)


def directory(call: Call, paths: list[str], flags: set[str]) -> int:
    """The command, for one folder or file. Nothing that fits is exit code 1, as is a folder that cannot be opened."""
    path = call.path((paths or ["."])[0])
    wanted = next((match[1].lower() for flag in sorted(flags) if (match := _ATTRIBUTES.fullmatch(flag))), "")
    if "/s" in flags and "/b" not in flags:
        call.complain(call.message("not_emulated", name="dir /s without /b"))
        return 1
    try:
        entries = [each for each in _entries(call, path, deep="/s" in flags) if _fits(each, wanted)]
    except FileError:
        entries = []
    if "/b" in flags:
        call.say("".join((each.path if "/s" in flags else _base(each)) + "\n" for each in entries))
    else:
        call.say(call.message("dir_head", path=path))
        above = [_Line(dots, "<DIR>", path) for dots in (".", "..")] if _has_dots(call, path, wanted) else []
        lines = [*above, *(_Line(_base(each), _kind(each), each.path, each) for each in entries)] if entries else []
        call.say("".join(_printed(call, line, owner="/q" in flags) for line in lines) + _foot(call, lines))
    if not entries:
        call.complain(call.message("file_list_missing"))
        return 1
    return 0


@dataclass(frozen=True)
class _Line:
    """`entry` is None for the folder itself and the one above."""

    name: str
    kind: str
    path: str
    entry: Entry | None = None


def _entries(call: Call, path: str, *, deep: bool) -> Iterator[Entry]:
    entry = call.files.get(path)
    if entry is None:
        return
    for each in call.files.children(path) if entry.is_folder else [entry]:
        yield each
        # A junction below is named and not followed.
        if deep and each.is_folder and each.target is None:
            yield from _entries(call, each.path, deep=True)


def _fits(entry: Entry, wanted: str) -> bool:
    holds = {"d": entry.is_folder, "l": entry.target is not None}
    return all(holds.get(letter, False) != bool(minus) for minus, letter in re.findall(r"(-?)([a-z])", wanted))


def _has_dots(call: Call, path: str, wanted: str) -> bool:
    entry = call.files.get(path)
    folder = Entry(path, None)
    return entry is not None and entry.is_folder and not path.endswith("\\") and _fits(folder, wanted)


def _kind(entry: Entry) -> str:
    return "<JUNCTION>" if entry.target else "<DIR>" if entry.is_folder else ""


def _printed(call: Call, line: _Line, *, owner: bool) -> str:
    # The lab keeps no times of files: they are as old as the last start.
    moment = f"{call.machine.boot_time:{call.message('dir_moment')}}"
    size = _grouped(call, line.entry.size) if line.entry is not None and not line.kind else ""
    middle = f"    {line.kind:<14} " if line.kind else f"{size:>18} "
    who = f"{_owner(call, line.path):<{_OWNER_WIDTH}.{_OWNER_WIDTH}}" if owner else ""
    to = f" [{line.entry.target}]" if line.entry is not None and line.entry.target else ""
    return f"{moment}{middle}{who}{line.name}{to}\n"


def _owner(call: Call, path: str) -> str:
    try:
        return account_name(call, call.files.descriptor(path)[0].owner)
    except FileError:
        return "..."


def _foot(call: Call, lines: list[_Line]) -> str:
    if not lines:
        return ""
    files = [line.entry.size for line in lines if line.entry is not None and not line.kind]
    numbers = {
        "files": f"{len(files):>16}",
        "size": f"{_grouped(call, sum(files)):>14}",
        "folders": f"{len(lines) - len(files):>16}",
        "free": f"{_grouped(call, call.machine.files.free):>15}",
    }
    return call.message("dir_foot", **numbers)


def _grouped(call: Call, number: int) -> str:
    return f"{number:,}".replace(",", call.message("dir_group"))


def _base(entry: Entry) -> str:
    return entry.path.rpartition("\\")[2]

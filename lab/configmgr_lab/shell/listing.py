# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dir: names, or lines with kind and owner."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..machine.files import Entry, FileError
from .accounts import account_name
from .process import Call

_OWNER_WIDTH = 23
_ATTRIBUTES = re.compile(r"/a:?((?:-?[dlhsar])*)", re.IGNORECASE)


def directory(call: Call, paths: list[str], flags: set[str]) -> int:
    """The command, for one folder or file. Nothing that fits is exit code 1, as is a folder that cannot be opened."""
    path = call.path((paths or ["."])[0])
    wanted = next((match[1].lower() for flag in sorted(flags) if (match := _ATTRIBUTES.fullmatch(flag))), "")
    if not flags & {"/b", "/q"}:
        call.complain(call.message("not_emulated", name="dir without /b or /q"))
        return 1
    try:
        entries = [each for each in _entries(call, path, deep="/s" in flags) if _fits(each, wanted)]
    except FileError:
        entries = []
    if not entries:
        call.complain(call.message("file_list_missing"))
        return 1
    if "/b" in flags:
        call.say("".join((each.path if "/s" in flags else _base(each)) + "\n" for each in entries))
    else:
        call.say(_long(call, path, entries))
    return 0


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


def _long(call: Call, path: str, entries: list[Entry]) -> str:
    moment = f"{call.machine.boot_time:%m/%d/%Y  %I:%M %p}"
    lines = ["", f" {path}", ""]
    for each in entries:
        kind = "<JUNCTION>" if each.target else "<DIR>" if each.is_folder else ""
        size = kind.ljust(14) if kind else f"{each.size:>14,}"
        try:
            owner = account_name(call, call.files.descriptor(each.path)[0].owner)
        except FileError:
            owner = "..."
        to = f" [{each.target}]" if each.target else ""
        lines.append(f"{moment}    {size} {owner:<{_OWNER_WIDTH}.{_OWNER_WIDTH}}{_base(each)}{to}")
    return "\n".join(lines) + "\n"


def _base(entry: Entry) -> str:
    return entry.path.rpartition("\\")[2]

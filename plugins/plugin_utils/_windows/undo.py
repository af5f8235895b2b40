# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backup of a change as a C(.reg) file: a double-click undoes the change, deletions included.

What was written is kept in the same file as comments, so that going back can see whether somebody changed a value
since.
Values other than REG_DWORD are kept byte for byte in C(hex(type)) form, which no text of theirs can break out of.
The last line says that it is the last, so that a file that ends early is not taken for a backup of fewer values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .registry import Key, Value, View

__all__ = [
    "HEADER",
    "LAST_LINE",
    "Undo",
    "UndoValue",
    "can_be_kept",
    "parse_undo",
    "raw_bytes",
    "reg_text",
    "render_undo",
]

HEADER = "Windows Registry Editor Version 5.00"
LAST_LINE = ";end"
_TYPES = {
    "REG_NONE": 0,
    "REG_SZ": 1,
    "REG_EXPAND_SZ": 2,
    "REG_BINARY": 3,
    "REG_DWORD": 4,
    "REG_DWORD_BIG_ENDIAN": 5,
    "REG_LINK": 6,
    "REG_MULTI_SZ": 7,
    "REG_QWORD": 11,
}
_NUMBERS = frozenset({"REG_DWORD", "REG_DWORD_BIG_ENDIAN", "REG_QWORD"})
_NAMES = {number: name for name, number in _TYPES.items()}
_WOW = "SOFTWARE\\WOW6432Node\\"
_KEY = re.compile(r"^(;?)\[(-?)HKEY_LOCAL_MACHINE\\(.+)\]$")
_VALUE = re.compile(r'^(;?)"([^"\\]+)"=(-|dword:([0-9a-f]{8})|hex\(([0-9a-f]+)\):([0-9a-f,]*))$')


@dataclass(frozen=True)
class UndoValue:
    """One value: as it was (``before``, None when absent) and as the change left it (``after``)."""

    view: View
    key: Key
    name: str
    before: Value | None
    after: Value | None


@dataclass(frozen=True)
class Undo:
    """The content of an undo file, which takes a change back.

    ``created`` are keys that did not exist before.
    """

    values: tuple[UndoValue, ...]
    created: tuple[tuple[View, Key], ...]


def render_undo(values: Sequence[UndoValue], created: Sequence[tuple[View, Key]]) -> list[str]:
    """The lines of the file."""
    lines = [HEADER]
    lines += [f"[-{_full(view, key)}]" for view, key in created]
    section: tuple[View, Key] | None = None
    for value in values:
        new = any(view is value.view and value.key.is_below(key) for view, key in created)
        if section != (value.view, value.key):
            section = (value.view, value.key)
            lines.append(f"{';' if new else ''}[{_full(*section)}]")
        if not new:
            lines.append(f'"{value.name}"={_data(value.before)}')
        lines.append(f';"{value.name}"={_data(value.after)}')
    return [*lines, LAST_LINE]


def parse_undo(lines: Iterable[str]) -> Undo | None:
    """The file's content; None when it is not one of ours or not whole."""
    remaining = [line.strip() for line in lines if line.strip()]
    if not remaining or remaining[0].lstrip("\ufeff") != HEADER or remaining[-1] != LAST_LINE:
        return None
    created: list[tuple[View, Key]] = []
    before: dict[tuple[View, Key, str], Value | None] = {}
    after: dict[tuple[View, Key, str], Value | None] = {}
    section: tuple[View, Key] | None = None
    for line in remaining[1:-1]:
        key_line, value_line = _KEY.match(line), _VALUE.match(line)
        if key_line and key_line[2]:
            created.append(_place(key_line[3]))
        elif key_line:
            section = _place(key_line[3])
        elif value_line and section:
            target = after if value_line[1] else before
            try:
                target[(*section, value_line[2])] = _parse_data(value_line)
            except (ValueError, KeyError):
                return None
        else:
            return None
    values = [
        UndoValue(view, key, name, before.get((view, key, name)), value) for (view, key, name), value in after.items()
    ]
    return Undo(tuple(values), tuple(created)) if set(before) <= set(after) else None


def _full(view: View, key: Key) -> str:
    path = key.path
    if view is View.WOW and path.lower().startswith("software\\"):
        path = _WOW + path[len("SOFTWARE\\") :]
    return f"HKEY_LOCAL_MACHINE\\{path}"


def _place(path: str) -> tuple[View, Key]:
    if path.lower().startswith(_WOW.lower()):
        return View.WOW, Key("SOFTWARE\\" + path[len(_WOW) :])
    return View.NATIVE, Key(path)


def _data(value: Value | None) -> str:
    if value is None:
        return "-"
    if value.dword is not None:
        return f"dword:{value.dword:08x}"
    return f"hex({_TYPES[value.type]:x}):" + ",".join(f"{byte:02x}" for byte in raw_bytes(value))


def raw_bytes(value: Value) -> bytes:
    """The value as Windows stores it."""
    if isinstance(value.data, int):
        # reg.exe reads and writes REG_DWORD_BIG_ENDIAN like REG_DWORD, in every version of Windows.
        return value.data.to_bytes(8 if value.type == "REG_QWORD" else 4, "little")
    if value.type in ("REG_SZ", "REG_EXPAND_SZ", "REG_LINK"):
        return (value.data + "\0").encode("utf-16-le", "surrogatepass")
    if value.type == "REG_MULTI_SZ":
        return ("".join(f"{part}\0" for part in value.data.split("\\0")) + "\0").encode("utf-16-le", "surrogatepass")
    return bytes.fromhex(value.data)


def can_be_kept(value: Value) -> bool:
    """Whether the file would give back exactly this value; not for one that C(reg query) did not print as it should."""
    if value.type in _NUMBERS and not isinstance(value.data, int):
        return False
    try:
        match = _VALUE.match(f'"x"={_data(value)}')
        return match is not None and _parse_data(match) == value
    except (ValueError, OverflowError):
        return False


def _parse_data(match: re.Match[str]) -> Value | None:
    """Raises ValueError or KeyError for data that we did not write."""
    if match[3] == "-":
        return None
    if match[4] is not None:
        return Value("REG_DWORD", int(match[4], 16))
    kind = _NAMES[int(match[5], 16)]
    raw = bytes.fromhex(match[6].replace(",", ""))
    if kind in ("REG_SZ", "REG_EXPAND_SZ", "REG_LINK"):
        return Value(kind, raw.decode("utf-16-le", "surrogatepass").removesuffix("\0"))
    if kind == "REG_MULTI_SZ":
        return Value(
            kind, raw.decode("utf-16-le", "surrogatepass").removesuffix("\0").removesuffix("\0").replace("\0", "\\0")
        )
    if kind in ("REG_QWORD", "REG_DWORD_BIG_ENDIAN"):
        return Value(kind, int.from_bytes(raw, "little"))
    return Value(kind, raw.hex().upper())


def reg_text(values: Iterable[tuple[View, Key, str, Value | None]]) -> str:
    """Values as regedit writes them, keys in the order given; absent ones are left out."""
    lines: list[str] = []
    section: tuple[View, Key] | None = None
    for view, key, name, value in values:
        if value is None:
            continue
        if section != (view, key):
            section = (view, key)
            lines.append(f"[{_full(view, key)}]")
        lines.append(f'"{name}"={_data(value)}')
    return "".join(f"{line}\n" for line in lines)

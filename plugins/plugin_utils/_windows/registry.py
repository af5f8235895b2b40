# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry as C(reg.exe) prints it and as it is told to change it.

Known of C(reg query): a blank line, the key's full path, four spaces, name, four spaces, type, four spaces, data;
subkeys follow as lines with their full path; C(/s) prints every key below. Messages are localised and never read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from .command import UnsafeText, plain_word, quoted

__all__ = [
    "ABSENT",
    "UNREADABLE",
    "Key",
    "KeyReading",
    "Presence",
    "Registry",
    "Value",
    "View",
    "delete_key_command",
    "delete_value_command",
    "is_key_line",
    "parse_query",
    "reading_of",
    "set_command",
]

_HIVES = {"HKLM": "HKEY_LOCAL_MACHINE", "HKEY_LOCAL_MACHINE": "HKEY_LOCAL_MACHINE"}
_DIGITS = {"REG_DWORD": 8, "REG_DWORD_BIG_ENDIAN": 8, "REG_QWORD": 16}
_KEY_LINE = re.compile(r"^(HKEY_[A-Z_]+)(?:\\(.*))?$")
_VALUE_LINE = re.compile(
    r"^ {4}(?P<name>.*?) {4}(?P<type>REG_(?:SZ|EXPAND_SZ|MULTI_SZ|DWORD|DWORD_BIG_ENDIAN|QWORD|BINARY|NONE|LINK))"
    r"(?: {4}(?P<data>.*))?$"
)


class View(IntEnum):
    """Which registry view of a 64-bit Windows; on 32-bit Windows there is one."""

    NATIVE = 64
    WOW = 32


class Presence(Enum):
    """Absent is a state of its own (the system's default), unreadable is not: it is not known."""

    PRESENT = "present"
    ABSENT = "absent"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Value:
    """A registry value: ``type`` as reg.exe names it, ``data`` as an integer (DWORD, QWORD) or as the printed text."""

    type: str
    data: int | str

    @property
    def dword(self) -> int | None:
        """The number, when this is the type that Schannel, WinHTTP and .NET look at."""
        return self.data if self.type == "REG_DWORD" and isinstance(self.data, int) else None

    def __str__(self) -> str:
        if isinstance(self.data, int):
            return f"{self.type} 0x{self.data:x}"
        return f"{self.type} {self.data}"


@dataclass(frozen=True, order=True)
class Key:
    """A key below HKEY_LOCAL_MACHINE, without the hive, compared without regard to case."""

    path: str = field(compare=False)
    folded: str = field(init=False, repr=False)

    def __hash__(self) -> int:
        return hash(self.folded)

    def __post_init__(self) -> None:
        hive, found, rest = self.path.partition("\\")
        if found and hive.upper() in _HIVES:
            object.__setattr__(self, "path", rest)
        object.__setattr__(self, "folded", self.path.lower())

    @property
    def short(self) -> str:
        return f"HKLM\\{self.path}"

    @property
    def full(self) -> str:
        return f"HKEY_LOCAL_MACHINE\\{self.path}"

    @functools.cached_property
    def parent(self) -> Key | None:
        head, found, _tail = self.path.rpartition("\\")
        return Key(head) if found else None

    @property
    def name(self) -> str:
        return self.path.rpartition("\\")[2]

    def child(self, name: str) -> Key:
        return Key(f"{self.path}\\{name}")

    def is_below(self, other: Key) -> bool:
        return self.folded == other.folded or self.folded.startswith(other.folded + "\\")


@dataclass(frozen=True)
class KeyReading:
    """What one key was seen to hold. Names of values and subkeys keep their case; look them up without regard to it.

    partial: not all of it was asked for, so that what is missing here may be there.
    """

    presence: Presence
    values: Mapping[str, Value] = field(default_factory=dict)
    subkeys: tuple[str, ...] = ()
    partial: bool = False

    def value(self, name: str) -> Value | None:
        return self._values.get(name.lower())

    def has_subkey(self, name: str) -> bool:
        return name.lower() in self._subkeys

    @functools.cached_property
    def _values(self) -> dict[str, Value]:
        return {name.lower(): value for name, value in reversed(list(self.values.items()))}

    @functools.cached_property
    def _subkeys(self) -> frozenset[str]:
        return frozenset(name.lower() for name in self.subkeys)


ABSENT = KeyReading(Presence.ABSENT)
UNREADABLE = KeyReading(Presence.UNREADABLE)


@dataclass(frozen=True)
class Registry:
    """All that a visit read, by view and key. ``missed`` are the keys that were asked for and not answered, ``refused``
    those of them of which something else was said than that they are not there.
    """

    readings: Mapping[tuple[View, Key], KeyReading] = field(default_factory=dict)
    missed: frozenset[tuple[View, Key]] = frozenset()
    refused: frozenset[tuple[View, Key]] = frozenset()

    def key(self, path: str | Key, view: View = View.NATIVE, *, sure: bool = False) -> KeyReading:
        """The reading of a key.

        Asked for and not answered is absent only when nothing above it says that it exists. What nobody asked for, and
        with ``sure`` any key, is absent only when a key above it was read whole and does not list it; otherwise it is
        not known.
        """
        key = path if isinstance(path, Key) else Key(path)
        found = self.readings.get((view, key))
        if found is not None:
            return found
        if (view, key) in self.refused:
            return UNREADABLE
        parent = key.parent
        while parent is not None:
            reading = self.readings.get((view, parent))
            if reading is not None and not reading.partial:
                below = key.path[len(parent.path) + 1 :].split("\\")[0]
                return UNREADABLE if reading.presence is Presence.UNREADABLE or reading.has_subkey(below) else ABSENT
            if (view, parent) in self.refused:
                return UNREADABLE
            parent = parent.parent
        return ABSENT if (view, key) in self.missed and not sure else UNREADABLE

    def updated(self, newer: Registry) -> Registry:
        """This reading with what a later one of the same machine saw."""
        stale = set(newer.missed)
        kept = {place: reading for place, reading in self.readings.items() if place not in stale}
        seen = set(newer.readings)
        refused = (self.refused - seen - newer.missed) | newer.refused
        return Registry({**kept, **newer.readings}, (self.missed - seen) | newer.missed, refused)


def _data(kind: str, text: str) -> int | str:
    digits = _DIGITS.get(kind)
    return int(text, 16) if digits and re.fullmatch(f"0x[0-9A-Fa-f]{{1,{digits}}}", text) else text


def is_key_line(line: str) -> bool:
    return _KEY_LINE.match(line) is not None


def parse_query(lines: Iterable[str]) -> list[tuple[Key, dict[str, Value]]]:
    """The keys that C(reg query) printed, in order, with the values below each; whatever else is there is passed over.

    A key line alone does not say that the key was read: it is how subkeys are listed. C(reading_of) tells them apart.
    """
    sections: list[tuple[Key, dict[str, Value]]] = []
    current: dict[str, Value] | None = None
    for line in lines:
        key_line = _KEY_LINE.match(line)
        if key_line:
            current = None
            if key_line.group(1) == "HKEY_LOCAL_MACHINE" and key_line.group(2):
                current = {}
                sections.append((Key(key_line.group(2)), current))
            continue
        value_line = _VALUE_LINE.match(line)
        if value_line and current is not None:
            kind = value_line["type"]
            current[value_line["name"]] = Value(kind, _data(kind, value_line["data"] or ""))
    return sections


def reading_of(key: Key, sections: Iterable[tuple[Key, Mapping[str, Value]]]) -> KeyReading:
    """What a query of ``key`` (not C(/s)) showed of it."""
    values: dict[str, Value] = {}
    subkeys: list[str] = []
    for section, found in sections:
        if section == key:
            values.update(found)
        elif section.parent == key:
            subkeys.append(section.name)
    return KeyReading(Presence.PRESENT, values, tuple(subkeys))


# reg.exe takes these types and not their bytes.
_AS_TEXT = frozenset({"REG_NONE", "REG_LINK"})


def set_command(key: Key, view: View | None, name: str, value: Value) -> str:
    """The C(reg add) of one value; DWORD data is always written in hexadecimal (a leading zero is read differently).

    Raises UnsafeText for what reg.exe would store as something else: data of REG_NONE and REG_LINK becomes the text
    that stands on the line (Wine's tests of reg add, which pass on Windows). A C(.reg) file has their bytes.
    """
    if value.type in _AS_TEXT:
        raise UnsafeText(f"reg.exe stores data of {value.type} as the text that stands on the line")
    data = f"0x{value.data:x}" if isinstance(value.data, int) else quoted(str(value.data))
    where = f" /reg:{view.value}" if view else ""
    return f"reg add {quoted(key.short)}{where} /v {_name(name)} /t {plain_word(value.type)} /d {data} /f"


def delete_value_command(key: Key, view: View | None, name: str) -> str:
    where = f" /reg:{view.value}" if view else ""
    return f"reg delete {quoted(key.short)}{where} /v {_name(name)} /f"


def delete_key_command(key: Key, view: View | None) -> str:
    where = f" /reg:{view.value}" if view else ""
    return f"reg delete {quoted(key.short)}{where} /f"


def _name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_]+", name) else quoted(name)

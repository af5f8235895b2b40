# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of one machine: a shared image below, the machine's own changes above.

A key of the image is never copied until the machine writes to it, so that a thousand clients of the same image cost
a thousand small dictionaries and not a thousand registries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from .values import Value, decode_text

HIVES = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCU": "HKEY_CURRENT_USER",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKU": "HKEY_USERS",
    "HKCC": "HKEY_CURRENT_CONFIG",
}
_LONG_NAMES = {name.lower(): name for name in HIVES.values()}
_SOFTWARE = "hkey_local_machine\\software"
WOW64 = "Wow6432Node"

# Keys under HKLM\SOFTWARE that both views share since Windows 7. Written from memory and not checked against
# Microsoft's table of them, which is longer.
_SHARED = (
    "policies",
    "registeredapplications",
    "microsoft\\com3",
    "microsoft\\cryptography\\services",
    "microsoft\\enterprisecertificates",
    "microsoft\\ole",
    "microsoft\\rpc",
    "microsoft\\systemcertificates",
    "microsoft\\windows\\currentversion\\group policy",
    "microsoft\\windows\\currentversion\\setup",
    "microsoft\\windows nt\\currentversion\\fonts",
    "microsoft\\windows nt\\currentversion\\networkcards",
    "microsoft\\windows nt\\currentversion\\perflib",
    "microsoft\\windows nt\\currentversion\\print",
    "microsoft\\windows nt\\currentversion\\profilelist",
    "microsoft\\windows nt\\currentversion\\time zones",
)


class View(Enum):
    """Which of the two faces of HKLM\\SOFTWARE a program sees on 64-bit Windows."""

    BIT64 = "64"
    BIT32 = "32"


class BadPath(ValueError):
    """The text is not the path of a registry key."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its name as it was created, its values in order of creation, its subkeys in alphabetical order."""

    name: str
    values: tuple[Value, ...] = ()
    subkeys: tuple[str, ...] = ()

    def value(self, name: str) -> Value | None:
        lowered = name.lower()
        return next((value for value in self.values if value.name.lower() == lowered), None)


def long_path(path: str) -> str:
    """The path with the hive's long name and without a last backslash. Raises BadPath."""
    hive, separator, rest = path.partition("\\")
    name = HIVES.get(hive.upper()) or _LONG_NAMES.get(hive.lower())
    if name is None or (separator and not rest):
        raise BadPath(path)
    rest = rest.removesuffix("\\")
    if rest and "" in rest.split("\\"):
        raise BadPath(path)
    return f"{name}\\{rest}" if rest else name


class RegistryReader:
    """A registry that can be read: a machine's own, or how it was at a moment."""

    def __init__(self, image: Mapping[str, Key], changes: dict[str, Key | None], *, is_64bit: bool) -> None:
        self._image = image
        self._changes = changes
        self.is_64bit = is_64bit

    def stored(self, path: str, view: View = View.BIT64) -> str:
        """The long path under which this view keeps the key: below Wow6432Node for the 32-bit view of 64-bit Windows.

        Raises BadPath.
        """
        path = long_path(path)
        lowered = path.lower()
        if view is View.BIT64 or not self.is_64bit or not f"{lowered}\\".startswith(f"{_SOFTWARE}\\"):
            return path
        rest = path[len(_SOFTWARE) + 1 :]
        first = f"{rest.lower()}\\"
        if first.startswith(f"{WOW64.lower()}\\") or any(first.startswith(f"{shared}\\") for shared in _SHARED):
            return path
        return "\\".join(part for part in (path[: len(_SOFTWARE)], WOW64, rest) if part)

    def key(self, path: str, view: View = View.BIT64) -> Key | None:
        """The key, or None when it does not exist. Raises BadPath."""
        return self._get(self.stored(path, view).lower())

    def value(self, path: str, name: str, view: View = View.BIT64) -> Value | None:
        key = self.key(path, view)
        return key.value(name) if key else None

    def text(self, path: str, name: str, view: View = View.BIT64) -> str | None:
        """The text of a string value, None when absent."""
        value = self.value(path, name, view)
        return decode_text(value.data) if value else None

    def number(self, path: str, name: str, view: View = View.BIT64) -> int | None:
        """The number of a DWORD or QWORD, None when absent."""
        value = self.value(path, name, view)
        return value.number if value else None

    def walk(self, path: str) -> Iterator[tuple[str, Key]]:
        """The key and everything below it, with the stored long path of each; nothing when there is no such key."""
        path = self.stored(path)
        key = self._get(path.lower())
        if key is None:
            return
        yield path, key
        for name in key.subkeys:
            yield from self.walk(f"{path}\\{name}")

    def dump(self) -> dict[str, dict[str, dict[str, str]]]:
        """Every key of HKLM: `{path: {value name: {"type": "REG_DWORD", "data": "0x1"}}}`, in a stable order."""
        return {
            path: {value.name: {"type": value.type.name, "data": value.shown()} for value in key.values}
            for path, key in self.walk("HKLM")
        }

    def _get(self, lowered: str) -> Key | None:
        if lowered in self._changes:
            return self._changes[lowered]
        return self._image.get(lowered)


class Registry(RegistryReader):
    """A machine's registry. Every write goes through here; `generation` grows with each one."""

    def __init__(self, image: Mapping[str, Key], *, is_64bit: bool) -> None:
        super().__init__(image, {}, is_64bit=is_64bit)
        self._initial: dict[str, Key | None] = {}
        self.generation = 0

    def snapshot(self) -> RegistryReader:
        """How the registry is now, unaffected by what is written later."""
        return RegistryReader(self._image, dict(self._changes), is_64bit=self.is_64bit)

    def keep_as_initial(self) -> None:
        """What is there now is the state that `reset` returns to."""
        self._initial = dict(self._changes)

    def as_image(self) -> dict[str, Key]:
        """Every key by its lower-case path, to be the image of other registries."""
        merged = {**self._image, **self._changes}
        return {path: key for path, key in merged.items() if key is not None}

    def reset(self) -> None:
        self._changes.clear()
        self._changes.update(self._initial)
        self.generation += 1

    def initial(self) -> RegistryReader:
        """The registry as `reset` would leave it."""
        return RegistryReader(self._image, dict(self._initial), is_64bit=self.is_64bit)

    def create(self, path: str, view: View = View.BIT64) -> None:
        """Make the key and the keys above it that are missing. Raises BadPath."""
        stored = self.stored(path, view)
        lowered = stored.lower()
        if self._get(lowered) is not None:
            return
        parent, _, name = stored.rpartition("\\")
        self._put(lowered, Key(name or stored))
        if parent:
            self.create(parent)
            above = self._get(parent.lower())
            assert above is not None
            names = sorted({*above.subkeys, name}, key=str.lower)
            self._put(parent.lower(), replace(above, subkeys=tuple(names)))

    def set(self, path: str, value: Value, view: View = View.BIT64) -> None:
        """Write the value, making its key when needed. The first spelling of a value's name stays."""
        self.create(path, view)
        lowered = self.stored(path, view).lower()
        key = self._get(lowered)
        assert key is not None
        old = key.value(value.name)
        if old is None:
            values = (*key.values, value)
        else:
            values = tuple(replace(value, name=old.name) if each is old else each for each in key.values)
        self._put(lowered, replace(key, values=values))

    def delete_value(self, path: str, name: str, view: View = View.BIT64) -> bool:
        """False when there was no such value."""
        lowered = self.stored(path, view).lower()
        key = self._get(lowered)
        old = key.value(name) if key else None
        if key is None or old is None:
            return False
        self._put(lowered, replace(key, values=tuple(each for each in key.values if each is not old)))
        return True

    def delete_key(self, path: str, view: View = View.BIT64) -> bool:
        """Delete the key with all below it; False when there was none."""
        stored = self.stored(path, view)
        doomed = [below.lower() for below, _ in self.walk(stored)]
        if not doomed:
            return False
        for below in doomed:
            self._put(below, None)
        parent, _, name = stored.rpartition("\\")
        above = self._get(parent.lower())
        if above is not None:
            kept = tuple(each for each in above.subkeys if each.lower() != name.lower())
            self._put(parent.lower(), replace(above, subkeys=kept))
        return True

    def _put(self, lowered: str, key: Key | None) -> None:
        self._changes[lowered] = key
        self.generation += 1

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry values as Windows stores them: a name, a type and bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class RegistryType(IntEnum):
    """The type numbers of the registry, as they stand in a `.reg` file (`hex(7):`)."""

    REG_NONE = 0
    REG_SZ = 1
    REG_EXPAND_SZ = 2
    REG_BINARY = 3
    REG_DWORD = 4
    REG_DWORD_BIG_ENDIAN = 5
    REG_MULTI_SZ = 7
    REG_QWORD = 11


STRINGS = (RegistryType.REG_SZ, RegistryType.REG_EXPAND_SZ)


def encode_text(text: str) -> bytes:
    """UTF-16 with its terminator, the way a string value is stored."""
    return (text + "\0").encode("utf-16-le", "surrogatepass")


def decode_text(data: bytes) -> str:
    """The text up to the first terminator; an odd last byte is dropped as Windows does."""
    return data[: len(data) & ~1].decode("utf-16-le", "surrogatepass").split("\0", 1)[0]


def encode_multi(items: Iterable[str]) -> bytes:
    """Each string with its terminator, then one more."""
    return ("".join(item + "\0" for item in items) + "\0").encode("utf-16-le", "surrogatepass")


def decode_multi(data: bytes) -> tuple[str, ...]:
    """The strings up to the first empty one."""
    pieces = data[: len(data) & ~1].decode("utf-16-le", "surrogatepass").split("\0")
    end = pieces.index("") if "" in pieces else len(pieces)
    return tuple(pieces[:end])


@dataclass(frozen=True, slots=True)
class Value:
    """One registry value. An empty name is the key's default value."""

    name: str
    type: RegistryType
    data: bytes

    @classmethod
    def text(cls, name: str, text: str, type_: RegistryType = RegistryType.REG_SZ) -> Value:
        return cls(name, type_, encode_text(text))

    @classmethod
    def dword(cls, name: str, number: int) -> Value:
        return cls(name, RegistryType.REG_DWORD, (number & 0xFFFFFFFF).to_bytes(4, "little"))

    @classmethod
    def qword(cls, name: str, number: int) -> Value:
        return cls(name, RegistryType.REG_QWORD, (number & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little"))

    @classmethod
    def multi(cls, name: str, items: Iterable[str]) -> Value:
        return cls(name, RegistryType.REG_MULTI_SZ, encode_multi(items))

    @classmethod
    def binary(cls, name: str, data: bytes) -> Value:
        return cls(name, RegistryType.REG_BINARY, data)

    @property
    def number(self) -> int | None:
        """The number of a DWORD or QWORD, None for any other type."""
        if self.type in (RegistryType.REG_DWORD, RegistryType.REG_QWORD, RegistryType.REG_DWORD_BIG_ENDIAN):
            return int.from_bytes(self.data, "little")
        return None

    def shown(self) -> str:
        """The data the way `reg query` prints it."""
        if self.type in STRINGS:
            return decode_text(self.data)
        if self.type is RegistryType.REG_MULTI_SZ:
            return "\\0".join(decode_multi(self.data))
        if self.number is not None:
            return f"0x{self.number:x}"
        return self.data.hex().upper()

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `reg add` makes of its /t and /d."""

from __future__ import annotations

import re

from ...machine.values import RegistryType, Value, encode_text

_ALIASES = {"REG_DWORD_LITTLE_ENDIAN": RegistryType.REG_DWORD}
_NAMED = {type_.name: type_ for type_ in RegistryType} | _ALIASES


class BadData(ValueError):
    """The data does not fit its type."""


def type_named(name: str) -> RegistryType | None:
    """The type by its name in any case, None when there is none."""
    return _NAMED.get(name.upper())


def value(name: str, type_: RegistryType, data: str | None, separator: str) -> Value:
    """The value. `data` is None when /d was not given. Raises BadData."""
    match type_:
        case RegistryType.REG_SZ | RegistryType.REG_EXPAND_SZ:
            return Value.text(name, data or "", type_)
        case RegistryType.REG_MULTI_SZ:
            return Value.multi(name, _items(data or "", separator))
        case RegistryType.REG_BINARY:
            return Value.binary(name, _bytes(data or ""))
        case RegistryType.REG_NONE:
            return Value(name, type_, encode_text(data or ""))
        case RegistryType.REG_QWORD:
            return Value.qword(name, _number(data or "0", 64, signed=True))
        case _:
            if data is None:
                raise BadData
            return Value(name, type_, _number(data, 32, signed=False).to_bytes(4, "little"))


def _items(text: str, separator: str) -> list[str]:
    if not text:
        return []
    items = text.split(separator)
    if items[-1] == "":
        items.pop()
    if "" in items:
        raise BadData
    return items


def _bytes(text: str) -> bytes:
    if not re.fullmatch(r"[0-9a-fA-F]*", text):
        raise BadData
    return bytes.fromhex("0" + text if len(text) % 2 else text)


def _number(text: str, bits: int, *, signed: bool) -> int:
    if re.fullmatch(r"0[xX][0-9a-fA-F]+", text):
        number = int(text, 16)
    elif re.fullmatch(r"-?[0-9]+" if signed else r"[0-9]+", text):
        number = int(text)
    else:
        raise BadData
    if number >= 1 << bits or number < -(1 << (bits - 1)):
        raise BadData
    return number

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registry files: text of the form `Windows Registry Editor Version 5.00`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...machine.registry import Key
from ...machine.values import RegistryType, Value, decode_text, encode_text

HEADER = "Windows Registry Editor Version 5.00"
_WIDTH = 80
_ENTRY = re.compile(r'(?:@|"((?:[^"\\]|\\.)*)")\s*=\s*(.*)', re.DOTALL)
_HEX = re.compile(r"hex(?:\(([0-9a-f]+)\))?:(.*)", re.IGNORECASE | re.DOTALL)


class BadRegistryFile(ValueError):
    """The text is not a registry file of version 5.00."""


@dataclass(frozen=True)
class Change:
    """One step of an import. Without a value and a name the key itself is made or deleted."""

    path: str
    name: str | None = None
    value: Value | None = None
    delete: bool = False


def render(keys: Iterable[tuple[str, Key]]) -> bytes:
    """The file, in UTF-16 with its mark."""
    lines = [HEADER, ""]
    for path, key in keys:
        lines.append(f"[{path}]")
        lines.extend(_entry(value) for value in key.values)
        lines.append("")
    return b"\xff\xfe" + ("\r\n".join(lines) + "\r\n").encode("utf-16-le", "surrogatepass")


def _entry(value: Value) -> str:
    name = "@" if not value.name else f'"{_escaped(value.name)}"'
    if value.type is RegistryType.REG_SZ and value.data == encode_text(decode_text(value.data)):
        return f'{name}="{_escaped(decode_text(value.data))}"'
    if value.type is RegistryType.REG_DWORD and len(value.data) == 4:
        return f"{name}=dword:{value.number:08x}"
    kind = "hex:" if value.type is RegistryType.REG_BINARY else f"hex({value.type:x}):"
    return _wrapped(f"{name}={kind}", value.data)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _wrapped(line: str, data: bytes) -> str:
    lines: list[str] = []
    for index, byte in enumerate(data):
        piece = f"{byte:02x}" + ("," if index < len(data) - 1 else "")
        if len(line) + len(piece) >= _WIDTH - 1:
            lines.append(line + "\\")
            line = "  "
        line += piece
    return "\r\n".join([*lines, line])


def read(content: bytes) -> Iterator[Change]:
    """The steps of the file in order. Raises BadRegistryFile when it begins differently; other lines it skips."""
    lines = re.sub(r",\s*\\\r?\n\s*", ",", _decoded(content)).splitlines()
    if not lines or lines[0].strip() != HEADER:
        raise BadRegistryFile
    path = ""
    for line in _logical(lines[1:]):
        if line.startswith("[") and line.endswith("]"):
            deleted = line.startswith("[-")
            path = line[2:-1] if deleted else line[1:-1]
            yield Change(path, delete=deleted)
            path = "" if deleted else path
        elif path and (match := _ENTRY.fullmatch(line)):
            name = re.sub(r"\\(.)", r"\1", match[1] or "")
            if match[2].strip() == "-":
                yield Change(path, name, delete=True)
            elif (value := _value(name, match[2].strip())) is not None:
                yield Change(path, name, value)


def _decoded(content: bytes) -> str:
    if content.startswith(b"\xff\xfe"):
        return content[2:].decode("utf-16-le", "replace")
    return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def _logical(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        stripped = line.strip()
        if stripped and not stripped.startswith(";"):
            yield stripped


def _value(name: str, text: str) -> Value | None:
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return Value.text(name, re.sub(r"\\(.)", r"\1", text[1:-1]))
    if match := re.fullmatch(r"dword:\s*([0-9a-f]{1,8})", text, re.IGNORECASE):
        return Value.dword(name, int(match[1], 16))
    if match := _HEX.fullmatch(text):
        try:
            type_ = RegistryType(int(match[1], 16)) if match[1] else RegistryType.REG_BINARY
            return Value(name, type_, bytes(int(each, 16) for each in match[2].split(",") if each.strip()))
        except ValueError:
            return None
    return None

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `if` asks: whether something is there, and how two texts compare."""

from __future__ import annotations

import re

from ..machine.files import FileError, normal
from .process import Session

NUL = re.compile(r"(\\\\\.\\)?nul:?", re.IGNORECASE)
NUMBER = re.compile(r"-?[0-9]+")


def exists(session: Session, pattern: str) -> bool:
    path = normal(pattern, session.folder)
    if NUL.fullmatch(pattern):
        return True
    if "*" not in path and "?" not in path:
        return session.files.get(path) is not None
    folder, _, name = path.rpartition("\\")
    wild = re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in name.lower()))
    try:
        found = session.files.children(folder)
    except FileError:
        return False
    return any(wild.fullmatch(entry.path.rpartition("\\")[2].lower()) for entry in found)


def compare(kind: str, left: str, right: str, *, ignore_case: bool) -> bool:
    if ignore_case:
        left, right = left.lower(), right.lower()
    if kind == "==":
        return left == right
    order = (left > right) - (left < right)
    if NUMBER.fullmatch(left) and NUMBER.fullmatch(right):
        order = (int(left) > int(right)) - (int(left) < int(right))
    return {
        "EQU": order == 0,
        "NEQ": order != 0,
        "LSS": order < 0,
        "LEQ": order <= 0,
        "GTR": order > 0,
        "GEQ": order >= 0,
    }[kind]

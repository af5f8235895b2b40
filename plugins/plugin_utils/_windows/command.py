# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cmd.exe may be told: words of a command line that cannot become another command.

Rules of cmd known from Microsoft's documentation: C(%NAME%) is expanded anywhere, quoted or not; inside double
quotes the characters C(& | < > ^ ( )) are plain text; a line feed ends the line.
"""

from __future__ import annotations

import re

__all__ = ["UnsafeText", "location_path", "plain_word", "quoted"]

_LEADING = ("%ProgramData%\\", "%SystemRoot%\\")
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f"%\ud800-\udfff]')
_FORBIDDEN_OUTSIDE_QUOTES = re.compile(r"[&^<>|()\s,;=]")


class UnsafeText(ValueError):
    """A text that cmd.exe could read as something else than text."""


def quoted(text: str) -> str:
    """``text`` in double quotes; raises :class:`UnsafeText` for what quotes do not protect."""
    if _FORBIDDEN.search(text) or text.endswith("\\"):
        raise UnsafeText(
            f"{text!r} cannot be part of a Windows command line: it contains a quote, a percent sign, a control "
            "character or half a character, or ends with a backslash"
        )
    return f'"{text}"'


def plain_word(text: str) -> str:
    """``text`` as it is, when cmd.exe has no other reading of it; raises :class:`UnsafeText` otherwise."""
    if not text or _FORBIDDEN.search(text) or _FORBIDDEN_OUTSIDE_QUOTES.search(text):
        raise UnsafeText(f"{text!r} cannot be a bare word of a Windows command line")
    return text


def location_path(path: str) -> str:
    """A path of ours in quotes; the only variables that may lead it are %ProgramData% and %SystemRoot%."""
    for prefix in _LEADING:
        if path.startswith(prefix) and path != prefix:
            return f'"{prefix}{quoted(path[len(prefix) :])[1:]}'
    return quoted(path)

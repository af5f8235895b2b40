# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters that nobody sees, and that change what is seen: what a terminal obeys, and what turns text around."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["visible", "visibly"]

# Controls but tab and line feed, soft hyphens, marks of direction and embedding, line and paragraph separators,
# characters without width, halves of characters, and tags. Source: Unicode, general categories Cc, Cf, Cs, Zl and Zp;
# what programs obey of Cc: ECMA-48.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """Each such character as JSON writes it, which leaves JSON the same text and shows it in any other."""
    return _UNSEEN.sub(_escaped, text)


def visibly(value: Any) -> Any:
    """All texts of a value of plain types."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [visibly(item) for item in value]
    if isinstance(value, dict):
        return {visibly(key): visibly(item) for key, item in value.items()}
    return value


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code > 0xFFFF:
        return f"\\u{0xD800 + (code - 0x10000 >> 10):04x}\\u{0xDC00 + (code - 0x10000 & 0x3FF):04x}"
    return f"\\u{code:04x}"

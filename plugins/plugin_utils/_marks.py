# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks of our own in what a machine prints, which no text of the machine can imitate.

A command line ends each of its questions in C(echo #ok N). A session puts a word into the place of C(#ok) that is drawn
anew for each line, so that whoever wrote a file or a value that is printed cannot have known it; in the answer the word
becomes HEARD, which no text that was decoded from bytes can hold.

Such a line also ends in a mark: an answer without it was cut short on its way, whatever exit code came with it.
"""

from __future__ import annotations

import secrets
import string

__all__ = ["ENDING", "HEARD", "draw", "heard", "is_whole", "length_added", "marks", "said"]

_SAID = "echo #ok "
HEARD = "\ud800ok "
"""Half a character: decoding never gives one."""
_LETTERS, _SIGNS = string.ascii_lowercase, string.ascii_lowercase + string.digits
_LENGTH = 6
"""A file that holds every word of this length has ten thousand million lines."""


ENDING = len("&echo ") + _LENGTH + len(" end")
"""Characters of the mark at the end of a line."""


def draw() -> str:
    """A word that nobody can foresee. It begins with a letter, so that echo prints it."""
    return "".join(map(secrets.choice, (_LETTERS, *[_SIGNS] * (_LENGTH - 1))))


def said(line: str, word: str) -> str:
    """The line as it is sent; one without questions stays as it is, and so does its exit code."""
    return line.replace(_SAID, f"echo {word} ") + (f"&echo {word} end" if marks(line) else "")


def is_whole(text: str, word: str) -> bool:
    """Whether the answer to a line with questions came to its end."""
    return text.rstrip().endswith(f"{word} end")


def heard(text: str, word: str) -> str:
    """The answer to a line that was sent with this word, without its last mark."""
    answer = text.rstrip().removesuffix(f"{word} end") if is_whole(text, word) else text
    return answer.replace(f"{word} ", HEARD)


def marks(line: str) -> int:
    """How many questions a line has."""
    return line.count(_SAID)


def length_added(line: str) -> int:
    """By how many characters a line grows when it is sent."""
    return marks(line) * (_LENGTH - len("#ok"))

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Telling a machine to restart, and its services; what the tools print is read by number, never by word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from .command import plain_word, quoted

__all__ = [
    "CANCEL",
    "NO_SERVICE",
    "RUNNING",
    "STOPPED",
    "ShutdownAnswer",
    "service_command",
    "service_state",
    "shutdown_command",
    "shutdown_answer",
]


class ShutdownAnswer(Enum):
    """What shutdown.exe said by its exit code."""

    DONE = "it is on its way, or was cancelled"
    ALREADY = "a restart is scheduled already, and stays as it is"
    SOMEBODY = "other users are logged on"
    NONE = "there is nothing to cancel"
    REFUSED = "anything else"


# System error codes: a shutdown is in progress, none is, one is scheduled already, other users are logged on.
_TOLD = {
    0: ShutdownAnswer.DONE,
    1115: ShutdownAnswer.ALREADY,
    1190: ShutdownAnswer.ALREADY,
    1116: ShutdownAnswer.NONE,
    1191: ShutdownAnswer.SOMEBODY,
}
CANCEL = "shutdown /a"
# ssh brings only the low eight bits of an exit code.
_TOLD_LOW = {code & 0xFF: meaning for code, meaning in _TOLD.items()}
# States begin at 1.
NO_SERVICE, STOPPED, RUNNING = 0, 1, 4
# ERROR_SERVICE_DOES_NOT_EXIST.
_NO_SERVICE = 1060
_NUMBER = re.compile(r":\s*([0-9a-f]+)\b")


def shutdown_command(delay: int, message: str, *, force: bool = True) -> str:
    """C(/d p:2:4): planned, operating system, reconfiguration. A delay above 0 implies force."""
    return f"shutdown /r{' /f' if force else ''} /t {int(delay)} /d p:2:4 /c {quoted(message)}"


def shutdown_answer(exit_code: int) -> ShutdownAnswer:
    """What the exit code of shutdown.exe means."""
    return _TOLD.get(exit_code) or _TOLD_LOW.get(exit_code, ShutdownAnswer.REFUSED)


def service_command(verb: str, name: str) -> str:
    """C(sc query|start|stop NAME)."""
    return f"sc {plain_word(verb)} {quoted(name)}"


def service_state(exit_code: int, lines: Sequence[str]) -> int | None:
    """The number behind STATE: C(sc query) prints the name, the type (in hexadecimal), the state. NO_SERVICE when the
    exit code says that there is none of this name; None when nothing was told.
    """
    if exit_code:
        return NO_SERVICE if exit_code in (_NO_SERVICE, _NO_SERVICE & 0xFF) else None
    numbered = [line for line in lines if ":" in line][1:]
    numbers = [match.group(1) for line in numbered if (match := _NUMBER.search(line))]
    return int(numbers[1]) if len(numbers) > 1 and re.fullmatch("[0-9]", numbers[1]) else None

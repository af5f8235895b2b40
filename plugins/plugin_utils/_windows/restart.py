# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Telling a machine to restart, and its services; what the tools print is read by number, never by word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .command import plain_word, quoted

__all__ = ["RUNNING", "STOPPED", "restarts", "service_command", "service_state", "shutdown_command"]

# Exit code of shutdown.exe when a restart is scheduled already.
ALREADY_SCHEDULED = 1190
# ssh brings only the low eight bits of an exit code.
_LOW_BITS = 0xFF
STOPPED, RUNNING = 1, 4
_NUMBER = re.compile(r":\s*([0-9a-f]+)\b")


def shutdown_command(delay: int, message: str) -> str:
    """C(/d p:2:4): planned, operating system, reconfiguration."""
    return f"shutdown /r /f /t {int(delay)} /d p:2:4 /c {quoted(message)}"


def restarts(exit_code: int) -> bool:
    """Whether shutdown.exe said that a restart is under way, now or already."""
    return exit_code in (0, ALREADY_SCHEDULED, ALREADY_SCHEDULED & _LOW_BITS)


def service_command(verb: str, name: str) -> str:
    """C(sc query|start|stop NAME)."""
    return f"sc {plain_word(verb)} {quoted(name)}"


def service_state(lines: Sequence[str]) -> int | None:
    """The number behind STATE: C(sc query) prints the name, the type (in hexadecimal), the state."""
    numbered = [line for line in lines if ":" in line][1:]
    numbers = [match.group(1) for line in numbered if (match := _NUMBER.search(line))]
    return int(numbers[1]) if len(numbers) > 1 and re.fullmatch("[0-9]", numbers[1]) else None

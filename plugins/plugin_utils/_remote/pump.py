# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program between the ssh connection plugin and ssh: the plugin collects whatever comes, for as long as it comes.

Run with the bytes and the seconds that are allowed, and a command. It hands on both streams and the exit code of that
command, which is ended with what comes too late or too much. Only modules that Python loads anyway, or nearly: it is
started for every line.
"""

from __future__ import annotations

import os
import select
import sys
import time

__all__ = ["TOO_LATE", "prefix"]

TOO_LATE = "configmgr.tls: the command did not end in time"
_BLOCK = 64 * 1024
_KILL = 9
"""As POSIX numbers it: the module signal takes longer to load than all else here."""
_LOST = 255
"""What ssh itself ends with when it loses the connection; that a signal ended it comes to the same."""
_TICK = 0.05
"""Seconds after which the command is looked at: a shared connection of ssh keeps its pipes open."""


def prefix(most: int, seconds: float) -> list[bytes]:
    """What to put before a command."""
    return [os.fsencode(part) for part in (sys.executable, "-IS", __file__, str(most), str(seconds))]


def pump(command: list[str], most: int, seconds: float) -> int:
    """The exit code of the command; 0 when it was stopped, with one byte more than ``most`` or with TOO_LATE."""
    child, streams = _start(command)
    give_up, room, code = time.monotonic() + seconds, most + 1, None
    try:
        while room and time.monotonic() < give_up:
            code = _ended(child) if code is None else code
            ready = select.select(list(streams), [], [], _TICK if code is None and streams else 0)[0]
            if code is not None and not ready:
                return code
            for reading in ready:
                room -= _hand_on(streams, reading, room)
            if not streams:
                time.sleep(_TICK / 20)
    finally:
        if code is None:
            os.kill(child, _KILL)
    if room:
        os.write(2, TOO_LATE.encode())
    return 0


def _start(command: list[str]) -> tuple[int, dict[int, int]]:
    """The process, and for each end of a pipe to read from the stream that it belongs to."""
    out, err = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        os.dup2(out[1], 1)
        os.dup2(err[1], 2)
        try:
            os.execvp(command[0], command)
        except OSError as error:
            os.write(2, f"{command[0]}: {error.strerror}".encode())
        os._exit(255)
    os.close(out[1])
    os.close(err[1])
    return child, {out[0]: 1, err[0]: 2}


def _ended(child: int) -> int | None:
    done, status = os.waitpid(child, os.WNOHANG)
    code = os.waitstatus_to_exitcode(status) if done else None
    return _LOST if code is not None and code < 0 else code


def _hand_on(streams: dict[int, int], reading: int, room: int) -> int:
    """How many bytes there were; at the end of a stream it is forgotten."""
    block = os.read(reading, min(_BLOCK, room)) if room else b""
    if room and not block:
        del streams[reading]
    rest = block
    while rest:
        rest = rest[os.write(streams[reading], rest) :]
    return len(block)


if __name__ == "__main__":
    sys.exit(pump(sys.argv[3:], int(sys.argv[1]), float(sys.argv[2])))

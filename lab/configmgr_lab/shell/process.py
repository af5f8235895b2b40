# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command is given and where its output goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..machine.file_access import FileAccess
from ..machine.files import normal
from ..machine.machine import Machine
from . import messages


class Sink:
    """Takes output; what it keeps is in `data`. Nul is a sink that keeps nothing."""

    def __init__(self, *, keep: bool = True) -> None:
        self.data = bytearray()
        self._keep = keep

    def write(self, data: bytes) -> None:
        if self._keep:
            self.data += data


@dataclass
class Streams:
    """Handles 0, 1 and 2 of a command."""

    stdin: bytes
    stdout: Sink
    stderr: Sink


@dataclass
class Session:
    """What lasts for one command line: environment, current folder, and the shell that runs nested lines."""

    machine: Machine
    user: str
    variables: dict[str, str]
    """By upper-case name: the name as it was set and its text are in `names` and here."""
    names: dict[str, str]
    folder: str
    files: FileAccess
    """The machine's files, as this user may have them."""
    run: Callable[[str, Streams], int]
    """Run a line of its own in this session, for `cmd /c`."""
    tell: Callable[[], bool] | None = None
    """Hand on what was printed so far; False when nobody wants more. None: nobody listens, and no time passes."""
    starts: int = 0
    """How many programs were started."""
    error_level: int = 0
    depth: int = 0
    """How many shells this one was started in."""
    delayed: bool = False
    """Whether `!NAME!` is expanded when a command runs."""

    def start_program(self) -> None:
        """A program starts: what those before it printed is there, and its own time passes. Raises CutShort."""
        self.starts += 1
        if self.tell is None or not self.machine.seconds_per_program:
            return
        if not self.tell() or not self.machine.pass_time():
            raise CutShort


class CutShort(Exception):
    """The machine went down, or nobody wants the rest of the line."""


@dataclass
class Call:
    """One start of a program or internal command."""

    session: Session
    streams: Streams
    name: str
    tail: str
    """The text behind the command's name, as it stands."""
    arguments: list[str] = field(default_factory=list)

    @property
    def machine(self) -> Machine:
        return self.session.machine

    @property
    def files(self) -> FileAccess:
        return self.session.files

    @property
    def is_administrator(self) -> bool:
        return self.files.token.is_administrator

    def say(self, text: str) -> None:
        """Print text; a line feed becomes CR LF."""
        self.streams.stdout.write(encode(text))

    def path(self, text: str) -> str:
        """The full path of what was typed."""
        return normal(text, self.session.folder)

    def complain(self, text: str) -> None:
        self.streams.stderr.write(encode(text))

    def message(self, code: str, **values: str) -> str:
        """A message in the machine's language."""
        return messages.get(self.machine.locale, code, **values)


def encode(text: str) -> bytes:
    """UTF-8 (code page 65001) with CR LF."""
    return text.replace("\n", "\r\n").encode("utf-8", "replace")


def split_arguments(tail: str) -> list[str]:
    """The arguments as a program written in C sees them.

    Backslashes are plain, except before a quote: pairs become one each, and an odd one makes the quote a character.
    Source: https://learn.microsoft.com/en-us/cpp/c-language/parsing-c-command-line-arguments
    """
    arguments: list[str] = []
    current: list[str] | None = None
    quoted = False
    at = 0
    while at < len(tail):
        char = tail[at]
        if char in " \t" and not quoted:
            if current is not None:
                arguments.append("".join(current))
            current = None
            at += 1
            continue
        current = [] if current is None else current
        if char == "\\":
            end = at
            while end < len(tail) and tail[end] == "\\":
                end += 1
            count = end - at
            at = end
            if end < len(tail) and tail[end] == '"':
                current.append("\\" * (count // 2))
                if count % 2:
                    current.append('"')
                    at += 1
            else:
                current.append("\\" * count)
            continue
        if char == '"':
            if quoted and tail[at + 1 : at + 2] == '"':
                current.append('"')
                at += 1
            else:
                quoted = not quoted
        else:
            current.append(char)
        at += 1
    if current is not None:
        arguments.append("".join(current))
    return arguments

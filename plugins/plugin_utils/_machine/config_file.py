# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A configuration file on a machine: reading it, writing it with C(echo), and putting back what was there.

A file of ours on the machine keeps the steps: one line each, with a number, the run, the step, the file's id, whether
there was a file before (``kept``) or not (``new``), and the time on the controller.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from .._windows.apply import echo_line
from .._windows.command import location_path

__all__ = ["FileState", "FileStep", "last_step", "parse_file", "parse_steps", "read_line", "restore_line", "write_line"]

_LINE = re.compile(
    r"^([0-9]{1,9}) ([A-Za-z0-9][A-Za-z0-9._-]{0,63}) (written|restored) "
    r"([a-z0-9-]{1,40}) (kept|new) ([0-9TZ:-]{10,30})\s*$"
)


@dataclass(frozen=True)
class FileStep:
    """``former``: kept when there was a file before, new when there was none."""

    sequence: int
    run: str
    step: Literal["written", "restored"]
    name: str
    former: Literal["kept", "new"]
    time: str

    @property
    def backup(self) -> str:
        """The copy of the file as it was before this step, relative to the backup location."""
        return rf"{self.run}\{self.name}-{self.sequence:03d}.config"

    def __str__(self) -> str:
        return f"{self.sequence} {self.run} {self.step} {self.name} {self.former} {self.time}"


@dataclass(frozen=True)
class FileState:
    """``content``: the file byte for byte as text, None when there is none; ``folder``: whether its folder exists.

    ``readable`` is false when there is a file that could not be read; ``answered`` when the machine said anything.
    """

    answered: bool
    folder: bool
    content: str | None
    readable: bool
    steps: tuple[FileStep, ...]


def steps_file(location: str) -> str:
    return rf"{location}\config_files.txt"


def parse_steps(lines: Iterable[str]) -> tuple[FileStep, ...]:
    """The steps, oldest first; lines that are not ours are passed over."""
    found = []
    for line in lines:
        match = _LINE.match(line)
        if match:
            step: Literal["written", "restored"] = "written" if match[3] == "written" else "restored"
            former: Literal["kept", "new"] = "kept" if match[5] == "kept" else "new"
            found.append(FileStep(int(match[1]), match[2], step, match[4], former, match[6]))
    return tuple(found)


def last_step(steps: Sequence[FileStep], name: str) -> FileStep | None:
    """The step of ``name`` that is to be taken back: none when it was never written, or restored since."""
    ours = [step for step in steps if step.name == name]
    if not ours or ours[-1].step == "restored":
        return None
    # Written twice in a row, the first of the two knows what was there before us.
    first = ours[-1]
    for step in reversed(ours):
        if step.step == "restored":
            break
        first = step
    return first


def read_line(path: str, location: str) -> str:
    """``path``: of the file, from our tables; it may hold %SystemRoot%."""
    folder = path.rpartition("\\")[0]
    return (
        f'((if exist "{folder}" echo #folder)&(if exist "{path}" echo #there)&{_print(path)}&'
        f"echo #steps&type {location_path(steps_file(location))})2>nul"
    )


def _print(path: str) -> str:
    """The file between two markers of ours; the line break behind it is ours, too."""
    return f'echo #begin&type "{path}"&&echo.&&echo #end'


def parse_file(text: str) -> FileState:
    head, found, rest = text.partition("#begin\r\n")
    content, ended, tail = rest.rpartition("\r\n#end\r\n")
    if not ended:
        content, tail = "", rest
    marks = head.splitlines()
    _before, _mark, steps = tail.partition("#steps\r\n")
    there = "#there" in marks
    return FileState(
        bool(found),
        "#folder" in marks,
        content if there and found and ended else None,
        not there or bool(ended),
        parse_steps(steps.splitlines()),
    )


def write_line(path: str, lines: Sequence[str], location: str, step: FileStep) -> str:
    """Copy what is there, note the step, write the file, and print it."""
    guarded = [_note(location, step), f'({"&".join(map(echo_line, lines))})>"{path}"']
    if step.former == "kept":
        guarded.insert(0, f'copy /y "{path}" {_backup(location, step)}>nul')
    folder = location_path(rf"{location}\{step.run}")
    return f"(mkdir {folder}&{'&&'.join(guarded)}&&echo #done&{_after(path)})2>nul"


def restore_line(path: str, location: str, step: FileStep, undone: FileStep) -> str:
    """Put back the copy that ``undone`` made, or delete the file where there was none; note it and print the file."""
    back = f'copy /y {_backup(location, undone)} "{path}">nul' if undone.former == "kept" else f'del /q "{path}"'
    return f"({back}&&{_note(location, step)}&&echo #done&{_after(path)})2>nul"


def _backup(location: str, step: FileStep) -> str:
    return location_path(rf"{location}\{step.backup}")


def _note(location: str, step: FileStep) -> str:
    return f"({echo_line(str(step))})>>{location_path(steps_file(location))}"


def _after(path: str) -> str:
    return f'(if exist "{path}" echo #there)&{_print(path)}'

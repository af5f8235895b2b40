# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that take time: what is there when, what is counted, and what cuts a line short."""

from __future__ import annotations

import threading
import time

import pytest

from configmgr_lab.machine.machine import Machine, Timing
from configmgr_lab.machine.power import ShutdownKind
from configmgr_lab.machine.values import Value
from configmgr_lab.sample import USER, sample_machine

COST = 0.005
LINE = "hostname&echo one&reg query HKLM\\NOTHING&hostname&echo two"
DEADLINE = 10


class Ear:
    """Keeps the pieces that a line was heard in."""

    def __init__(self, most: int = 1000) -> None:
        self.pieces: list[tuple[bytes, bytes]] = []
        self.first = threading.Event()
        self._most = most

    def __call__(self, stdout: bytes, stderr: bytes) -> bool:
        self.pieces.append((stdout, stderr))
        self.first.set()
        return len(self.pieces) < self._most


@pytest.fixture
def box() -> Machine:
    return sample_machine(timing=Timing(program=COST))


def test_output_is_there_when_a_program_ends(box: Machine) -> None:
    ear, before = Ear(), time.monotonic()
    done = box.run(LINE, user=USER, listener=ear)
    assert time.monotonic() - before >= 4 * COST
    assert done.starts == 4
    # What stands before the first program, after the first, the second ...; the rest is in the result.
    assert [stdout for stdout, _ in ear.pieces] == [b"", b"", b"BOX\r\none\r\n", b""]
    assert [bool(stderr) for _, stderr in ear.pieces] == [False, False, False, True]
    assert done.stdout == b"BOX\r\none\r\nBOX\r\ntwo\r\n" and done.stderr == ear.pieces[3][1]


def test_time_passes_only_for_who_listens_and_where_programs_take_any(box: Machine) -> None:
    silent, quick = box.run(LINE, user=USER), Ear()
    assert silent.starts == 4
    assert sample_machine().run(LINE, user=USER, listener=quick) == silent and not quick.pieces
    box.faults.program_seconds = 0.0
    assert box.run(LINE, user=USER, listener=quick) == silent and not quick.pieces


@pytest.mark.parametrize(
    ("line", "starts"),
    [
        ("echo one", 1),
        ("hostname", 2),
        ("nonsense", 1),
        ("cmd /c hostname", 3),
        ('ver|find "x"', 3),
        ('hostname|find "x"', 3),
        ('(hostname&ver)|find "x"', 4),
        ("if exist C:\\nothing hostname", 1),
        ("type C:\\nothing&dir /b C:\\&mkdir C:\\x", 1),
    ],
)
def test_what_counts_as_a_program(box: Machine, line: str, starts: int) -> None:
    assert box.run(line, user=USER).starts == starts


def test_others_use_the_machine_while_a_program_takes_its_time(box: Machine) -> None:
    box.faults.program_seconds = 1.0
    ear = Ear()
    line = threading.Thread(target=lambda: box.run("hostname", user=USER, listener=ear))
    line.start()
    assert ear.first.wait(DEADLINE)
    before = time.monotonic()
    assert box.run("hostname", user=USER).stdout == b"BOX\r\n"
    box.write_registry("HKLM\\SOFTWARE\\Other", Value.dword("A", 1))
    assert time.monotonic() - before < 0.9
    # A reset ends what runs.
    box.reset()
    line.join(DEADLINE)
    assert time.monotonic() - before < 0.9 and len(ear.pieces) == 1


def test_a_line_that_nobody_wants_is_cut_before_its_next_program(box: Machine) -> None:
    done = box.run("hostname&echo one>C:\\one&hostname&echo two>C:\\two", user=USER, listener=Ear(most=2))
    assert (done.exit_code, done.starts, done.stdout) == (1, 2, b"")
    assert box.files.get("C:\\one") is None
    done = box.run("hostname&echo one>C:\\one&hostname&echo two>C:\\two", user=USER, listener=Ear(most=3))
    assert (done.exit_code, done.starts, done.stdout) == (1, 3, b"BOX\r\n")
    assert box.files.get("C:\\one") is not None and box.files.get("C:\\two") is None


def test_a_machine_that_goes_down_takes_the_line_with_it(box: Machine) -> None:
    class Off(Ear):
        def __call__(self, stdout: bytes, stderr: bytes) -> bool:
            if len(self.pieces) == 2:
                box.power.schedule(0, ShutdownKind.POWER_OFF)
                # The machine's clock is a test's: its timers fire here.
                threading.Thread(target=lambda: box.clock.advance(1)).start()  # type: ignore[attr-defined]
            return super().__call__(stdout, stderr)

    box.faults.program_seconds = 0.2
    before = time.monotonic()
    done = box.run("hostname&echo one&hostname&echo two>C:\\two", user=USER, listener=Off())
    assert done.exit_code == 1 and box.files.get("C:\\two") is None
    assert time.monotonic() - before < 0.6

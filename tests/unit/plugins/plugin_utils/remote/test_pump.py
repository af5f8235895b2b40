# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program between the ssh plugin and ssh: it changes nothing of what is in bounds, and ends what is not."""

from __future__ import annotations

import subprocess
import time

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.pump import TOO_LATE, prefix

PATIENT = 20.0


def pumped(script: str, most: int = 1000, seconds: float = PATIENT) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [*prefix(most, seconds), b"sh", b"-c", script.encode()], capture_output=True, timeout=PATIENT, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        ("printf out; printf err >&2; exit 3", (3, b"out", b"err")),
        ("exec 1>&- 2>&-; sleep 0.1; exit 4", (4, b"", b"")),
        ("head -c 1000 /dev/zero", (0, bytes(1000), b"")),
        ("exit 255", (255, b"", b"")),
        # As when ssh loses the connection: what came is not the whole.
        ("printf half; kill -9 $$", (255, b"half", b"")),
    ],
)
def test_what_is_in_bounds_is_handed_on(script: str, answer: tuple[int, bytes, bytes]) -> None:
    assert pumped(script) == answer


def test_a_program_that_stays_behind_is_not_waited_for() -> None:
    """As the shared connection of ssh does, which keeps the error stream."""
    begun = time.monotonic()
    assert pumped("sleep 9 >/dev/null & printf done")[:2] == (0, b"done")
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("where", ["", ">&2"])
def test_output_without_end_is_cut_off(where: str) -> None:
    _code, out, err = pumped(f"yes {where}")
    assert len(out + err) == 1001


def test_silence_without_end_is_told() -> None:
    assert pumped("printf begun; sleep 60", seconds=0.3) == (0, b"begun", TOO_LATE.encode())


def test_a_program_that_is_not_there_is_named() -> None:
    done = subprocess.run([*prefix(9999, PATIENT), b"no-such-ssh"], capture_output=True, timeout=PATIENT, check=False)
    assert done.returncode == 255 and b"no-such-ssh: No such file" in done.stderr

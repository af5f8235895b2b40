# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for an answer, with a clock that only sleeping moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.waiting import Waiter


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def ask(seconds: float, answers: list[object]) -> tuple[object, float, int]:
    time, left = Time(), list(answers)
    found = Waiter(lambda: time.now, time.sleep).until(seconds, lambda: left.pop(0) if left else None)
    return found, time.now, len(answers) - len(left)


@pytest.mark.parametrize(
    ("answers", "found", "asked"),
    [([True], True, 1), ([None, None, "x"], "x", 3), ([False], False, 1), ([0], 0, 1)],
)
def test_the_first_answer_counts(answers: list[object], found: object, asked: int) -> None:
    assert ask(60, answers)[0] == found
    assert ask(60, answers)[2] == asked


def test_without_time_it_is_asked_once() -> None:
    assert ask(0, ["now"]) == ("now", 0.0, 1)
    assert ask(0, [None, "later"]) == (None, 0.0, 1)


@given(st.floats(0.1, 3000))
def test_it_never_waits_longer_than_it_may(seconds: float) -> None:
    found, waited, _asked = ask(seconds, [])
    assert found is None
    assert waited == pytest.approx(seconds)

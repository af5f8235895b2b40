# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both clocks fire what was asked for, in order, and nothing that was cancelled."""

from __future__ import annotations

import threading

from configmgr_lab.machine.clock import ManualClock, SystemClock


def test_timers_fire_in_order_and_see_their_own_moment() -> None:
    clock = ManualClock()
    start = clock.now()
    seen: list[tuple[str, float]] = []

    def note(name: str) -> None:
        seen.append((name, (clock.now() - start).total_seconds()))

    def first() -> None:
        note("first")
        clock.call_later(0.5, lambda: note("nested"))

    clock.call_later(2, lambda: note("second"))
    clock.call_later(1, first)
    clock.call_later(1.2, lambda: note("never")).cancel()
    clock.advance(5)
    assert seen == [("first", 1.0), ("nested", 1.5), ("second", 2.0)]


def test_the_real_clock_survives_a_failing_timer() -> None:
    clock = SystemClock()
    done = threading.Event()

    def fail() -> None:
        raise RuntimeError("on purpose")

    clock.call_later(0, fail)
    clock.call_later(0.01, done.set)
    assert done.wait(10)

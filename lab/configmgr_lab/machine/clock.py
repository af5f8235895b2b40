# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time as a machine sees it: the real one, or one that a test moves."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

Action = Callable[[], None]
_log = logging.getLogger(__name__)


class Timer:
    """Something that will happen; `cancel` makes it not happen."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self._cancelled = False

    def cancel(self) -> None:
        self._cancelled = True

    def fire(self) -> None:
        if not self._cancelled:
            self._action()


class Clock(Protocol):
    """What a machine needs of time."""

    def now(self) -> datetime:
        """The moment, with a time zone (UTC)."""

    def call_later(self, seconds: float, action: Action) -> Timer:
        """Run the action after so many seconds, in a thread of the clock's choice."""


class SystemClock:
    """The real time. One thread serves all timers of all machines."""

    def __init__(self) -> None:
        self._order = itertools.count()
        self._waiting: list[tuple[float, int, Timer]] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def now(self) -> datetime:
        return datetime.now(UTC)

    def call_later(self, seconds: float, action: Action) -> Timer:
        timer = Timer(action)
        with self._changed:
            heapq.heappush(self._waiting, (time.monotonic() + seconds, next(self._order), timer))
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="lab-clock", daemon=True)
                self._thread.start()
            self._changed.notify()
        return timer

    def _serve(self) -> None:
        while True:
            with self._changed:
                while not self._waiting or self._waiting[0][0] > time.monotonic():
                    rest = self._waiting[0][0] - time.monotonic() if self._waiting else None
                    self._changed.wait(rest)
                _, _, timer = heapq.heappop(self._waiting)
            try:
                timer.fire()
            except Exception:
                # One machine's failure must not stop the time of all the others.
                _log.exception("a timer of the lab failed")


class ManualClock:
    """Time that stands still until `advance` moves it; timers fire in order, in the caller's thread."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
        self._order = itertools.count()
        self._waiting: list[tuple[datetime, int, Timer]] = []

    def now(self) -> datetime:
        return self._now

    def call_later(self, seconds: float, action: Action) -> Timer:
        timer = Timer(action)
        heapq.heappush(self._waiting, (self._now + timedelta(seconds=seconds), next(self._order), timer))
        return timer

    def advance(self, seconds: float) -> None:
        end = self._now + timedelta(seconds=seconds)
        while self._waiting and self._waiting[0][0] <= end:
            self._now, _, timer = heapq.heappop(self._waiting)
            timer.fire()
        self._now = end

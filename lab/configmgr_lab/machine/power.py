# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a machine is up, and how it restarts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum

from .clock import Clock, Timer

PowerCallback = Callable[[bool], None]
UPTIME_AS_INSTALLED = timedelta(days=3)


class ShutdownKind(Enum):
    """What happens after the machine went down."""

    RESTART = "restart"
    POWER_OFF = "power off"


class Away(Enum):
    """How a machine is when its network card answers nobody."""

    OFF = "off"
    ASLEEP = "sleep"


class Power:
    """Schedules restarts on the clock. `going_down` and `coming_up` are the machine's own part in it."""

    def __init__(
        self,
        clock: Clock,
        lock: threading.RLock,
        *,
        restart_seconds: float,
        going_down: Callable[[ShutdownKind], None],
        coming_up: Callable[[], None],
        starts_fast: Callable[[], bool],
        returns: Callable[[], bool],
    ) -> None:
        self._clock = clock
        self._lock = lock
        self._restart_seconds = restart_seconds
        self._going_down = going_down
        self._coming_up = coming_up
        self._returns = returns
        self._starts_fast = starts_fast
        self._callbacks: list[PowerCallback] = []
        self._scheduled: Timer | None = None
        self._pending_up: Timer | None = None
        self.is_up = True
        self.away: Away | None = None
        self.restarts = 0
        self.boot_time = clock.now() - UPTIME_AS_INSTALLED

    @property
    def is_scheduled(self) -> bool:
        return self._scheduled is not None

    def on_change(self, callback: PowerCallback) -> None:
        self._callbacks.append(callback)

    def schedule(self, seconds: float, kind: ShutdownKind) -> bool:
        """False when a shutdown is scheduled already, or the machine is down."""
        with self._lock:
            if self._scheduled is not None or not self.is_up:
                return False
            timer = Timer(lambda: self._go_down(timer, kind))
            self._scheduled = timer
            self._clock.call_later(seconds, timer.fire)
            return True

    def abort(self) -> bool:
        """False when none was scheduled."""
        with self._lock:
            if self._scheduled is None:
                return False
            self._scheduled.cancel()
            self._scheduled = None
            return True

    def leave(self, how: Away) -> bool:
        """Be switched off or fall asleep, at once; False when it is down already."""
        with self._lock:
            if not self.is_up:
                return False
            self.abort()
            self.is_up, self.away = False, how
            if how is Away.OFF:
                self._going_down(ShutdownKind.POWER_OFF)
        self._tell(False)
        return True

    def come_back(self) -> bool:
        """Be switched on or wake; False when it is not away. Only a start of the kernel puts settings in force."""
        with self._lock:
            if self.away is None:
                return False
            if self.away is Away.OFF and not self._starts_fast():
                self.boot_time = self._next_boot_time()
                self._coming_up()
            self.away, self.is_up = None, True
        self._tell(True)
        return True

    def reset(self) -> None:
        """Nothing scheduled, no restart counted, up since long ago."""
        with self._lock:
            self.abort()
            if self._pending_up is not None:
                self._pending_up.cancel()
                self._pending_up = None
            was_up, self.is_up = self.is_up, True
            self.away = None
            self.restarts = 0
            self.boot_time = self._clock.now() - UPTIME_AS_INSTALLED
        if not was_up:
            self._tell(True)

    def _go_down(self, timer: Timer, kind: ShutdownKind) -> None:
        with self._lock:
            if self._scheduled is not timer:
                # It was aborted while its timer was already firing.
                return
            self._scheduled = None
            self.is_up = False
            self._going_down(kind)
        self._tell(False)
        with self._lock:
            if kind is ShutdownKind.RESTART and self._returns() and not self.is_up:
                timer = Timer(lambda: self._come_up(timer))
                self._pending_up = timer
                self._clock.call_later(self._restart_seconds, timer.fire)

    def _come_up(self, timer: Timer) -> None:
        with self._lock:
            if self._pending_up is not timer:
                return
            self._pending_up = None
            self.restarts += 1
            self.boot_time = self._next_boot_time()
            self._coming_up()
            self.is_up = True
        self._tell(True)

    def _next_boot_time(self) -> datetime:
        # Boot markers have a resolution of a second; a restart in the lab may take less and must still be seen.
        now = self._clock.now()
        return max(now, self.boot_time + timedelta(seconds=1))

    def _tell(self, is_up: bool) -> None:
        for callback in tuple(self._callbacks):
            callback(is_up)

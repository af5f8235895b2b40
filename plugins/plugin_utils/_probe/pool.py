# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many endpoints in one call: threads, because all of them wait, and a bound, because the network is shared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from .controller_tls import Trust
from .http import HealthResult, HealthTarget, check_health
from .numbers import ProtocolVersion
from .probe import probe
from .results import Endpoint, ProbeResult

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def run_bounded(function: Callable[[ItemT], ResultT], items: Sequence[ItemT], concurrency: int) -> list[ResultT]:
    """The function of every item, in the order of the items, at most concurrency at a time."""
    if not items:
        return []
    with ThreadPoolExecutor(max_workers=min(concurrency, len(items))) as pool:
        return list(pool.map(function, items))


def probe_all(
    endpoints: Sequence[Endpoint], protocols: Iterable[ProtocolVersion], timeout: float, concurrency: int, now: datetime
) -> list[ProbeResult]:
    """Probe every endpoint; at most concurrency connections are open at a time."""
    wanted = tuple(protocols)
    return run_bounded(lambda endpoint: probe(endpoint, timeout, now, wanted), endpoints, concurrency)


def check_all(targets: Sequence[HealthTarget], trust: Trust, timeout: float, concurrency: int) -> list[HealthResult]:
    """Ask every role; at most concurrency connections are open at a time."""
    return run_bounded(lambda target: check_health(target, trust, timeout), targets, concurrency)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows of maintenance: open, shut and until when, over midnight, by the clock of each zone."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.maintenance import (
    MaintenanceError,
    Opening,
    opening,
    parse_windows,
)

HERE = timezone(timedelta(hours=1))
NIGHTS = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "20:00", "to": "05:00"}
SUNDAY = {"days": ["Sunday"], "from": "00:00", "to": "24:00"}


def at(day: int, hour: int, minute: int = 0, zone: timezone = HERE) -> datetime:
    """A time in the week from Monday, 23 November 2026."""
    return datetime(2026, 11, 22, tzinfo=zone) + timedelta(days=day, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("rows", "now", "lasts", "expected"),
    [
        ([], at(1, 12), 0, Opening(True)),
        ([NIGHTS], at(1, 19, 59), 0, Opening(False, at(1, 20))),
        ([NIGHTS], at(1, 20), 0, Opening(True)),
        ([NIGHTS], at(2, 4, 59), 0, Opening(True)),
        ([NIGHTS], at(2, 5), 0, Opening(True)),
        ([NIGHTS], at(2, 5, 1), 0, Opening(False, at(2, 20))),
        # The night of Friday ends on Saturday; the next one begins on Monday.
        ([NIGHTS], at(6, 3), 0, Opening(True)),
        ([NIGHTS], at(6, 6), 0, Opening(False, at(8, 20))),
        ([NIGHTS, SUNDAY], at(6, 6), 0, Opening(False, at(7, 0))),
        ([SUNDAY], at(7, 23, 59), 0, Opening(True)),
        # A notice has to end within the window.
        ([NIGHTS], at(2, 4, 40), 15, Opening(True)),
        ([NIGHTS], at(2, 4, 50), 15, Opening(False, at(2, 20))),
        ([NIGHTS], at(1, 12), 600, Opening(False, None)),
        ([{"from": "01:00", "to": "01:00"}], at(3, 12), 0, Opening(True)),
    ],
)
def test_open_or_until_when(rows: list[dict[str, Any]], now: datetime, lasts: int, expected: Opening) -> None:
    assert opening(parse_windows(rows), {"controller": now}, timedelta(minutes=lasts)) == expected


def test_each_window_by_its_own_clock() -> None:
    windows = parse_windows([{**NIGHTS, "zone": "machine"}])
    noon = at(1, 12)
    there = noon.astimezone(timezone(timedelta(hours=9)))
    assert opening(windows, {"controller": noon, "machine": there}, timedelta()).is_open
    assert opening(windows, {"controller": noon, "machine": noon}, timedelta()) == Opening(False, at(1, 20))
    assert opening(windows, {"controller": at(1, 21)}, timedelta()) == Opening(False, None)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"from": "20:00"}, "'to'"),
        ({"from": "20:00", "to": 300}, "300"),
        ({"from": "24:30", "to": "05:00"}, "24:30"),
        ({"from": "8:00", "to": "05:00"}, "8:00"),
        ({**NIGHTS, "days": ["so"]}, "'so'"),
        ({**NIGHTS, "zone": "Europe/Berlin"}, "Europe/Berlin"),
        ({**NIGHTS, "until": "05:00"}, "until"),
    ],
)
def test_what_is_no_window(row: dict[str, Any], words: str) -> None:
    with pytest.raises(MaintenanceError, match=words):
        parse_windows([row])

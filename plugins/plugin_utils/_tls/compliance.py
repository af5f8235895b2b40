# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine told ConfigMgr of a baseline, and what that proves of one that was read before.

A baseline knows the values that it wants and nothing else: no update, no file, no other setting. Source: Microsoft,
"SMS_CI_CurrentComplianceStatus Server WMI Class".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from .._data import windows_release
from .._data.schema import Product
from .requirement import requirements

__all__ = ["Compliance", "compliance_of", "moment", "proved_findings"]

COMPLIANT, NOT_TOLD = "compliant", "not_told"
# The reading has the controller's time, what was told has the site's.
_CLOCKS = timedelta(minutes=10)
# Hardware inventory does not say in which zone a start is told; no two zones are further apart.
_ZONES = timedelta(hours=26)


@dataclass(frozen=True)
class Compliance:
    """What a machine told the site last of its baseline.

    ``state``: compliant, not_compliant, error or not_told. ``at``: when the machine said so. ``mended_at``: when the
    baseline last wrote there. ``started_at``: its last start that the site knows. Times have a zone, None where they
    are not known.
    """

    state: str
    at: datetime | None = None
    mended_at: datetime | None = None
    started_at: datetime | None = None

    def days(self, now: datetime) -> int | None:
        """Whole days since it was told."""
        return None if self.at is None else max(0, (now - self.at).days)

    def against(self, read_at: datetime) -> bool:
        """Whether it speaks against what was read: told later, or nobody knows when, and anything but good."""
        return self.state not in (COMPLIANT, NOT_TOLD) and (self.at is None or self.at + _CLOCKS > read_at)

    def proves(self, read_at: datetime) -> bool:
        """Whether all that the baseline wants was set after the reading, and is in force since a start after that."""
        if self.state != COMPLIANT or self.at is None or self.started_at is None or self.at <= read_at + _CLOCKS:
            return False
        # When somebody else has set it is not known; when it was told it was there.
        set_at = self.mended_at if self.mended_at is not None and self.mended_at > read_at else self.at
        return set_at <= self.at and self.started_at > set_at + _ZONES


def compliance_of(rows: Iterable[Mapping[str, Any]], baseline: str) -> Compliance | None:
    """What a record keeps of that baseline; None when nothing. What was told of another one is about other values."""
    for row in rows:
        if baseline and row.get("by") == "baseline" and row.get("baseline") == baseline:
            at, mended_at, started_at = (moment(row.get(name)) for name in ("told_at", "mended_at", "started_at"))
            return Compliance(str(row.get("state")), at, mended_at, started_at)
    return None


def proved_findings(windows: Mapping[str, Any]) -> frozenset[str]:
    """Ids of the findings that are met where the baseline of the enable stage is. ``windows``: of the facts.

    Where WinHTTP needs no value a baseline does not ask for it, and one that somebody set may be wrong.
    """
    product: Product = "server" if windows.get("product") == "server" else "client"
    release = windows_release(windows.get("build") or 0, product)
    values = {row.id for row in requirements() if row.fix == "settings" and row.stage != "disable"}
    needs_value = release is not None and release.winhttp.needs_value
    return frozenset(values if needs_value else values - {"winhttp-protocols"})


def moment(text: Any, zone: tzinfo | None = None) -> datetime | None:
    """The time, in UTC, that a text stands for.

    None for what is no time. ``zone``: of texts that name none, which are no time without it.
    """
    try:
        found = datetime.fromisoformat(text)
        known = found.tzinfo or zone
        return found.replace(tzinfo=known).astimezone(UTC) if known else None
    except (TypeError, ValueError, OverflowError):
        return None

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench's table, and how its targets were met."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass

from measure import Cost

_TITLES = {
    "audit": "tls_facts",
    "enforce": "tls_settings, something to set",
    "stock_modules_read": "win_reg_stat per value",
    "stock_modules_write": "win_regedit per value",
    "stock_script_read": "one win_powershell script",
    "floor": "an action that returns at once",
}


@dataclass(frozen=True)
class Target:
    """``ours`` against the sum of ``others``: others / ours of ``quantity`` is to be at least ``least``."""

    ours: str
    others: tuple[str, ...]
    quantity: str
    least: float

    def line(self, costs: Mapping[str, Cost]) -> str:
        ours = getattr(costs[self.ours], self.quantity)
        other = sum(getattr(costs[name], self.quantity) for name in self.others)
        ratio = other / ours
        met = "met" if ratio >= self.least else "MISSED"
        return (
            f"  {met:<7} {self.quantity:<9} {self.ours} {ours:,.1f}, {' + '.join(self.others)} {other:,.1f}: "
            f"{ratio:.2f} times (at least {self.least:g})"
        )


@dataclass(frozen=True)
class Limit:
    """``ours`` without ``start``: their difference in ``quantity`` is to be ``most``."""

    ours: str
    start: str
    quantity: str
    most: float

    @property
    def others(self) -> tuple[str, ...]:
        return (self.start,)

    def line(self, costs: Mapping[str, Cost]) -> str:
        own = getattr(costs[self.ours], self.quantity) - getattr(costs[self.start], self.quantity)
        met = "met" if own <= self.most else "MISSED"
        return f"  {met:<7} {self.quantity:<9} {self.ours} without {self.start} {own:,.0f} (at most {self.most:,g})"


_READ = ("stock_modules_read",)
# tls_settings reads the whole state, sets what differs and reads it back: the same work takes both stock modules.
_READ_AND_SET = ("stock_modules_read", "stock_modules_write")
_SCRIPT = ("stock_script_read",)

TARGETS = (
    Target("audit", _READ, "requests", 25),
    Target("audit", _READ, "cpu_ms", 10),
    Target("enforce", _READ_AND_SET, "requests", 25),
    Target("enforce", _READ_AND_SET, "cpu_ms", 10),
    Target("audit", _SCRIPT, "requests", 1),
    Target("audit", _SCRIPT, "cpu_ms", 1.25),
    Target("audit", _SCRIPT, "bytes", 4),
    Target("audit", ("floor",), "cpu_ms", 0.45),
    Limit("audit", "floor", "alone_ms", 1000),
)


def report(options: argparse.Namespace, values: Mapping[str, int], costs: Mapping[str, Cost]) -> str:
    """The table, and a line per target of which both sides were measured."""
    lines = [
        f"{options.hosts} hosts ({options.image}), {options.connection} with {options.auth}, forks {options.forks}, "
        f"{options.times} times; {values['read']} values to read, {values['set']} to set; "
        f"{options.program_ms:g} ms a start, {options.round_trip_ms:g} ms a round trip",
        "",
        f"{'per host':<29}{'starts':>7}{'requests':>10}{'bytes':>12}{'CPU ms':>10}{'wall ms':>10}{'alone ms':>10}",
    ]
    for name, cost in costs.items():
        lines.append(
            f"{name:<29}{cost.starts:>7,.0f}{cost.requests:>10,.1f}{cost.bytes:>12,.0f}{cost.cpu_ms:>10,.1f}"
            f"{cost.wall_ms:>10,.1f}{cost.alone_ms:>10,.0f}"
        )
        lines.append(f"  {_TITLES[name]}")
    lines += ["", "targets"]
    lines += [target.line(costs) for target in TARGETS if {target.ours, *target.others} <= costs.keys()]
    lines += [
        "",
        "The lab answers the stock modules with a canned result after the 0.3 seconds that PowerShell takes to start:",
        "what the modules themselves take is missing on their side.",
    ]
    return "\n".join(lines)

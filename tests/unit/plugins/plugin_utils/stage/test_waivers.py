# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings that their owners accept: which, for how long, and what is said of the waivers themselves."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.waiver import Waiver, uses, waive

TODAY = datetime.date(2026, 11, 24)
FACTS = {"roles": ["client"]}


def waiver(reason: str = "winhttp-update", expires: datetime.date = TODAY, name: str = "W-1") -> Waiver:
    return Waiver(name, reason, "name == 'PC1'", "replaced in March", "Ada Example", expires)


def holds(condition: str, host: Mapping[str, Any]) -> bool:
    return host["facts"] == FACTS and condition == f"name == '{host['name']}'"


@pytest.mark.parametrize(
    ("status", "after"),
    [
        ("fail", "waived"),
        ("warn", "waived"),
        ("unknown", "unknown"),
        ("pass", "pass"),
        ("not_applicable", "not_applicable"),
    ],
)
def test_only_what_was_judged_can_be_accepted(status: str, after: str) -> None:
    found = waive("PC1", FACTS, [{"id": "winhttp-update", "status": status}], [waiver()], holds)
    assert found == [{"id": "winhttp-update", "status": after, **({"waiver": "W-1"} if after == "waived" else {})}]


def test_another_finding_and_another_host_stay_as_they_are() -> None:
    rows = [{"id": "dotnet-release", "status": "fail"}]
    assert waive("PC1", FACTS, rows, [waiver()], holds) == rows
    rows = [{"id": "winhttp-update", "status": "fail"}]
    assert waive("PC2", FACTS, rows, [waiver()], holds) == rows


def test_the_given_findings_are_not_changed() -> None:
    rows = [{"id": "winhttp-update", "status": "fail"}]
    waive("PC1", FACTS, rows, [waiver()], holds)
    assert rows == [{"id": "winhttp-update", "status": "fail"}]


@pytest.mark.parametrize(
    ("days", "state", "soon"),
    [(-1, "expired", False), (0, "used", True), (30, "used", True), (31, "used", False)],
)
def test_the_last_day_counts(days: int, state: str, soon: bool) -> None:
    (use,) = uses([waiver(expires=TODAY + datetime.timedelta(days))], TODAY, {"W-1": ["PC1"]}, gate_asked=True)
    assert (use.state, use.ends_soon) == (state, soon)


@pytest.mark.parametrize(
    ("reason", "gate_asked", "state"),
    [
        ("winhttp-update", False, "unused"),
        ("winhttp-update", True, "unused"),
        ("conversation:client-management-point", False, "not_asked"),
        ("conversation:client-management-point", True, "unused"),
        ("legacy_use", False, "not_asked"),
        ("not_reached", False, "not_asked"),
    ],
)
def test_a_waiver_for_the_gate_is_not_unused_where_nobody_asked_the_gate(
    reason: str, gate_asked: bool, state: str
) -> None:
    (use,) = uses([waiver(reason)], TODAY, {}, gate_asked=gate_asked)
    assert use.state == state


def test_a_host_is_named_once() -> None:
    (use,) = uses([waiver()], TODAY, {"W-1": ["PC1", "PC1", "PC2"]}, gate_asked=True)
    assert use.hosts == ("PC1", "PC2")
    assert use.as_dict()["expires"] == "2026-11-24"

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a hierarchy stands after a stage, whole or cut short."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.run_results import progress_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.standing import Progress, standing

DONE = Progress(disabled={"changed": True})
STOPPED = {"step": "disable", "code": "taken_back", "message": "DP1 answers with status 500"}
BACK = Progress({"changed": True}, {"changed": True}, STOPPED, {"passed": True})


@pytest.mark.parametrize(
    ("variables", "state"),
    [
        ({}, "untouched"),
        ({"configmgr_tls_disabled": {"skipped": True, "changed": False}}, "untouched"),
        ({"configmgr_tls_disabled": {"changed": True}}, "off"),
        ({"configmgr_tls_disabled": {"changed": False}}, "off"),
        ({"configmgr_tls_disabled": {"failed": True}, "configmgr_tls_stopped": STOPPED}, "not_known"),
        (
            {
                "configmgr_tls_disabled": {"failed": True},
                "configmgr_tls_reopened": {"changed": False},
                "configmgr_tls_stopped": STOPPED,
            },
            "taken_back",
        ),
        (
            {
                "configmgr_tls_disabled": {"changed": True},
                "configmgr_tls_reopened": {"failed": True},
                "configmgr_tls_stopped": STOPPED,
            },
            "not_known",
        ),
        (
            {
                "configmgr_tls_disabled": {"changed": True},
                "configmgr_tls_reopened": {"changed": True},
                "configmgr_tls_stopped": {**STOPPED, "step": "reopen"},
            },
            "not_known",
        ),
        (
            {
                "configmgr_tls_disabled": {"changed": True},
                "configmgr_tls_reopened": {"skipped": True},
                "configmgr_tls_stopped": STOPPED,
            },
            "not_known",
        ),
    ],
)
def test_a_machine_is_known_by_what_the_tasks_left_behind(variables: dict[str, Any], state: str) -> None:
    assert progress_of(variables).state == state


def order(*batches: list[str], done: list[str] | None = None) -> dict[str, Any]:
    rows = [{"kind": "batch", "restart_group": number, "hosts": hosts} for number, hosts in enumerate(batches)]
    return {"batches": rows, "done": done or []}


def test_a_run_that_stopped_says_where_everybody_is() -> None:
    found = standing(order(["A", "B"], ["C"], ["D"], done=["Z"]), {"A": DONE, "B": DONE, "C": BACK})
    assert found.hosts == {"off": ["Z", "A", "B"], "taken_back": ["C"], "not_known": [], "untouched": ["D"]}
    assert found.text() == (
        "Older protocols: off on 3 machines (Z, A, B); taken back on 1 machine (C); untouched on 1 machine (D)."
    )
    assert [(row["kind"], row["state"]) for row in found.rows] == [
        ("done before", "off"),
        ("batch", "off"),
        ("batch", "taken_back"),
        ("batch", "untouched"),
    ]
    assert found.rows[2]["note"] == "DP1 answers with status 500; it talks again"
    assert "note" not in found.rows[1]


def test_a_batch_is_worth_its_worst_machine() -> None:
    lost = Progress(
        {"changed": True}, {"failed": True}, {**STOPPED, "step": "reopen"}, {"passed": False, "msg": "dark"}
    )
    found = standing(order(["A", "B"]), {"A": BACK, "B": lost})
    assert [row["state"] for row in found.rows] == ["not_known"]
    assert found.hosts["taken_back"] == ["A"] and found.hosts["not_known"] == ["B"]
    only = standing(order(["B"]), {"B": lost})
    assert only.rows[0]["note"].endswith("it does not talk yet: dark")


def test_many_machines_are_counted_and_the_first_named() -> None:
    names = [f"PC{number:02}" for number in range(30)]
    assert "untouched on 30 machines (PC00, PC01" in standing(order(names), {}).text()
    assert "and 20 more)" in standing(order(names), {}).text()
    assert standing(order(), {}).text() == "Older protocols: no machine to turn them off on."

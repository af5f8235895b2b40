# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the steps of a host began and ended, and the restart between them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.run_results import step_times


def at(begun: int, ended: int) -> dict[str, Any]:
    return {"begun": f"2026-11-24T21:{begun:02d}:00+00:00", "ended": f"2026-11-24T21:{ended:02d}:00+00:00"}


@pytest.mark.parametrize(
    ("changes", "restarted", "expected"),
    [
        ({"enable": None, "disable": None}, {}, {}),
        ({"enable": {"changed": False}}, at(1, 2), {}),
        ({"enable": at(1, 2)}, {}, {"enable": at(1, 2)}),
        ({"enable": at(1, 2)}, at(2, 9), {"enable": at(1, 9)}),
        ({"enable": at(1, 2), "disable": at(20, 21)}, at(21, 29), {"enable": at(1, 2), "disable": at(20, 29)}),
        ({"enable": at(10, 12)}, at(2, 9), {"enable": at(10, 12)}),
    ],
)
def test_a_restart_belongs_to_the_last_step_before_it(
    changes: dict[str, Any], restarted: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert step_times(changes, restarted) == expected

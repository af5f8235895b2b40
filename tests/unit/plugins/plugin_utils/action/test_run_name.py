# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The name of a run, when nobody gave one."""

from __future__ import annotations

import re

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._action import run_name
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.journal import RUN_NAME


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"AWX_JOB_ID": "77"}, "job-77"),
        ({"JOB_ID": "78"}, "job-78"),
        ({"AWX_JOB_ID": "77", "JOB_ID": "78"}, "job-77"),
        ({"JOB_ID": "78 & calc"}, None),
        ({"JOB_ID": ""}, None),
        ({}, None),
    ],
)
def test_the_name(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str | None) -> None:
    for name in ("AWX_JOB_ID", "JOB_ID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    made = run_name._name()
    assert RUN_NAME.fullmatch(made)
    assert made == expected if expected else re.fullmatch(r"\d{8}T\d{6}Z", made)


@pytest.mark.parametrize("name", ["a", "job-77", "20260101T080000Z", "a.b_c-d", "x" * 64])
def test_names_that_are_good(name: str) -> None:
    assert RUN_NAME.fullmatch(name)

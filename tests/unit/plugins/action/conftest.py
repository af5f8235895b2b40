# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every test has a bench with a machine of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.configmgr.tls.tests.unit.plugins.action.fake import Bench, FakeSession, Step
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Bench]:
    def make(machine: Machine | None, script: list[Step] | None = None) -> Bench:
        return Bench(monkeypatch, FakeSession(machine, script or []))

    return make

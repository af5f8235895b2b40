# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a package from being installed: a job of another release, a restart that may be pending."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import package
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.updates import Installed, NeededPackage, Selection
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.run import Limits, UpdateRun
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.state import MachineState
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.jobs import JobState, Workshop
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import state_of
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine

NEED = NeededPackage(package("dotnet-4.8"), ("dotnet-release",))
PENDING = rf"{hosts.MICROSOFT}\Windows\CurrentVersion\Component Based Servicing\RebootPending"


def refused(machine: Machine, job: JobState | None = None) -> Failure:
    """How the run ends before it has sent anything to the machine, which would be an AttributeError."""
    tls: Any = SimpleNamespace(state=state_of(machine))
    state = MachineState(tls, Installed(), Workshop(r"C:\Windows"), job, leftovers=False)
    run = UpdateRun(
        machine=None,  # type: ignore[arg-type]
        files={},
        delivery=None,  # type: ignore[arg-type]
        limits=Limits(60, 60, 0, 60, 60, restart=False),
        read=lambda: state,
        select=lambda seen: Selection((NEED,), ()),
        proved=lambda row, seen: None,
        tell=lambda text: None,
    )
    with pytest.raises(Failure) as raised:
        run.run(state)
    return raised.value


def test_a_package_of_another_release_is_left_to_it() -> None:
    failure = refused(hosts.windows(), JobState("install of-another", "-,-", None, 0))
    assert failure.code == "job_unknown" and "install of-another" in str(failure)


def test_a_clean_start_needs_to_know_that_no_restart_is_pending() -> None:
    assert NEED.package.clean_start
    pending, hidden = refused(hosts.windows().set(PENDING)), refused(hosts.windows().set(PENDING).deny(PENDING))
    assert pending.code == hidden.code == "restart_first"
    assert "could not be read" not in str(pending) and "RebootPending could not be read" in str(hidden)

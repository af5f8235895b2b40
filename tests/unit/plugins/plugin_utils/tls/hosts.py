# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Short ways to a finding, a plan and a state in the tests of the domain."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import WindowsRelease
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_configmgr import Component, Stage
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.audit import audit
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.build import host_state
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.finding import Finding
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS, Plan, settings_plan
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.state import HostState
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import snapshot
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine, dword

ALL: tuple[Component, ...] = ("schannel", "dotnet", "winhttp")


def state_of(machine: Machine) -> HostState:
    return host_state(snapshot(machine))


def findings(
    machine: Machine, roles: Sequence[str] = (), release: int | None = None, *, legacy_off: bool = False
) -> dict[str, Finding]:
    found = audit(state_of(machine), roles, release, legacy_off=legacy_off)
    by_id = {finding.id: finding for finding in found}
    assert len(by_id) == len(found), "a requirement answered twice"
    return by_id


def verdict(finding: Finding) -> str:
    """ "pass", or the status with the codes of its reasons: "fail dotnet_too_old"."""
    codes = list(dict.fromkeys(reason.code for reason in finding.outcome.reasons))
    return " ".join([finding.status.value, *codes])


def judged(machine: Machine, requirement: str, roles: Sequence[str] = (), release: int | None = None) -> str:
    return verdict(findings(machine, roles, release)[requirement])


def release_of(machine: Machine) -> WindowsRelease:
    release = state_of(machine).windows.release
    assert release is not None
    return release


def planned(
    machine: Machine,
    stage: Stage,
    components: Sequence[Component] = ALL,
    legacy: Sequence[str] = LEGACY_PROTOCOLS,
) -> Plan:
    shown = snapshot(machine)
    windows = host_state(shown).windows
    assert windows.release is not None
    return settings_plan(shown.registry, windows.release, stage, components, legacy, x64=windows.has_wow)


def applied(machine: Machine, plan: Plan) -> Machine:
    """The machine with the changes of a plan made."""
    for change in plan.changes:
        assert change.after is not None
        machine.set(change.key.path, change.name, change.after, change.view.value)
    return machine


def values(machine: Machine, path: str, **numbers: int | None) -> Machine:
    """DWORDs of a key; None leaves a value out."""
    machine.set(path)
    for name, number in numbers.items():
        if number is not None:
            machine.set(path, name, dword(number))
    return machine

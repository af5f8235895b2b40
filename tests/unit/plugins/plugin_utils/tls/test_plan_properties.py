# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every machine: a plan is done in one go, adds only, and can be taken back."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_configmgr import Stage
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.build import host_state
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.effective import effective_protocols
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.enabled import enabled_state
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.finding import Finding
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS, registry_after
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Value
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import (
    applied,
    findings,
    planned,
    state_of,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import (
    protocol,
    snapshot,
    windows,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine, dword, text

BUILDS = [(6002, "Server"), (7601, "Client"), (9200, "Server"), (9600, "Client"), (14393, "Server"), (17763, "Server")]
BUILDS += [(20348, "Server"), (26100, "Server"), (26100, "Client")]
FORMER: st.SearchStrategy[Value | None] = st.sampled_from(
    [None, dword(0), dword(1), dword(0xFFFFFFFF), dword(0xA0), dword(0xAA0), dword(0x2800), text("1")]
)
NAMES = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2")
PLACES = [
    *(
        (64, protocol(name, side), value)
        for name in NAMES
        for side in ("Client", "Server")
        for value in ("Enabled", "DisabledByDefault")
    ),
    *(
        (view, hosts.runtime(version), name)
        for view in (64, 32)
        for version in hosts.RUNTIMES
        for name in hosts.DOTNET_NAMES
    ),
    *((view, hosts.WINHTTP, "DefaultSecureProtocols") for view in (64, 32)),
]


@st.composite
def machines(draw: st.DrawFn) -> Machine:
    """Any Windows with any former values."""
    build, product = draw(st.sampled_from(BUILDS))
    machine = windows(build, product, architecture=draw(st.sampled_from(["AMD64", "AMD64", "x86"])))
    wow = (32, hosts.WINHTTP.lower()) in machine.nodes
    for view, path, name in draw(st.lists(st.sampled_from(PLACES), max_size=12, unique=True)):
        value = draw(FORMER)
        if view == 64 or wow:
            machine.set(path, name if value else None, value, view)
    return machine


STAGES: st.SearchStrategy[Stage] = st.sampled_from(["enable", "disable"])


@given(machines(), STAGES)
def test_a_plan_leaves_nothing_to_plan(machine: Machine, stage: Stage) -> None:
    plan = planned(machine, stage)
    assert plan.blocked == ()
    assert not planned(applied(machine, plan), stage)


@given(machines())
def test_the_registry_after_a_plan_is_foreseen(machine: Machine) -> None:
    plan = planned(machine, "enable")
    foreseen = registry_after(snapshot(machine).registry, plan.changes)
    seen = snapshot(applied(machine, plan)).registry
    for change in plan.changes:
        assert foreseen.key(change.key, change.view).value(change.name) == change.after
        assert seen.key(change.key, change.view).values == foreseen.key(change.key, change.view).values


@given(machines())
def test_the_state_after_a_plan_is_the_one_that_would_be_read(machine: Machine) -> None:
    shown = snapshot(machine)
    after = registry_after(shown.registry, planned(machine, "enable").changes)
    assert enabled_state(shown, host_state(shown)) == host_state(dataclasses.replace(shown, registry=after))


@given(machines())
def test_after_enable_tls12_is_on_and_everything_that_settings_mend_is_mended(machine: Machine) -> None:
    machine = applied(machine, planned(machine, "enable"))
    protocols = effective_protocols(state_of(machine))
    assert (protocols["client"]["TLS 1.2"], protocols["server"]["TLS 1.2"]) == ("on", "on")
    for finding in findings(machine).values():
        assert finding.fix != "settings" or mended(finding), finding


def mended(finding: Finding) -> bool:
    """Whether it passes, or only an update is left that cannot be seen."""
    return finding.status.value == "pass" or [reason.code for reason in finding.outcome.reasons] == ["update_unknown"]


def offered(machine: Machine) -> set[tuple[str, str, str]]:
    return {
        (side, name, effect)
        for side, effects in effective_protocols(state_of(machine)).items()
        for name, effect in effects.items()
        if effect in ("on", "on_request")
    }


def winhttp_bits(machine: Machine) -> dict[int, int | None]:
    release = state_of(machine).windows.release
    assert release is not None
    default = release.winhttp.default
    return {
        view.value: default if item.dword is None else item.dword for view, item in state_of(machine).winhttp.items()
    }


@given(machines())
def test_enable_only_adds(machine: Machine) -> None:
    before, bits = offered(machine), winhttp_bits(machine)
    applied(machine, planned(machine, "enable"))
    lost = {place for place in before - offered(machine) if (*place[:2], "on") not in offered(machine)}
    assert lost == set()
    for view, after in winhttp_bits(machine).items():
        former = bits[view]
        assert former is None or (after is not None and former & ~after == 0)


@given(machines(), st.sets(st.sampled_from(LEGACY_PROTOCOLS), min_size=1))
def test_disable_turns_off_what_is_named_and_nothing_else(machine: Machine, names: set[str]) -> None:
    before = effective_protocols(state_of(machine))
    applied(machine, planned(machine, "disable", legacy=sorted(names)))
    after = effective_protocols(state_of(machine))
    for side, effects in after.items():
        for name, effect in effects.items():
            if name in names:
                assert effect in ("off", "not_supported")
            else:
                assert effect == before[side][name]


@given(machines())
def test_after_both_stages_older_protocols_are_off_and_tls12_is_on(machine: Machine) -> None:
    applied(machine, planned(machine, "enable"))
    applied(machine, planned(machine, "disable"))
    found = findings(machine, legacy_off=True)
    assert found["legacy-protocols"].status.value == "pass"
    assert mended(found["schannel-tls12-client"]) and mended(found["schannel-tls12-server"])
    assert found["winhttp-protocols"].status.value == "pass"
    assert not planned(machine, "enable")


@given(machines(), STAGES)
def test_nothing_is_written_that_windows_does_not_have(machine: Machine, stage: Stage) -> None:
    state = state_of(machine)
    release = state.windows.release
    assert release is not None
    for change in planned(machine, stage).changes:
        assert change.view.value == 64 or state.windows.has_wow
        if change.component == "schannel":
            name, side = change.key.path.split("\\")[-2:]
            assert dict(release.protocols[name])["client" if side == "Client" else "server"] != "not_supported"
            assert name != "TLS 1.3"

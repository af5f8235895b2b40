# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stage changes, build by build."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_configmgr import Component, Stage
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import Change, Plan
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Key, View
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import planned, values
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import (
    enabled,
    protocol,
    windows,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine, dword, text

LEGACY = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1")


def wanted(plan: Plan) -> dict[str, int]:
    """Each change by the end of its key, with the number it sets."""
    shown = {}
    for change in plan.changes:
        assert change.after is not None
        number = change.after.dword
        assert number is not None
        view = " 32" if change.view is View.WOW else ""
        shown["\\".join(change.key.path.split("\\")[-2:]) + f"\\{change.name}{view}"] = number
    assert len(shown) == len(plan.changes)
    return shown


TLS12 = {
    rf"TLS 1.2\{side}\{name}": number
    for side in ("Client", "Server")
    for name, number in (("Enabled", 1), ("DisabledByDefault", 0))
}
DOTNET = {rf".NETFramework\{version}\{name}": 1 for version in hosts.RUNTIMES for name in hosts.DOTNET_NAMES}
DOTNET_WOW = {f"{name} 32": number for name, number in DOTNET.items()}
WINHTTP = {r"Internet Settings\WinHttp\DefaultSecureProtocols": 0xAA0}
WINHTTP_WOW = {f"{name} 32": number for name, number in WINHTTP.items()}


@pytest.mark.parametrize(
    ("build", "product", "architecture", "expected"),
    [
        (6002, "Server", "AMD64", TLS12 | DOTNET | DOTNET_WOW | WINHTTP | WINHTTP_WOW),
        (7601, "Client", "AMD64", TLS12 | DOTNET | DOTNET_WOW | WINHTTP | WINHTTP_WOW),
        (7601, "Client", "x86", TLS12 | DOTNET | WINHTTP),
        (9200, "Server", "AMD64", TLS12 | DOTNET | DOTNET_WOW | WINHTTP | WINHTTP_WOW),
        (9600, "Server", "AMD64", TLS12 | DOTNET | DOTNET_WOW),
        (9600, "Client", "x86", TLS12 | DOTNET),
        (14393, "Server", "AMD64", TLS12 | DOTNET | DOTNET_WOW),
        (17763, "Server", "AMD64", TLS12 | DOTNET | DOTNET_WOW),
        (19045, "Client", "ARM64", TLS12 | DOTNET | DOTNET_WOW),
        (20348, "Server", "AMD64", TLS12 | DOTNET | DOTNET_WOW),
        (26100, "Client", "AMD64", TLS12 | DOTNET | DOTNET_WOW),
    ],
)
def test_enable(build: int, product: str, architecture: str, expected: dict[str, int]) -> None:
    assert wanted(planned(windows(build, product, architecture=architecture), "enable")) == expected


def off(*names: str) -> dict[str, int]:
    return {
        rf"{name}\{side}\{value}": number
        for name in names
        for side in ("Client", "Server")
        for value, number in (("Enabled", 0), ("DisabledByDefault", 1))
    }


ONLY_12 = dict.fromkeys((*WINHTTP, *WINHTTP_WOW), 0x800)


@pytest.mark.parametrize(
    ("build", "product", "expected"),
    [
        (7601, "Client", off(*LEGACY) | ONLY_12),
        (9200, "Server", off(*LEGACY) | ONLY_12),
        (9600, "Server", off(*LEGACY)),
        (14393, "Server", off(*LEGACY[1:])),
        (17763, "Server", off(*LEGACY[1:])),
        (20348, "Server", off(*LEGACY[1:])),
        (26100, "Client", off(*LEGACY[1:])),
    ],
)
def test_disable(build: int, product: str, expected: dict[str, int]) -> None:
    assert wanted(planned(windows(build, product), "disable")) == expected


@pytest.mark.parametrize("names", [("TLS 1.0",), ("TLS 1.0", "TLS 1.1"), ("SSL 3.0",)])
def test_disable_of_some_protocols(names: tuple[str, ...]) -> None:
    assert wanted(planned(windows(), "disable", legacy=names)) == off(*names)


def test_winhttp_keeps_the_protocols_that_are_not_turned_off() -> None:
    machine = enabled(windows(9200), winhttp=0xAA0)
    shown = wanted(planned(machine, "disable", ["winhttp"], ["TLS 1.0"]))
    assert shown == dict.fromkeys((*WINHTTP, *WINHTTP_WOW), 0xA20)


@pytest.mark.parametrize(
    ("components", "expected"),
    [
        (["schannel"], TLS12),
        (["dotnet"], DOTNET | DOTNET_WOW),
        (["winhttp"], WINHTTP | WINHTTP_WOW),
        (["winhttp", "schannel"], TLS12 | WINHTTP | WINHTTP_WOW),
    ],
)
def test_only_the_named_components(components: list[Component], expected: dict[str, int]) -> None:
    assert wanted(planned(windows(9200), "enable", components)) == expected


@pytest.mark.parametrize("side", ["Client", "Server"])
@pytest.mark.parametrize(
    ("numbers", "names"),
    [
        ({"Enabled": 1, "DisabledByDefault": 0}, set()),
        ({"Enabled": 0xFFFFFFFF, "DisabledByDefault": 0}, set()),
        ({"Enabled": 2, "DisabledByDefault": 0}, set()),
        ({"Enabled": 0, "DisabledByDefault": 0}, {"Enabled"}),
        ({"Enabled": 1, "DisabledByDefault": 1}, {"DisabledByDefault"}),
        ({"Enabled": 1}, {"DisabledByDefault"}),
        ({}, {"Enabled", "DisabledByDefault"}),
    ],
)
def test_a_value_that_has_the_effect_is_left_alone(side: str, numbers: dict[str, int], names: set[str]) -> None:
    machine = values(enabled(windows()), protocol("TLS 1.2", side))
    machine.nodes[(64, protocol("TLS 1.2", side).lower())].values.clear()
    values(machine, protocol("TLS 1.2", side), **numbers)
    plan = planned(machine, "enable")
    assert {change.name for change in plan.changes} == names
    assert all(change.key == Key(protocol("TLS 1.2", side)) for change in plan.changes)


@pytest.mark.parametrize(
    ("numbers", "names"),
    [
        ({"Enabled": 0, "DisabledByDefault": 1}, set()),
        ({"Enabled": 0, "DisabledByDefault": 0xFFFFFFFF}, set()),
        ({"Enabled": 0}, {"DisabledByDefault"}),
        ({"Enabled": 0xFFFFFFFF, "DisabledByDefault": 1}, {"Enabled"}),
    ],
)
def test_a_protocol_that_is_off_is_left_alone(numbers: dict[str, int], names: set[str]) -> None:
    machine = values(windows(), protocol("TLS 1.0", "Client"), **numbers)
    values(machine, protocol("TLS 1.0", "Server"), Enabled=0, DisabledByDefault=1)
    assert {change.name for change in planned(machine, "disable", legacy=["TLS 1.0"]).changes} == names


@pytest.mark.parametrize(
    ("build", "stage", "current", "after"),
    [
        (9200, "enable", None, 0xAA0),
        (9200, "enable", 0xA0, 0x8A0),
        (9200, "enable", 0x20, 0x820),
        (9200, "enable", 0, 0x800),
        (9200, "enable", 0xAA0, None),
        (9200, "enable", 0x800, None),
        (9200, "enable", 0xFFFFFFFF, None),
        (9200, "disable", None, 0x800),
        (9200, "disable", 0xAA0, 0x800),
        (9200, "disable", 0x2AA8, 0x2800),
        (9200, "disable", 0x800, None),
        (9200, "disable", 0x2800, None),
        (17763, "enable", None, None),
        (17763, "enable", 0xA0, 0x8A0),
        (17763, "enable", 0x2000, 0x2800),
        (17763, "enable", 0x800, None),
        (17763, "disable", None, None),
        (17763, "disable", 0xA80, 0x800),
        (17763, "disable", 0x2A00, 0x2800),
        (17763, "disable", 0x800, None),
    ],
)
def test_winhttp_keeps_every_other_bit(build: int, stage: Stage, current: int | None, after: int | None) -> None:
    machine = windows(build)
    for view in (64, 32):
        if current is not None:
            machine.set(hosts.WINHTTP, "DefaultSecureProtocols", dword(current), view)
    plan = planned(machine, stage, ["winhttp"])
    assert set(wanted(plan).values()) == (set() if after is None else {after})
    assert len(plan.changes) in (0, 2)


def test_values_of_another_type_are_replaced_and_kept_in_mind() -> None:
    machine = enabled(windows()).set(protocol("TLS 1.2", "Client"), "Enabled", text("1"))
    (change,) = planned(machine, "enable").changes
    assert (change.before, change.after) == (text("1"), dword(1))


def test_a_value_that_cannot_be_read_is_not_changed() -> None:
    machine = enabled(windows()).deny(hosts.runtime("v4.0.30319"), 32)
    plan = planned(machine, "enable")
    assert plan.changes == ()
    assert {setting.path for setting in plan.blocked} == {
        rf"HKLM\SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319\{name}" for name in hosts.DOTNET_NAMES
    }


def test_a_value_that_cannot_be_kept_is_not_changed() -> None:
    machine = enabled(windows())
    machine.nodes[(64, protocol("TLS 1.2", "Client").lower())].values["Enabled"] = text("x")
    assert len(planned(machine, "enable").changes) == 1
    odd = machine.nodes[(64, protocol("TLS 1.2", "Client").lower())].values
    odd["Enabled"] = type(dword(0))("REG_BINARY", "zero-length binary value")
    plan = planned(machine, "enable")
    assert plan.changes == ()
    assert [setting.name for setting in plan.blocked] == ["Enabled"]


def created(machine: Machine, stage: Stage = "enable") -> list[tuple[int, str]]:
    return [(view.value, key.path) for view, key in planned(machine, stage).created]


def test_the_topmost_key_that_comes_into_being_is_known() -> None:
    machine = windows(7601, "Client")
    assert created(machine) == [(64, rf"{hosts.PROTOCOLS}\TLS 1.2")]
    machine.set(rf"{hosts.PROTOCOLS}\TLS 1.2")
    assert created(machine) == [(64, protocol("TLS 1.2", "Client")), (64, protocol("TLS 1.2", "Server"))]
    machine.set(protocol("TLS 1.2", "Client"))
    assert created(machine) == [(64, protocol("TLS 1.2", "Server"))]
    machine.set(protocol("TLS 1.2", "Server"))
    assert created(machine) == []


def test_keys_of_dotnet_and_winhttp_that_come_into_being() -> None:
    machine = enabled(windows(7601, "Client"))
    for view, path in [(32, hosts.WINHTTP), (64, hosts.WINHTTP), (32, hosts.runtime("v2.0.50727"))]:
        del machine.nodes[(view, path.lower())]
    assert sorted(created(machine)) == [
        (32, hosts.runtime("v2.0.50727")),
        (32, hosts.WINHTTP),
        (64, hosts.WINHTTP),
    ]


def test_changes_of_one_key_stand_together() -> None:
    keys = [(change.view, change.key) for change in planned(windows(7601, "Client"), "enable").changes]
    assert len(set(keys)) == len([key for number, key in enumerate(keys) if number == 0 or keys[number - 1] != key])


def test_a_change_as_it_is_reported() -> None:
    change = Change(Key(hosts.WINHTTP), View.WOW, "DefaultSecureProtocols", None, dword(0xAA0), "winhttp")
    assert change.as_dict() == {
        "path": rf"HKLM\SOFTWARE\WOW6432Node\{hosts.WINHTTP.removeprefix('SOFTWARE')[1:]}",
        "name": "DefaultSecureProtocols",
        "before": None,
        "after": "REG_DWORD 0xaa0",
    }
    assert change.reversed().reversed() == change
    assert (change.reversed().before, change.reversed().after) == (dword(0xAA0), None)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of a baseline are those of a visit, and what takes them back has the effect of what was before."""

from __future__ import annotations

import functools

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.items import BaselineSpec, Item, items, kept
from ansible_collections.configmgr.tls.plugins.plugin_utils._data import windows_releases
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.load import load_table
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_baseline import BaselineBack, BaselineWindows
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_configmgr import SettingRow
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.effective import effect_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import COMPONENTS, LEGACY_PROTOCOLS, settings_plan
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.state import Setting, Side, SideSettings
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import (
    Key,
    KeyReading,
    Presence,
    Registry,
    Value,
    View,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.data.tables import TABLES

RELEASES = {row.id: row for row in windows_releases()}
KINDS = load_table("baseline_windows", BaselineWindows)
SCHANNEL = r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"


class Untouched(Registry):
    """Nothing of it is there."""

    def key(self, path: str | Key, view: View = View.NATIVE) -> KeyReading:
        return KeyReading(Presence.ABSENT)


def wanted(stage: str, *, back: bool = False, protocols: tuple[str, ...] = LEGACY_PROTOCOLS) -> BaselineSpec:
    return BaselineSpec(stage, COMPONENTS, protocols, back)


@functools.cache
def asked(request: BaselineSpec) -> tuple[Item, ...]:
    return items(request)


def values_for(kind: BaselineWindows, request: BaselineSpec) -> dict[tuple[str, str], int]:
    found = [item for item in asked(request) if kind.title in item.kinds]
    assert len(found) <= 1
    return {(value.key, value.name): value.data for item in found for value in item.values}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_the_enable_stage_is_what_a_visit_sets_on_an_untouched_machine(kind: BaselineWindows) -> None:
    mine = values_for(kind, wanted("enable"))
    for name in kind.windows:
        plan = settings_plan(Untouched({}), RELEASES[name], "enable", COMPONENTS, LEGACY_PROTOCOLS, x64=kind.wow)
        planned = {(change.path.partition("\\")[2], change.name): change.after for change in plan.changes}
        assert {place: Value("REG_DWORD", data) for place, data in mine.items()} == planned


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_after_both_stages_only_tls_12_and_later_is_left(kind: BaselineWindows) -> None:
    mine = values_for(kind, wanted("disable"))
    assert values_for(kind, wanted("enable")).keys() <= mine.keys()
    for name in kind.windows:
        for protocol, sides in RELEASES[name].protocols.items():
            for side in sides:
                assert effect(kind, name, protocol, side, wanted("disable")) in (
                    ("off", "not_supported") if protocol in LEGACY_PROTOCOLS else ("on", "not_supported")
                )
        if RELEASES[name].winhttp.needs_value:
            assert {data for (_key, value), data in mine.items() if value == "DefaultSecureProtocols"} == {0x800}


@pytest.mark.parametrize("stage", ["enable", "disable"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_what_takes_a_stage_back_has_the_effect_of_no_value(kind: BaselineWindows, stage: str) -> None:
    """Of disable: TLS 1.2 stays on. What nobody knows by default is not looked at."""
    for name in kind.windows:
        release = RELEASES[name]
        for protocol, sides in release.protocols.items():
            for side, default in sides.items():
                after = effect(kind, name, protocol, side, wanted(stage, back=True), over=wanted(stage))
                if protocol == "TLS 1.2" and stage == "disable":
                    assert after == "on"
                elif default != "uncertain":
                    assert after == {"enabled": "on", "disabled": "on_request"}.get(default, default)


def test_some_of_the_protocols_leave_the_others_alone() -> None:
    kind = next(kind for kind in KINDS if kind.id == "windows-7-64")
    mine = values_for(kind, wanted("disable", protocols=("SSL 3.0", "TLS 1.0")))
    assert not [key for key, _name in mine if "TLS 1.1" in key or "SSL 2.0" in key]
    assert {data for (_key, name), data in mine.items() if name == "DefaultSecureProtocols"} == {0xA00}


def test_of_net_4_nothing_is_taken_back_and_that_is_said() -> None:
    request = wanted("enable", back=True)
    assert {path.rpartition("\\")[2] for path, _why in kept(request)} == {
        "SystemDefaultTlsVersions", "SchUseStrongCrypto",
    }  # fmt: skip
    assert not [value for item in items(request) for value in item.values if "v4.0.30319" in value.key]
    assert kept(wanted("enable")) == kept(wanted("disable", back=True)) == ()


def test_values_of_an_item_have_names_of_their_own_and_the_32_bit_view_is_written_out() -> None:
    parts: list[Item] = [item for stage in ("enable", "disable") for item in items(wanted(stage))]
    for item in parts:
        assert len({value.title for value in item.values}) == len(item.values)
        wow = {value.key for value in item.values if "WOW6432Node" in value.key}
        assert bool(wow) is item.is_64bit
    shown = [kind for item in items(wanted("enable")) for kind in item.kinds]
    assert sorted(shown) == sorted(kind.title for kind in KINDS)


def test_the_tables_know_every_setting_and_every_windows_of_clients() -> None:
    stages = {row.id for row in load_table("settings", SettingRow) if row.stage in ("enable", "disable")}
    assert {row.id for row in load_table("baseline_back", BaselineBack)} == stages
    old = {"win10_1507", "win10_1511"}
    clients = {row.id for row in windows_releases() if row.product != "server"} - old
    assert {name for kind in KINDS for name in kind.windows} == clients
    assert TABLES["baseline_windows"] is BaselineWindows


def effect(
    kind: BaselineWindows,
    release: str,
    protocol: str,
    side: Side,
    request: BaselineSpec,
    over: BaselineSpec | None = None,
) -> str:
    mine = {**(values_for(kind, over) if over else {}), **values_for(kind, request)}
    key = rf"{SCHANNEL}\{protocol}\{side.capitalize()}"

    def setting(name: str) -> Setting:
        data = mine.get((key, name))
        there = Presence.ABSENT if data is None else Presence.PRESENT
        return Setting(
            Key(rf"HKLM\{key}"), View.NATIVE, name, there, None if data is None else Value("REG_DWORD", data)
        )

    settings = SideSettings(setting("Enabled"), setting("DisabledByDefault"))
    return effect_of(settings, RELEASES[release], protocol, side).value

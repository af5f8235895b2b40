# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stages want written, per Windows and architecture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import (
    DesiredValue,
    WindowsRelease,
    desired_values,
    setting_rows,
    windows_release,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_configmgr import Stage

SCHANNEL = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"
DOTNET = r"HKLM\SOFTWARE\Microsoft\.NETFramework"
WINHTTP = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp"


def windows(build: int, product: str) -> WindowsRelease:
    release = windows_release(build, product)
    assert release is not None
    return release


def plain(values: tuple[DesiredValue, ...]) -> set[tuple[str, int, str, int]]:
    assert len({(value.key, value.view, value.name) for value in values}) == len(values)
    assert {value.type for value in values} <= {"REG_DWORD"}
    return {(value.key, value.view, value.name, value.data) for value in values if not value.only_when_set}


TLS12 = {
    (rf"{SCHANNEL}\TLS 1.2\{side}", 64, name, data)
    for side in ("Client", "Server")
    for name, data in (("Enabled", 1), ("DisabledByDefault", 0))
}
NET = {
    (rf"{DOTNET}\{runtime}", view, name, 1)
    for runtime in ("v2.0.50727", "v4.0.30319")
    for view in (64, 32)
    for name in ("SystemDefaultTlsVersions", "SchUseStrongCrypto")
}
NATIVE_NET = {value for value in NET if value[1] == 64}


def legacy(*names: str) -> set[tuple[str, int, str, int]]:
    return {
        (rf"{SCHANNEL}\{protocol}\{side}", 64, name, data)
        for protocol in names
        for side in ("Client", "Server")
        for name, data in (("Enabled", 0), ("DisabledByDefault", 1))
    }


@pytest.mark.parametrize(
    ("build", "product"), [(14393, "server"), (9600, "server"), (26100, "server"), (19045, "client")]
)
def test_enable_on_a_windows_that_needs_no_winhttp_value(build: int, product: str) -> None:
    assert plain(desired_values("enable", windows(build, product), x64=True)) == TLS12 | NET


@pytest.mark.parametrize(("build", "product"), [(7601, "client"), (7601, "server"), (9200, "server"), (6003, "server")])
def test_enable_on_a_windows_that_needs_it(build: int, product: str) -> None:
    winhttp = {(WINHTTP, view, "DefaultSecureProtocols", 0xAA0) for view in (64, 32)}
    assert plain(desired_values("enable", windows(build, product), x64=True)) == TLS12 | NET | winhttp


@pytest.mark.parametrize("stage", ["enable", "disable"])
def test_winhttp_is_only_put_right_where_it_is_set_on_a_windows_that_does_not_need_it(stage: Stage) -> None:
    optional = [value for value in desired_values(stage, windows(17763, "server"), x64=True) if value.only_when_set]
    assert {(value.key, value.view, value.name) for value in optional} == {
        (WINHTTP, view, "DefaultSecureProtocols") for view in (64, 32)
    }


def test_enable_on_x86_has_the_native_view_only() -> None:
    winhttp = {(WINHTTP, 64, "DefaultSecureProtocols", 0xAA0)}
    assert plain(desired_values("enable", windows(7601, "client"), x64=False)) == TLS12 | NATIVE_NET | winhttp


def test_disable_with_ssl_2_0() -> None:
    wanted = legacy("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1")
    assert plain(desired_values("disable", windows(9600, "server"), x64=True)) == wanted
    winhttp = {(WINHTTP, view, "DefaultSecureProtocols", 0x800) for view in (64, 32)}
    assert plain(desired_values("disable", windows(9200, "server"), x64=True)) == wanted | winhttp


def test_disable_writes_nothing_for_a_protocol_that_is_gone() -> None:
    wanted = legacy("SSL 3.0", "TLS 1.0", "TLS 1.1")
    for build, product in ((14393, "server"), (26100, "client"), (26100, "server"), (22631, "client")):
        assert plain(desired_values("disable", windows(build, product), x64=True)) == wanted


def test_disable_can_be_narrowed() -> None:
    values = desired_values("disable", windows(14393, "server"), x64=True, protocols=["TLS 1.0", "TLS 1.2"])
    assert plain(values) == legacy("TLS 1.0")


def test_components_can_be_narrowed() -> None:
    release = windows(7601, "client")
    assert plain(desired_values("enable", release, x64=True, components=["dotnet"])) == NET
    assert plain(desired_values("enable", release, x64=True, components=["schannel"])) == TLS12
    assert desired_values("enable", release, x64=True, components=[]) == ()


@given(
    st.sampled_from(["enable", "disable"]),
    st.integers(7600, 30000),
    st.sampled_from(["client", "server"]),
    st.booleans(),
)
def test_nothing_is_written_for_tls_1_3_and_every_value_is_accepted_by_its_own_rule(
    stage: str, build: int, product: str, x64: bool
) -> None:
    values = desired_values(stage, windows(build, product), x64=x64)
    assert values
    for value in values:
        assert "TLS 1.3" not in value.key
        assert value.accepts(value.data)
        assert not value.accepts(None)
        assert value.restart == "windows"
        assert value.sources
        assert x64 or value.view == 64


def value_of(stage: str, name: str, key: str = "") -> DesiredValue:
    values = desired_values(stage, windows(7601, "server"), x64=True)
    return next(value for value in values if value.name == name and key in value.key)


@pytest.mark.parametrize(
    ("stage", "name", "key", "accepted", "refused"),
    [
        ("enable", "Enabled", "TLS 1.2", [1, 0xFFFFFFFF, 2], [0]),
        ("enable", "DisabledByDefault", "TLS 1.2", [0], [1, 0xFFFFFFFF]),
        ("enable", "SchUseStrongCrypto", "", [1, 0xFFFFFFFF], [0]),
        ("enable", "SystemDefaultTlsVersions", "", [1, 2], [0]),
        ("enable", "DefaultSecureProtocols", "", [0xAA0, 0xA00, 0x800, 0x2800], [0, 0xA0, 0x200, 0x2000]),
        ("disable", "Enabled", "TLS 1.0", [0], [1, 0xFFFFFFFF]),
        ("disable", "DisabledByDefault", "TLS 1.0", [1, 0xFFFFFFFF], [0]),
        ("disable", "DefaultSecureProtocols", "", [0x800, 0x2800], [0, 0xAA0, 0xA00, 0x880, 0x820, 0x808, 0x2000]),
    ],
)
def test_any_value_with_the_effect_is_accepted(
    stage: str, name: str, key: str, accepted: list[int], refused: list[int]
) -> None:
    value = value_of(stage, name, key)
    assert [data for data in accepted if not value.accepts(data)] == []
    assert [data for data in refused if value.accepts(data)] == []


def test_the_disable_stage_keeps_what_the_enable_stage_asks_for() -> None:
    enabled, disabled = value_of("enable", "DefaultSecureProtocols"), value_of("disable", "DefaultSecureProtocols")
    assert enabled.accepts(disabled.data)


def test_the_rows() -> None:
    assert [row.id for row in setting_rows("enable", ["winhttp"])] == ["winhttp-default-enable"]
    assert {row.stage for row in setting_rows("disable")} == {"disable"}

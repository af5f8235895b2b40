# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The .NET Framework and WinHTTP: values, versions and updates."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.stacks import stack_offer
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import findings, judged, state_of
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import enabled, windows
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine, dword, text

V2, V4 = hosts.RUNTIMES


def dotnet_ids(machine: Machine) -> tuple[str, str]:
    return judged(machine, "dotnet-v2-settings"), judged(machine, "dotnet-v4-settings")


@pytest.mark.parametrize("version", hosts.RUNTIMES)
@pytest.mark.parametrize("view", [64, 32])
@pytest.mark.parametrize("name", hosts.DOTNET_NAMES)
def test_each_of_the_eight_values_counts(version: str, view: int, name: str) -> None:
    machine = enabled(windows())
    assert dotnet_ids(machine) == ("pass", "pass")
    values = machine.nodes[(view, hosts.runtime(version).lower())].values
    for wrong in (dword(0), text("1"), None):
        values.pop(name)
        if wrong is not None:
            values[name] = wrong
        expected = ("fail dotnet_not_set", "pass") if version == V2 else ("pass", "fail dotnet_not_set")
        assert dotnet_ids(machine) == expected
        values[name] = dword(0xFFFFFFFF)
        assert dotnet_ids(machine) == ("pass", "pass")


def test_a_32_bit_windows_has_one_view() -> None:
    machine = enabled(windows(7601, "Client", architecture="x86"))
    assert dotnet_ids(machine) == ("pass", "pass")


def test_dotnet_values_that_cannot_be_read_are_not_a_pass() -> None:
    machine = enabled(windows()).deny(hosts.runtime(V4), 32)
    assert dotnet_ids(machine) == ("pass", "unknown unreadable")
    del machine.nodes[(64, hosts.runtime(V4).lower())]
    assert dotnet_ids(machine) == ("pass", "fail dotnet_not_set")


@pytest.mark.parametrize(
    ("dotnet", "release", "expected"),
    [
        (379893, 1706, "unknown updates_not_checked"),
        (394801, 2103, "unknown updates_not_checked"),
        (394802, 2103, "pass"),
        (379892, 1706, "fail dotnet_too_old"),
        (394802, 2107, "pass"),
        (394271, 2107, "fail dotnet_too_old"),
        (394802, 2211, "pass"),
        (394801, 2211, "fail dotnet_too_old"),
        (394802, 2303, "warn dotnet_too_old"),
        (461814, 2309, "warn dotnet_too_old"),
        (461814, 2403, "fail dotnet_too_old"),
        (528040, 2309, "pass"),
        (528040, 2603, "pass"),
        (533509, 2603, "pass"),
        (528039, 2603, "fail dotnet_too_old"),
        (None, 2309, "fail dotnet_too_old"),
        (394271, None, "fail dotnet_too_old"),
        (394802, None, "warn release_unknown"),
        (528040, None, "pass"),
    ],
)
def test_the_version_that_a_release_needs(dotnet: int | None, release: int | None, expected: str) -> None:
    assert judged(windows(dotnet=dotnet), "dotnet-release", ["management_point"], release) == expected


@pytest.mark.parametrize(
    ("role", "dotnet", "expected"),
    [
        # Server 2016 and 2019 as they are installed; only what Microsoft's page names needs 4.8.
        ("management_point", 394802, "fail dotnet_too_old"),
        ("site_server", 461814, "fail dotnet_too_old"),
        ("admin_console", 461814, "fail dotnet_too_old"),
        ("client", 394802, "pass"),
        ("site_database", 461814, "pass"),
        ("endpoint_protection_point", 394802, "pass"),
        ("cmg_connection_point", 461814, "pass"),
        ("state_migration_point", 394802, "pass"),
        ("distribution_point", 394802, "pass"),
        ("client", 394271, "fail dotnet_too_old"),
        # What is recommended only is never a failure, so that nothing is installed for it.
        ("distribution_point", 394271, "warn dotnet_too_old"),
        ("fallback_status_point", None, "warn dotnet_too_old"),
    ],
)
def test_the_version_that_a_role_needs(role: str, dotnet: int | None, expected: str) -> None:
    assert judged(windows(dotnet=dotnet), "dotnet-release", [role], 2603) == expected


def test_dotnet_4_without_a_release_number_is_too_old_and_not_unreadable() -> None:
    machine = windows(7601, "Client", dotnet=None).set(hosts.SETUP, "Version", text("4.0.30319"))
    assert judged(machine, "dotnet-release", ["client"], 2309) == "fail dotnet_too_old"
    assert judged(machine, "state-readable") == "pass"


def test_a_dotnet_version_that_cannot_be_read_is_not_known() -> None:
    assert judged(windows().deny(hosts.SETUP), "dotnet-release", ["client"]) == "unknown unreadable"


@pytest.mark.parametrize(
    ("build", "product", "has_35", "expected"),
    [
        (7601, "Client", 1, "warn cannot_be_checked"),
        (7601, "Client", 0, "not_applicable"),
        (9200, "Server", 1, "warn cannot_be_checked"),
        (9600, "Server", 1, "warn cannot_be_checked"),
        (10586, "Client", 1, "warn cannot_be_checked"),
        (14393, "Server", 1, "not_applicable"),
        (17763, "Server", 1, "not_applicable"),
        (5000, "Server", 1, "not_applicable"),
    ],
)
def test_the_update_of_dotnet_35(build: int, product: str, has_35: int, expected: str) -> None:
    machine = windows(build, product).set(rf"{hosts.MICROSOFT}\NET Framework Setup\NDP\v3.5", "Install", dword(has_35))
    assert judged(machine, "dotnet-35-update") == expected


@pytest.mark.parametrize(
    ("build", "product", "native", "wow", "expected"),
    [
        (17763, "Server", None, None, "pass"),
        (17763, "Server", 0x800, None, "pass"),
        (17763, "Server", 0x2A00, 0xAA0, "pass"),
        (17763, "Server", 0xA0, None, "fail winhttp_without_tls12"),
        (17763, "Server", None, 0x2000, "fail winhttp_without_tls12"),
        (9600, "Server", None, None, "pass"),
        (9600, "Client", None, None, "pass"),
        (9200, "Server", None, None, "fail winhttp_without_tls12"),
        (9200, "Server", 0xAA0, 0xAA0, "pass"),
        (9200, "Server", 0x800, 0xA00, "pass"),
        (9200, "Server", 0xFFFFFFFF, 0xAA0, "pass"),
        (9200, "Server", 0xAA0, None, "fail winhttp_without_tls12"),
        (9200, "Server", None, 0xAA0, "fail winhttp_without_tls12"),
        (9200, "Server", 0xAA0, 0x2A0, "fail winhttp_without_tls12"),
        (7601, "Client", None, None, "fail winhttp_without_tls12"),
        (7601, "Client", 0xAA0, 0xAA0, "pass"),
        (6002, "Server", None, None, "fail winhttp_without_tls12"),
    ],
)
def test_winhttp(build: int, product: str, native: int | None, wow: int | None, expected: str) -> None:
    machine = windows(build, product)
    for view, number in ((64, native), (32, wow)):
        if number is not None:
            machine.set(hosts.WINHTTP, "DefaultSecureProtocols", dword(number), view)
    assert judged(machine, "winhttp-protocols") == expected


def test_winhttp_of_another_type_is_as_if_absent() -> None:
    for build, expected in ((17763, "pass"), (9200, "fail winhttp_without_tls12")):
        machine = windows(build).set(hosts.WINHTTP, "DefaultSecureProtocols", text("2720"))
        machine.set(hosts.WINHTTP, "DefaultSecureProtocols", dword(0xAA0), 32)
        assert judged(machine, "winhttp-protocols") == expected


@pytest.mark.parametrize("view", [64, 32])
def test_winhttp_that_cannot_be_read_is_not_a_pass(view: int) -> None:
    assert judged(windows().deny(hosts.WINHTTP, view), "winhttp-protocols") == "unknown unreadable"


@pytest.mark.parametrize(
    ("build", "product", "version", "expected"),
    [
        (7601, "Client", "6.1.7601.23375", "pass"),
        (7601, "Client", "6.1.7601.24000", "pass"),
        (7601, "Client", "6.1.7601.23374", "fail update_missing"),
        (7601, "Client", "6.1.7601.17514", "fail update_missing"),
        (7601, "Server", "6.1.7601.17514", "fail update_missing"),
        (7601, "Client", None, "unknown file_version_unknown"),
        (7601, "Client", "no version", "unknown file_version_unknown"),
        (7600, "Client", None, "fail service_pack_missing"),
        (7600, "Server", "6.1.7600.16385", "fail service_pack_missing"),
        (7602, "Client", None, "warn cannot_be_checked"),
        (9200, "Server", "6.2.9200.21797", "pass"),
        (9200, "Server", "6.2.9200.16384", "fail update_missing"),
        (6002, "Server", None, "unknown no_update_known"),
        (9600, "Server", "6.3.9600.1", "not_applicable"),
        (17763, "Server", None, "not_applicable"),
        (5000, "Server", None, "not_applicable"),
    ],
)
def test_the_update_of_winhttp(build: int, product: str, version: str | None, expected: str) -> None:
    machine = windows(build, product)
    if version is not None:
        machine.file_versions[hosts.WINHTTP_DLL] = version
    assert judged(machine, "winhttp-update") == expected


def test_without_its_service_pack_winhttp_has_no_tls12() -> None:
    state = state_of(enabled(windows(7600, "Client"), winhttp=0xAA0))
    assert stack_offer(state, "winhttp", None).encode() == ["SSL 3.0", "TLS 1.0"]


def test_the_missing_update_is_named() -> None:
    machine = windows(7601, "Client")
    machine.file_versions[hosts.WINHTTP_DLL] = "6.1.7601.17514"
    assert "KB3140245" in findings(machine)["winhttp-update"].outcome.expected

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the answer of a machine to its state."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import Version
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.build import NO_VIEWS, host_state
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Presence, Value, View
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import state_of, values
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import (
    enabled,
    site,
    sql_client,
    sql_instance,
    windows,
    wsus,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import (
    Machine,
    dword,
    text,
)


@pytest.mark.parametrize(
    ("build", "product_name", "installation", "expected"),
    [
        ("7601", "Windows 7 Enterprise", None, ("Windows 7 Enterprise", "client", False)),
        ("7601", "Windows Server 2008 R2 Standard", None, ("Windows Server 2008 R2 Standard", "server", False)),
        ("17763", "Windows Server 2019 Standard", "Server Core", ("Windows Server 2019 Standard", "server", True)),
        ("17763", "Windows Server 2019 Standard", "Server", ("Windows Server 2019 Standard", "server", False)),
        ("19045", "Windows 10 Pro", "Client", ("Windows 10 Pro", "client", False)),
        ("22000", "Windows 10 Pro", "Client", ("Windows 11 Pro", "client", False)),
        ("21999", "Windows 10 Pro", "Client", ("Windows 10 Pro", "client", False)),
        ("26100", "Windows Server 2025 Standard", "Server", ("Windows Server 2025 Standard", "server", False)),
    ],
)
def test_windows(build: str, product_name: str, installation: str | None, expected: tuple[str, str, bool]) -> None:
    machine = windows()
    names = machine.set(hosts.WINDOWS, "CurrentBuild", text(build)).nodes[(64, hosts.WINDOWS.lower())].values
    names["ProductName"] = text(product_name)
    names.pop("InstallationType")
    if installation:
        names["InstallationType"] = text(installation)
    state = state_of(machine).windows
    assert (state.name, state.product, state.core) == expected
    assert (state.build, state.update_revision) == (int(build), 1)
    assert state.release is not None
    assert state.release.product in (state.product, "both")


@pytest.mark.parametrize(
    ("architecture", "expected", "has_wow"),
    [("AMD64", "x64", True), ("x86", "x86", False), ("ARM64", "arm64", True), ("IA64", "", False), ("", "", False)],
)
def test_architecture(architecture: str, expected: str, has_wow: bool) -> None:
    state = state_of(windows(architecture=architecture))
    assert (state.windows.architecture, state.windows.has_wow) == (expected, has_wow)
    assert set(state.winhttp) == ({View.NATIVE, View.WOW} if has_wow else {View.NATIVE})
    assert {view for _runtime, view, _name in state.dotnet.values} == set(state.winhttp)
    assert bool(state.unreadable) is (expected == "")


@pytest.mark.parametrize("build", ["", "not a number", "0x", "9" * 5000])
def test_a_build_that_cannot_be_read_is_no_build(build: str) -> None:
    state = state_of(windows().set(hosts.WINDOWS, "CurrentBuild", text(build)))
    assert (state.windows.build, state.windows.release) == (None, None)
    assert any("CurrentBuild" in name for name in state.unreadable)


@pytest.mark.parametrize(
    ("build", "switch", "refused"),
    [(6003, False, True), (6002, False, True), (6003, True, False), (9200, False, False)],
)
def test_a_reg_without_views_is_named_and_never_taken_for_defaults(build: int, switch: bool, refused: bool) -> None:
    machine = windows()
    machine.set(hosts.WINDOWS, "CurrentBuild", text(str(build)))
    machine.views = switch
    assert (NO_VIEWS in state_of(machine).unreadable) == refused


def test_settings_are_three_states() -> None:
    machine = values(windows(), hosts.protocol("TLS 1.2", "Client"), Enabled=0xFFFFFFFF)
    machine.set(hosts.protocol("TLS 1.2", "Server"), "Enabled", text("1")).deny(hosts.protocol("TLS 1.1", "Server"))
    machine.set(hosts.protocol("TLS 1.1", "Server"))
    protocols = state_of(machine).schannel.protocols
    client, server = protocols[("TLS 1.2", "client")], protocols[("TLS 1.2", "server")]
    assert (client.enabled.dword, str(client.enabled)) == (0xFFFFFFFF, "REG_DWORD 0xffffffff")
    assert (client.disabled_by_default.presence, str(client.disabled_by_default)) == (Presence.ABSENT, "absent")
    assert (server.enabled.dword, str(server.enabled)) == (None, "REG_SZ 1")
    hidden = protocols[("TLS 1.1", "server")].enabled
    assert (hidden.unreadable, str(hidden)) == (True, "unreadable")
    assert protocols[("TLS 1.0", "client")].enabled.presence is Presence.ABSENT


def test_the_place_of_a_setting_in_the_32_bit_view() -> None:
    state = state_of(windows())
    assert state.winhttp[View.WOW].path == rf"HKLM\SOFTWARE\WOW6432Node\{hosts.WINHTTP[9:]}\DefaultSecureProtocols"
    assert state.winhttp[View.NATIVE].path == rf"HKLM\{hosts.WINHTTP}\DefaultSecureProtocols"


def test_every_value_of_dotnet_and_winhttp_in_its_view() -> None:
    machine = enabled(windows(), winhttp=0xAA0)
    machine.set(hosts.runtime("v2.0.50727"), "SchUseStrongCrypto", dword(7), 32)
    state = state_of(machine)
    expected = {(version, view, name): 1 for version in hosts.RUNTIMES for view in View for name in hosts.DOTNET_NAMES}
    expected[("v2.0.50727", View.WOW, "SchUseStrongCrypto")] = 7
    assert {place: item.dword for place, item in state.dotnet.values.items()} == expected
    assert {view: item.dword for view, item in state.winhttp.items()} == {View.NATIVE: 0xAA0, View.WOW: 0xAA0}


def test_dotnet() -> None:
    machine = windows(9600, dotnet=461814)
    machine.set(rf"{hosts.MICROSOFT}\NET Framework Setup\NDP\v3.5", "Install", dword(1))
    state = state_of(machine).dotnet
    assert (state.release, state.has_35, state.setup) == (461814, True, Presence.PRESENT)
    # It needs no update there.
    assert state_of(windows(17763)).dotnet.has_35 is None
    without = state_of(windows(9600, dotnet=None)).dotnet
    assert (without.release, without.has_35, without.setup) == (None, False, Presence.ABSENT)


def test_sql_server_in_both_views() -> None:
    machine = sql_instance(windows(), "13.0.5026.0")
    sql_instance(machine, "12.0.2000.8", "CONFIGMGRSEC")
    sql_instance(machine, "11.0.7001.0", "OLD", view=32)
    machine.set(rf"{hosts.SQL}\Instance Names\SQL", "LOST", text("MSSQL15.LOST"))
    found = {item.name: (str(item.version), item.express) for item in state_of(machine).sql_instances}
    assert found == {
        "MSSQLSERVER": ("13.0.5026.0", False),
        "CONFIGMGRSEC": ("12.0.2000.8", True),
        "OLD": ("11.0.7001.0", False),
        "LOST": ("None", False),
    }


def test_sql_clients_by_their_own_key_or_by_the_list_of_drivers() -> None:
    machine = sql_client(windows(), "MSODBCSQL18", "18.5.2.1")
    sql_client(machine, "SQLNCLI11", "11.4.7001.0")
    machine.set(r"SOFTWARE\ODBC\ODBCINST.INI\ODBC Drivers", "ODBC Driver 17 for SQL Server", text("Installed"))
    found = {item.id: (item.version, item.text) for item in state_of(machine).sql_clients}
    assert found == {
        "snac11": (Version(11, 4, 7001, 0), "11.4.7001.0"),
        "odbc17": (None, "version not told"),
        "odbc18": (Version(18, 5, 2, 1), "18.5.2.1"),
    }


def test_a_version_that_is_none_is_kept_as_text() -> None:
    (client,) = state_of(sql_client(windows(), "MSODBCSQL18", "eighteen")).sql_clients
    assert (client.version, client.text) == (None, "eighteen")


def test_wsus() -> None:
    assert state_of(windows()).wsus is None
    assert state_of(windows().set(rf"{hosts.MICROSOFT}\Update Services\Server\Setup", "Other", text("x"))).wsus is None
    machine = wsus(windows(9600), "6.3.9600.18694")
    machine.set(rf"{hosts.MICROSOFT}\Update Services\Server\Setup", "UsingSSL", dword(1))
    state = state_of(machine).wsus
    assert state is not None
    assert (state.version, state.uses_ssl) == (Version(6, 3, 9600, 18694), True)


@pytest.mark.parametrize(
    ("build", "secondary", "release", "found"),
    [
        (9122, False, 2309, ("site_server",)),
        (9141, False, 2509, ("site_server",)),
        # Its database is always on the server itself.
        (9122, True, 2309, ("secondary_site", "site_database")),
    ],
)
def test_a_site_server(build: int, secondary: bool, release: int, found: tuple[str, ...]) -> None:
    state = state_of(site(windows(), build, secondary=secondary))
    assert (state.configmgr.role_site, state.configmgr.secondary) == ("PS1", secondary)
    assert (str(state.configmgr.version), state.configmgr.release) == (f"5.0.{build}.1000", release)
    assert state.roles == found


def test_a_client() -> None:
    machine = windows(19045, "Client").set(rf"{hosts.MICROSOFT}\CCM\CcmExec")
    machine.set(rf"{hosts.SMS}\Mobile Client", "AssignedSiteCode", text("PS1"))
    machine.set(rf"{hosts.SMS}\Mobile Client", "ProductVersion", text("5.00.9122.1000"))
    state = state_of(machine)
    assert state.roles == ("client",)
    assert (state.configmgr.assigned_site, str(state.configmgr.client_version)) == ("PS1", "5.0.9122.1000")
    assert (state.configmgr.role_site, state.configmgr.release) == (None, None)


def test_a_server_of_a_secondary_site_has_a_client_of_the_primary_site() -> None:
    machine = site(windows(), 9122, secondary=True).set(rf"{hosts.SMS}\Identification", "Site Code", text("S01"))
    machine.set(rf"{hosts.SMS}\Identification", "Parent Site Code", text("PS1"))
    machine.set(rf"{hosts.SMS}\Mobile Client", "AssignedSiteCode", text("PS1"))
    found = state_of(machine).configmgr
    assert (found.role_site, found.parent_site, found.assigned_site) == ("S01", "PS1", "PS1")


@pytest.mark.parametrize(
    ("path", "name", "view", "role"),
    [
        (rf"{hosts.SMS}\MP", None, 64, "management_point"),
        (rf"{hosts.SMS}\mp", None, 64, "management_point"),
        (rf"{hosts.SMS}\DP", None, 64, "distribution_point"),
        (rf"{hosts.SMS}\Providers", None, 64, "sms_provider"),
        (rf"{hosts.SMS}\SRSRP", None, 64, "reporting_services_point"),
        (rf"{hosts.SMS}\COMPONENTS\SMS_EXECUTIVE\Threads\SMS_STATE_MIGRATION_POINT", None, 64, "state_migration_point"),
        (rf"{hosts.SMS}\COMPONENTS\SMS_EXECUTIVE\Threads\SMS_DMP_DOWNLOADER", None, 64, "service_connection_point"),
        (rf"{hosts.MICROSOFT}\Update Services\Server\Setup", "TargetDir", 64, "software_update_point"),
        (rf"{hosts.SMS}\Mobile Client", "ProductVersion", 64, "client"),
    ],
)
def test_a_role_that_shows_in_the_registry(path: str, name: str | None, view: int, role: str) -> None:
    assert state_of(windows().set(path, name, text("x") if name else None, view)).roles == (role,)
    assert state_of(windows()).roles == ()


def test_a_role_is_not_seen_in_the_other_view_or_without_its_value() -> None:
    machine = windows().set(rf"{hosts.MICROSOFT}\ConfigMgr10\AdminUI")
    machine.set(rf"{hosts.MICROSOFT}\Update Services\Server\Setup", "Other", text("x"))
    assert state_of(machine).roles == ()


@pytest.mark.parametrize(
    ("path", "name", "reason"),
    [
        (
            rf"{hosts.MICROSOFT}\Windows\CurrentVersion\Component Based Servicing\RebootPending",
            None,
            "Windows servicing",
        ),
        (rf"{hosts.MICROSOFT}\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired", None, "Windows Update"),
        (rf"{hosts.CONTROL}\Session Manager", "PendingFileRenameOperations", "files to be replaced at restart"),
        (rf"{hosts.MICROSOFT}\ServerManager", "CurrentRebootAttempts", "Server Manager"),
    ],
)
def test_a_pending_restart(path: str, name: str | None, reason: str) -> None:
    machine = windows().set(path)
    if name:
        assert state_of(machine).pending_restart == ()
        machine.set(path, name, text("x"))
    assert state_of(machine).pending_restart == (reason,)


def test_the_boot_marker_has_both_of_its_sources_where_a_change_may_follow() -> None:
    machine = windows().set(rf"{hosts.CONTROL}\Windows", "ShutdownTime", Value("REG_BINARY", "00FF"))
    assert str(host_state(hosts.snapshot(machine, changing=True)).boot) == f"{machine.boot},00FF"
    assert str(state_of(machine).boot) == f"{machine.boot},-"


def test_a_machine_without_the_event_of_its_start_is_asked_for_its_last_shutdown() -> None:
    machine = windows().set(rf"{hosts.CONTROL}\Windows", "ShutdownTime", Value("REG_BINARY", "00FF"))
    machine.events = False
    assert str(state_of(machine).boot) == "-,00FF"
    machine.set(rf"{hosts.CONTROL}\Windows", "ShutdownTime", text("x)&calc"))
    assert str(state_of(machine).boot) == "-,-"


def test_a_console_is_looked_for_where_its_variable_is() -> None:
    machine = windows().set(rf"{hosts.MICROSOFT}\ConfigMgr10\AdminUI", view=32)
    assert state_of(machine).roles == ()
    machine.environment["SMS_ADMIN_UI_PATH"] = r"C:\Console\bin\i386"
    assert state_of(machine).roles == ("admin_console",)


def test_a_32_bit_shell_of_a_64_bit_windows() -> None:
    machine = windows()
    machine.environment = {"PROCESSOR_ARCHITECTURE": "x86", "PROCESSOR_ARCHITEW6432": "AMD64"}
    assert state_of(machine).windows.architecture == "x64"


def test_unreadable_keys_are_named() -> None:
    machine = windows().set(hosts.protocol("TLS 1.2", "Client")).deny(hosts.protocol("TLS 1.2", "Client"))
    machine.deny(hosts.runtime("v4.0.30319"), 32)
    assert state_of(machine).unreadable == (
        rf"HKLM\{hosts.runtime('v4.0.30319')} (32-bit view)",
        rf"HKLM\{hosts.protocol('TLS 1.2', 'Client')}",
    )


def test_a_machine_that_is_empty_has_a_state() -> None:
    state = state_of(Machine(events=False, files={hosts.JOURNAL: []}))
    assert (state.windows.build, state.windows.name, state.roles, state.sql_instances) == (
        None,
        "unknown Windows",
        (),
        (),
    )
    assert state.boot.known is False

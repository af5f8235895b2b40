# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the readings of a visit to the state of a machine. Total: any reading gives a state, what is missing is said
to be missing.
"""

from __future__ import annotations

import re
from dataclasses import replace

from .._data import Version, configmgr_row, roles, schannel_algorithms, sql_clients, windows_release
from .._windows import snapshot as where
from .._windows.registry import Key, Presence, Registry, Value, View
from .._windows.snapshot import Snapshot
from .detect import detected_roles
from .journal import BootMarker, parse_journal
from .listening import https_off, https_ports, sql_encryption, sql_ports
from .state import (
    ConfigMgr,
    DotNet,
    HostState,
    Schannel,
    Setting,
    Side,
    SideSettings,
    SqlClientState,
    SqlInstance,
    WindowsState,
    WsusState,
)

__all__ = ["NO_VIEWS", "host_state", "setting", "state_after"]

_SIDES: dict[str, Side] = {"Client": "client", "Server": "server"}
_SECONDARY_SITE_TYPE = 2
_FIRST_WITH_VIEWS = 7600
# Asked for with the switch, and there or not on any Windows: when all of them are refused, it is the switch.
_WITH_VIEWS = (where.WINHTTP, where.WSUS, where.SMS)
NO_VIEWS = "HKLM\\SOFTWARE (reg.exe of this Windows takes no /reg: switch; the hotfix KB948698 brings it)"
"""How the state of a Windows Server 2008 names what it could not be asked for."""
_FIRST_WINDOWS_11 = 22000
# SQL Server as a part of Windows, serviced with it and reached through a local pipe (WSUS): nothing to patch.
_INTERNAL_DATABASES = ("MICROSOFT##WID", "MICROSOFT##SSEE")
_ODBC_DRIVER = re.compile(r"ODBC Driver (\d{1,4}) for SQL Server", re.IGNORECASE)
_PENDING = (
    (where.REBOOT_PENDING, None, "Windows servicing"),
    (where.REBOOT_REQUIRED, None, "Windows Update"),
    (where.SESSION_MANAGER, None, "files to be replaced at restart"),
    (where.SERVER_MANAGER, None, "Server Manager"),
)


def setting(registry: Registry, key: Key, view: View, name: str) -> Setting:
    reading = registry.key(key, view)
    if reading.presence is Presence.UNREADABLE:
        return Setting(key, view, name, Presence.UNREADABLE)
    value = reading.value(name)
    return Setting(key, view, name, Presence.PRESENT if value else Presence.ABSENT, value)


def host_state(snapshot: Snapshot) -> HostState:
    """The state that ``snapshot`` shows."""
    registry = snapshot.registry
    windows = _windows(registry)
    views = _views(windows)
    boot_value = registry.key(where.CONTROL_WINDOWS).value("ShutdownTime")
    unreadable = _unreadable(registry, windows)
    state = HostState(
        windows=windows,
        schannel=_schannel(registry),
        dotnet=_dotnet(registry, views),
        winhttp=_winhttp(registry, views),
        file_versions={name: version for name, text in snapshot.file_versions.items() if (version := _version(text))},
        sql_instances=_sql_instances(registry, views),
        https_ports=https_ports(registry),
        https_off=https_off(registry, windows.build, windows.update_revision),
        sql_clients=_sql_clients(registry),
        newer_drivers=_newer_drivers(registry),
        wsus=_wsus(registry, snapshot),
        configmgr=_configmgr(registry),
        roles=detected_roles(registry, roles()),
        pending_restart=tuple(
            reason for key, _name, reason in _PENDING if registry.key(key).presence is Presence.PRESENT
        ),
        boot=BootMarker(snapshot.boot_event, str(boot_value.data) if boot_value and boot_value.data else None),
        journal=parse_journal(snapshot.journal),
        unreadable=unreadable,
        pending_unread=tuple(key.short for key, _name, _reason in _PENDING if key.short in unreadable),
    )
    return state


def state_after(state: HostState, registry: Registry) -> HostState:
    """The state when nothing but settings of SCHANNEL, .NET and WinHTTP has changed to what ``registry`` holds."""
    views = _views(state.windows)
    return replace(
        state,
        schannel=_schannel(registry),
        dotnet=_dotnet(registry, views),
        winhttp=_winhttp(registry, views),
        unreadable=_unreadable(registry, state.windows),
    )


def _views(windows: WindowsState) -> tuple[View, ...]:
    return (View.NATIVE, View.WOW) if windows.has_wow else (View.NATIVE,)


def _winhttp(registry: Registry, views: tuple[View, ...]) -> dict[View, Setting]:
    return {view: setting(registry, where.WINHTTP, view, "DefaultSecureProtocols") for view in views}


def _text(value: Value | None) -> str | None:
    return str(value.data).strip() if value is not None and str(value.data).strip() else None


def _number(value: Value | None) -> int | None:
    text = _text(value)
    try:
        return int(text, 0) if text is not None else None
    except ValueError:
        return None


def _version(text: str | None) -> Version | None:
    try:
        return Version.parse(text) if text else None
    except ValueError:
        return None


def _windows(registry: Registry) -> WindowsState:
    reading = registry.key(where.WINDOWS_VERSION)
    build = _number(reading.value("CurrentBuild"))
    name = _text(reading.value("ProductName")) or "unknown Windows"
    if build is not None and build >= _FIRST_WINDOWS_11:
        # ProductName was never changed from 10 to 11.
        name = name.replace("Windows 10", "Windows 11")
    architecture = {"amd64": "x64", "x86": "x86", "arm64": "arm64"}.get(
        (_text(registry.key(where.ENVIRONMENT).value("PROCESSOR_ARCHITECTURE")) or "").lower(), ""
    )
    product: Side = "server" if where.is_server(reading) else "client"
    return WindowsState(
        build=build,
        update_revision=_number(reading.value("UBR")),
        name=name,
        product=product,
        core=(_text(reading.value("InstallationType")) or "").lower() == "server core",
        architecture=architecture,
        release=windows_release(build, product) if build is not None else None,
        edition=_text(reading.value("EditionID")) or "",
    )


def _schannel(registry: Registry) -> Schannel:
    protocols: dict[tuple[str, Side], SideSettings] = {}
    for protocol in where.PROTOCOLS:
        for side in where.SIDES:
            key = where.protocol_key(protocol, side)
            protocols[(protocol, _SIDES[side])] = SideSettings(
                setting(registry, key, View.NATIVE, "Enabled"), setting(registry, key, View.NATIVE, "DisabledByDefault")
            )
    policy = setting(registry, where.CIPHERS_POLICY, View.NATIVE, "Functions")
    order = registry.key(where.CIPHERS_LOCAL).value("Functions")
    return Schannel(
        protocols=protocols,
        event_logging=setting(registry, where.SCHANNEL, View.NATIVE, "EventLogging"),
        fips=setting(registry, where.FIPS, View.NATIVE, "Enabled"),
        policy=policy,
        # A policy of another type is ignored by Windows.
        cipher_policy=str(policy.value.data) if policy.value and policy.value.type == "REG_SZ" else None,
        cipher_order=tuple(name for name in str(order.data).split(r"\0") if name.strip()) if order else None,
        algorithms={
            row.id: setting(registry, where.algorithm_key(row.id), View.NATIVE, "Enabled")
            for row in schannel_algorithms()
        },
        dh_minimum={
            side: setting(registry, where.DIFFIE_HELLMAN, View.NATIVE, f"{name}MinKeyBitLength")
            for name, side in _SIDES.items()
        },
    )


def _dotnet(registry: Registry, views: tuple[View, ...]) -> DotNet:
    setup = registry.key(where.DOTNET_SETUP.child(r"v4\Full"))
    net35 = registry.key(where.DOTNET_SETUP.child("v3.5"))
    values = {
        (runtime, view, name): setting(registry, where.dotnet_key(runtime), view, name)
        for runtime in where.DOTNET_RUNTIMES
        for view in views
        for name in ("SystemDefaultTlsVersions", "SchUseStrongCrypto")
    }
    return DotNet(
        release=_number(setup.value("Release")),
        setup=setup.presence,
        has_35=None if net35.presence is Presence.UNREADABLE else _number(net35.value("Install")) == 1,
        values=values,
    )


def _sql_instances(registry: Registry, views: tuple[View, ...]) -> tuple[SqlInstance, ...]:
    found = []
    for view in views:
        for name, value in registry.key(where.SQL_INSTANCES, view).values.items():
            if value.type != "REG_SZ" or name.upper() in _INTERNAL_DATABASES:
                continue
            setup = registry.key(where.SQL_SERVER.child(rf"{value.data}\Setup"), view)
            build = _version(_text(setup.value("PatchLevel")))
            instance = str(value.data)
            ports, encryption = sql_ports(registry, instance), sql_encryption(registry, instance)
            found.append(SqlInstance(name, instance, build, name.upper() == "CONFIGMGRSEC", ports, encryption, view))
    return tuple(found)


def _sql_clients(registry: Registry) -> tuple[SqlClientState, ...]:
    drivers = registry.key(where.ODBC_DRIVERS)
    found = []
    for client in sql_clients():
        if client.tls12 == "windows":
            continue
        key = Key(rf"SOFTWARE\Microsoft\{client.registry_key}") if client.registry_key else None
        text = _text(registry.key(key).value("InstalledVersion")) if key else None
        if text is not None or (client.odbc_driver and drivers.value(client.odbc_driver)):
            found.append(SqlClientState(client.id, _version(text), text or "version not told"))
    return tuple(found)


def _newer_drivers(registry: Registry) -> tuple[str, ...]:
    found = {name: match for name in registry.key(where.ODBC_DRIVERS).values if (match := _ODBC_DRIVER.fullmatch(name))}
    known = [int(match[1]) for row in sql_clients() if (match := _ODBC_DRIVER.fullmatch(row.odbc_driver or ""))]
    return tuple(name for name, match in found.items() if int(match[1]) > max(known))


def _wsus(registry: Registry, snapshot: Snapshot) -> WsusState | None:
    reading = registry.key(where.WSUS)
    if reading.presence is not Presence.PRESENT or reading.value("TargetDir") is None:
        return None
    return WsusState(_version(snapshot.file_versions.get("wsus")), _number(reading.value("UsingSSL")) == 1)


def _configmgr(registry: Registry) -> ConfigMgr:
    identification = registry.key(where.SMS.child("Identification"))
    setup = registry.key(where.SMS.child("Setup"))
    mobile = registry.key(where.SMS.child("Mobile Client"))
    database = registry.key(where.SMS.child("SQL Server"))
    version = _version(_text(setup.value("Full Version")) or _text(setup.value("Version")))
    row = configmgr_row(version.build) if version else None
    return ConfigMgr(
        role_site=_text(identification.value("Site Code")),
        assigned_site=_text(mobile.value("AssignedSiteCode")),
        parent_site=_text(identification.value("Parent Site Code")),
        secondary=_number(identification.value("Site Type")) == _SECONDARY_SITE_TYPE,
        version=version,
        release=row.release if row else None,
        client_version=_version(_text(mobile.value("ProductVersion"))),
        database=_text(database.value("Server")),
        assumed=row is not None and row.assumed,
    )


def _unreadable(registry: Registry, windows: WindowsState) -> tuple[str, ...]:
    """Keys that something above them lists and that did not answer; and what tells whether there is a 32-bit view."""
    names = {
        f"HKLM\\{key.path}" + (" (32-bit view)" if view is View.WOW else "")
        for view, key in registry.missed
        if registry.key(key, view).presence is Presence.UNREADABLE
    }
    if windows.build is None:
        names.add(f"{where.WINDOWS_VERSION.short}\\CurrentBuild")
    elif windows.build < _FIRST_WITH_VIEWS and all(
        registry.key(key).presence is Presence.UNREADABLE for key in _WITH_VIEWS
    ):
        names.add(NO_VIEWS)
    if not windows.architecture:
        names.add(f"{where.ENVIRONMENT.short}\\PROCESSOR_ARCHITECTURE")
    return tuple(sorted(names))

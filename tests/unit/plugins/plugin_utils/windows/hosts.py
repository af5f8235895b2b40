# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines as Windows is installed, and what our code makes of them."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.visit import read_machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.session import CommandResult
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.location import Location
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.questions import Command, Query
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.snapshot import (
    Snapshot,
    snapshot_questions,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine, dword, text

LOCATION = r"%SystemRoot%\configmgr.tls"
JOURNAL = rf"{LOCATION}\journal.txt"
CONTROL = r"SYSTEM\CurrentControlSet\Control"
PROTOCOLS = rf"{CONTROL}\SecurityProviders\SCHANNEL\Protocols"
MICROSOFT = r"SOFTWARE\Microsoft"
WINDOWS = rf"{MICROSOFT}\Windows NT\CurrentVersion"
SETUP = rf"{MICROSOFT}\NET Framework Setup\NDP\v4\Full"
INTERNET = rf"{MICROSOFT}\Windows\CurrentVersion\Internet Settings"
WINHTTP = rf"{INTERNET}\WinHttp"
FIPS = rf"{CONTROL}\Lsa\FipsAlgorithmPolicy"
SQL = rf"{MICROSOFT}\Microsoft SQL Server"
SMS = rf"{MICROSOFT}\SMS"
RUNTIMES = ("v2.0.50727", "v4.0.30319")
DOTNET_NAMES = ("SystemDefaultTlsVersions", "SchUseStrongCrypto")

DOTNET_48 = 528049
WINHTTP_DLL = r"C:\Windows\System32\winhttp.dll"
WSUS_SERVICE = r"C:\Program Files\Update Services\Services\WsusService.exe"


def runtime(version: str) -> str:
    return rf"{MICROSOFT}\.NETFramework\{version}"


def protocol(name: str, side: str) -> str:
    return rf"{PROTOCOLS}\{name}\{side}"


def windows(
    build: int = 17763, product: str = "Server", *, architecture: str = "AMD64", dotnet: int | None = DOTNET_48
) -> Machine:
    """Windows as it is installed; ``dotnet`` is the Release number."""
    name = {
        "Server": {9200: "Windows Server 2012", 9600: "Windows Server 2012 R2", 7601: "Windows Server 2008 R2"},
        "Client": {7601: "Windows 7", 9600: "Windows 8.1"},
    }[product].get(build, "Windows Server 2019" if product == "Server" else "Windows 10")
    machine = Machine(environment={"PROCESSOR_ARCHITECTURE": architecture})
    machine.set(WINDOWS, "CurrentBuild", text(str(build))).set(WINDOWS, "ProductName", text(f"{name} Standard"))
    machine.set(WINDOWS, "InstallationType", text(product)).set(WINDOWS, "UBR", dword(1))
    machine.set(rf"{CONTROL}\SecurityProviders\SCHANNEL", "EventLogging", dword(1)).set(PROTOCOLS)
    machine.set(FIPS, "Enabled", dword(0)).set(rf"{CONTROL}\Windows")
    for view in (64, 32) if architecture == "AMD64" else (64,):
        machine.set(WINHTTP, view=view)
        for version in RUNTIMES:
            machine.set(runtime(version), view=view)
    machine.set(rf"{MICROSOFT}\NET Framework Setup\NDP\v3.5", "Install", dword(0))
    if dotnet is not None:
        machine.set(SETUP, "Release", dword(dotnet))
    return machine


def enabled(machine: Machine, *, winhttp: int | None = None) -> Machine:
    """The same with the values that the enable stage would set."""
    views = (64, 32) if (32, WINHTTP.lower()) in machine.nodes else (64,)
    for side in ("Client", "Server"):
        machine.set(protocol("TLS 1.2", side), "Enabled", dword(1))
        machine.set(protocol("TLS 1.2", side), "DisabledByDefault", dword(0))
    for view in views:
        for version in RUNTIMES:
            for name in DOTNET_NAMES:
                machine.set(runtime(version), name, dword(1), view)
        if winhttp is not None:
            machine.set(WINHTTP, "DefaultSecureProtocols", dword(winhttp), view)
    return machine


def sql_instance(machine: Machine, version: str, name: str = "MSSQLSERVER", *, view: int = 64) -> Machine:
    key = f"MSSQL{version.split('.')[0]}.{name}"
    machine.set(rf"{SQL}\Instance Names\SQL", name, text(key), view)
    return machine.set(rf"{SQL}\{key}\Setup", "PatchLevel", text(version), view)


def sql_client(machine: Machine, key: str, version: str) -> Machine:
    return machine.set(rf"{MICROSOFT}\{key}", "InstalledVersion", text(version))


def wsus(machine: Machine, version: str | None = None) -> Machine:
    machine.set(rf"{MICROSOFT}\Update Services\Server\Setup", "TargetDir", text(r"C:\Program Files\Update Services"))
    if version is not None:
        machine.file_versions[WSUS_SERVICE] = version
    return machine


def site(machine: Machine, build: int, *, secondary: bool = False) -> Machine:
    """A site server of that ConfigMgr build (9122 is 2309)."""
    machine.set(rf"{SMS}\Identification", "Site Code", text("PS1"))
    machine.set(rf"{SMS}\Identification", "Site Type", dword(2 if secondary else 1))
    return machine.set(rf"{SMS}\Setup", "Full Version", text(f"5.00.{build}.1000"))


def questions(*, changing: bool = False) -> list[Query | Command]:
    return snapshot_questions(JOURNAL, changing=changing)


@dataclass
class Visited:
    """A session with a machine that is not remote."""

    machine: Machine
    commands: int = 0

    def __enter__(self) -> Visited:
        return self

    def __exit__(self, *_raised: object) -> None:
        pass

    def run(self, line: str, *, attempted: str, resend: bool = True) -> CommandResult:
        self.commands += 1
        return CommandResult(0, self.machine.run(line), "")

    def close(self) -> None:
        pass


def snapshot(machine: Machine, *, changing: bool = False) -> Snapshot:
    """One visit."""
    return read_machine(Visited(machine), Location(LOCATION), changing=changing).snapshot

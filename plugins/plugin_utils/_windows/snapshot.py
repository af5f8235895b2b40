# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one visit asks a machine, and how its answer is taken apart: everything that decides about TLS, in one
command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._data import protocols, schannel_algorithms
from .command import location_path
from .questions import Answers, Command, Query, surely
from .registry import Key, Presence, Registry, View

__all__ = [
    "BOOT_QUESTIONS",
    "PROTOCOLS",
    "SIDES",
    "Snapshot",
    "event_time",
    "further_questions",
    "protocol_key",
    "snapshot_questions",
]

PROTOCOLS = tuple(row.id for row in protocols())
SIDES = ("Client", "Server")

_CONTROL = r"SYSTEM\CurrentControlSet\Control"
_MICROSOFT = r"SOFTWARE\Microsoft"
MICROSOFT = Key(_MICROSOFT)
WINDOWS_VERSION = Key(rf"{_MICROSOFT}\Windows NT\CurrentVersion")
ENVIRONMENT = Key(rf"{_CONTROL}\Session Manager\Environment")
SESSION_MANAGER = Key(rf"{_CONTROL}\Session Manager")
CONTROL_WINDOWS = Key(rf"{_CONTROL}\Windows")
SECURITY_PROVIDERS = Key(rf"{_CONTROL}\SecurityProviders")
SCHANNEL = SECURITY_PROVIDERS.child("SCHANNEL")
ALGORITHMS = ("Ciphers", "Hashes", "KeyExchangeAlgorithms")
DIFFIE_HELLMAN = SCHANNEL.child(r"KeyExchangeAlgorithms\Diffie-Hellman")
LSA = Key(rf"{_CONTROL}\Lsa")
FIPS = LSA.child("FipsAlgorithmPolicy")
SSL_POLICY = Key(r"SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL")
CIPHERS_POLICY = SSL_POLICY.child("00010002")
CIPHERS_LOCAL = Key(rf"{_CONTROL}\Cryptography\Configuration\Local\SSL\00010002")
DOTNET_SETUP = Key(rf"{_MICROSOFT}\NET Framework Setup\NDP")
DOTNET = Key(rf"{_MICROSOFT}\.NETFramework")
DOTNET_RUNTIMES = ("v2.0.50727", "v4.0.30319")
INTERNET_SETTINGS = Key(rf"{_MICROSOFT}\Windows\CurrentVersion\Internet Settings")
WINHTTP = INTERNET_SETTINGS.child("WinHttp")
SQL_SERVER = Key(rf"{_MICROSOFT}\Microsoft SQL Server")
SQL_INSTANCES = SQL_SERVER.child(r"Instance Names\SQL")
ODBC_DRIVERS = Key(r"SOFTWARE\ODBC\ODBCINST.INI\ODBC Drivers")
HTTP_PARAMETERS = Key(r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters")
# Bindings of a certificate to a port have its hash, those to a central store of certificates have none.
HTTP_BINDINGS = ("SslBindingInfo", "SslSniBindingInfo")
HTTP_CENTRAL_BINDINGS = "SslCcsBindingInfo"
WSUS_SERVER = Key(rf"{_MICROSOFT}\Update Services\Server")
WSUS = WSUS_SERVER.child("Setup")
SMS = Key(rf"{_MICROSOFT}\SMS")
SMS_THREADS = SMS.child(r"COMPONENTS\SMS_EXECUTIVE\Threads")
CLIENT = Key(rf"{_MICROSOFT}\CCM\CcmExec")
CONSOLE = Key(rf"{_MICROSOFT}\ConfigMgr10")
_SMS_KEYS = ("Identification", "Setup", "SQL Server", "DP")
REBOOT_PENDING = Key(rf"{_MICROSOFT}\Windows\CurrentVersion\Component Based Servicing\RebootPending")
REBOOT_REQUIRED = Key(rf"{_MICROSOFT}\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired")
SERVER_MANAGER = Key(rf"{_MICROSOFT}\ServerManager")

# Boot events of Kernel-General are written in a fixed, unlocalised XML form since Windows Vista.
_BOOT_EVENT = (
    "wevtutil qe System "
    "\"/q:*[System[Provider[@Name='Microsoft-Windows-Kernel-General'] and EventID=12]]\" /c:1 /rd:true /f:xml"
)

BOOT_QUESTIONS: tuple[Query | Command, ...] = (
    Query(CONTROL_WINDOWS, value="ShutdownTime"),
    Command("boot", _BOOT_EVENT),
)


@dataclass(frozen=True)
class FileVersion:
    """A file whose version decides, and the Windows builds where it does: wmic is left alone everywhere else."""

    name: str
    path: str
    builds: tuple[str, ...]

    def decides(self, build: str) -> bool:
        return any(text.endswith(f".{build}") for text in self.builds)

    def command(self) -> Command:
        where = self.path.replace("\\", "\\\\")
        # findstr finds any of the texts between its quotes.
        return Command(
            self.name,
            f'ver|findstr "{" ".join(self.builds)}">nul&&wmic datafile where name="{where}" get Version /value<nul',
        )


FILE_VERSIONS = (
    FileVersion("winhttp", r"C:\Windows\System32\winhttp.dll", ("6.1.7601", "6.2.9200")),
    FileVersion("wsus", r"C:\Program Files\Update Services\Services\WsusService.exe", ("6.2.9200", "6.3.9600")),
)


def protocol_key(protocol: str, side: str) -> Key:
    return SCHANNEL.child(rf"Protocols\{protocol}\{side}")


def _below_schannel() -> tuple[Key, ...]:
    above = [SCHANNEL.child(rf"Protocols\{protocol}") for protocol in PROTOCOLS]
    sides = [protocol_key(protocol, side) for protocol in PROTOCOLS for side in SIDES]
    return (*above, *sides, *(SCHANNEL.child(row.id) for row in schannel_algorithms()))


def snapshot_questions(journal: str) -> list[Query | Command]:
    """The questions of a visit. ``journal``: path of our journal.

    A key whose absence would count as good news is read whole, since a missing value would look the same, and so that
    its absence is sure. C(/s) prints every key below that may be read, with values or without, and passes over the
    others: what it does not print is absent only when the key above was read by itself and does not list it.
    """
    native, wow = View.NATIVE, View.WOW
    questions: list[Query | Command] = [
        # Without a switch: reg.exe of Windows Server 2008 knows /reg: only with the hotfix KB948698.
        Query(WINDOWS_VERSION),
        Query(SCHANNEL, sure=True),
        Query(SCHANNEL.child("Protocols"), sure=True),
        # The one that Windows has in half.
        Query(SCHANNEL.child(r"Protocols\SSL 2.0"), sure=True),
        *(Query(SCHANNEL.child(kind), sure=True) for kind in ALGORITHMS),
        Query(FIPS, sure=True),
        Query(CIPHERS_POLICY, native, sure=True),
        Query(CIPHERS_LOCAL, value="Functions", sure=True),
        Query(HTTP_PARAMETERS, sure=True),
        Query(DOTNET_SETUP.child(r"v4\Full"), native, sure=True),
        Query(DOTNET_SETUP.child("v3.5"), native, sure=True),
    ]
    for view in (native, wow):
        questions += [Query(DOTNET.child(runtime), view, sure=True) for runtime in DOTNET_RUNTIMES]
        questions += [Query(WINHTTP, view, sure=True), Query(SQL_INSTANCES, view, sure=True)]
    questions += [Query(ODBC_DRIVERS, native, sure=True), Query(WSUS, native, sure=True), Query(SMS, native, sure=True)]
    questions += [Query(SMS.child("Mobile Client"), native, sure=True), Query(CONSOLE, wow, sure=True)]
    questions += [Query(CLIENT, native, exists=True, sure=True)]
    questions += [
        Query(REBOOT_PENDING, native, exists=True, sure=True),
        Query(REBOOT_REQUIRED, native, exists=True, sure=True),
        Query(SESSION_MANAGER, value="PendingFileRenameOperations", exists=True, sure=True),
        Query(SERVER_MANAGER, native, "CurrentRebootAttempts", exists=True, sure=True),
    ]
    questions += [
        Query(SCHANNEL, tree=True, covers=_below_schannel()),
        # Not further on: a machine that is reached over HTTPS has at least one.
        Query(HTTP_PARAMETERS, value="SslHash", tree=True),
        Query(ENVIRONMENT, value="PROCESSOR_ARCHITECTURE"),
        Query(MICROSOFT, native, named="SQL"),
        *BOOT_QUESTIONS,
    ]
    return [*surely(questions), Command("journal", f"type {location_path(journal)}")]


def further_questions(registry: Registry, sql_client_keys: Sequence[str]) -> list[Query | Command]:
    """What is asked only where the first answers say that there is something. ``sql_client_keys``: key names below
    HKLM\\SOFTWARE\\Microsoft.
    """
    native, wow = View.NATIVE, View.WOW
    questions: list[Query | Command] = [Query(key) for key in _half_seen(registry)]
    if _may_have(registry, SQL_INSTANCES, native):
        questions += [Query(SQL_SERVER, native, name, tree=True) for name in ("PatchLevel", "TcpPort")]
    if _may_have(registry, SQL_INSTANCES, wow):
        questions.append(Query(SQL_SERVER, wow, "PatchLevel", tree=True))
    named = registry.key(MICROSOFT, native)
    questions += [
        Query(MICROSOFT.child(name), native, sure=True)
        for name in sql_client_keys
        if named.has_subkey(name.partition("\\")[0])
    ]
    sms = registry.key(SMS, native)
    questions += [Query(SMS.child(name), native) for name in _SMS_KEYS if sms.has_subkey(name)]
    if sms.has_subkey("COMPONENTS"):
        questions.append(Query(SMS_THREADS, native, sure=True))
    build = registry.key(WINDOWS_VERSION).value("CurrentBuild")
    questions += [file.command() for file in FILE_VERSIONS if build is None or file.decides(str(build.data))]
    return surely(questions)


def _half_seen(registry: Registry) -> list[Key]:
    """Protocols that a tree shows, and not both of their sides."""
    keys = [SCHANNEL.child(rf"Protocols\{protocol}") for protocol in PROTOCOLS]
    return [
        key
        for key in keys
        if registry.key(key).partial
        and any(registry.key(key.child(side)).presence is not Presence.PRESENT for side in SIDES)
    ]


def _may_have(registry: Registry, key: Key, view: View) -> bool:
    return registry.key(key, view).presence is not Presence.ABSENT


@dataclass(frozen=True)
class Snapshot:
    """Plain readings of a machine; ``complete`` is false when nothing of it was answered."""

    registry: Registry
    boot_event: str | None
    journal: tuple[str, ...]
    file_versions: dict[str, str]
    complete: bool

    @classmethod
    def parse(cls, questions: Sequence[Query | Command], text: str) -> Snapshot:
        return cls.of(Answers.parse(questions, text))

    @classmethod
    def of(cls, answers: Answers) -> Snapshot:
        versions = {}
        for file in FILE_VERSIONS:
            version = _wmic_value(answers.commands.get(file.name, ()), "Version")
            if version:
                versions[file.name] = version
        return cls(
            answers.registry,
            event_time(answers.commands.get("boot", ())),
            answers.commands.get("journal", ()),
            versions,
            answers.answered > 0,
        )


def _wmic_value(lines: Sequence[str], name: str) -> str | None:
    for line in lines:
        found, separator, value = line.strip().partition("=")
        if separator and found.strip() == name and value.strip():
            return value.strip()
    return None


def event_time(lines: Sequence[str]) -> str | None:
    text = "".join(lines)
    _head, found, tail = text.partition("SystemTime=")
    return tail[1:].split(tail[0])[0] if found and len(tail) > 2 else None

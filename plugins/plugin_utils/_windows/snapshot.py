# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a visit asks every machine, and how its answers are taken apart: everything that decides about TLS.

Windows takes 20 to 100 ms to start a program, and none for a question to cmd itself (C(set), C(type)). What only some
machines have is asked in a second line, C(further.py).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .._data import protocols, schannel_algorithms
from .location import JOURNAL, journal_question
from .questions import Answers, Command, Query, surely
from .registry import Key, KeyReading, Presence, Registry, Value, View

__all__ = [
    "PROTOCOLS",
    "SIDES",
    "Snapshot",
    "algorithm_key",
    "dotnet_key",
    "event_time",
    "is_server",
    "protocol_key",
    "snapshot_questions",
    "variables_of",
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
# Bindings of a certificate to a port, and to a port for one name.
HTTP_BINDINGS, HTTP_NAMED_BINDINGS = "SslBindingInfo", "SslSniBindingInfo"
HTTP_CENTRAL_BINDINGS = "SslCcsBindingInfo"
WSUS_SERVER = Key(rf"{_MICROSOFT}\Update Services\Server")
WSUS = WSUS_SERVER.child("Setup")
SMS = Key(rf"{_MICROSOFT}\SMS")
SMS_THREADS = SMS.child(r"COMPONENTS\SMS_EXECUTIVE\Threads")
CONSOLE = Key(rf"{_MICROSOFT}\ConfigMgr10")
REBOOT_PENDING = Key(rf"{_MICROSOFT}\Windows\CurrentVersion\Component Based Servicing\RebootPending")
REBOOT_REQUIRED = Key(rf"{_MICROSOFT}\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired")
SERVER_MANAGER = Key(rf"{_MICROSOFT}\ServerManager")

# Boot events of Kernel-General are written in a fixed, unlocalised XML form since Windows Vista.
BOOT = Command(
    "boot",
    "wevtutil qe System "
    "\"/q:*[System[Provider[@Name='Microsoft-Windows-Kernel-General'] and EventID=12]]\" /c:1 /rd:true /f:xml",
)
SHUTDOWN = Query(CONTROL_WINDOWS, value="ShutdownTime")

# What cmd knows without starting a program. The second name is there in a 32-bit shell of a 64-bit Windows, the third
# where ConfigMgr's console is (Microsoft's own pages find its module by it).
_ARCHITECTURE, _ARCHITECTURE_OF_WINDOWS, CONSOLE_PATH = (
    "PROCESSOR_ARCHITECTURE",
    "PROCESSOR_ARCHITEW6432",
    "SMS_ADMIN_UI_PATH",
)
_ENVIRONMENT = Command("environment", f"set PROCESSOR_ARCHITE&set {CONSOLE_PATH}", always=True)


@dataclass(frozen=True)
class FileVersion:
    """A file whose version decides, and the Windows builds where it does: wmic is left alone everywhere else.
    ``given``: asked only where the question before it was answered.
    """

    name: str
    path: str
    builds: tuple[str, ...]
    given: bool = False

    def commands(self, build: str) -> list[Command]:
        where = self.path.replace("\\", "\\\\")
        line = f'wmic datafile where name="{where}" get Version /value<nul'
        return [Command(self.name, line, given=self.given)] if build in self.builds else []


WINHTTP_FILE = FileVersion("winhttp", r"C:\Windows\System32\winhttp.dll", ("7601", "9200"))
WSUS_FILE = FileVersion(
    "wsus", r"C:\Program Files\Update Services\Services\WsusService.exe", ("9200", "9600"), given=True
)
FILE_VERSIONS = (WINHTTP_FILE, WSUS_FILE)


@functools.cache
def protocol_key(protocol: str, side: str) -> Key:
    return SCHANNEL.child(rf"Protocols\{protocol}\{side}")


@functools.cache
def algorithm_key(algorithm: str) -> Key:
    """By the ``id`` of its row."""
    return SCHANNEL.child(algorithm)


@functools.cache
def dotnet_key(runtime: str) -> Key:
    return DOTNET.child(runtime)


def _below_schannel() -> tuple[Key, ...]:
    above = [SCHANNEL.child(rf"Protocols\{protocol}") for protocol in PROTOCOLS]
    sides = [protocol_key(protocol, side) for protocol in PROTOCOLS for side in SIDES]
    return (*above, *sides, *(algorithm_key(row.id) for row in schannel_algorithms()))


def snapshot_questions(journal: str, *, changing: bool = False) -> list[Query | Command]:
    """What every machine is asked. ``journal``: path of our journal; ``changing``: what is read may be changed, so that
    both signs of an uptime are wanted for the journal.

    A key whose absence would count as good news is read whole, since a missing value would look the same, and so that
    its absence is sure. C(/s) prints every key below that may be read, with values or without, and passes over the
    others: what it does not print is absent only when the key above was read by itself and does not list it.
    """
    native, wow = View.NATIVE, View.WOW
    questions: list[Query | Command] = [
        # Without a switch: reg.exe of Windows Server 2008 knows /reg: only with the hotfix KB948698.
        Query(WINDOWS_VERSION),
        *(Query(SCHANNEL.child(kind), sure=True) for kind in ("Protocols", *ALGORITHMS)),
        Query(FIPS, sure=True),
        Query(CIPHERS_POLICY, native, sure=True),
        Query(CIPHERS_LOCAL, value="Functions", sure=True),
        Query(DOTNET_SETUP.child(r"v4\Full"), native, sure=True),
    ]
    for view in (native, wow):
        questions += [Query(dotnet_key(runtime), view, sure=True) for runtime in DOTNET_RUNTIMES]
        questions.append(Query(WINHTTP, view, sure=True))
    questions += [
        Query(SMS, native, sure=True),
        Query(SMS.child("Mobile Client"), native, sure=True),
        Query(REBOOT_PENDING, native, exists=True, sure=True),
        Query(REBOOT_REQUIRED, native, exists=True, sure=True),
        Query(SESSION_MANAGER, value="PendingFileRenameOperations", exists=True, sure=True),
        Query(SCHANNEL, tree=True, covers=_below_schannel()),
        Query(MICROSOFT, native, named="SQL"),
        _ENVIRONMENT,
        *([SHUTDOWN] if changing else []),
        BOOT,
    ]
    return [*surely(questions), journal_question(journal)]


def is_server(windows: KeyReading) -> bool | None:
    """From the key of Windows' version; None when it does not tell. Windows Server 2008 has no InstallationType."""
    told = windows.value("InstallationType") or windows.value("ProductName")
    return None if told is None else "server" in str(told.data).lower()


def variables_of(answers: Answers) -> dict[str, str]:
    """The environment variables that were printed, by name."""
    split = (line.partition("=") for line in answers.commands.get(_ENVIRONMENT.name, ()))
    return {name.upper(): text.strip() for name, equals, text in split if equals}


def _environment(variables: Mapping[str, str]) -> Registry:
    """What a shell was given of Windows' own variables, as the registry has it."""
    architecture = variables.get(_ARCHITECTURE_OF_WINDOWS) or variables.get(_ARCHITECTURE)
    values = {_ARCHITECTURE: Value("REG_SZ", architecture)} if architecture else {}
    return Registry({(View.NATIVE, ENVIRONMENT): KeyReading(Presence.PRESENT, values, partial=True)})


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
            answers.registry.updated(_environment(variables_of(answers))),
            event_time(answers.commands.get("boot", ())),
            answers.commands.get(JOURNAL, ()),
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

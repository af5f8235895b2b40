# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second line of a visit, and a rare third: what is asked only where the answers so far say that there is
something to ask about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .._data import net35_update, windows_release
from .questions import Answers, Command, Query, surely
from .registry import Key, Presence, Registry, View
from .snapshot import (
    BOOT,
    CONSOLE,
    CONSOLE_PATH,
    CONTROL_WINDOWS,
    DOTNET_SETUP,
    HTTP_BINDINGS,
    HTTP_PARAMETERS,
    MICROSOFT,
    ODBC_DRIVERS,
    PROTOCOLS,
    SCHANNEL,
    SERVER_MANAGER,
    SHUTDOWN,
    SIDES,
    SMS,
    SMS_THREADS,
    SQL_INSTANCES,
    SQL_SERVER,
    WINDOWS_VERSION,
    WINHTTP_FILE,
    WSUS,
    WSUS_FILE,
    event_time,
    is_server,
    variables_of,
)

__all__ = ["further_questions", "last_questions"]

_SMS_KEYS = ("Identification", "Setup", "SQL Server", "DP")
# A plain Windows has it, too: its old client for SQL Server keeps its settings there.
_OF_WINDOWS = frozenset({"mssqlserver"})
# What TcpPort, TcpDynamicPorts, ForceEncryption and ForceStrict have in common.
_SQL_LISTENING = "or"
_BUILD = re.compile("[0-9]{1,6}")


def further_questions(answers: Answers, sql_client_keys: Sequence[str]) -> list[Query | Command]:
    """What is asked only where the first answers say that there is something. ``sql_client_keys``: key names below
    HKLM\\SOFTWARE\\Microsoft.
    """
    registry = answers.registry
    questions: list[Query | Command] = [Query(key) for key in _half_seen(registry)]
    if _has_net35_update(registry):
        questions.append(Query(DOTNET_SETUP.child("v3.5"), View.NATIVE, sure=True))
    serves = _may_serve(registry)
    version = registry.key(WINDOWS_VERSION).value("CurrentBuild")
    build = str(version.data) if version else ""
    questions += _about_sql(registry, sql_client_keys, serves)
    questions += _about_configmgr(registry)
    if CONSOLE_PATH in variables_of(answers):
        questions.append(Query(CONSOLE, View.WOW, sure=True))
    if serves:
        questions += [
            Query(HTTP_PARAMETERS, sure=True),
            Query(HTTP_PARAMETERS.child(HTTP_BINDINGS), tree=True, given=True),
            Query(SERVER_MANAGER, View.NATIVE, "CurrentRebootAttempts", exists=True, sure=True),
            # Without WSUS its file decides nothing. Nothing sure comes behind what wmic prints.
            Query(WSUS, View.NATIVE, sure=True),
            *WSUS_FILE.commands(build),
        ]
    questions += WINHTTP_FILE.commands(build)
    if event_time(answers.commands.get(BOOT.name, ())) is None and _unasked(registry, CONTROL_WINDOWS):
        questions.append(SHUTDOWN)
    return surely(questions, first=False)


def last_questions(answers: Answers) -> list[Query | Command]:
    """What is left to ask when the second line was answered: the builds of 32-bit instances of SQL Server."""
    instances = answers.registry.key(SQL_INSTANCES, View.WOW)
    return [Query(SQL_SERVER, View.WOW, "PatchLevel", tree=True)] if instances.values else []


def _about_sql(registry: Registry, client_keys: Sequence[str], serves: bool) -> list[Query | Command]:
    """Instances of SQL Server and its drivers. A 32-bit instance need not be seen in the native view; no database of
    ConfigMgr is on a Windows for people.
    """
    native, wow = View.NATIVE, View.WOW
    microsoft = registry.key(MICROSOFT, native)
    told = microsoft.presence is Presence.PRESENT
    named = {name.lower() for name in microsoft.subkeys} - _OF_WINDOWS
    questions: list[Query | Command] = []
    if SQL_SERVER.name.lower() in named or not told:
        questions.append(Query(SQL_INSTANCES, native, sure=True))
        questions.append(Query(SQL_SERVER, native, "PatchLevel", tree=True, given=True))
        questions.append(Query(SQL_SERVER, native, tree=True, holding=_SQL_LISTENING, given=True))
    if named or serves or not told:
        questions.append(Query(SQL_INSTANCES, wow, sure=True))
        questions.append(Query(ODBC_DRIVERS, native, sure=True))
    questions += [
        Query(MICROSOFT.child(name), native, sure=True)
        for name in client_keys
        if name.partition("\\")[0].lower() in named
    ]
    return questions


def _about_configmgr(registry: Registry) -> list[Query | Command]:
    sms = registry.key(SMS)
    questions: list[Query | Command] = [
        Query(SMS.child(name), View.NATIVE) for name in _SMS_KEYS if sms.has_subkey(name)
    ]
    if sms.has_subkey("COMPONENTS"):
        questions.append(Query(SMS_THREADS, View.NATIVE, sure=True))
    return questions


def _may_serve(registry: Registry) -> bool:
    """Whether it is a server, shows a site system role (a distribution point can be on a Windows for people), or does
    not tell.
    """
    sms = registry.key(SMS)
    product = registry.key(WINDOWS_VERSION)
    return is_server(product) is not False or any(map(sms.has_subkey, (*_SMS_KEYS, "COMPONENTS", "MP", "Providers")))


def _has_net35_update(registry: Registry) -> bool:
    """Whether this Windows is one where .NET Framework 3.5 needs an update, or does not tell what it is."""
    windows = registry.key(WINDOWS_VERSION)
    build = windows.value("CurrentBuild")
    if build is None or not _BUILD.fullmatch(str(build.data)):
        return True
    release = windows_release(int(build.data), "server" if is_server(windows) else "client")
    return release is not None and net35_update(release.id) is not None


def _half_seen(registry: Registry) -> list[Key]:
    """Protocols that a tree shows, and not both of their sides."""
    keys = [SCHANNEL.child(rf"Protocols\{protocol}") for protocol in PROTOCOLS]
    return [
        key
        for key in keys
        if registry.key(key).partial
        and any(registry.key(key.child(side)).presence is not Presence.PRESENT for side in SIDES)
    ]


def _unasked(registry: Registry, key: Key) -> bool:
    return not any((View.NATIVE, key) in places for places in (registry.readings, registry.missed))

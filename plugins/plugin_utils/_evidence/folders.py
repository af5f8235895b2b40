# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the logs of a machine are, as far as its own registry tells; the rest is where they are by default."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from .._data import load_table
from .._data.schema_evidence import LogFile
from .._tls.state import HostState
from .._windows.command import UnsafeText, quoted
from .._windows.registry import Registry
from .._windows.snapshot import SMS, SQL_SERVER, WSUS

__all__ = ["LogPlace", "log_places"]

_SQL_FOLDER = r"%ProgramFiles%\Microsoft SQL Server"


class LogPlace:
    """A log in a folder. ``folder`` is a word of a command line, quotes and variables included."""

    def __init__(self, log: LogFile, folder: str) -> None:
        self.log = log
        self.folder = folder

    @property
    def path(self) -> str:
        """The path as a person writes it."""
        return self.folder.strip('"').rstrip("\\") + "\\" + self.log.file


def log_places(
    state: HostState, registry: Registry, roles: Collection[str], extra: Sequence[str] = ()
) -> list[LogPlace]:
    """The logs that the roles of a machine write, where they can be. ``extra``: folders to look for all of them."""
    folders = {kind: list(dict.fromkeys(found)) for kind, found in _folders(state, registry, roles).items()}
    places = []
    for log in load_table("log_files", LogFile):
        if log.roles and not set(log.roles) & set(roles):
            continue
        if not log.roles and not folders[log.folder]:
            continue
        places += [LogPlace(log, folder) for folder in [*folders[log.folder], *(quoted(each) for each in extra)]]
    return places


def _folders(state: HostState, registry: Registry, roles: Collection[str]) -> dict[str, Iterator[str]]:
    return {
        "component": _component(registry),
        "client": iter([r'"%SystemRoot%\CCM\Logs"']),
        "management_point": iter(
            [r'"%SystemRoot%\CCM\Logs"' if "client" in roles else r'"%SystemDrive%\SMS_CCM\Logs"']
        ),
        "system_drive": iter(['"%SystemDrive%\\"']),
        "console": _console(state, registry),
        "catalog": iter([r'"%SystemDrive%\SMS_CCM\CMApplicationCatalog\Logs"']),
        "wsus": _below(_text(registry, WSUS, "TargetDir"), "LogFiles"),
        "sql": (folder for instance in state.sql_instances for folder in _in_program_files(instance.key, r"MSSQL\Log")),
        "reporting": _reporting(registry, roles),
    }


def _component(registry: Registry) -> Iterator[str]:
    """Components log in the site server's folder, or below SMS on the drive of a remote site system."""
    installed = _text(registry, SMS.child("Setup"), "Installation Directory")
    yield from _below(installed, "Logs")
    if not installed:
        yield r'"%SystemDrive%\SMS\Logs"'


def _console(state: HostState, registry: Registry) -> Iterator[str]:
    yield from _below(_text(registry, SMS.child("Setup"), "Installation Directory"), r"AdminConsole\AdminUILog")
    programs = "%ProgramFiles(x86)%" if state.windows.has_wow else "%ProgramFiles%"
    for product in ("Microsoft Configuration Manager", "Microsoft Endpoint Manager"):
        yield rf'"{programs}\{product}\AdminConsole\AdminUILog"'


def _reporting(registry: Registry, roles: Collection[str]) -> Iterator[str]:
    for _view, key in registry.readings:
        if key.is_below(SQL_SERVER) and key.name.lower() == "setup" and key.parent is not None:
            instance = key.parent.name
            if instance.upper().startswith("MSRS"):
                yield from _in_program_files(instance, r"Reporting Services\LogFiles")
    if "reporting_services_point" in roles:
        yield r'"%ProgramFiles%\Microsoft SQL Server Reporting Services\SSRS\LogFiles"'


def _text(registry: Registry, key: object, name: str) -> str:
    value = registry.key(key).value(name)  # type: ignore[arg-type]
    return str(value.data).strip().rstrip("\\") if value is not None and value.type == "REG_SZ" else ""


def _below(folder: str, *rest: str) -> Iterator[str]:
    """A folder that the machine named, unless its name could be read as something else by cmd."""
    if folder:
        try:
            yield quoted("\\".join((folder, *rest)))
        except UnsafeText:
            return


def _in_program_files(instance: str, rest: str) -> Iterator[str]:
    try:
        yield rf'"{_SQL_FOLDER}\{quoted(instance)[1:-1]}\{rest}"'
    except UnsafeText:
        return

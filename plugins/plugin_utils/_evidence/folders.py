# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the logs of a machine are: what its own registry tells, where they are by default, and on other drives."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .._data import load_table
from .._data.schema_evidence import LogFile
from .._tls.state import HostState
from .._windows.command import UnsafeText, quoted
from .._windows.questions import Answers, Query, ask
from .._windows.registry import Key, Registry, View
from .._windows.snapshot import SMS, SQL_SERVER, WSUS

__all__ = ["Folders", "LogPlace", "folder_parts", "log_places", "read_folders"]

_SQL_FOLDER = r"%ProgramFiles%\Microsoft SQL Server"
_LOGGING = Key(r"SOFTWARE\Microsoft\CCM\Logging\@Global")
_CLIENT = SMS.child(r"Client\Configuration\Client Properties")
_SERVICES = tuple(
    Key(rf"SYSTEM\CurrentControlSet\Services\{name}") for name in ("SMS_EXECUTIVE", "SMS_SITE_COMPONENT_MANAGER")
)
_QUESTIONS = (
    *(Query(_LOGGING, view, "LogDirectory") for view in View),
    *(Query(service, value="ImagePath") for service in _SERVICES),
    Query(_CLIENT, View.NATIVE),
)
_LOGS = load_table("log_files", LogFile)
# A site system is installed on the drive with the most room, unless somebody said otherwise.
_DRIVES = "CDEFGHIJKLM"
_INSTALLED = {"component": r"SMS\Logs", "management_point": r"SMS_CCM\Logs", "distribution_point": r"SMS_DP$\sms\logs"}
_STRINGS = ("REG_SZ", "REG_EXPAND_SZ")
_ROOT = re.compile(r"^#root ([A-Za-z]:\\[A-Za-z0-9 _.\\-]+)$")
_FOUND = re.compile(r"^#folder ([A-Z]:\\[A-Za-z_$\\]+)$")
_PROGRAM = re.compile(r'^"?([A-Za-z]:\\[^"]*?)\\bin\\', re.IGNORECASE)


class LogPlace:
    """A log in a folder. ``folder`` is a word of a command line, quotes and variables included."""

    def __init__(self, log: LogFile, folder: str) -> None:
        self.log = log
        self.folder = folder

    @property
    def path(self) -> str:
        """The path as a person writes it."""
        return f"{self.shown_folder}\\{self.log.file}"

    @property
    def shown_folder(self) -> str:
        return self.folder.strip('"').rstrip("\\")


@dataclass(frozen=True)
class Folders:
    """What a machine told of its folders: its registry, and which of the usual ones it has on which drive."""

    registry: Registry = field(default_factory=Registry)
    on_drives: tuple[str, ...] = ()
    root: str = "%SystemRoot%"

    @property
    def answered(self) -> bool:
        return self.root != Folders.root

    def on_system_drive(self, folder: str) -> str:
        drive = self.root[:2] if self.answered else "%SystemDrive%"
        return f'"{drive}\\{folder}"'

    def usual(self, kind: str) -> list[str]:
        """Where a kind of folder is when nobody chose another place; none of them when the machine has none."""
        ending = _INSTALLED[kind].lower()
        if not self.answered:
            return [self.on_system_drive(_INSTALLED[kind])]
        return [quoted(folder) for folder in self.on_drives if folder.lower().endswith(f":\\{ending}")]


def folder_parts() -> list[str]:
    """The sub-commands that ask a machine for its folders."""
    usual = [rf"{drive}:\{folder}" for drive in _DRIVES for folder in _INSTALLED.values()]
    asked = f"({'&'.join(ask(_QUESTIONS))})2>nul&echo #root %SystemRoot%"
    return [asked, *(f'(if exist "{folder}" echo #folder {folder})' for folder in usual)]


def read_folders(text: str) -> Folders:
    """What the machine answered."""
    lines = [line.strip() for line in text.split("\n")]
    root = next((match[1] for line in lines if (match := _ROOT.match(line))), Folders.root)
    found = tuple(match[1] for line in lines if (match := _FOUND.match(line)))
    return Folders(Answers.parse(_QUESTIONS, text).registry, found, root.rstrip("\\"))


def log_places(
    state: HostState,
    registry: Registry,
    roles: Collection[str],
    extra: Sequence[str] = (),
    told: Folders = Folders(),
) -> list[LogPlace]:
    """The logs that the roles of a machine write, where they can be. ``extra``: folders to look for all of them."""
    by_kind = {
        kind: list({folder.lower(): folder for folder in found}.values())
        for kind, found in _folders(state, registry, roles, told).items()
    }
    places = []
    for log in _LOGS:
        if log.roles and not set(log.roles) & set(roles):
            continue
        if not log.roles and not by_kind[log.folder]:
            continue
        places += [LogPlace(log, folder) for folder in [*by_kind[log.folder], *(quoted(each) for each in extra)]]
    return places


def _folders(state: HostState, registry: Registry, roles: Collection[str], told: Folders) -> dict[str, Iterable[str]]:
    own = list(_component(registry, told)) or [told.on_system_drive(_INSTALLED["component"])]
    client = [*_framework(told), f'"{told.root}\\CCM\\Logs"']
    # A management point that was there before the client keeps its folder, and the client writes there as well.
    shared = [*client, *told.usual("management_point")]
    return {
        "component": own,
        "client": shared if "management_point" in roles else client,
        "ccmsetup": [f'"{told.root}\\ccmsetup\\Logs"'],
        "management_point": shared,
        "distribution_point": [*told.usual("distribution_point"), *own],
        "enrollment": [told.on_system_drive(r"SMS_CCM\EnrollmentPoint\Logs")],
        "enrollment_proxy": [told.on_system_drive(r"SMS_CCM\EnrollmentProxyPoint\Logs")],
        "crp": [told.on_system_drive(r"SMS_CCM\CRP\Logs")],
        "system_drive": [told.on_system_drive("\\")],
        "console": _console(state, registry),
        "catalog": [told.on_system_drive(r"SMS_CCM\CMApplicationCatalog\Logs")],
        "wsus": _below(_text(registry, WSUS, "TargetDir"), "LogFiles"),
        "sql": (folder for instance in state.sql_instances for folder in _in_program_files(instance.key, r"MSSQL\Log")),
        "reporting": _reporting(registry, roles),
    }


def _component(registry: Registry, told: Folders) -> Iterator[str]:
    """Components log beside the programs of their services."""
    yield from _below(_text(registry, SMS.child("Setup"), "Installation Directory"), "Logs")
    for service in _SERVICES:
        if match := _PROGRAM.match(_text(told.registry, service, "ImagePath")):
            yield from _below(match[1], "Logs")
    yield from told.usual("component")


def _framework(told: Folders) -> Iterator[str]:
    """What the client and the management point share writes where its own settings say."""
    for view in View:
        yield from _below(_text(told.registry, _LOGGING, "LogDirectory", view))
    yield from _below(_text(told.registry, _CLIENT, "Local SMS Path"), "Logs")


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


def _text(registry: Registry, key: Key, name: str, view: View = View.NATIVE) -> str:
    value = registry.key(key, view).value(name)
    return str(value.data).strip().rstrip("\\") if value is not None and value.type in _STRINGS else ""


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

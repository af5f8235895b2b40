# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What actions take from the arguments and variables of a host, beyond what the argument spec checks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .._data import roles as known_roles
from .._failure import Failure
from .._tls.journal import RUN_NAME
from .._tls.maintenance import MaintenanceError, MaintenanceWindow, parse_windows
from .._tls.order import BatchSize, BatchSizeError
from .._windows.command import UnsafeText, location_path
from .._windows.location import Location
from .._windows.restart import service_command, shutdown_command
from .base import Task
from .run_name import DEFAULT_RUN

__all__ = [
    "backup_location",
    "batch_size",
    "in_range",
    "look_of",
    "restart_message",
    "roles_of",
    "run_name",
    "service_names",
    "utc_text",
    "windows_of",
]

_LONGEST_MESSAGE = 512
"""Characters that shutdown /c takes."""

_ABSOLUTE = re.compile(r"^(%SystemRoot%|%ProgramData%|[A-Za-z]:)\\[^*?]+$", re.IGNORECASE)


def roles_of(task: Task) -> list[str]:
    """Roles given as an option, and those whose name is an inventory group of the host."""
    groups = {str(name).removeprefix("configmgr_") for name in task.variables.get("group_names") or []}
    return sorted({*task.arguments["roles"], *(role.id for role in known_roles() if role.id in groups)})


def backup_location(arguments: Mapping[str, Any]) -> Location:
    """The folder for backups, once it is sure that it cannot be read as anything but a folder."""
    location = str(arguments["backup_location"]).rstrip("\\")
    try:
        location_path(location)
    except UnsafeText as error:
        raise _bad_location(str(error)) from None
    if not _ABSOLUTE.match(location):
        raise _bad_location(f"{location!r} is not an absolute path")
    return Location(location)


def _bad_location(problem: str) -> Failure:
    return Failure(
        "bad_argument",
        f"backup_location cannot be used: {problem}.",
        r"Give a path like D:\backup\configmgr.tls, or one that begins with %SystemRoot% or %ProgramData%.",
    )


def run_name(arguments: Mapping[str, Any]) -> str:
    name = str(arguments.get("run") or DEFAULT_RUN)
    if not RUN_NAME.fullmatch(name):
        raise Failure(
            "bad_argument",
            f"{name!r} cannot be the name of a run.",
            "Use up to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or digit.",
        )
    return name


def batch_size(arguments: Mapping[str, Any]) -> BatchSize:
    """How many machines are changed together; Failure for what is neither a number nor a percentage."""
    try:
        return BatchSize.parse(str(arguments["batch_size"]))
    except BatchSizeError as error:
        raise Failure("bad_argument", f"batch_size: {error}.", "Give for example 10 or 25%.") from None


def restart_message(arguments: Mapping[str, Any]) -> str:
    """What Windows shows to users; Failure for what it would not take."""
    message = str(arguments["message"])
    if len(message) > _LONGEST_MESSAGE:
        raise Failure("bad_argument", "the message is too long.", f"Windows shows {_LONGEST_MESSAGE} characters.")
    try:
        shutdown_command(0, message)
    except UnsafeText as error:
        raise _unsafe(error) from None
    return message


def service_names(arguments: Mapping[str, Any]) -> list[str]:
    """Failure for a name that cannot be that of a service."""
    services = list(arguments["services"])
    try:
        for service in services:
            service_command("query", service)
    except UnsafeText as error:
        raise _unsafe(error) from None
    return services


def _unsafe(error: UnsafeText) -> Failure:
    return Failure("bad_argument", f"{error}.", "Leave the character out.")


def windows_of(arguments: Mapping[str, Any]) -> Sequence[MaintenanceWindow]:
    """The windows of maintenance; Failure for one that cannot be understood."""
    try:
        return parse_windows(arguments["maintenance"])
    except MaintenanceError as error:
        raise Failure(
            "bad_argument", f"maintenance: {error}.", "The documentation of the module has an example."
        ) from None


def utc_text(moment: datetime | None) -> str | None:
    """ISO 8601 to the second, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None


def in_range(arguments: Mapping[str, Any], name: str, least: int, most: int) -> int:
    """A number of the arguments; Failure when it is not within the two, both included."""
    number = int(arguments[name])
    if not least <= number <= most:
        raise Failure("bad_argument", f"{name} is {number}.", f"Give a number from {least} to {most}.")
    return number


def look_of(arguments: Mapping[str, Any], option: str, **parts: type) -> dict[str, Any] | None:
    """What tls_verify_info gave, as an option holds it; Failure when one of the ``parts`` is not there as in that."""
    given: dict[str, Any] | None = arguments[option]
    if given is not None and not all(isinstance(given.get(name), kind) for name, kind in parts.items()):
        raise Failure(
            "bad_argument",
            f"{option} is no result of tls_verify_info: that has {' and '.join(parts)}.",
            "Give what the task registered, and leave the option out where the task was skipped.",
        )
    return given

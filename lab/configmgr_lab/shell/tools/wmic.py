# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wmic: file versions and the time of the last start. Later Windows builds do not have it."""

from __future__ import annotations

import re
from collections.abc import Callable

from ...features import Feature, Source
from ...machine.files import Entry
from ..process import Call
from .tool import Tool

_DATAFILE = re.compile(
    r"\s*(?:path\s+cim_)?datafile\s+where\s+(.*?)\s+get\s+([\w,\s]+?)\s*/(?:value|format:list)\s*", re.I | re.S
)
_OS = re.compile(r"\s*os\s+get\s+([\w,\s]+?)\s*/(?:value|format:list)\s*", re.I | re.S)
_NAME = re.compile(r"""name\s*=\s*(?:'([^']*)'|\\?"([^"]*?)\\?")""", re.I)
_BAD_ALIAS = 44124
_BAD_QUERY = 44027

_FILE_FIELDS: dict[str, Callable[[Entry], str]] = {
    "name": lambda entry: entry.path,
    "version": lambda entry: entry.version,
    "filesize": lambda entry: str(entry.size),
}
_FIELD_NAMES = {
    "name": "Name",
    "version": "Version",
    "filesize": "FileSize",
    "lastbootuptime": "LastBootUpTime",
    "buildnumber": "BuildNumber",
    "localdatetime": "LocalDateTime",
}


def run(call: Call) -> int:
    """The program, with /value output only."""
    if match := _DATAFILE.fullmatch(call.tail):
        return _files(call, match[1], match[2])
    if match := _OS.fullmatch(call.tail):
        return _operating_system(call, match[1])
    alias = (call.tail.split() or [""])[0]
    call.complain(call.message("wmic_alias", name=alias))
    return _BAD_ALIAS


def _files(call: Call, where: str, fields: str) -> int:
    names = [first or second for first, second in _NAME.findall(where)]
    wanted = _fields(fields, _FILE_FIELDS)
    rest = _NAME.sub("", where).lower().replace('"', "").replace("(", "").replace(")", "")
    if not names or wanted is None or set(rest.split()) - {"or"}:
        return _bad_query(call)
    entries = [call.machine.files.get(name.replace("\\\\", "\\")) for name in names]
    found = [entry for entry in entries if entry is not None and not entry.is_folder]
    if not found:
        call.complain(call.message("wmic_none"))
        return 0
    _print(call, [{field: _FILE_FIELDS[field](entry) for field in wanted} for entry in found])
    return 0


def _operating_system(call: Call, fields: str) -> int:
    values = {
        "lastbootuptime": f"{call.machine.boot_time:%Y%m%d%H%M%S.%f}+000",
        "localdatetime": f"{call.machine.clock.now():%Y%m%d%H%M%S.%f}+000",
        "buildnumber": str(call.machine.image.build),
    }
    wanted = _fields(fields, values)
    if wanted is None:
        return _bad_query(call)
    _print(call, [{field: values[field] for field in wanted}])
    return 0


def _fields(text: str, known: dict[str, str] | dict[str, Callable[[Entry], str]]) -> list[str] | None:
    names = [name.strip().lower() for name in text.split(",")]
    # wmic prints the properties in alphabetical order, however they were asked for.
    return sorted(names) if all(name in known for name in names) else None


def _print(call: Call, rows: list[dict[str, str]]) -> None:
    # wmic writes an extra CR before each CR LF when its output is not a screen.
    text = "\n\n"
    for row in rows:
        text += "".join(f"{_FIELD_NAMES[field]}={value}\n" for field, value in row.items()) + "\n\n"
    call.streams.stdout.write((text + "\n").replace("\n", "\r\r\n").encode())


def _bad_query(call: Call) -> int:
    call.complain(call.message("wmic_query", computer=call.machine.name))
    return _BAD_QUERY


TOOL = Tool(
    "wmic",
    run,
    (
        Feature("`wmic datafile where name=... get Version /value`", Source.DOCUMENT),
        Feature("several names joined by `or`; Name and FileSize", Source.ASSUMED),
        Feature("`wmic os get LastBootUpTime,LocalDateTime,BuildNumber /value`, time zone UTC", Source.ASSUMED),
        Feature("`Name=value` with stray CRs; blank lines around", Source.ASSUMED),
        Feature("no such file: message on stderr, exit code 0", Source.ASSUMED),
        Feature("not there on build 26100 and later", Source.DOCUMENT),
    ),
    ("every other alias, verb and format",),
)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CMPivot as the site runs it: a question goes to clients, and each row of its state is one client's answer.

The client's side is Microsoft's own script: Get-Item on the path with wildcards per level, one row per value, numbers
as signed text, no row for what is missing or cannot be read, no type, 128,000 bytes at the most. The site's side is
what public programs that call it do: numbers of operations, SMS_CMPivotStatus, SMS_ClientOperationStatus. Where they
disagree (one backslash or two) the site is told which it takes.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from ..machine.machine import Machine
from ..machine.registry import Key
from ..machine.values import STRINGS, RegistryType, Value, decode_multi, decode_text
from .rows import Row

MOST_BYTES = 128_000
FIRST_ID = 16777220
_QUERY = re.compile(r"(Registry|RegistryKey)\('hklm:\\([^']+)'\)(?: \| where (.+))?")
_NAME = re.compile(r"Property == '([^']+)'")
_LONG = "HKEY_LOCAL_MACHINE"
_FIRST_OPERATION = 16791232
BEHAVIOURS = ("late", "never", "offline", "failed", "nothing", "cut", "denied")


class NotParsed(ValueError):
    """400: the site says no more than that."""


@dataclass
class Settings:
    """How this site and its clients behave. clients: one of BEHAVIOURS by machine. backslashes: how many the parser
    takes for one. with_key: whether rows have the column Key (2107). counts: whether SMS_ClientOperationStatus knows of
    the operation. forbidden, lists, devices: whether the right is missing, and whether lists of devices are taken, and
    single ones. busy: how many requests are answered with 503 first.
    """

    clients: dict[str, str] = field(default_factory=dict)
    backslashes: int = 1
    with_key: bool = True
    counts: bool = True
    forbidden: bool = False
    lists: bool = True
    devices: bool = True
    busy: int = 0


@dataclass
class Operation:
    query: str
    clients: Mapping[int, Machine]
    looks: int = 0


class CMPivot:
    """``machines``: the clients by resource id."""

    def __init__(self, machines: Mapping[int, Machine]) -> None:
        self.machines = machines
        self.settings = Settings()
        self._operations: dict[int, Operation] = {}

    def run(self, query: str, ids: Collection[int]) -> int:
        """The number of the operation. Raises NotParsed."""
        parsed(self._unescaped(query))
        number = _FIRST_OPERATION + len(self._operations)
        self._operations[number] = Operation(query, {n: m for n, m in self.machines.items() if n in ids})
        return number

    def status(self, number: int) -> list[Row]:
        """Rows of SMS_CMPivotStatus: one per client that was asked, from the start."""
        operation = self._operations.get(number)
        if operation is None:
            return []
        operation.looks += 1
        return [self._row(number, operation, client, machine) for client, machine in operation.clients.items()]

    def result(self, number: int, client: int) -> Row | None:
        """CMPivotResult of one device: None, so 404, until it has answered. One whose script failed never does: what
        a site says then is in no page, and this is the less convenient of two readings.
        """
        rows = [row for row in self.status(number) if row["ResourceId"] == client]
        if not rows or rows[0]["ScriptExecutionState"] != 1:
            return None
        output = ElementTree.fromstring(rows[0]["ScriptOutput"])
        own = {"Device": rows[0]["DeviceName"]}
        told = [own | {name: text for name, text in row.attrib.items() if name != "_i"} for row in output.iter("e")]
        return {"Status": "1", "MoreResult": output.get("moreResults") == "True", "Result": told}

    def counted(self, number: int) -> list[Row]:
        """The row of SMS_ClientOperationStatus."""
        operation = self._operations.get(number)
        if operation is None or not self.settings.counts:
            return []
        rows = self.status(number)
        done = [row for row in rows if row["ScriptExecutionState"] == 1]
        failed = [row for row in rows if row["ScriptExecutionState"] == 2]
        offline = sum(self.is_offline(machine) for machine in operation.clients.values())
        return [
            {
                "OperationID": number,
                "Type": 145,
                "TotalClients": len(rows),
                "CompletedClients": len(done),
                "FailedClients": len(failed),
                "OfflineClients": offline,
                "UnknownClients": len(rows) - len(done) - len(failed) - offline,
                "IsExpired": False,
            }
        ]

    def is_offline(self, machine: Machine) -> bool:
        return not machine.is_up or self.settings.clients.get(machine.name) == "offline"

    def _row(self, number: int, operation: Operation, client: int, machine: Machine) -> Row:
        behaves = self.settings.clients.get(machine.name, "")
        row: Row = {"ClientOperationId": number, "ResourceId": client, "DeviceName": machine.site_host.name}
        row |= {"State": 0, "ScriptExecutionState": 0, "ScriptOutput": "", "ErrorMessage": "", "ScriptExitCode": 0}
        if self.is_offline(machine) or behaves == "never" or (behaves == "late" and operation.looks < 3):
            return row
        if behaves == "failed" or not _has_powershell(machine):
            output = '<result ResultCode="2147500037"><error ErrorMessage="It cannot be run here"/></result>'
            told = {"State": -1, "ScriptExecutionState": 2, "ScriptExitCode": -2147467259, "ErrorMessage": "Failed"}
            return row | told | {"ScriptOutput": output}
        return row | {"State": 1, "ScriptExecutionState": 1, "ScriptOutput": self._output(operation, machine, behaves)}

    def _output(self, operation: Operation, machine: Machine, behaves: str) -> str:
        # A key that may not be read is no error to the script.
        silent = behaves in ("nothing", "denied")
        rows = [] if silent else list(answered(machine, self._unescaped(operation.query)))
        text, cut = "", behaves == "cut"
        for number, row in enumerate(rows[: len(rows) // 2] if cut else rows):
            shown = row if self.settings.with_key else {name: data for name, data in row.items() if name != "Key"}
            element = f'<e _i="{number}" {" ".join(f"{name}={quoteattr(data)}" for name, data in shown.items())}/>'
            if len(text) + len(element) > MOST_BYTES:
                cut = True
                break
            text += element
        return f'<result ResultCode="0" moreResults="{cut}">{text}</result>'

    def _unescaped(self, query: str) -> str:
        """Raises NotParsed when the number of backslashes is not what this site's parser takes."""
        if self.settings.backslashes == 1:
            return query
        if re.search(r"(?<!\\)\\(?!\\)", query):
            raise NotParsed(query)
        return query.replace("\\\\", "\\")


def _has_powershell(machine: Machine) -> bool:
    """CMPivot needs PowerShell 4; Windows 7 comes with 2. Source: Microsoft, CMPivot, prerequisites."""
    build = machine.registry.text(rf"{_LONG}\SOFTWARE\Microsoft\Windows NT\CurrentVersion", "CurrentBuild")
    return int(build or 0) >= 9600


def parsed(query: str) -> tuple[str, str, frozenset[str]]:
    """Entity, path below HKLM, and the names that are let through (none: all). Raises NotParsed."""
    match = _QUERY.fullmatch(query)
    if match is None or "\\\\" in match[2]:
        raise NotParsed(query)
    names = frozenset(_NAME.findall(match[3] or ""))
    if " or ".join(f"Property == '{name}'" for name in _NAME.findall(match[3] or "")) != (match[3] or ""):
        raise NotParsed(query)
    return match[1], match[2], names


def answered(machine: Machine, query: str) -> Iterator[dict[str, str]]:
    """The rows of one client, in the columns of the entity."""
    entity, path, names = parsed(query)
    for full, key in _items(machine, path.split("\\")):
        if entity == "RegistryKey":
            yield {"Key": full}
            continue
        for value in key.values:
            if not names or value.name in names:
                yield {"Key": full, "Property": value.name or "(Default)", "Value": text_of(value)}


def _items(machine: Machine, parts: list[str]) -> Iterator[tuple[str, Key]]:
    """Get-Item: a wildcard stands for the keys of one level."""
    found = [_LONG]
    for part in parts:
        deeper = []
        for path in found:
            key = machine.registry.key(path)
            names = key.subkeys if key else ()
            deeper += [f"{path}\\{name}" for name in names if fnmatch.fnmatch(name.lower(), part.lower())]
        # To PowerShell's provider a slash in a name is a backslash: RC4 128/128 is not found.
        found = [path for path in deeper if "/" not in path]
    for path in found:
        if (key := machine.registry.key(path)) is not None:
            yield path, key


def text_of(value: Value) -> str:
    """As the client's script prints data: 32 bits are signed, lists are joined, bytes are in hexadecimal."""
    if value.type in STRINGS:
        return decode_text(value.data)
    if value.type is RegistryType.REG_MULTI_SZ:
        return ", ".join(decode_multi(value.data))
    if value.type in (RegistryType.REG_DWORD, RegistryType.REG_DWORD_BIG_ENDIAN):
        return str(int.from_bytes(value.data, "little", signed=True))
    return str(value.number) if value.number is not None else value.data.hex("-").upper()

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disturbing a machine from outside: faults of its wire, faults of its own, and another administrator's hand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from configmgr_lab.control.lab import LabError, check_names
from configmgr_lab.endpoints.faults import KINDS as ROLE_KINDS
from configmgr_lab.machine.accounts import EVENT_LOG_READERS
from configmgr_lab.machine.faults import MOST_PROGRAM_SECONDS, Access
from configmgr_lab.machine.registry import View
from configmgr_lab.machine.values import RegistryType, Value
from configmgr_lab.wire.endpoint import Endpoint
from configmgr_lab.wire.injection import KINDS, WireFault

MACHINE_KINDS = {
    "deny": "refuse access (`read` or `write`) to a registry key and all below it",
    "group_policy": "set a registry value back after each command that wrote to the registry",
    "restart_never_returns": "the next restart does not end",
    "slow_command": "wait `seconds` before each command runs",
    "slow_programs": "each program takes `seconds` from its start to its end, and what it prints is there then",
    "installer": "`exit_code` of the next installer, or that it `hangs`, that the machine `restarts` in the middle, "
    "that it `ignores_norestart`, that somebody else's is `busy` for seconds; how many `seconds` each takes",
    "disk_free": "so many `bytes` are free on drive C:",
    "no_administrator": "logins are plain users, `reads_events` in the group Event Log Readers",
}


def _needed(data: dict[str, Any], *names: str) -> None:
    missing = [name for name in names if name not in data]
    if missing:
        raise LabError(f"missing fields {', '.join(missing)}")


def set_fault(endpoint: Endpoint, data: dict[str, Any]) -> None:
    """Set a fault of the wire or of the machine. Raises LabError or ValueError with what is wrong."""
    kind = data.get("kind")
    faults = endpoint.machine.faults
    if kind == "deny":
        check_names(data, {"kind", "path", "access"})
        _needed(data, "path")
        faults.deny(str(data["path"]), Access(str(data.get("access", "write"))))
    elif kind == "group_policy":
        check_names(data, {"kind", "path", "name", "type", "data", "view"})
        _needed(data, "path", "name")
        faults.group_policy(str(data["path"]), str(data["name"]), _value(data), _view(data))
    elif kind == "restart_never_returns":
        check_names(data, {"kind"})
        faults.restart_never_returns = True
    elif kind == "slow_command":
        check_names(data, {"kind", "seconds"})
        _needed(data, "seconds")
        faults.slow = float(data["seconds"])
    elif kind == "slow_programs":
        check_names(data, {"kind", "seconds"})
        _needed(data, "seconds")
        faults.program_seconds = _program_seconds(data)
    elif kind == "installer":
        check_names(data, {"kind", "exit_code", "hangs", "restarts", "ignores_norestart", "busy", "seconds"})
        _set_installer(endpoint, data)
    elif kind == "disk_free":
        check_names(data, {"kind", "bytes"})
        _needed(data, "bytes")
        faults.disk_free = int(data["bytes"])
    elif kind == "no_administrator":
        check_names(data, {"kind", "reads_events"})
        faults.groups_of_login = frozenset({EVENT_LOG_READERS} if data.get("reads_events") else ())
    elif kind in KINDS:
        endpoint.faults.add(WireFault.parse(data))
        endpoint.refresh()
    else:
        raise LabError(f"unknown kind {kind!r}, known are {', '.join([*KINDS, *MACHINE_KINDS, *ROLE_KINDS])}")


def _program_seconds(data: dict[str, Any]) -> float:
    seconds = float(data["seconds"])
    if not 0 <= seconds <= MOST_PROGRAM_SECONDS:
        raise LabError(f"seconds must be from 0 to {MOST_PROGRAM_SECONDS:g}")
    return seconds


def _set_installer(endpoint: Endpoint, data: dict[str, Any]) -> None:
    faults = endpoint.machine.faults.installer
    if "exit_code" in data:
        faults.exit_code = int(data["exit_code"])
    if "busy" in data:
        faults.busy_until = datetime.now(UTC) + timedelta(seconds=float(data["busy"]))
    if "seconds" in data:
        faults.seconds = float(data["seconds"])
    faults.hangs = bool(data.get("hangs", faults.hangs))
    faults.restarts = bool(data.get("restarts", faults.restarts))
    faults.ignores_norestart = bool(data.get("ignores_norestart", faults.ignores_norestart))


def clear_faults(endpoint: Endpoint) -> None:
    endpoint.faults.clear()
    endpoint.machine.faults.clear()
    endpoint.refresh()


def faults_of(endpoint: Endpoint) -> dict[str, Any]:
    """What is set: wire faults as given (with what is left of a count), machine faults by kind."""
    faults = endpoint.machine.faults
    return {
        "wire": [asdict(fault) for fault in endpoint.faults.all()],
        "deny": [{"path": each.path, "access": each.access.value} for each in faults.denials],
        "group_policy": [{"path": each.path, "name": each.name} for each in faults.policies],
        "no_administrator": faults.groups_of_login is not None,
        "restart_never_returns": faults.restart_never_returns,
        "slow_command": faults.slow,
        "slow_programs": faults.program_seconds,
        "installer": {name: value for name, value in asdict(faults.installer).items() if name != "busy_until"},
    }


def change_registry(endpoint: Endpoint, data: dict[str, Any]) -> None:
    """Set a value, or delete it when there is no ``data``, as an administrator at the machine would."""
    check_names(data, {"path", "name", "type", "data", "view"})
    _needed(data, "path", "name")
    machine, path, name, value = endpoint.machine, str(data["path"]), str(data["name"]), _value(data)
    if value is not None:
        machine.write_registry(path, value, _view(data))
    elif not machine.delete_registry(path, name, _view(data)):
        raise LabError(f"{endpoint.machine.name} has no value {name!r} in {path}")


def _view(data: dict[str, Any]) -> View:
    return View(str(data.get("view", "64")))


def _value(data: dict[str, Any]) -> Value | None:
    content, name = data.get("data"), str(data["name"])
    if content is None:
        return None
    try:
        kind = RegistryType[str(data.get("type", "REG_SZ"))]
    except KeyError:
        raise LabError(f"unknown type {data['type']!r}, known are {', '.join(RegistryType.__members__)}") from None
    if kind is RegistryType.REG_DWORD:
        return Value.dword(name, int(content))
    if kind is RegistryType.REG_QWORD:
        return Value.qword(name, int(content))
    if kind is RegistryType.REG_MULTI_SZ:
        return Value.multi(name, [str(item) for item in content])
    if kind in (RegistryType.REG_SZ, RegistryType.REG_EXPAND_SZ):
        return Value.text(name, str(content), kind)
    return Value(name, kind, bytes.fromhex(str(content)))

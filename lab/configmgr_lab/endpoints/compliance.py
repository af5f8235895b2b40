# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ConfigMgr's compliance settings: configuration items, baselines, deployments, and what clients make of them.

A client evaluates each item that is for its Windows; a value that is not as it should be is not compliant, and where
the deployment repairs, a rule with Equals that may remediate writes it. A new revision of an item or baseline has
another CI_ID. Source: Microsoft, "Create custom configuration items", "Deploy configuration baselines", and the
reference of SMS_CI_CurrentComplianceStatus.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..machine.machine import Machine
from ..machine.registry import View
from ..machine.values import RegistryType, Value
from .rows import Row

UNKNOWN, COMPLIANT, NON_COMPLIANT, ERROR = 0, 1, 2, 4
_NAMES = {UNKNOWN: "Unknown", COMPLIANT: "Compliant", NON_COMPLIANT: "Non-Compliant", ERROR: "Error"}
_FIRST_CI, _FIRST_ASSIGNMENT = 16777698, 16777300
_ROOT = "HKEY_LOCAL_MACHINE"
_WOW = "SOFTWARE\\WOW6432Node\\"
# Names of ConfigMgr's supported platforms. Source: pages that name some, "All Windows 10 (64-bit)" and the like.
PLATFORMS = {
    "All Windows 7 (64-bit)": (7601, 64),
    "All Windows 7 (32-bit)": (7601, 32),
    "All Windows 8.1 (64-bit)": (9600, 64),
    "All Windows 8.1 (32-bit)": (9600, 32),
    "All Windows 10 (64-bit)": (10240, 64),
    "All Windows 10 (32-bit)": (10240, 32),
    "All Windows 11 (64-bit)": (22000, 64),
    "All Windows Server 2016 (64-bit)": (0, 0),
}
_FIRST_BUILDS = (22000, 10240, 9600, 7601)


@dataclass(frozen=True)
class Setting:
    """A value below HKLM. ``remediate``: whether the rule may write it."""

    name: str
    key: str
    value_name: str
    expected: int
    is_64bit: bool
    remediate: bool
    dword: bool
    report_absent: bool


@dataclass(frozen=True)
class ConfigurationItem:
    name: str
    description: str
    ci_id: int
    platforms: frozenset[str] = frozenset()
    settings: tuple[Setting, ...] = ()


@dataclass(frozen=True)
class Baseline:
    name: str
    description: str
    ci_id: int
    items: tuple[int, ...] = ()


@dataclass(frozen=True)
class Deployment:
    number: int
    baseline: str
    collection: str
    enforced: bool
    override_window: bool


@dataclass(frozen=True)
class ComplianceReport:
    """What a client said last of a baseline."""

    state: int
    when: datetime
    enforced_at: datetime | None


@dataclass
class Compliance:
    """``clients``: the machines by resource id."""

    clients: Mapping[int, Machine]
    items: dict[str, ConfigurationItem] = field(default_factory=dict)
    baselines: dict[str, Baseline] = field(default_factory=dict)
    deployments: list[Deployment] = field(default_factory=list)
    told: dict[tuple[int, int], ComplianceReport] = field(default_factory=dict)
    changes: int = 0
    """How often anything was made or changed."""

    def new_id(self) -> int:
        self.changes += 1
        return _FIRST_CI + self.changes

    def clear(self) -> None:
        self.items.clear()
        self.baselines.clear()
        self.deployments.clear()
        self.told.clear()

    def change_item(self, name: str, **changed: Any) -> None:
        """A new revision."""
        self.items[name] = replace(self.items[name], ci_id=self.new_id(), **changed)

    def change_baseline(self, name: str, **changed: Any) -> None:
        self.baselines[name] = replace(self.baselines[name], ci_id=self.new_id(), **changed)

    def evaluate(self, names: Iterable[str], unable: Iterable[str] = ()) -> None:
        """Every client that is up and named evaluates what is deployed, and mends it. ``unable`` ones fail in it."""
        wanted, failing = {name.lower() for name in names}, {name.lower() for name in unable}
        for deployment in self.deployments:
            baseline = self.baselines[deployment.baseline]
            for number, machine in self.clients.items():
                if machine.is_up and machine.name.lower() in wanted:
                    key = (baseline.ci_id, number)
                    self.told[key] = self._told(machine, baseline, deployment, self.told.get(key), failing)

    def _told(
        self,
        machine: Machine,
        baseline: Baseline,
        deployment: Deployment,
        before: ComplianceReport | None,
        failing: set[str],
    ) -> ComplianceReport:
        now, mended = machine.clock.now(), before.enforced_at if before else None
        if machine.name.lower() in failing:
            return ComplianceReport(ERROR, now, mended)
        settings = [
            setting
            for item in self.items.values()
            if item.ci_id in baseline.items and _is_for(item, machine)
            for setting in item.settings
        ]
        wrong = [setting for setting in settings if not _holds(machine, setting)]
        if wrong and deployment.enforced:
            for setting in wrong:
                if setting.remediate:
                    _write(machine, setting)
            mended = now
            wrong = [setting for setting in wrong if not _holds(machine, setting)]
        return ComplianceReport(NON_COMPLIANT if wrong else COMPLIANT, now, mended)

    def statuses(self) -> list[Row]:
        """Rows of SMS_CI_CurrentComplianceStatus: of clients that have told something."""
        return [
            {
                "CI_ID": ci_id,
                "ResourceID": number,
                "UserName": "",
                "ComplianceState": told.state,
                "ComplianceStateName": _NAMES[told.state],
                "IsApplicable": True,
                "IsDetected": True,
                "EnforcementState": 3 if told.enforced_at else 0,
                "LastComplianceMessageTime": _stamp(told.when),
                "LastEnforcementMessageTime": _stamp(told.enforced_at) if told.enforced_at else None,
            }
            for (ci_id, number), told in self.told.items()
        ]

    def baseline_rows(self) -> list[Row]:
        """Rows of SMS_ConfigurationBaselineInfo."""
        return [
            {
                "CI_ID": row.ci_id,
                "LocalizedDisplayName": row.name,
                "LocalizedDescription": row.description,
                "IsLatest": True,
            }
            for row in self.baselines.values()
        ]

    def assignment_rows(self) -> list[Row]:
        """Rows of SMS_BaselineAssignment."""
        return [
            {
                "AssignmentID": row.number,
                "AssignedCIs": [self.baselines[row.baseline].ci_id],
                "EnforcementEnabled": row.enforced,
                "TargetCollectionID": row.collection,
            }
            for row in self.deployments
        ]

    def deploy(self, baseline: str, collection: str, enforced: bool, override_window: bool) -> None:
        self.changes += 1
        number = _FIRST_ASSIGNMENT + len(self.deployments)
        self.deployments.append(Deployment(number, baseline, collection, enforced, override_window))

    def enforce(self, baseline: str, collection: str, enforced: bool) -> None:
        self.changes += 1
        self.deployments = [
            replace(row, enforced=enforced) if (row.baseline, row.collection) == (baseline, collection) else row
            for row in self.deployments
        ]


def _is_for(item: ConfigurationItem, machine: Machine) -> bool:
    """An item without platforms is for all. Windows of a server is never that of a client."""
    kind = machine.registry.text(rf"{_ROOT}\SYSTEM\CurrentControlSet\Control\ProductOptions", "ProductType")
    build = next((first for first in _FIRST_BUILDS if first <= machine.image.build), 0)
    mine = (build, 64 if machine.image.is_64bit else 32) if kind == "WinNT" else (0, 0)
    return not item.platforms or mine in {PLATFORMS[name] for name in item.platforms}


def _place(machine: Machine, setting: Setting) -> tuple[str, View]:
    """The 32-bit client is asked for 64-bit keys by Is64Bit; without it, SOFTWARE is that of 32-bit programs there."""
    redirected = machine.image.is_64bit and not setting.is_64bit and setting.key.lower().startswith("software\\")
    if setting.key.lower().startswith(_WOW.lower()) and machine.image.is_64bit:
        return f"{_ROOT}\\SOFTWARE\\{setting.key[len(_WOW) :]}", View.BIT32
    return f"{_ROOT}\\{setting.key}", View.BIT32 if redirected else View.BIT64


def _holds(machine: Machine, setting: Setting) -> bool:
    """A value that is absent is only told of when the rule says so."""
    path, view = _place(machine, setting)
    value = machine.registry.value(path, setting.value_name, view)
    if value is None:
        return not setting.report_absent
    return value.type is RegistryType.REG_DWORD and value.number == setting.expected


def _write(machine: Machine, setting: Setting) -> None:
    """Without RemediateDword nobody says which type is written: a text, of two readings the less convenient one."""
    path, view = _place(machine, setting)
    name, data = setting.value_name, setting.expected
    machine.write_registry(path, Value.dword(name, data) if setting.dword else Value.text(name, str(data)), view)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

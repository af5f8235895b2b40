# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stage changes on a machine: the difference between the desired values and those that were read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .._data import DesiredValue, WindowsRelease, desired_values, protocols
from .._data.schema_configmgr import Component, Stage
from .._windows.registry import Key, KeyReading, Presence, Registry, Value, View
from .._windows.undo import can_be_kept
from .build import setting
from .state import Setting
from .winhttp import with_tls12, without

COMPONENTS: tuple[Component, ...] = ("schannel", "dotnet", "winhttp")
LEGACY_PROTOCOLS = tuple(row.id for row in protocols() if row.legacy)

__all__ = ["COMPONENTS", "LEGACY_PROTOCOLS", "Change", "Plan", "registry_after", "settings_plan"]


@dataclass(frozen=True)
class Change:
    """One value: ``before`` and ``after`` are None where it is absent. ``component`` says what it belongs to."""

    key: Key
    view: View
    name: str
    before: Value | None
    after: Value | None
    component: str = ""

    @property
    def place(self) -> tuple[View, Key, str]:
        return (self.view, self.key, self.name.lower())

    @property
    def path(self) -> str:
        """The key as a person writes it, with the 32-bit view spelled out."""
        return Setting(self.key, self.view, self.name, Presence.PRESENT).path.rpartition("\\")[0]

    def reversed(self) -> Change:
        return replace(self, before=self.after, after=self.before)

    def as_dict(self) -> dict[str, str | None]:
        return {
            "path": self.path,
            "name": self.name,
            "before": str(self.before) if self.before else None,
            "after": str(self.after) if self.after else None,
        }


@dataclass(frozen=True)
class Plan:
    """The registry changes that bring a machine to a stage.

    ``created``: the topmost keys that come into being, so that going back can remove them.

    ``blocked``: values that could not be read, or not be kept as they are; what cannot be backed up is not changed.
    """

    changes: tuple[Change, ...]
    created: tuple[tuple[View, Key], ...] = ()
    blocked: tuple[Setting, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changes)


def settings_plan(
    registry: Registry,
    release: WindowsRelease,
    stage: Stage,
    components: Sequence[Component],
    legacy: Sequence[str],
    *,
    x64: bool,
) -> Plan:
    """What ``stage`` (enable, disable) has to change. ``legacy``: the protocols that the disable stage turns off.

    ``x64``: whether there is a 32-bit view.
    """
    changes: list[Change] = []
    blocked: list[Setting] = []
    for desired in desired_values(stage, release, x64=x64, components=components, protocols=legacy):
        current = setting(registry, Key(desired.key), View(desired.view), desired.name)
        if current.unreadable:
            blocked.append(current)
            continue
        wanted = _wanted(desired, current, legacy)
        if wanted is None or current.value == wanted:
            continue
        if current.value is not None and not can_be_kept(current.value):
            blocked.append(current)
        else:
            changes.append(Change(current.key, current.view, current.name, current.value, wanted, desired.component))
    by_key = {place: number for number, place in reversed(list(enumerate((item.view, item.key) for item in changes)))}
    changes.sort(key=lambda change: by_key[(change.view, change.key)])
    return Plan(tuple(changes), created_keys(registry, changes), tuple(blocked))


def registry_after(registry: Registry, changes: Iterable[Change]) -> Registry:
    """The registry as it will be read when ``changes`` are made."""
    readings = dict(registry.readings)
    for change in changes:
        known = readings.get((change.view, change.key))
        values = {
            name: value
            for name, value in (known.values if known else {}).items()
            if name.lower() != change.name.lower()
        }
        if change.after is not None:
            values[change.name] = change.after
        readings[(change.view, change.key)] = KeyReading(Presence.PRESENT, values, known.subkeys if known else ())
    seen = set(readings)
    return Registry(readings, registry.missed - seen, registry.refused - seen)


def _wanted(desired: DesiredValue, current: Setting, legacy: Iterable[str]) -> Value | None:
    """The value to have; None when what is there has the effect already, or when nothing need be there."""
    if desired.component == "winhttp":
        return _wanted_winhttp(desired, current, legacy)
    return None if desired.accepts(current.dword) else Value(desired.type, desired.data)


def _wanted_winhttp(desired: DesiredValue, current: Setting, legacy: Iterable[str]) -> Value | None:
    """Bits are added or taken out one by one, so that nothing else that an owner chose is lost."""
    if current.dword is None and desired.only_when_set:
        return None
    wanted = with_tls12(current.dword)
    return Value(desired.type, without(wanted, legacy) if desired.stage == "disable" else wanted)


def created_keys(registry: Registry, changes: Iterable[Change]) -> tuple[tuple[View, Key], ...]:
    """The topmost absent key above each change, as far up as the visit asked."""
    created: dict[tuple[View, Key], None] = {}
    for change in changes:
        key: Key | None = change.key
        topmost = None
        while (
            key is not None
            and (change.view, key) in registry.missed
            and registry.key(key, change.view).presence is Presence.ABSENT
        ):
            topmost, key = key, key.parent
        if topmost is not None:
            created[(change.view, topmost)] = None
    return tuple(created)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values a baseline wants, on which kinds of Windows: the same rows that a visit would write.

A baseline repairs by Equals only: it writes the value and knows no bits. So each of its values is the whole one.
Source: Microsoft, "Create custom configuration items for Windows desktop and server computers".
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .._data import DesiredValue, WindowsRelease, desired_values, windows_releases
from .._data.load import load_table
from .._data.schema_baseline import BaselineBack, BaselineWindows
from .._data.schema_configmgr import Component
from .._tls.winhttp import with_tls12, without

__all__ = ["BaselineValue", "Item", "BaselineSpec", "items", "kept"]

_SOFTWARE, _WOW = "SOFTWARE\\", "SOFTWARE\\WOW6432Node\\"


@dataclass(frozen=True)
class BaselineSpec:
    """What a baseline is to set.

    ``stage``: enable or disable; disable wants the values of enable as well, so that one baseline does for a client.

    ``back``: what takes the stage back. ``protocols``: those that the disable stage turns off.
    """

    stage: str
    components: tuple[Component, ...]
    protocols: tuple[str, ...]
    back: bool = False

    @property
    def title(self) -> str:
        return f"take {self.stage} back" if self.back else self.stage


@dataclass(frozen=True)
class BaselineValue:
    """A REG_DWORD below HKLM. ``key``: the 32-bit view is written out."""

    key: str
    name: str
    data: int

    @property
    def title(self) -> str:
        """A name of its own within an item."""
        place = self.key.partition("\\Protocols\\")[2].replace("\\", " ") or self.key.rpartition("\\")[2]
        return f"{place}{' 32-bit' if self.key.startswith(_WOW) else ''} {self.name}"


@dataclass(frozen=True)
class Item:
    """One configuration item: for the Windows of ``platforms``, names with wildcards. ``is_64bit`` of these kinds."""

    kinds: tuple[str, ...]
    platforms: tuple[str, ...]
    is_64bit: bool
    values: tuple[BaselineValue, ...]


def items(wanted: BaselineSpec) -> tuple[Item, ...]:
    """One for each kind of Windows that differs from the others; none for a kind of which nothing is wanted."""
    alike: dict[tuple[bool, tuple[BaselineValue, ...]], list[BaselineWindows]] = {}
    for row in load_table("baseline_windows", BaselineWindows):
        if values := tuple(_values(row, wanted)):
            alike.setdefault((row.wow, values), []).append(row)
    return tuple(
        Item(
            tuple(row.title for row in rows),
            tuple(name for row in rows for name in row.platforms),
            is_64bit,
            values,
        )
        for (is_64bit, values), rows in alike.items()
    )


def kept(wanted: BaselineSpec) -> tuple[tuple[str, str], ...]:
    """What no baseline can take back: names of values, and why."""
    if not wanted.back or wanted.stage != "enable":
        return ()
    # On any Windows; these are those of .NET.
    values = _desired("enable", _releases()["win81_ws2012r2"], wanted, wow=True)
    found = {(value.key, value.name): _back()[value.setting].why for value in values}
    return tuple((rf"{key}\{name}", why) for (key, name), why in found.items() if why)


def _values(row: BaselineWindows, wanted: BaselineSpec) -> Iterator[BaselineValue]:
    found: dict[tuple[str, str], BaselineValue] = {}
    for value, data in _with_data(row, wanted):
        made = BaselineValue(_key(value), value.name, data)
        # Of WinHTTP's value the last stage decides; every other is in one stage only.
        found[(made.key, made.name)] = made
    before = {(_key(value), value.name): value.data for value in _common(row, "enable", wanted)}
    for place, made in found.items():
        # What would be taken back to what the stage has set is no going back.
        if not (wanted.back and wanted.stage == "enable" and before.get(place) == made.data):
            yield made


def _with_data(row: BaselineWindows, wanted: BaselineSpec) -> Iterator[tuple[DesiredValue, int]]:
    if wanted.stage == "disable" or not wanted.back:
        yield from ((value, value.data) for value in _common(row, "enable", wanted))
    if wanted.back:
        for value in _common(row, wanted.stage, wanted):
            data = _data_back(value, [_releases()[name] for name in row.windows])
            if data is not None:
                yield value, data
    elif wanted.stage == "disable":
        for value in _common(row, "disable", wanted):
            is_bits = value.component == "winhttp"
            yield value, without(with_tls12(None), wanted.protocols) if is_bits else value.data


def _common(row: BaselineWindows, stage: str, wanted: BaselineSpec) -> list[DesiredValue]:
    """What all releases behind a platform want: a build never gets a value for a protocol that it does not have."""
    each = [_desired(stage, _releases()[name], wanted, wow=row.wow) for name in row.windows]
    shared = set.intersection(*({(value.key, value.view, value.name) for value in values} for values in each))
    return [value for value in each[0] if (value.key, value.view, value.name) in shared]


def _desired(stage: str, release: WindowsRelease, wanted: BaselineSpec, *, wow: bool) -> Sequence[DesiredValue]:
    values = desired_values(
        "disable" if stage == "disable" else "enable",
        release,
        x64=wow,
        components=wanted.components,
        protocols=wanted.protocols,
    )
    return [value for value in values if not value.only_when_set]


def _data_back(value: DesiredValue, releases: Iterable[WindowsRelease]) -> int | None:
    """The value with the effect of the former one; None where there is none."""
    to = _back()[value.setting].to
    if to == "kept":
        return None
    if to == "off":
        return 0
    if to == "enabled":
        return with_tls12(None)
    if value.protocol is None or value.side is None:
        return next(release.winhttp.default for release in releases)
    states = {release.protocols[value.protocol][value.side] for release in releases} - {"uncertain"}
    # What is off by default is there for programs that ask for it by name: Enabled is not 0 then.
    return 1 if value.name == "Enabled" else int(states != {"enabled"})


@functools.cache
def _releases() -> dict[str, WindowsRelease]:
    return {row.id: row for row in windows_releases()}


@functools.cache
def _back() -> dict[str, BaselineBack]:
    return {row.id: row for row in load_table("baseline_back", BaselineBack)}


def _key(value: DesiredValue) -> str:
    path = value.key.partition("\\")[2]
    return path if value.view == 64 else _WOW + path[len(_SOFTWARE) :]

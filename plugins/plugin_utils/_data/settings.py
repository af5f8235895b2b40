# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry values that a stage wants on one machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import get_args

from .load import load_table
from .schema import Side, WindowsRelease
from .schema_configmgr import (
    Component,
    DesiredValue,
    SettingRow,
    Stage,
)

STAGES: tuple[Stage, ...] = get_args(Stage)


def setting_rows(stage: Stage, components: Iterable[str] | None = None) -> tuple[SettingRow, ...]:
    """The rows of settings.yml for a stage, all components or the named ones."""
    wanted = None if components is None else set(components)
    rows = load_table("settings", SettingRow)
    return tuple(row for row in rows if row.stage == stage and (wanted is None or row.component in wanted))


def keys_of(row: SettingRow) -> tuple[str, ...]:
    """Every key that the row stands for, on all builds of Windows."""
    if not row.protocols:
        return (row.key,)
    return tuple(_key(row, protocol, side) for protocol in row.protocols for side in row.sides)


def desired_values(
    stage: Stage,
    windows: WindowsRelease,
    *,
    x64: bool,
    components: Iterable[Component] | None = None,
    protocols: Iterable[str] | None = None,
) -> tuple[DesiredValue, ...]:
    """What ``stage`` wants on a machine with this Windows, each value once, in the order of the table.

    ``x64``: whether there is a 32-bit view. ``protocols`` narrows the disable stage to the named ones (the enable
    stage is about TLS 1.2 only). Protocols that the build does not have never get values. A row that this build
    does not need gives values that are ``only_when_set``.
    """
    narrowed = None if protocols is None else set(protocols)
    found: list[DesiredValue] = []
    for row in setting_rows(stage, components):
        only_when_set = row.when == "winhttp_needs_value" and not windows.winhttp.needs_value
        for protocol, side in _places(row, windows):
            if narrowed is None or stage == "enable" or protocol is None or protocol in narrowed:
                found += _values(row, protocol, side, x64, only_when_set)
    return tuple(found)


def _key(row: SettingRow, protocol: str, side: Side) -> str:
    """SCHANNEL's subkeys are spelled Client and Server."""
    return row.key.replace("{protocol}", protocol).replace("{side}", side.capitalize())


def _places(row: SettingRow, windows: WindowsRelease) -> Iterator[tuple[str | None, Side | None]]:
    if not row.protocols:
        yield None, None
    for protocol in row.protocols:
        for side in row.sides:
            if windows.protocols.get(protocol, {}).get(side, "not_supported") != "not_supported":
                yield protocol, side


def _values(
    row: SettingRow, protocol: str | None, side: Side | None, x64: bool, only_when_set: bool
) -> Iterator[DesiredValue]:
    key = row.key if protocol is None or side is None else _key(row, protocol, side)
    for view in row.views:
        if view == 64 or x64:
            yield DesiredValue(
                setting=row.id,
                component=row.component,
                stage=row.stage,
                key=key,
                view=view,
                name=row.name,
                type=row.type,
                data=row.data,
                accept=row.accept,
                restart=row.restart,
                sources=row.sources,
                protocol=protocol,
                side=side,
                only_when_set=only_when_set,
            )

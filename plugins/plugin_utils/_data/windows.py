# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookups about Windows, its updates and the .NET Framework."""

from __future__ import annotations

import dataclasses

from .load import load_table
from .schema import (
    DotnetRelease,
    DotnetRequirement,
    Product,
    ProtocolRow,
    ProtocolState,
    Update,
    WindowsRelease,
)
from .site import latest_from


def protocols() -> tuple[ProtocolRow, ...]:
    """Every protocol, oldest first."""
    return tuple(sorted(load_table("protocols", ProtocolRow), key=lambda row: row.rank))


def windows_releases() -> tuple[WindowsRelease, ...]:
    """Every row of windows.yml."""
    return load_table("windows", WindowsRelease)


def windows_release(build: int, product: Product) -> WindowsRelease | None:
    """What Windows build ``build`` does by default.

    A build that is not in the table gets the nearest older row of the same product with ``assumed`` set, and with
    everything uncertain that Microsoft may have turned off since; None when it is older than every row of that product.
    """
    best: tuple[int, WindowsRelease] | None = None
    for row in windows_releases():
        if row.product not in (product, "both"):
            continue
        if build in row.builds:
            return row
        for known in row.builds:
            if known < build and (best is None or known > best[0]):
                best = (known, row)
    return _doubted(best[1]) if best else None


def _doubted(row: WindowsRelease) -> WindowsRelease:
    legacy = {protocol.id for protocol in protocols() if protocol.legacy}
    doubtful: dict[Product, ProtocolState] = {"client": "uncertain", "server": "uncertain"}
    states = {
        protocol: doubtful if protocol in legacy and "enabled" in sides.values() else sides
        for protocol, sides in row.protocols.items()
    }
    return dataclasses.replace(row, protocols=states, winhttp=row.winhttp.doubted(), assumed=True)


def dotnet_version(release: int) -> DotnetRelease | None:
    """The .NET Framework version for a Release number; None below 4.5."""
    older = [row for row in load_table("dotnet", DotnetRelease) if row.min_release <= release]
    return max(older, key=lambda row: row.min_release, default=None)


def dotnet_requirement(configmgr: int | None, *, full: bool) -> DotnetRequirement:
    """The .NET Framework that a ConfigMgr release (2309) asks for; None when the release is not known.

    ``full``: for a machine with a role that asks for more than the others. Releases older than the table get its
    oldest row.
    """
    rows = [row for row in load_table("dotnet_requirements", DotnetRequirement) if full or row.need == "base"]
    if configmgr is None:
        return max((row for row in rows if row.when_unknown), key=lambda row: row.configmgr_from)
    oldest = min(rows, key=lambda row: row.configmgr_from)
    return latest_from(rows, configmgr, lambda row: row.configmgr_from) or oldest


def updates() -> tuple[Update, ...]:
    """Every row of updates.yml."""
    return load_table("updates", Update)


def update(kb: str) -> Update:
    """The update with this KB number; KeyError when the table does not have it."""
    for row in updates():
        if row.kb == kb:
            return row
    raise KeyError(kb)


def _update_for(component: str, windows_id: str) -> Update | None:
    return next((row for row in updates() if row.component == component and windows_id in row.windows), None)


def net35_update(windows_id: str) -> Update | None:
    """The update after which .NET Framework 3.5 obeys SystemDefaultTlsVersions there; None where none is needed."""
    return _update_for("net35", windows_id)


def net45_update(windows_id: str) -> Update | None:
    """The update after which .NET Framework 4.5 speaks TLS 1.2 there; None where none is known."""
    return _update_for("net45", windows_id)


def wsus_update(windows_id: str) -> Update | None:
    """The update that WSUS needs there; None where it is built in."""
    return _update_for("wsus", windows_id)


def revision_updates(build: int) -> tuple[Update, ...]:
    """The updates that a revision (UBR) of this build of Windows shows, those of the .NET Framework apart."""
    return tuple(row for row in updates() if build in row.detect.min_revisions and row.component != "net35")

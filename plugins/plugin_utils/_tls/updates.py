# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which packages mend what an audit found of a machine, and in which order they go on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._data import (
    Package,
    Version,
    dotnet_requirement,
    package,
    packages,
    role,
    sql_client,
    sql_client_requirement,
    sql_tls12,
    update,
)
from .._data import roles as known_roles
from .finding import Finding, Status
from .state import HostState

__all__ = ["Installed", "NeededPackage", "Open", "Selection", "fits", "is_installed", "select"]


@dataclass(frozen=True)
class Installed:
    """What a machine shows of packages beyond its TLS state.

    ``runtimes``: versions of the Visual C++ runtime by architecture; ``updates``: numbers (KB3154518) that Windows
    lists as installed; ``clustered``: registry keys of the SQL Server instances that run in a failover cluster,
    or do not tell.
    """

    runtimes: Mapping[str, Version] = field(default_factory=dict)
    updates: Collection[str] = ()
    clustered: Collection[str] = ()


@dataclass(frozen=True)
class NeededPackage:
    """A package that goes on the machine. ``reasons``: the findings that ask for it, the packages that need it, or
    C(requested).
    """

    package: Package
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Open:
    """A finding or a requested package for which nothing can be installed, and why."""

    subject: str
    code: str
    phrase: str
    remedy: str

    def as_dict(self) -> dict[str, Any]:
        return {"subject": self.subject, "code": self.code, "phrase": self.phrase, "remedy": self.remedy}


@dataclass(frozen=True)
class Selection:
    """The packages that a machine needs, and what no package mends.

    ``needs`` in the order of installing: what a package needs comes before it.
    """

    needs: tuple[NeededPackage, ...]
    open: tuple[Open, ...]


def select(
    state: HostState,
    findings: Sequence[Finding],
    release: int | None,
    *,
    installed: Installed,
    available: Collection[str],
    roles: Collection[str] = (),
    requested: Sequence[str] = (),
    sql_server: bool = False,
) -> Selection:
    """What is to be installed on a machine.

    ``release``: the ConfigMgr release where the machine does not tell it. ``roles``: those of the machine besides what
    it shows itself. ``available``: the packages that the owner
    has files of. ``requested``: when given, only these, and also those that no finding asks for. ``sql_server``:
    whether SQL Server itself may be updated.
    """
    release = state.configmgr.release or release
    asked = _UpdateInput(release, {*roles, *state.roles})
    reasons: dict[str, list[str]] = {}
    left: list[Open] = []
    for finding in findings:
        if finding.fix == "update" and finding.status is Status.FAIL:
            for group in _candidates(state, finding.id, asked, requested):
                if (hindrance := _hindrance(finding.id, group[0], state, installed, sql_server)) is not None:
                    left.append(hindrance)
                else:
                    _choose(finding.id, group, available, reasons, left)
            if not any(_candidates(state, finding.id, asked, ())):
                left.append(_nothing_fits(finding))
    for name in requested:
        row = package(name)
        if name in reasons or not fits(row, state) or is_installed(row, state, installed):
            continue
        if (hindrance := _hindrance(name, row, state, installed, sql_server)) is not None:
            left.append(hindrance)
        elif name not in available:
            left.append(_no_file(name, row))
        elif row.component != "wsus" or state.wsus is not None:
            reasons[name] = ["requested"]
    _add_what_they_need(state, installed, available, reasons, left)
    needs = [NeededPackage(row, tuple(reasons[row.id])) for row in _in_order(reasons)]
    return Selection(tuple(needs), tuple(dict.fromkeys(left)))


def fits(row: Package, state: HostState) -> bool:
    """Whether the package is one for this Windows and its architecture."""
    windows = state.windows
    return windows.architecture in row.architectures and (not row.builds or windows.build in row.builds)


def is_installed(row: Package, state: HostState, installed: Installed) -> bool | None:
    """Whether the machine has what the package brings, or something later; None when it cannot tell."""
    if row.component == "dotnet":
        return (state.dotnet.release or 0) >= (row.release or 0)
    if row.component == "visual_cpp":
        version = installed.runtimes.get(row.runtime or "")
        return version is not None and row.version is not None and version.full_key >= row.version.full_key
    if row.component == "sql_client":
        return _client_installed(row, state)
    if row.component == "sql_server":
        return not any(_covers(row, item.version) for item in state.sql_instances)
    if row.component == "hotfix":
        return True if row.update in installed.updates else None
    version = state.wsus.version if row.component == "wsus" and state.wsus else state.file_versions.get("winhttp")
    least = update(row.update or "").detect.min_versions.get(state.windows.build or 0)
    return None if version is None or least is None else version.full_key >= least.full_key


def _client_installed(row: Package, state: HostState) -> bool:
    component = sql_client(row.client or "")
    version = next((item.version for item in state.sql_clients if item.id == component.id), None)
    if version is None or row.version is None or version.full_key in [bad.full_key for bad in row.never]:
        return False
    return component.key(version) >= component.key(row.version)


def _covers(row: Package, version: Version | None) -> bool:
    return version is not None and row.product is not None and row.product.covers(version)


@dataclass(frozen=True)
class _UpdateInput:
    """What decides how much a machine needs."""

    release: int | None
    roles: Collection[str]


def _candidates(
    state: HostState, finding: str, asked: _UpdateInput, requested: Sequence[str]
) -> Iterable[list[Package]]:
    """Groups of packages: one of each group mends the finding, the first is the best."""
    rows = [row for row in packages() if finding in row.findings and fits(row, state) and _enough(row, state, asked)]
    if requested:
        rows = [row for row in rows if row.id in requested]
    # Each product of SQL Server on the machine has a package of its own; of all others one is enough.
    engines = [[row] for row in rows if row.is_engine]
    others = [row for row in rows if not row.is_engine]
    return [*engines, *([others] if others else [])]


def _enough(row: Package, state: HostState, asked: _UpdateInput) -> bool:
    """Whether the package brings as much as this machine needs."""
    if row.component == "dotnet":
        full = any(item.needs.dotnet == "full" for item in known_roles() if item.id in asked.roles)
        return (row.release or 0) >= dotnet_requirement(asked.release, full=full).min_release
    if row.component == "sql_client" and row.version is not None:
        needed = sql_client_requirement(row.client or "", asked.release)
        key = sql_client(row.client or "").key
        return needed is None or needed.min is None or key(row.version) >= key(needed.min)
    if row.component == "sql_server":
        return any(_covers(row, item.version) and _engine_is_old(row, item) for item in state.sql_instances)
    return True


def _engine_is_old(row: Package, item: Any) -> bool:
    if "sql-express-build" in row.findings:
        least = role("secondary_site").needs.sql_express_min
        return item.express and least is not None and item.version.product_key < least.product_key
    capable, _branch = sql_tls12(item.version)
    return capable is False


def _hindrance(subject: str, row: Package, state: HostState, installed: Installed, sql_server: bool) -> Open | None:
    """Why an engine of SQL Server is not updated, whatever files there are."""
    if not row.is_engine:
        return None
    if any(item.key in installed.clustered and _covers(row, item.version) for item in state.sql_instances):
        return _engine_clustered(subject, row)
    return None if sql_server else _engine_off(subject, row)


def _choose(
    finding: str,
    group: Sequence[Package],
    available: Collection[str],
    reasons: dict[str, list[str]],
    left: list[Open],
) -> None:
    here = [row for row in group if row.id in available]
    if here:
        reasons.setdefault(here[0].id, []).append(finding)
    else:
        left.append(_no_file(finding, group[0]))


def _add_what_they_need(
    state: HostState,
    installed: Installed,
    available: Collection[str],
    reasons: dict[str, list[str]],
    left: list[Open],
) -> None:
    """A package whose needs cannot be met is taken out: it would fail on the machine."""
    waiting = list(reasons)
    while waiting:
        name = waiting.pop(0)
        missing = _not_there(package(name).needs, state, installed)
        absent = [need for need in missing if need not in available]
        if absent:
            del reasons[name]
            left.append(_no_file(name, package(absent[0])))
            continue
        early = [row for row in _not_there(package(name).after, state, installed) if row in available]
        for need in [*missing, *early]:
            if need not in reasons:
                waiting.append(need)
            reasons.setdefault(need, []).append(name)


def _not_there(names: Sequence[str], state: HostState, installed: Installed) -> list[str]:
    rows = [package(name) for name in names]
    return [row.id for row in rows if fits(row, state) and is_installed(row, state, installed) is not True]


def _in_order(names: Collection[str]) -> list[Package]:
    # The table is in the order of installing; a test holds it to its needs.
    return [row for row in packages() if row.id in names]


def _engine_off(subject: str, row: Package) -> Open:
    return Open(
        subject,
        "sql_server_not_asked",
        f"{row.title} would mend it, and SQL Server is not updated unless that is asked for",
        "Agree on a downtime with the owners of the databases, and switch the update of SQL Server on.",
    )


def _engine_clustered(subject: str, row: Package) -> Open:
    return Open(
        subject,
        "sql_server_cluster",
        f"{row.title} would mend it, and an instance that it patches runs in a failover cluster, or does not tell",
        "Patch its nodes one by one, the passive ones first, as SQL Server's documentation says, and run it again. "
        "Where there is no cluster, let the account read the instance's key below that of Microsoft SQL Server.",
    )


def _no_file(subject: str, row: Package) -> Open:
    return Open(
        subject,
        "no_file",
        f"the manifest has no file for the package {row.id} ({row.title})",
        f"Get the file ({', '.join(row.files)}) from Microsoft, put it to the others, and write the manifest anew.",
    )


def _nothing_fits(finding: Finding) -> Open:
    return Open(
        finding.id,
        "no_package",
        "no package of the catalogue mends it on this Windows",
        finding.remedy,
    )

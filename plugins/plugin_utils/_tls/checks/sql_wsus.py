# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL Server, its client components, and WSUS."""

from __future__ import annotations

from ..._data import (
    KnownBad,
    Version,
    known_bad_clients,
    role,
    roles,
    sql_branch,
    sql_client,
    sql_client_requirement,
    sql_client_requirements,
    sql_fault,
    sql_newer,
    sql_support,
    sql_tls12,
    wsus_update,
)
from ..finding import CheckResult, Evidence, Reason, Status
from ..requirement import Requirement
from ..state import SqlClientState, SqlInstance
from .base import LEVELS, WHERE_RELEASE_UNKNOWN, Context, answer, fail, not_applicable, passed, unknown, warn

__all__ = [
    "client_component",
    "known_bad_client",
    "other_clients",
    "server_build",
    "server_express",
    "server_supported",
    "wsus_build",
]


def _instance_evidence(instances: list[SqlInstance]) -> list[Evidence]:
    return [
        Evidence(
            rf"HKLM\SOFTWARE\Microsoft\Microsoft SQL Server\{item.key}\Setup\PatchLevel",
            str(item.version or "not read"),
        )
        for item in instances
    ]


def server_build(context: Context, requirement: Requirement) -> CheckResult:
    """Every instance of the machine, whoever it belongs to: its login is encrypted even when nothing else is
    (KB3135244).
    """
    expected = "every SQL Server instance at a build with TLS 1.2 (KB3135244)"
    instances = list(context.state.sql_instances)
    if not instances:
        if {"site_database", "component_database"}.intersection(context.roles):
            return unknown(
                expected,
                "no instance found",
                "instance_not_found",
                "the machine is a database server, and no SQL Server instance was found in its registry",
            )
        return not_applicable("no SQL Server instance")
    old, unsure, newer, reasons = [], [], [], []
    for item in instances:
        capable, branch = sql_tls12(item.version) if item.version else (None, None)
        if capable is False:
            old.append(item)
            needed = (
                f", {branch.product} {branch.branch} needs {branch.min_build or 'a later service pack'}"
                if branch
                else ""
            )
            fault = sql_fault(item.version) if item.version else None
            needed += f" ({fault.reason}, {fault.update})" if fault else ""
            reasons.append(Reason("sql_too_old", f"instance {item.name} has build {item.version}{needed}"))
        elif capable is None:
            unsure.append(item)
            reasons.append(Reason("sql_build_unknown", f"the build of instance {item.name} is not known"))
        elif item.version and branch and sql_newer(item.version):
            newer.append(item)
            phrase = f"instance {item.name} ({item.version}) is newer than what is known: it counts as {branch.product}"
            reasons.append(Reason("sql_newer", phrase))
    actual = ", ".join(f"{item.name} {item.version or 'unknown'}" for item in instances)
    if old:
        return answer(Status.FAIL, expected, actual, reasons, _instance_evidence([*old, *unsure]))
    if unsure:
        return answer(Status.UNKNOWN, expected, actual, reasons, _instance_evidence(unsure))
    if newer:
        return answer(Status.WARN, expected, actual, reasons, _instance_evidence(newer))
    return passed(expected, actual)


def server_supported(context: Context, requirement: Requirement) -> CheckResult:
    """About support by ConfigMgr and Microsoft; it says nothing against TLS 1.2."""
    expected = "SQL Server at a version and build that ConfigMgr supports"
    known = [item for item in context.state.sql_instances if item.version]
    if not known:
        return not_applicable("no SQL Server instance with a build that is known")
    reasons = [
        Reason("sql_unsupported", f"instance {item.name} ({item.version}): {phrase}")
        for item in known
        if item.version and (phrase := _unsupported(item.version, context.release, express=item.express))
    ]
    actual = ", ".join(f"{item.name} {item.version}" for item in known)
    return (
        answer(Status.WARN, expected, actual, reasons, _instance_evidence(known))
        if reasons
        else passed(expected, actual)
    )


def _unsupported(version: Version, release: int | None, *, express: bool) -> str | None:
    branch = sql_branch(version)
    if branch is None or sql_newer(version):
        return "newer than what is known, or not known at all"
    support = sql_support(branch.product, "secondary_site" if express else "site_database")
    what = f"SQL Server {branch.product}{' Express' if express else ''}"
    if support is None:
        return f"ConfigMgr does not support {what}"
    if support.min_build and version.product_key < support.min_build.product_key:
        return f"ConfigMgr supports {what} from build {support.min_build} on"
    if release is not None and support.configmgr_from is not None and release < support.configmgr_from:
        return f"ConfigMgr supports {what} from {support.configmgr_from} on"
    if support.ended:
        return f"Microsoft's support of SQL Server {branch.product} ended on {support.ended}, paid updates apart"
    if release is not None and support.deprecated_from is not None and release >= support.deprecated_from:
        return f"ConfigMgr {release} still works with {what} and warns of it"
    return None


def server_express(context: Context, requirement: Requirement) -> CheckResult:
    minimum = role("secondary_site").needs.sql_express_min
    express = [item for item in context.state.sql_instances if item.express]
    expected = f"SQL Server Express of the secondary site at {minimum} or later"
    if not express:
        return not_applicable("no instance CONFIGMGRSEC: the secondary site uses a full SQL Server")
    unsure = [item for item in express if item.version is None]
    actual = ", ".join(f"{item.name} {item.version or 'unknown'}" for item in express)
    if unsure:
        return unknown(
            expected,
            actual,
            "sql_build_unknown",
            "the build of SQL Server Express could not be read",
            _instance_evidence(unsure),
        )
    old = [item for item in express if item.version and minimum and item.version.product_key < minimum.product_key]
    if old:
        return fail(
            expected,
            actual,
            "sql_too_old",
            "SQL Server Express of the secondary site is older than ConfigMgr asks for",
            _instance_evidence(old),
        )
    return passed(expected, actual)


def _installed(context: Context, client: str) -> SqlClientState | None:
    return next((item for item in context.state.sql_clients if item.id == client), None)


def client_component(context: Context, requirement: Requirement) -> CheckResult:
    """The driver that the row names as ``client``, as the site's ConfigMgr release asks for it in
    C(sql_client_requirements.yml): where that has no row for the driver, no release asks.
    """
    component = sql_client(requirement.client)
    needed = sql_client_requirement(component.id, context.release)
    installed = _installed(context, component.id)
    if needed is None or not needed.needed or needed.min is None:
        return not_applicable(f"ConfigMgr {context.release or ''} does not need {component.title}".replace("  ", " "))
    expected, actual = f"{component.title} {needed.min} or later", installed.text if installed else "not installed"
    evidence = [Evidence(rf"HKLM\SOFTWARE\Microsoft\{component.registry_key}\{component.value}", actual)]
    if installed and installed.version is None:
        return unknown(
            expected, actual, "version_unknown", f"the version of {component.title} could not be read", evidence
        )
    if installed and installed.version and component.key(installed.version) >= component.key(needed.min):
        return passed(expected, actual)
    if component.id == "odbc18" and context.state.newer_drivers:
        newer = ", ".join(context.state.newer_drivers)
        return warn(
            expected,
            newer,
            "driver_newer",
            f"{newer} is newer than the newest driver that is known: whether this ConfigMgr uses it is not",
            evidence,
        )
    code = "client_too_old" if installed else "client_missing"
    phrase = f"{component.title} is {'older than' if installed else 'not installed, and needed at'} {needed.min}"
    phrase += f" ({LEVELS[needed.level]})"
    if context.release is None and (not installed or _speaks_tls12(component.id, installed.version)):
        return warn(
            expected,
            actual,
            "release_unknown",
            f"{phrase}{WHERE_RELEASE_UNKNOWN}",
            evidence,
        )
    return fail(expected, actual, code, phrase, evidence)


def _speaks_tls12(client: str, version: Version | None) -> bool:
    component = sql_client(client)
    if component.tls12 == "always":
        return True
    if component.tls12 != "from_version" or version is None:
        return False
    return any(
        low.minors[0] <= version.minor <= low.minors[1] and component.key(version) >= component.key(low.version)
        for low in component.min_tls12
    )


def known_bad_client(context: Context, requirement: Requirement) -> CheckResult:
    bad = [
        (item, row)
        for item in context.state.sql_clients
        for row in known_bad_clients()
        if row.client == item.id and item.version and item.version.full_key == row.version.full_key
    ]
    expected = "no client component version that is known to break ConfigMgr"
    suspects = {row.client for row in known_bad_clients()}
    unsure = [item for item in context.state.sql_clients if item.id in suspects and item.version is None]
    if not bad and unsure:
        titles = ", ".join(sql_client(item.id).title for item in unsure)
        return unknown(expected, "version not told", "version_unknown", f"the version of {titles} could not be read")
    if not bad:
        return passed(expected, "none")
    reasons = [
        Reason(
            "known_bad",
            f"{sql_client(item.id).title} {item.text}: {row.reason}; use {_alternatives(row)}",
        )
        for item, row in bad
    ]
    return answer(
        Status.FAIL, expected, ", ".join(f"{sql_client(item.id).title} {item.text}" for item, _row in bad), reasons
    )


def _alternatives(row: KnownBad) -> str:
    first, *others = map(str, row.alternatives)
    return " or ".join([f"{first} or later", *others])


def _asked_of(context: Context) -> frozenset[str]:
    """The drivers that :func:`client_component` judges on this machine: its release and a role of it ask for them."""
    if not any(row.needs.sql_client == "yes" for row in roles() if row.id in context.roles):
        return frozenset()
    return frozenset(row.client for row in sql_client_requirements(context.release) if row.needed and row.min)


def other_clients(context: Context, requirement: Requirement) -> CheckResult:
    """Drivers that ConfigMgr does not use on this machine; other software there may."""
    asked = _asked_of(context)
    old, reasons = [], []
    for item in context.state.sql_clients:
        component = sql_client(item.id)
        if item.id in asked or component.tls12 not in ("from_version", "never"):
            continue
        if not _speaks_tls12(item.id, item.version):
            old.append(f"{component.title} {item.text}")
            reasons.append(Reason("driver_without_tls12", f"{component.title} {item.text} does not speak TLS 1.2"))
    expected = "every other SQL client component able to use TLS 1.2"
    if old:
        return answer(Status.WARN, expected, ", ".join(old), reasons)
    return (
        passed(expected, "as expected")
        if context.state.sql_clients
        else not_applicable("no other SQL client component")
    )


def wsus_build(context: Context, requirement: Requirement) -> CheckResult:
    release, wsus = context.state.windows.release, context.state.wsus
    kb = wsus_update(release.id) if release else None
    if release is None:
        return unknown(
            "WSUS with TLS 1.2",
            "unknown Windows",
            "windows_unknown",
            "which update WSUS needs depends on the Windows version",
        )
    expected = f"update {kb.kb} or a later monthly rollup on the WSUS server" if kb else "WSUS with TLS 1.2"
    needs_more = kb is not None or not release.wsus_tls12
    if wsus is None and needs_more and "software_update_point" in context.roles:
        return unknown(
            expected,
            "WSUS not found",
            "wsus_not_found",
            "the machine is a software update point, and WSUS was not found in its registry",
        )
    if wsus is None:
        return not_applicable("WSUS is not installed on this machine")
    if not release.wsus_tls12:
        return fail(
            expected,
            f"WSUS of {context.state.windows.name}",
            "wsus_without_tls12",
            "WSUS 3.0 SP2 does not support TLS 1.2, and no update adds it: move it to Windows Server 2012 or later",
        )
    if kb is None:
        return passed(expected, "part of this Windows")
    minimum = kb.detect.min_versions.get(context.state.windows.build or 0)
    if wsus.version is None or minimum is None:
        return unknown(
            expected,
            "file version not read",
            "file_version_unknown",
            "the version of WsusService.exe could not be read",
        )
    if wsus.version.full_key >= minimum.full_key:
        return passed(expected, f"WsusService.exe {wsus.version}")
    return fail(
        expected,
        f"WsusService.exe {wsus.version}",
        "update_missing",
        f"WSUS update {kb.kb} is missing: WSUS cannot use TLS 1.2",
        [Evidence(r"C:\Program Files\Update Services\Services\WsusService.exe", str(wsus.version))],
    )

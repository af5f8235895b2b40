# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine itself: Windows version, restarts, roles, what could not be read."""

from __future__ import annotations

from ..._data import configmgr_supported, revision_updates, role, sql_client
from ..finding import CheckResult, Evidence, Reason, Status
from ..journal import last_of_settings, restarted_since
from ..requirement import Requirement
from .base import Context, answer, fail, not_applicable, passed, unknown, warn

__all__ = [
    "application_catalog",
    "client_platforms",
    "readable",
    "release_known",
    "restart_pending",
    "restarted",
    "revision_updates_installed",
    "windows_known",
    "windows_supported",
]

_BUILD = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\CurrentBuild"
# Editions of Windows with long-term servicing: EnterpriseS, EnterpriseSN, IoTEnterpriseS.
_LONG_TERM = ("EnterpriseS", "IoTEnterpriseS")


def windows_known(context: Context, requirement: Requirement) -> CheckResult:
    """What Windows does without settings is only known for the builds of the table."""
    windows = context.state.windows
    expected, actual = "a Windows build whose defaults are known", f"{windows.name}, build {windows.build}"
    evidence = [Evidence(_BUILD, str(windows.build))]
    if windows.release is None:
        phrase = "this Windows build is not known: what it does without settings cannot be told"
        return unknown(expected, actual, "windows_unknown", phrase, evidence)
    if windows.release.assumed:
        phrase = (
            f"this build is not in the tables: it counts as {windows.release.names[-1]}, and what Windows may have "
            "turned off since is not known"
        )
        return warn(expected, actual, "windows_assumed", phrase, evidence)
    return passed(expected, actual)


def windows_supported(context: Context, requirement: Requirement) -> CheckResult:
    """About support by ConfigMgr; it says nothing against TLS 1.2."""
    windows = context.state.windows
    expected = "a Windows version that ConfigMgr supports"
    if windows.release is None:
        return not_applicable("this Windows is not known")
    site_system = context.roles - {"client", "admin_console"}
    phrase = _unsupported_site_system(context, site_system) if site_system else _unsupported_client(context)
    if phrase is None:
        return passed(expected, windows.name)
    return warn(expected, windows.name, "windows_unsupported", phrase, [Evidence(_BUILD, str(windows.build))])


def _unsupported_site_system(context: Context, roles: frozenset[str]) -> str | None:
    name, release = context.state.windows.name, context.state.windows.release
    if release is None:
        return None
    support, site = release.configmgr, context.release
    if site is not None and support.site_system_blocked_from is not None and site >= support.site_system_blocked_from:
        return f"ConfigMgr {support.site_system_blocked_from} and later cannot be installed with site systems on {name}"
    if support.site_system == "no" or (
        support.site_system == "distribution_point_only" and roles - {"distribution_point"}
    ):
        return f"ConfigMgr does not support site systems on {name}"
    if site is not None and support.site_system_from is not None and site < support.site_system_from:
        return f"ConfigMgr supports site systems on {name} from {support.site_system_from} on"
    never = sorted(roles & set(support.site_system_not))
    return f"ConfigMgr does not support these roles on {name}: {', '.join(never)}" if never else None


def _unsupported_client(context: Context) -> str | None:
    windows, release = context.state.windows, context.state.windows.release
    if release is None or windows.product != "client":
        return None
    support = release.configmgr
    least = support.client_from.get(windows.build or 0)
    if least is not None and context.release is not None and context.release < least:
        return f"ConfigMgr supports clients on {windows.name} from {least} on"
    if support.client == "yes" or (support.client_ltsc and windows.edition.startswith(_LONG_TERM)):
        return None
    if support.client_ended:
        return f"Microsoft's support of {windows.name} ended on {support.client_ended}, paid updates apart"
    return f"ConfigMgr clients on {windows.name} are not supported, or not known to be"


def restarted(context: Context, requirement: Requirement) -> CheckResult:
    """Our own changes only: Windows does not tell when somebody else changed a value."""
    state = context.state
    done = restarted_since(state.journal, state.boot)
    expected = "restarted since the last change of TLS settings"
    last = last_of_settings(state.journal)
    if last is None or done:
        return passed(expected, "yes" if last else "never changed by us")
    evidence = [Evidence("journal", str(last))]
    if done is None:
        return unknown(
            expected,
            "not known",
            "boot_unknown",
            f"run {last.run} changed settings, and when the machine last started cannot be told",
            evidence,
        )
    return fail(
        expected,
        "no",
        "not_restarted",
        f"run {last.run} changed settings that are in force only after a restart",
        evidence,
    )


def restart_pending(context: Context, requirement: Requirement) -> CheckResult:
    expected = "no restart pending"
    pending = context.state.pending_restart
    if pending:
        phrase = f"Windows waits for a restart ({', '.join(pending)})"
        return warn(expected, ", ".join(pending), "restart_pending", phrase)
    if unread := context.state.pending_unread:
        phrase = "whether Windows waits for a restart could not be read"
        return unknown(
            expected, "not known", "pending_unknown", phrase, [Evidence(key, "unreadable") for key in unread]
        )
    return passed(expected, "none")


def readable(context: Context, requirement: Requirement) -> CheckResult:
    expected = "every registry key that decides could be read"
    hidden = context.state.unreadable
    if not hidden:
        return passed(expected, "yes")
    return answer(
        Status.UNKNOWN,
        expected,
        f"{len(hidden)} not readable",
        [Reason("unreadable", f"{key} exists but could not be read") for key in hidden[:5]],
        [Evidence(key, "unreadable") for key in hidden[:5]],
    )


def release_known(context: Context, requirement: Requirement) -> CheckResult:
    expected = "a supported release"
    version = context.state.configmgr.version
    if context.state.configmgr.assumed:
        return warn(
            expected,
            str(version),
            "release_newer",
            f"ConfigMgr {version} is not in the tables: it counts as {context.release}",
        )
    if context.release is not None and "site_server" in context.roles and not configmgr_supported(context.release):
        return warn(
            expected,
            str(context.release),
            "release_unsupported",
            f"ConfigMgr {context.release} is out of support",
        )
    if context.release is not None:
        return passed(expected, str(context.release))
    if not context.roles - {"client", "admin_console"}:
        return not_applicable("no site system role")
    return warn(
        expected,
        "not known",
        "release_unknown",
        "the requirements on drivers and .NET depend on the ConfigMgr release; asked for was the most that a supported "
        "one needs, as a warning where another needs less",
    )


def revision_updates_installed(context: Context, requirement: Requirement) -> CheckResult:
    """What the revision of this Windows shows: TLS_DHE that fails now and then, an SQL Server driver without TLS 1.2.

    Windows that never gets the driver is not warned of: ConfigMgr does not use it, and nothing can be installed.
    """
    windows = context.state.windows
    build = windows.build or 0
    wanted = {row.detect.min_revisions[build]: row.title for row in revision_updates(build)}
    driver = sql_client("mdac")
    if build in driver.windows_builds:
        wanted[driver.windows_builds[build]] = f"{driver.title} speak TLS 1.2"
    if not wanted:
        return not_applicable("no such update")
    expected = f"build {build}.{max(wanted)} or later"
    if windows.update_revision is None:
        return unknown(expected, "not read", "revision_unknown", "the revision of this Windows (UBR) could not be read")
    actual = f"build {build}.{windows.update_revision}"
    missing = [title for least, title in wanted.items() if windows.update_revision < least]
    if not missing:
        return passed(expected, actual)
    return warn(expected, actual, "update_missing", f"an update is missing from which on: {'; '.join(missing)}")


def application_catalog(context: Context, requirement: Requirement) -> CheckResult:
    expected = "no application catalog"
    removed = role("application_catalog").removed_in
    if context.release is not None and removed is not None and context.release >= removed:
        return fail(
            expected,
            "installed",
            "catalog_removed_product",
            f"the application catalog is no longer part of ConfigMgr {context.release}",
        )
    return warn(
        expected,
        "installed",
        "catalog_legacy",
        "with HTTP message security the application catalog is limited to SSL 3.0 and TLS 1.0",
    )


def client_platforms(context: Context, requirement: Requirement) -> CheckResult:
    return warn(
        "no enrolled macOS clients or on-premises MDM devices before TLS 1.2 is the only protocol",
        "role installed",
        "platform_without_tls12_only",
        "macOS clients and devices under on-premises MDM do not work where only TLS 1.2 is allowed",
    )

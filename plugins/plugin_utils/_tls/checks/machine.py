# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine itself: Windows version, restarts, roles, what could not be read."""

from __future__ import annotations

from ..finding import Evidence, Outcome, Reason, Status
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
    "windows_known",
    "windows_supported",
]

_BUILD = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\CurrentBuild"


def windows_known(context: Context, requirement: Requirement) -> Outcome:
    """What Windows does without settings is only known for the builds of the table."""
    windows = context.state.windows
    expected, actual = "a Windows build whose defaults are known", f"{windows.name}, build {windows.build}"
    evidence = [Evidence(_BUILD, str(windows.build))]
    if windows.release is None:
        phrase = "this Windows build is not known: what it does without settings cannot be told"
        return unknown(expected, actual, "windows_unknown", phrase, evidence)
    if windows.release.assumed:
        phrase = f"this build is not in the tables; the defaults of {windows.release.names[0]} are assumed"
        return warn(expected, actual, "windows_assumed", phrase, evidence)
    return passed(expected, actual)


def windows_supported(context: Context, requirement: Requirement) -> Outcome:
    """About support by ConfigMgr; it says nothing against TLS 1.2."""
    windows = context.state.windows
    expected = "a Windows version that ConfigMgr supports"
    evidence = [Evidence(_BUILD, str(windows.build))]
    if windows.release is None:
        return not_applicable("this Windows is not known")
    support, site_system = windows.release.configmgr, bool(context.roles - {"client", "admin_console"})
    blocked = support.site_system_blocked_from
    if site_system and blocked is not None and context.release is not None and context.release >= blocked:
        return warn(
            expected,
            windows.name,
            "windows_unsupported",
            f"ConfigMgr {blocked} and later cannot be installed with site systems on {windows.name}",
            evidence,
        )
    if (
        site_system
        and support.site_system in ("no", "distribution_point_only")
        and (support.site_system == "no" or context.roles - {"client", "distribution_point"})
    ):
        return warn(
            expected,
            windows.name,
            "windows_unsupported",
            f"ConfigMgr does not support site systems on {windows.name}",
            evidence,
        )
    if not site_system and support.client != "yes" and windows.product == "client":
        return warn(
            expected,
            windows.name,
            "windows_unsupported",
            f"ConfigMgr clients on {windows.name} are not supported, or not known to be",
            evidence,
        )
    return passed(expected, windows.name)


def restarted(context: Context, requirement: Requirement) -> Outcome:
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


def restart_pending(context: Context, requirement: Requirement) -> Outcome:
    expected = "no restart pending"
    pending = context.state.pending_restart
    if not pending:
        return passed(expected, "none")
    return warn(expected, ", ".join(pending), "restart_pending", f"Windows waits for a restart ({', '.join(pending)})")


def readable(context: Context, requirement: Requirement) -> Outcome:
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


def release_known(context: Context, requirement: Requirement) -> Outcome:
    expected = "the site's ConfigMgr release is known"
    if context.release is not None:
        return passed(expected, str(context.release))
    if not context.roles - {"client", "admin_console"}:
        return not_applicable("no site system role")
    return warn(
        expected,
        "not known",
        "release_unknown",
        "the requirements on drivers and .NET depend on the ConfigMgr release; those of every "
        "supported release were asked for",
    )


def application_catalog(context: Context, requirement: Requirement) -> Outcome:
    expected = "no application catalog"
    if context.release is not None and context.release >= 1910:
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


def client_platforms(context: Context, requirement: Requirement) -> Outcome:
    return warn(
        "no enrolled macOS clients or on-premises MDM devices before TLS 1.2 is the only protocol",
        "role installed",
        "platform_without_tls12_only",
        "macOS clients and devices under on-premises MDM do not work where only TLS 1.2 is allowed",
    )

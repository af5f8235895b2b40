# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The .NET Framework and WinHTTP."""

from __future__ import annotations

from ..._data import dotnet_requirement, dotnet_version, net35_update, net45_update, roles, update
from ..._windows.registry import Presence
from ..finding import CheckResult, Evidence
from ..requirement import Requirement
from ..winhttp import TLS12
from .base import LEVELS, WHERE_RELEASE_UNKNOWN, Context, fail, not_applicable, passed, settings_outcome, unknown, warn

__all__ = ["dotnet_35_update", "dotnet_release", "dotnet_values", "winhttp_update", "winhttp_value"]

_RELEASE_PATH = r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full\Release"


def dotnet_values(context: Context, requirement: Requirement) -> CheckResult:
    runtime = requirement.runtime
    values = [item for (name, _view, _value), item in context.state.dotnet.values.items() if name == runtime]
    views = "both registry views" if context.state.windows.has_wow else "the registry"
    return settings_outcome(
        f"SystemDefaultTlsVersions and SchUseStrongCrypto 1 for {runtime} in {views}",
        [item for item in values if not item.unreadable and not item.dword],
        [item for item in values if item.unreadable],
        "dotnet_not_set",
        f".NET programs of {runtime} do not follow the system's choice of protocols",
    )


def dotnet_release(context: Context, requirement: Requirement) -> CheckResult:
    needs = {row.needs.dotnet for row in roles() if row.id in context.roles} - {"no"}
    needed = dotnet_requirement(context.release, full="full" in needs)
    least = dotnet_requirement(context.release, full=False)
    more = needed.level == "recommended" or context.release is None
    if more and (context.state.dotnet.release or 0) < least.min_release:
        needed = least
    expected = f".NET Framework {needed.version} or later"
    dotnet = context.state.dotnet
    if dotnet.setup is Presence.UNREADABLE:
        return unknown(
            expected,
            "unreadable",
            "unreadable",
            "the .NET setup key could not be read",
            [Evidence(_RELEASE_PATH, "unreadable")],
        )
    installed = dotnet_version(dotnet.release) if dotnet.release is not None else None
    actual = installed.version if installed else "older than 4.5, or not installed"
    evidence = [Evidence(_RELEASE_PATH, str(dotnet.release))]
    optional = needed.level == "recommended" or needs == {"recommended"}
    if dotnet.release is not None and dotnet.release >= needed.min_release:
        if installed is None or installed.tls12 == "yes":
            return passed(expected, actual)
        return (warn if optional else unknown)(
            ".NET Framework 4.6.2 or later, or the update for TLS 1.2 of this one",
            actual,
            "updates_not_checked",
            f".NET Framework {actual} speaks TLS 1.2 only with {_update_of_45(context)}, which is not checked; "
            "4.6.2 needs none",
            evidence,
        )
    phrase = f".NET Framework {needed.version} is needed ({LEVELS[needed.level]})"
    if context.release is None and needed is not least:
        return warn(expected, actual, "release_unknown", phrase + WHERE_RELEASE_UNKNOWN, evidence)
    return (warn if optional else fail)(expected, actual, "dotnet_too_old", phrase, evidence)


def _update_of_45(context: Context) -> str:
    release = context.state.windows.release
    update = net45_update(release.id) if release else None
    return f"{update.kb} or a later rollup" if update else "an update"


def dotnet_35_update(context: Context, requirement: Requirement) -> CheckResult:
    """Whether the update is there cannot be seen from the registry (later rollups contain it), so the best answer is
    a warning.
    """
    release = context.state.windows.release
    update = net35_update(release.id) if release and context.state.dotnet.has_35 is not False else None
    if update is None:
        return not_applicable("no .NET Framework 3.5, or this Windows has it built in")
    windows = context.state.windows
    least = update.detect.min_revisions.get(windows.build or 0)
    if least is not None and windows.update_revision is not None and windows.update_revision >= least:
        return passed(f"{update.kb} or later", f"build {windows.build}.{windows.update_revision}")
    return warn(
        f"{update.kb} or a later rollup",
        "not checked",
        "cannot_be_checked",
        f".NET Framework 3.5 honours SystemDefaultTlsVersions only with {update.kb} or a later "
        f"rollup; Windows does not say which one is installed",
    )


def winhttp_value(context: Context, requirement: Requirement) -> CheckResult:
    release = context.state.windows.release
    values = list(context.state.winhttp.values())
    needs_value = bool(release and release.winhttp.needs_value)
    wrong = [
        item
        for item in values
        if not item.unreadable and (needs_value if item.dword is None else not item.dword & TLS12)
    ]
    return settings_outcome(
        "DefaultSecureProtocols with TLS 1.2 (0x800)"
        if needs_value
        else "no DefaultSecureProtocols without TLS 1.2 (0x800)",
        wrong,
        [item for item in values if item.unreadable],
        "winhttp_without_tls12",
        "programs that use WinHTTP's defaults, the ConfigMgr client first, do not offer TLS 1.2",
    )


def winhttp_update(context: Context, requirement: Requirement) -> CheckResult:
    windows = context.state.windows
    kb = windows.release.winhttp.update if windows.release else None
    if windows.release is None or (kb is None and not windows.release.winhttp.needs_value):
        return not_applicable("WinHTTP of this Windows knows TLS 1.2")
    if kb is None:
        return unknown(
            "WinHTTP with TLS 1.2",
            "not known",
            "no_update_known",
            f"no update is known that gives WinHTTP of {windows.name} TLS 1.2: replace the machine",
        )
    minimum = update(kb).detect.min_versions.get(windows.build or 0)
    expected = f"update {kb} or later"
    if first := update(kb).after.get(windows.build or 0):
        return fail(
            f"{first}, then {expected}",
            f"build {windows.build}",
            "service_pack_missing",
            f"this build of {windows.name} does not take WinHTTP update {kb}: install {first}, then {kb}",
        )
    if minimum is None:
        return warn(
            expected, "not checked", "cannot_be_checked", f"no file version is known that proves {kb} on this Windows"
        )
    version = context.state.file_versions.get("winhttp")
    if version is None:
        return unknown(
            expected, "file version not read", "file_version_unknown", "the version of winhttp.dll could not be read"
        )
    if version.full_key >= minimum.full_key:
        return passed(expected, f"winhttp.dll {version}")
    return fail(
        expected,
        f"winhttp.dll {version}",
        "update_missing",
        f"WinHTTP update {kb} is missing: WinHTTP cannot offer TLS 1.2",
        [Evidence(r"%SystemRoot%\System32\winhttp.dll", str(version))],
    )

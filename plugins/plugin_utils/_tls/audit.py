# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the state of a machine to its findings."""

from __future__ import annotations

from collections.abc import Iterable

from .._data import roles as known_roles
from .checks import CHECKS, Context
from .finding import NOT_ASKED, CheckResult, Finding, Reason, Status
from .requirement import Requirement, requirements
from .state import HostState

__all__ = ["audit"]


def audit(
    state: HostState, roles: Iterable[str], release: int | None = None, *, legacy_off: bool = False
) -> list[Finding]:
    """One finding per requirement.

    ``roles`` are added to those found on the machine. ``release`` is the ConfigMgr release when the machine does not
    tell it. ``legacy_off`` asks for the older protocols to be off as well.
    """
    names = frozenset(roles) | frozenset(state.roles)
    context = Context(state, names, state.configmgr.release or release)
    catalogue = {role.id: role for role in known_roles()}
    mine = [catalogue[name] for name in sorted(names) if name in catalogue]
    findings = []
    for requirement in requirements():
        if requirement.stage == "disable" and not legacy_off:
            continue
        outcome = CHECKS[requirement.check](context, requirement) if requirement.applies_to(mine) else NOT_ASKED
        findings.append(_finding(requirement, outcome))
    strangers = sorted(names - set(catalogue))
    if strangers:
        findings.append(_unknown_roles(strangers))
    return findings


def _finding(requirement: Requirement, outcome: CheckResult) -> Finding:
    if outcome.status is Status.FAIL and requirement.confidence == "low":
        outcome = CheckResult(Status.WARN, outcome.expected, outcome.actual, outcome.reasons, outcome.evidence)
    return Finding(
        requirement.id,
        requirement.title,
        requirement.severity,
        outcome,
        requirement.remedy,
        requirement.fix,
        requirement.sources[0],
    )


def _unknown_roles(names: list[str]) -> Finding:
    outcome = CheckResult(
        Status.WARN,
        "roles that this collection knows",
        ", ".join(names),
        tuple(Reason("role_unknown", f"nothing is known about the role {name}") for name in names),
    )
    return Finding(
        "roles-known",
        "Known roles",
        "low",
        outcome,
        "Check the spelling against the list of roles in the documentation.",
        "manual",
        "https://learn.microsoft.com/en-us/powershell/module/configurationmanager/get-cmsiterole",
    )

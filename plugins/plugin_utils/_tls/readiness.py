# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a machine is not ready for the older protocols to be turned off, as far as the machine alone can tell."""

from __future__ import annotations

from collections.abc import Iterable

from .finding import Finding, Reason, Status
from .requirement import requirements

__all__ = ["reasons_against_disable"]


def reasons_against_disable(findings: Iterable[Finding]) -> list[Reason]:
    """One reason for each finding that stands in the way; ``code`` is the finding's id.

    Failed and unknown findings always do. A warning does when its requirement says so (C(blocks_disable)).
    """
    blocking = {requirement.id for requirement in requirements() if requirement.blocks_disable}
    enabling = {requirement.id for requirement in requirements() if requirement.stage == "enable"} | {"roles-known"}
    reasons = []
    for finding in findings:
        stands = finding.status in (Status.FAIL, Status.UNKNOWN) or (
            finding.status is Status.WARN and finding.id in blocking
        )
        if stands and finding.id in enabling:
            phrase = finding.outcome.reasons[0].phrase if finding.outcome.reasons else finding.outcome.actual
            reasons.append(Reason(finding.id, phrase))
    return reasons

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a machine is not ready for the older protocols to be turned off, as far as the machine alone can tell."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from .finding import Status
from .requirement import requirements
from .waiver import is_judged

__all__ = ["blocking_findings"]

_ALWAYS = (Status.FAIL.value, Status.UNKNOWN.value)


@functools.cache
def _ids() -> tuple[frozenset[str], frozenset[str]]:
    """Requirements of the disable stage itself, and those of which a mere warning stands in the way."""
    return (
        frozenset(requirement.id for requirement in requirements() if requirement.stage == "disable"),
        frozenset(requirement.id for requirement in requirements() if requirement.blocks_disable),
    )


def blocking_findings(
    findings: Iterable[Mapping[str, Any]], waived: Iterable[str] = (), proved: Iterable[str] = ()
) -> list[Mapping[str, Any]]:
    """The plain findings that stand in the way: failed and unknown ones, and warnings whose requirement says so.

    ``waived``: ids that an owner accepted for this machine; what is unknown was not judged, and nobody can accept it.
    ``proved``: ids of what is known to be mended since.
    """
    goal, blocking = _ids()
    accepted, mended = frozenset(waived), frozenset(proved)
    return [
        finding
        for finding in findings
        if (finding["status"] in _ALWAYS or (finding["status"] == Status.WARN.value and finding["id"] in blocking))
        and finding["id"] not in goal
        and finding["id"] not in mended
        and (finding["id"] not in accepted or not is_judged(finding))
    ]

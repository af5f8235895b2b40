# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wanted of a baseline, from the options of an action."""

from __future__ import annotations

from .._baseline.items import BaselineSpec
from .._failure import Failure
from .._tls.plan import COMPONENTS, LEGACY_PROTOCOLS
from .base import Task

__all__ = ["wanted_of"]


def wanted_of(task: Task) -> BaselineSpec:
    """The same options, in whatever order, give the same baseline. Raises Failure for options that contradict."""
    given = task.arguments
    if given["stage"] == "enable" and given["protocols"]:
        raise Failure(
            "bad_argument",
            "protocols are only turned off in the disable stage.",
            "Leave out protocols, or give stage: disable.",
        )
    if given["stage"] == "disable" and (given["protocols"] == [] or "schannel" not in given["components"]):
        raise Failure(
            "bad_argument",
            "the disable stage was given nothing to turn off.",
            "Name some protocols, or leave out protocols for all the older ones, and let schannel be among components.",
        )
    return BaselineSpec(
        given["stage"],
        tuple(name for name in COMPONENTS if name in given["components"]),
        tuple(name for name in LEGACY_PROTOCOLS if name in (given["protocols"] or LEGACY_PROTOCOLS)),
        given["back"],
    )

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stacks of a machine offer and accept, now and after the enable stage, as part of its facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from .conversation import conversations
from .finding import Finding, Status
from .stacks import STACKS, stack_offer
from .state import HostState

__all__ = ["capabilities", "stacks_of"]


def stacks_of(roles: Collection[str]) -> list[str]:
    """The stacks that conversations of ``roles`` use, and WinRM's."""
    used = {row.caller_stack for row in conversations() if row.caller_role in roles}
    used |= {row.callee_stack for row in conversations() if row.callee_role in roles or row.callee_role == "any"}
    return [name for name in STACKS if name in used]


def capabilities(
    state: HostState,
    enabled: HostState,
    roles: Collection[str],
    release: int | None,
    findings: Iterable[Finding],
    *,
    in_force: bool,
) -> dict[str, dict[str, Any]]:
    """The protocols that each TLS stack of a machine offers, after the enable stage and now.

    ``{stack: {enable: [...], now: [...], cause: id}}``.

    ``enabled`` is the state that the enable stage leads to. ``now`` is only there when it differs, and is empty
    when what is set is not ``in_force`` since the last restart, because then it is not known. ``cause`` is the
    requirement that keeps TLS 1.2 out after the enable stage.
    """
    failing = {finding.id for finding in findings if finding.status in (Status.FAIL, Status.UNKNOWN, Status.WARN)}
    result: dict[str, dict[str, Any]] = {}
    for name in stacks_of(roles):
        after = stack_offer(enabled, name, release)
        entry: dict[str, Any] = {"enable": after.encode()}
        now = stack_offer(state, name, release).encode() if in_force else []
        if now != entry["enable"]:
            entry["now"] = now
        if "TLS 1.2" not in after.sure:
            entry["cause"] = next((cause for cause in STACKS[name].causes if cause in failing), "unknown")
        result[name] = entry
    return result

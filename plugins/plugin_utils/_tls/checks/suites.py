# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cipher suites: the order, the algorithms that are turned off singly, and what Microsoft's services ask for."""

from __future__ import annotations

from collections.abc import Iterator

from ..._data import roles
from ..finding import CheckResult, Evidence, Reason, Status, seen
from ..requirement import Requirement
from ..suites import MOST_OF_A_POLICY, algorithms_off, offered_suites
from .base import Context, answer, not_applicable, passed, unknown, warn

__all__ = ["algorithms", "cipher_suites", "cloud_suites"]

_TLS12 = "TLS 1.2"


def cipher_suites(context: Context, requirement: Requirement) -> CheckResult:
    """A suite order set by policy replaces the machine's own; with no suite that TLS 1.2 can use, every handshake
    fails.
    """
    expected = "a cipher suite order with suites for TLS 1.2, ECDHE with AES-GCM among them"
    schannel = context.state.schannel
    if schannel.policy.unreadable:
        phrase = "whether a policy sets the suite order could not be read"
        return unknown(expected, "unreadable", "unreadable", phrase, seen([schannel.policy]))
    offered = offered_suites(context.state)
    usable = [name for name in offered.serving(_TLS12) if name.startswith(requirement.usable)]
    origin = "by policy" if schannel.cipher_policy is not None else "the machine's own"
    evidence = [Evidence(f"cipher suite order, {origin}", ", ".join(offered.names[:8]) or "empty")]
    reasons = list(_about_the_policy(context))
    if not usable:
        phrase = "no cipher suite of the order can be used with TLS 1.2"
        if any("_DSS_" in name for name in offered.names):
            phrase = "all suites of the order for TLS 1.2 need a certificate for DSA"
        return answer(
            Status.FAIL, expected, f"{origin}: none for TLS 1.2", [Reason("no_suite", phrase), *reasons], evidence
        )
    if not set(usable) - offered.maybe:
        phrase = "whether this Windows uses any of these suites is not certain"
        actual = f"{origin}: none that is certain"
        return answer(Status.UNKNOWN, expected, actual, [Reason("suites_uncertain", phrase), *reasons], evidence)
    modern = [name for name in usable if name.startswith(requirement.modern) and "_GCM_" in name]
    if schannel.cipher_policy is not None and not modern:
        phrase = (
            "Microsoft's services accept only ECDHE suites with AES-GCM or CBC and SHA-2; check both "
            "ends of each connection"
        )
        reasons.append(Reason("weak_suites", phrase))
    actual = f"{origin}, {len(usable)} for TLS 1.2"
    return answer(Status.WARN, expected, actual, reasons, evidence) if reasons else passed(expected, actual)


def _about_the_policy(context: Context) -> Iterator[Reason]:
    policy = context.state.schannel.policy
    text = context.state.schannel.cipher_policy
    if policy.value is not None and text is None:
        yield Reason(
            "wrong_type", f"Windows reads the order from a REG_SZ only: this {policy.value.type} has no effect"
        )
    if text is None:
        return
    if len(text) > MOST_OF_A_POLICY:
        yield Reason("policy_too_long", f"the order has {len(text)} characters, Windows reads {MOST_OF_A_POLICY}")
    if any(part != part.strip() for part in text.split(",") if part.strip()):
        yield Reason("policy_blanks", "there are blanks between the names: Windows may not know those suites")


def algorithms(context: Context, requirement: Requirement) -> CheckResult:
    """Those that TLS 1.2 can do without are nobody's worry: it is about the suites that Windows offers by itself."""
    expected = "no algorithm of the suites for TLS 1.2 turned off below SCHANNEL, or with a value of no known effect"
    offered = offered_suites(context.state)
    off = algorithms_off(context.state)
    minimum = [item for item in context.state.schannel.dh_minimum.values() if item.value or item.unreadable]
    hidden = [setting for _row, setting in off if setting.unreadable]
    relevant = [(row, setting) for row, setting in off if any(map(row.touches, requirement.usable))]
    if not relevant and not hidden:
        note = f", Diffie-Hellman keys: {', '.join(f'{item.name} {item}' for item in minimum)}" if minimum else ""
        return passed(expected, f"none{note}")
    if hidden and len(hidden) == len(off):
        return unknown(expected, "unreadable", "unreadable", "keys below SCHANNEL could not be read", seen(hidden))
    reasons = [
        Reason(
            "algorithm_off" if setting.dword == 0 else "algorithm_doubtful",
            f"{row.id} is {'off' if setting.dword == 0 else f'set to {setting}, which is neither on nor off'}",
        )
        for row, setting in relevant
    ]
    evidence = seen([setting for _row, setting in relevant])
    actual = ", ".join(f"{row.id} {setting}" for row, setting in relevant)
    if not offered.serving(_TLS12):
        nothing = Reason("no_suite", "no cipher suite for TLS 1.2 is left")
        return answer(Status.FAIL, expected, actual, [nothing, *reasons], evidence)
    return answer(Status.WARN, expected, actual, reasons, evidence)


def cloud_suites(context: Context, requirement: Requirement) -> CheckResult:
    wanted = {name for row in roles() if row.id in context.roles for name in row.needs.cipher_suites}
    if not wanted:
        return not_applicable("no role that talks to Microsoft's services")
    expected = f"one of {', '.join(sorted(wanted))}"
    offered = offered_suites(context.state)
    here = [name for name in offered.names if name in wanted]
    if set(here) - offered.maybe:
        return passed(expected, ", ".join(here))
    return warn(
        expected,
        ", ".join(here) or "none",
        "no_cloud_suite",
        "the role talks to Microsoft's services, and the suites that they prefer are not certain to be offered here",
    )

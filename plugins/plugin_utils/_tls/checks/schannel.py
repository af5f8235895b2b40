# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SCHANNEL: protocols, cipher suites, FIPS."""

from __future__ import annotations

from ..._windows.registry import Presence
from ..effective import effect_of
from ..finding import Evidence, Outcome, Reason, Status, seen
from ..requirement import Requirement
from ..state import Effect, Side
from .base import Context, answer, fail, not_applicable, passed, settings_outcome, unknown, warn

__all__ = ["cipher_suites", "fips", "legacy_off", "protocol_on", "unsupported_protocol_keys"]

_WORDS = {
    Effect.ON: "on",
    Effect.ON_REQUEST: "off unless an application asks for it",
    Effect.OFF: "off",
    Effect.NOT_SUPPORTED: "not supported by this Windows",
    Effect.UNKNOWN: "not known",
}


def protocol_on(context: Context, requirement: Requirement) -> Outcome:
    protocol = requirement.protocol
    side: Side = "server" if requirement.side == "server" else "client"
    settings = context.state.schannel.protocols[(protocol, side)]
    effect = effect_of(settings, context.state.windows.release, protocol, side)
    expected, actual = f"{protocol} on for the {side} side", _WORDS[effect]
    both = seen([settings.enabled, settings.disabled_by_default])
    wrong_type = [
        item for item in (settings.enabled, settings.disabled_by_default) if item.value and item.dword is None
    ]
    if effect is Effect.ON and not wrong_type:
        return passed(expected, actual)
    if effect is Effect.ON:
        return warn(
            expected, actual, "wrong_type", "only REG_DWORD counts; Windows ignores this value", seen(wrong_type)
        )
    if effect is Effect.UNKNOWN:
        if settings.enabled.unreadable:
            return unknown(expected, actual, "unreadable", "the registry key exists but could not be read", both)
        return unknown(
            expected,
            actual,
            "default_uncertain",
            "what Windows does with these values is not documented for this build",
            both,
        )
    return fail(expected, actual, "protocol_off", f"{protocol} is {actual} for the {side} side", both)


def unsupported_protocol_keys(context: Context, requirement: Requirement) -> Outcome:
    protocol = requirement.protocol
    release = context.state.windows.release
    expected = f"no {protocol} settings on a Windows that does not support it"
    if release is None or release.protocols[protocol]["server"] != "not_supported":
        return not_applicable(f"this Windows supports {protocol}, or is not known")
    items = [
        item
        for (name, _side), settings in context.state.schannel.protocols.items()
        if name == protocol
        for item in (settings.enabled, settings.disabled_by_default)
    ]
    present = [
        item
        for item in items
        if item.presence is Presence.PRESENT
        and item.dword != 0
        and not (item.name == "DisabledByDefault" and item.dword)
    ]
    if not present:
        return settings_outcome(expected, [], [item for item in items if item.unreadable], "", "")
    return warn(
        expected,
        "present",
        "unsupported_protocol",
        f"{protocol} settings on this Windows are a known cause of connection errors",
        seen(present),
    )


def cipher_suites(context: Context, requirement: Requirement) -> Outcome:
    """A suite order set by policy replaces the system's; with no suite that TLS 1.2 can use, every handshake fails."""
    expected = "a cipher suite order with suites for TLS 1.2, ECDHE with AES-GCM among them"
    policy = context.state.schannel.cipher_policy
    suites = policy if policy is not None else context.state.schannel.cipher_order
    origin = "by policy" if policy is not None else "the machine's own"
    if suites is None:
        return passed(expected, "the system's own order")
    usable = [suite for suite in suites if suite.startswith(requirement.usable)]
    modern = [suite for suite in suites if suite.startswith(requirement.modern) and "_GCM_" in suite]
    evidence = [Evidence(f"cipher suite order, {origin}", ", ".join(suites[:8]) or "empty")]
    if not usable:
        return fail(
            expected,
            f"{origin}: none for TLS 1.2",
            "no_suite",
            "no cipher suite of the order can be used with TLS 1.2",
            evidence,
        )
    if policy is not None and not modern:
        return warn(
            expected,
            f"{origin}: no ECDHE with AES-GCM",
            "weak_suites",
            "Microsoft's services accept only ECDHE suites with AES-GCM or CBC and SHA-2; check both "
            "ends of each connection",
            evidence,
        )
    return passed(expected, f"{origin}, {len(usable)} for TLS 1.2")


def fips(context: Context, requirement: Requirement) -> Outcome:
    setting = context.state.schannel.fips
    expected = "FIPS policy off"
    if setting.unreadable:
        return unknown(expected, "unreadable", "unreadable", "the FIPS policy could not be read", seen([setting]))
    if setting.dword:
        return warn(
            expected,
            "on",
            "fips",
            "with the FIPS policy on, Schannel can negotiate TLS 1.0 even where it is disabled",
            seen([setting]),
        )
    return passed(expected, "off")


def legacy_off(context: Context, requirement: Requirement) -> Outcome:
    """Asked only when the older protocols are meant to be off."""
    protocols = requirement.protocols
    release = context.state.windows.release
    on, unreadable, unsure = [], [], []
    for (protocol, side), settings in context.state.schannel.protocols.items():
        effect = effect_of(settings, release, protocol, side)
        if protocol not in protocols or effect in (Effect.OFF, Effect.NOT_SUPPORTED):
            continue
        if effect is not Effect.UNKNOWN:
            on.append(settings.enabled)
        elif settings.enabled.unreadable:
            unreadable.append(settings.enabled)
        else:
            unsure.append(settings.enabled)
    expected = f"{', '.join(protocols)} off on both sides"
    if unsure and not on:
        return answer(
            Status.UNKNOWN,
            expected,
            "not known",
            [Reason("default_uncertain", "the default of this build is not documented")],
            seen([*unsure, *unreadable]),
        )
    return settings_outcome(
        expected, [*on, *unsure] if on else [], unreadable, "legacy_on", "older protocols can still be used"
    )

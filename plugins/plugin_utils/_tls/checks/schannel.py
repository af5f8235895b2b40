# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SCHANNEL: protocols, cipher suites, FIPS."""

from __future__ import annotations

from ..effective import effect_of, feigned_settings
from ..finding import CheckResult, Reason, Status, seen
from ..requirement import Requirement
from ..state import Effect
from .base import Context, answer, fail, not_applicable, passed, settings_outcome, unknown, warn

__all__ = ["fips", "legacy_off", "protocol_on", "tls13_client_certificates", "unsupported_protocol_keys"]

_WORDS = {
    Effect.ON: "on",
    Effect.ON_REQUEST: "off unless an application asks for it",
    Effect.OFF: "off",
    Effect.NOT_SUPPORTED: "not supported by this Windows",
    Effect.UNKNOWN: "not known",
}


def protocol_on(context: Context, requirement: Requirement) -> CheckResult:
    protocol = requirement.protocol
    side = requirement.side
    settings = context.state.schannel.protocols[(protocol, side)]
    effect = effect_of(settings, context.state.windows.release, protocol, side)
    expected, actual = f"{protocol} on for the {side} side", _WORDS[effect]
    both = seen([settings.enabled, settings.disabled_by_default])
    wrong_type = [
        item for item in (settings.enabled, settings.disabled_by_default) if item.value and item.dword is None
    ]
    release = context.state.windows.release
    kb = release.protocol_updates.get(protocol) if release else None
    if effect is Effect.ON and kb:
        return unknown(
            expected,
            f"{actual}, if {kb} is installed",
            "update_unknown",
            f"this Windows has {protocol} with {kb} or a later rollup only; whether it is there was not read",
            both,
        )
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


def unsupported_protocol_keys(context: Context, requirement: Requirement) -> CheckResult:
    protocol = requirement.protocol
    release = context.state.windows.release
    expected = f"no {protocol} settings on a Windows that does not support it"
    if release is None or release.protocols[protocol]["server"] != "not_supported":
        return not_applicable(f"this Windows supports {protocol}, or is not known")
    present = feigned_settings(context.state, protocol)
    if not present:
        pairs = [pair for (name, _side), pair in context.state.schannel.protocols.items() if name == protocol]
        hidden = [item for pair in pairs for item in (pair.enabled, pair.disabled_by_default) if item.unreadable]
        return settings_outcome(expected, [], hidden, "", "")
    return warn(
        expected,
        "present",
        "unsupported_protocol",
        f"with {protocol} settings this Windows may answer with {protocol}, and then fail",
        seen(present),
    )


def tls13_client_certificates(context: Context, requirement: Requirement) -> CheckResult:
    """http.sys asks for a certificate after the handshake, which TLS 1.3 has no way for that all callers know."""
    state = context.state
    effect = effect_of(state.schannel.protocols[("TLS 1.3", "server")], state.windows.release, "TLS 1.3", "server")
    expected = "client certificates asked for in the handshake, or no TLS 1.3 on the sites that ask for them"
    if effect not in (Effect.ON, Effect.UNKNOWN):
        return not_applicable("no TLS 1.3")
    return warn(
        expected,
        f"TLS 1.3 {_WORDS[effect]}, bindings not checked",
        "tls13_client_certificates",
        "where a role asks for client certificates, callers with TLS 1.3 are reset (Server 2022) or get an error 500 "
        "(Server 2025) unless the binding negotiates the certificate",
    )


def fips(context: Context, requirement: Requirement) -> CheckResult:
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


def legacy_off(context: Context, requirement: Requirement) -> CheckResult:
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

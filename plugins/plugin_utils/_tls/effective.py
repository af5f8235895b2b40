# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What SCHANNEL's two values come to, per protocol and side, with the build's default for what is absent.

Source: U(https://learn.microsoft.com/en-us/windows-server/security/tls/tls-registry-settings) and
U(https://learn.microsoft.com/en-us/windows/win32/secauthn/protocols-in-tls-ssl--schannel-ssp-).
"""

from __future__ import annotations

from .._data import WindowsRelease
from .._windows.registry import Presence
from .state import Effect, HostState, Setting, Side, SideSettings

__all__ = ["effect_of", "effective_protocols", "feigned_settings"]


def _default(release: WindowsRelease | None, protocol: str, side: Side) -> str:
    return release.protocols[protocol][side] if release else "uncertain"


def effect_of(settings: SideSettings, release: WindowsRelease | None, protocol: str, side: Side) -> Effect:
    """Enabled=0 beats everything; DisabledByDefault only takes the protocol out of what is offered unasked."""
    default = _default(release, protocol, side)
    if default == "not_supported":
        return Effect.NOT_SUPPORTED
    if settings.enabled.unreadable or settings.disabled_by_default.unreadable:
        return Effect.UNKNOWN
    enabled, by_default = settings.enabled.dword, settings.disabled_by_default.dword
    if enabled == 0:
        return Effect.OFF
    if by_default is not None:
        return _with_disabled_by_default(by_default, enabled, default)
    if default == "uncertain":
        return Effect.UNKNOWN
    if default == "enabled":
        return Effect.ON
    # Present in the system but switched off there: Enabled alone allows it to those who ask for it.
    return Effect.ON_REQUEST


def _with_disabled_by_default(by_default: int, enabled: int | None, default: str) -> Effect:
    if by_default:
        return Effect.ON_REQUEST
    if enabled is not None or default == "enabled":
        return Effect.ON
    # DisabledByDefault=0 without Enabled where the system has the protocol off: Microsoft's own sources disagree.
    return Effect.UNKNOWN


def effective_protocols(state: HostState) -> dict[str, dict[str, str]]:
    """Which protocols are on, by side.

    ``{"client": {"TLS 1.2": "on", ...}, "server": {...}}``: what will hold after the next restart.
    """
    result: dict[str, dict[str, str]] = {"client": {}, "server": {}}
    for (protocol, side), settings in state.schannel.protocols.items():
        result[side][protocol] = effect_of(settings, state.windows.release, protocol, side).value
    return result


def feigned_settings(state: HostState, protocol: str) -> list[Setting]:
    """Values that switch a protocol on which this Windows does not have: it may answer with it, and then fails."""
    release = state.windows.release
    if release is None or release.protocols[protocol]["server"] != "not_supported":
        return []
    return [
        item
        for (name, _side), settings in state.schannel.protocols.items()
        if name == protocol
        for item in (settings.enabled, settings.disabled_by_default)
        if item.presence is Presence.PRESENT
        and item.dword != 0
        and not (item.name == "DisabledByDefault" and item.dword)
    ]

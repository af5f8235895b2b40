# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which protocols the programs of a machine offer and accept, per stack, from its state.

Semantics and sources: SCHANNEL as in C(effective.py). WinHTTP's protocols are a default, however they were set
(DefaultSecureProtocols), which gives way to DisabledByDefault: KB3140245 has TLS 1.2 set to DisabledByDefault=0 on
Windows 7 besides it. .NET with SystemDefaultTlsVersions leaves the choice to Schannel; with
SchUseStrongCrypto alone it names TLS 1.0 to 1.2 (Microsoft, TLS best practices with .NET). SQL Server and its
drivers without TLS 1.2 know TLS
1.0 only (KB3135244), those with it do not use TLS 1.3 unless the whole connection is encrypted (TDS 8.0).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .._data import (
    dotnet_version,
    net35_update,
    sql_client_requirement,
    sql_client_tls12,
    sql_clients_of_configmgr,
    sql_tls12,
    update,
)
from .._windows.registry import View
from .effective import effect_of
from .negotiation import Offer
from .state import Effect, HostState, Side, SideSettings
from .suites import offered_suites
from .winhttp import BITS

__all__ = ["STACKS", "Stack", "stack_offer"]

ALL = frozenset(BITS)
NAMED_BY_STRONG_CRYPTO = frozenset({"TLS 1.0", "TLS 1.1", "TLS 1.2"})
WITH_UPDATE = frozenset({"TLS 1.1", "TLS 1.2"})
OLD_DOTNET = frozenset({"SSL 3.0", "TLS 1.0"})
TLS10_ONLY = frozenset({"TLS 1.0"})
DOTNET_45, DOTNET_46, DOTNET_47 = 378389, 393295, 460798
SQL_2016 = 13
_CLOSED_BY_WINDOWS = frozenset({"SSL 3.0", "TLS 1.0", "TLS 1.1"})
_SQL = frozenset({"SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2"})


@dataclass(frozen=True)
class Stack:
    """A TLS implementation, such as SCHANNEL or .NET, that programs on a machine use.

    ``causes``: requirements that can keep TLS 1.2 out of it, in the order in which they are looked at.
    """

    side: Side
    offer: Callable[[HostState, int | None], Offer]
    causes: tuple[str, ...]


def _from_schannel(state: HostState, side: Side, asked: frozenset[str] | None) -> Offer:
    """What Schannel lets through of ``asked`` by a program that names its protocols; with None, its own choice."""
    sure, maybe = set(), set()
    for (protocol, where), settings in state.schannel.protocols.items():
        if where != side or (asked is not None and protocol not in asked):
            continue
        effect = effect_of(settings, state.windows.release, protocol, side)
        if effect is Effect.ON or (effect is Effect.ON_REQUEST and asked is not None):
            sure.add(protocol)
        elif effect is Effect.UNKNOWN or (effect is Effect.ON_REQUEST and _enabled_alone(settings)):
            maybe.add(protocol)
    doubtful = state.windows.release.protocol_updates if state.windows.release else {}
    sure, maybe = sure - doubtful.keys(), maybe | (sure & doubtful.keys())
    with_a_suite, with_any = offered_suites(state).protocols(ALL)
    return Offer(frozenset(sure) & with_a_suite, frozenset(maybe | (sure - with_a_suite)) & with_any)


def _enabled_alone(settings: SideSettings) -> bool:
    """Where the system has a protocol off, Microsoft's page has Enabled alone turn it on; its own tools say no."""
    return bool(settings.enabled.dword) and settings.disabled_by_default.dword is None


def _by_default(state: HostState, side: Side, among: frozenset[str]) -> Offer:
    """Of Schannel's own choice, those ``among`` which a program chooses."""
    own = _from_schannel(state, side, None)
    return Offer(own.sure & among, own.maybe & among)


def _server(state: HostState, _release: int | None) -> Offer:
    return _from_schannel(state, "server", None)


def _client(state: HostState, _release: int | None) -> Offer:
    return _from_schannel(state, "client", None)


def _winhttp(view: View) -> Callable[[HostState, int | None], Offer]:
    def offer(state: HostState, _release: int | None) -> Offer:
        windows, setting = state.windows, state.winhttp.get(view)
        if windows.release is None or setting is None or setting.unreadable:
            return Offer(frozenset(), ALL)
        own = windows.release.winhttp
        if setting.dword is not None:
            asked = frozenset(name for name, bit in BITS.items() if setting.dword & bit)
        elif own.default is not None:
            asked = frozenset(name for name, bit in BITS.items() if own.default & bit)
        else:
            return _winhttp_of_windows(state)
        unasked = _without_update(state, own.default)
        if unasked is None:
            return _by_default(state, "client", asked)
        kept = _by_default(state, "client", unasked[0])
        added = _by_default(state, "client", asked)
        return kept if unasked[1] else _either(kept, added)

    return offer


def _winhttp_of_windows(state: HostState) -> Offer:
    """Windows 8.1 to 10 and their servers without a value: SSL 3.0 to TLS 1.2, the older ones only until the updates
    of September 2022. Server 2022 and later: as Windows 11 (TLS 1.2 and 1.3), for which alone it is documented.
    """
    offer = _by_default(state, "client", NAMED_BY_STRONG_CRYPTO | OLD_DOTNET)
    release = state.windows.release
    if release is not None and (release.winhttp.legacy_closed_by or release.winhttp.legacy_doubtful):
        offer = offer.unsure(offer.sure & _CLOSED_BY_WINDOWS)
    newest = _by_default(state, "client", frozenset({"TLS 1.3"}))
    return Offer(offer.sure, offer.maybe | newest.sure | newest.maybe)


def _without_update(state: HostState, default: int | None) -> tuple[frozenset[str], bool] | None:
    """What WinHTTP asks for while its update is missing, and whether it is for certain; None when it has the update
    or needs none.
    """
    release = state.windows.release
    if release is None or default is None or not release.winhttp.needs_value:
        return None
    old = frozenset(name for name, bit in BITS.items() if default & bit)
    kb = release.winhttp.update
    if kb and (state.windows.build or 0) in update(kb).after:
        return old, True
    minimum = update(kb).detect.min_versions.get(state.windows.build or 0) if kb else None
    version = state.file_versions.get("winhttp")
    if minimum is None or version is None:
        return old, False
    return None if version.full_key >= minimum.full_key else (old, True)


def _either(one: Offer, other: Offer) -> Offer:
    sure = one.sure & other.sure
    return Offer(sure, (one.sure | other.sure | one.maybe | other.maybe) - sure)


def _dotnet(runtime: str, view: View) -> Callable[[HostState, int | None], Offer]:
    def offer(state: HostState, _release: int | None) -> Offer:
        system = state.dotnet.values.get((runtime, view, "SystemDefaultTlsVersions"))
        strong = state.dotnet.values.get((runtime, view, "SchUseStrongCrypto"))
        if system is None or strong is None or system.unreadable or strong.unreadable:
            return Offer(frozenset(), ALL)
        chosen = _from_schannel(state, "client", None)
        named = _from_schannel(state, "client", NAMED_BY_STRONG_CRYPTO)
        old = _from_schannel(state, "client", OLD_DOTNET)
        if runtime.startswith("v2"):
            return _dotnet2(state, bool(system.dword), chosen, old)
        offer = _dotnet4(state.dotnet.release, system.dword, strong.dword, chosen, named, old)
        known = dotnet_version(state.dotnet.release) if state.dotnet.release is not None else None
        return offer if known is None or known.tls12 == "yes" else offer.unsure(offer.sure & WITH_UPDATE)

    return offer


def _dotnet2(state: HostState, system: bool, chosen: Offer, old: Offer) -> Offer:
    release = state.windows.release
    chosen = chosen.without(["TLS 1.3"])  # .NET Framework 3.5 has no TLS 1.3 on any Windows.
    if not system:
        return old
    return _either(chosen, old) if release is None or net35_update(release.id) else chosen


def _dotnet4(
    release: int | None, system: int | None, strong: int | None, chosen: Offer, named: Offer, old: Offer
) -> Offer:
    """A value that is absent depends on what a program was built for, which is not known of every program of
    ConfigMgr.
    """
    if release is None:
        return Offer(frozenset(), old.sure | old.maybe)
    if release < DOTNET_45:
        return old
    if system and (release >= DOTNET_47 or not strong):
        return chosen if release >= DOTNET_47 else _either(chosen, old)
    if system:
        return _either(chosen, named)
    if strong:
        return named
    return old if release < DOTNET_46 or strong == 0 else _either(named, old)


def _reporting_services(state: HostState, release: int | None) -> Offer:
    """Those of SQL Server 2012 and 2014 run on .NET 2.0 and 3.5 (KB2869522), later ones on 4. Their own version is not
    read: that of the engine beside them tells it, where there is one.
    """
    newer = _dotnet("v4.0.30319", View.NATIVE)(state, release)
    versions = [item.version for item in state.sql_instances]
    if state.dotnet.has_35 is False or (versions and all(item and item.major >= SQL_2016 for item in versions)):
        return newer
    return _either(_dotnet("v2.0.50727", View.NATIVE)(state, release), newer)


def _sql_client(state: HostState, release: int | None) -> Offer:
    """The drivers that the site's ConfigMgr release uses; one without TLS 1.2 holds the machine back."""
    wanted = {
        name
        for name in sql_clients_of_configmgr()
        if (row := sql_client_requirement(name, release)) is not None and row.needed
    }
    installed = [client for client in state.sql_clients if client.id in (wanted or sql_clients_of_configmgr())]
    abilities = [sql_client_tls12(client.id, client.version) for client in installed]
    abilities += [True for _name in state.newer_drivers if "odbc18" in wanted]
    modern = _by_default(state, "client", _SQL)
    return _by_ability(abilities, modern, _from_schannel(state, "client", TLS10_ONLY))


def _sql_server(state: HostState, _release: int | None) -> Offer:
    modern = _by_default(state, "server", _SQL)
    # Whether the old builds ask Schannel by name, and so get what is only disabled by default, is not documented.
    old = _either(_by_default(state, "server", TLS10_ONLY), _from_schannel(state, "server", TLS10_ONLY))
    offer = _by_ability(_builds(state), modern, old)
    if not any(instance.encryption == "strict" for instance in state.sql_instances):
        return offer
    newest = _by_default(state, "server", frozenset({"TLS 1.3"}))
    return Offer(offer.sure, offer.maybe | newest.sure | newest.maybe)


def _sql_endpoint(state: HostState, _release: int | None) -> Offer:
    """SQL Server calling another one, for Service Broker and mirroring: its build counts there as well (KB3135244)."""
    modern = _by_default(state, "client", _SQL)
    return _by_ability(_builds(state), modern, _from_schannel(state, "client", TLS10_ONLY))


def _builds(state: HostState) -> list[bool | None]:
    """Whether the build of each instance has TLS 1.2."""
    return [sql_tls12(item.version)[0] if item.version else None for item in state.sql_instances]


def _by_ability(abilities: Iterable[bool | None], modern: Offer, old: Offer) -> Offer:
    known = list(abilities)
    if False in known:
        return old
    if not known or None in known:
        return _either(modern, old)
    return modern


_SCHANNEL_CLIENT = ("schannel-tls12-client", "schannel-cipher-suites", "schannel-algorithms", "state-readable")
_SCHANNEL_SERVER = ("schannel-tls12-server", "schannel-cipher-suites", "schannel-algorithms", "state-readable")
_WINHTTP_CAUSES = ("winhttp-update", "winhttp-protocols", *_SCHANNEL_CLIENT)
_DOTNET4_CAUSES = ("dotnet-release", "dotnet-v4-settings", *_SCHANNEL_CLIENT)
_DOTNET2_CAUSES = ("dotnet-35-update", "dotnet-v2-settings", *_SCHANNEL_CLIENT)

STACKS: dict[str, Stack] = {
    "winhttp": Stack("client", _winhttp(View.NATIVE), _WINHTTP_CAUSES),
    "winhttp_32": Stack("client", _winhttp(View.WOW), _WINHTTP_CAUSES),
    "dotnet4": Stack("client", _dotnet("v4.0.30319", View.NATIVE), _DOTNET4_CAUSES),
    "dotnet4_32": Stack("client", _dotnet("v4.0.30319", View.WOW), _DOTNET4_CAUSES),
    "dotnet2": Stack("client", _dotnet("v2.0.50727", View.NATIVE), _DOTNET2_CAUSES),
    "dotnet2_32": Stack("client", _dotnet("v2.0.50727", View.WOW), _DOTNET2_CAUSES),
    "reporting_services": Stack("client", _reporting_services, (*_DOTNET2_CAUSES[:2], *_DOTNET4_CAUSES)),
    "sql_client": Stack("client", _sql_client, ("sql-native-client", "sql-odbc18", *_SCHANNEL_CLIENT)),
    "schannel": Stack("client", _client, _SCHANNEL_CLIENT),
    "http_sys": Stack("server", _server, _SCHANNEL_SERVER),
    "sql_endpoint": Stack("client", _sql_endpoint, ("sql-server-build", *_SCHANNEL_CLIENT)),
    "sql_server": Stack("server", _sql_server, ("sql-server-build", *_SCHANNEL_SERVER)),
}
"""The stacks of a Windows machine by the names that the conversations use."""


def stack_offer(state: HostState, stack: str, release: int | None) -> Offer:
    """What ``stack`` of the machine offers or accepts; ``release`` is the site's ConfigMgr release.

    On 32-bit Windows the 32-bit stacks are the native ones.
    """
    if not state.windows.has_wow:
        stack = stack.removesuffix("_32")
    return STACKS[stack].offer(state, release)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One endpoint, all of its protocols."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from .certificate import Certificate, read_certificate
from .client_hello import RANDOM_LENGTH, client_hello
from .controller_tls import tls13_certificate
from .numbers import ProtocolVersion
from .results import (
    SILENT_REFUSALS,
    Endpoint,
    EndpointKind,
    ProbeResult,
    ProtocolStatus,
    Verdict,
    settle_verdicts,
    verdict_of,
)
from .tds import STRICT, STRICT_PROTOCOL, PreLogin
from .transport import (
    Address,
    Exchange,
    Trouble,
    TroubleCode,
    TroubleError,
    exchange,
    resolve,
)

# The likeliest first: it shows the certificate in clear, and whether it is worth going on.
_ORDER: Final = (
    ProtocolVersion.TLS12,
    ProtocolVersion.TLS13,
    ProtocolVersion.TLS11,
    ProtocolVersion.TLS10,
    ProtocolVersion.SSL3,
    ProtocolVersion.SSL2,
)
_ALL: Final = tuple(ProtocolVersion)
_WORTH_A_RETRY: Final = SILENT_REFUSALS | {TroubleCode.TIMEOUT, TroubleCode.CONNECT_TIMEOUT, TroubleCode.NETWORK}
# Whoever says this to one hello says it to all.
_FINAL: Final = frozenset({TroubleCode.NOT_TDS, TroubleCode.NOT_ENCRYPTED})
_CLOSES: Final = frozenset({TroubleCode.CLOSED, TroubleCode.RESET})
_SILENCES_BEFORE_GIVING_UP: Final = 2


def probe(
    endpoint: Endpoint, timeout: float, now: datetime, protocols: Iterable[ProtocolVersion] = _ALL
) -> ProbeResult:
    """Ask an endpoint for each protocol, over a connection of its own, one after the other.

    timeout: seconds for connecting and again for the answer, per connection.
    now: the moment to judge the certificate by.
    Whatever the endpoint does is in the result; nothing is raised for it.
    """
    wanted = tuple(dict.fromkeys(protocols))
    try:
        addresses = resolve(endpoint.host, endpoint.port)
    except TroubleError as problem:
        verdict = Verdict(ProtocolStatus.UNKNOWN, problem.trouble.detail, trouble=problem.trouble.code)
        return ProbeResult(endpoint, False, problem.trouble, dict.fromkeys(wanted, verdict))
    exchanges = _ask_all(endpoint, addresses, timeout, wanted)
    prelogin = next((met.prelogin for met in exchanges.values() if met.prelogin), None)
    if endpoint.kind is EndpointKind.TDS and _closes_on_prelogin(exchanges.values()):
        strict = replace(endpoint, kind=EndpointKind.HTTPS, alpn=STRICT_PROTOCOL)
        met_strictly = _ask_all(strict, addresses, timeout, wanted)
        if _error(met_strictly.values()) is None:
            exchanges, prelogin = met_strictly, PreLogin("", STRICT)
    verdicts = settle_verdicts({name: verdict_of(name, met) for name, met in exchanges.items()})
    last = next(reversed(exchanges.values()), Exchange())
    for name in wanted:
        if name not in verdicts:
            verdicts[name] = _after(last)
    return ProbeResult(
        endpoint=endpoint,
        reachable=any(met.trouble is None or met.trouble.connected for met in exchanges.values()),
        error=_error(exchanges.values()),
        protocols={name: verdicts[name] for name in wanted},
        certificate=_certificate(
            endpoint, addresses, exchanges.values(), verdicts.get(ProtocolVersion.TLS13), timeout, now
        ),
        tds=prelogin,
    )


def _ask_all(
    endpoint: Endpoint, addresses: tuple[Address, ...], timeout: float, wanted: tuple[ProtocolVersion, ...]
) -> dict[ProtocolVersion, Exchange]:
    """Stops early where going on would teach nothing and cost a time-out each."""
    exchanges: dict[ProtocolVersion, Exchange] = {}
    for protocol in (name for name in _ORDER if name in wanted):
        met = exchanges[protocol] = _ask(endpoint, addresses, protocol, timeout)
        silent = [one for one in exchanges.values() if one.trouble and one.trouble.code is TroubleCode.TIMEOUT]
        if len(silent) == len(exchanges) >= _SILENCES_BEFORE_GIVING_UP or _ends_it(met, first=len(exchanges) == 1):
            break
    return exchanges


def _closes_on_prelogin(exchanges: Iterable[Exchange]) -> bool:
    """As a server does that wants TLS first."""
    return all(met.prelogin is None and met.trouble and met.trouble.code in _CLOSES for met in exchanges)


def _ends_it(met: Exchange, *, first: bool) -> bool:
    if met.trouble is not None and (met.trouble.code in _FINAL or (first and not met.trouble.connected)):
        return True
    return first and verdict_of(ProtocolVersion.TLS12, met).trouble is TroubleCode.NOT_TLS


def _ask(endpoint: Endpoint, addresses: tuple[Address, ...], protocol: ProtocolVersion, timeout: float) -> Exchange:
    hello = client_hello(protocol, os.urandom(RANDOM_LENGTH), endpoint.server_name or endpoint.host, endpoint.alpn)
    tds = endpoint.kind is EndpointKind.TDS
    met = exchange(addresses, protocol, hello, tds=tds, timeout=timeout)
    undecided = verdict_of(protocol, met).trouble
    if undecided in _WORTH_A_RETRY:
        met = exchange(addresses, protocol, hello, tds=tds, timeout=timeout)
    return met


def _after(last: Exchange) -> Verdict:
    """The verdict on a protocol that was not asked for any more, because of how the last exchange ended."""
    verdict = verdict_of(ProtocolVersion.TLS12, last)
    if verdict.status is ProtocolStatus.REFUSED:
        return verdict
    return Verdict(ProtocolStatus.UNKNOWN, f"not asked any more: {verdict.reason}", trouble=verdict.trouble)


def _error(exchanges: Iterable[Exchange]) -> Trouble | None:
    """The first trouble, when no exchange brought a word of TLS."""
    troubles = []
    for met in exchanges:
        if met.answer.hello is not None or met.answer.alert is not None:
            return None
        if met.answer.malformed is not None:
            troubles.append(Trouble(TroubleCode.NOT_TLS, met.answer.malformed))
        elif met.trouble is not None:
            troubles.append(met.trouble)
    return troubles[0] if troubles else None


def _certificate(
    endpoint: Endpoint,
    addresses: tuple[Address, ...],
    exchanges: Iterable[Exchange],
    tls13: Verdict | None,
    timeout: float,
    now: datetime,
) -> Certificate | None:
    """From a handshake up to TLS 1.2, where it travels in clear; else with the controller's own TLS 1.3."""
    der = next((met.answer.certificates[0] for met in exchanges if met.answer.certificates), None)
    if (
        der is None
        and tls13 is not None
        and tls13.status is ProtocolStatus.ACCEPTED
        and endpoint.kind is EndpointKind.HTTPS
    ):
        der = tls13_certificate(addresses, endpoint.server_name or endpoint.host, timeout)
    return read_certificate(der, now) if der else None

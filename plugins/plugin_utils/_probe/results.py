# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of a probe, and how one answer becomes a verdict. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from .certificate import Certificate
from .numbers import (
    INCONCLUSIVE_ALERTS,
    ProtocolVersion,
    alert_name,
)
from .tds import PreLogin
from .transport import Exchange, Trouble, TroubleCode


class EndpointKind(StrEnum):
    """What an endpoint speaks before its TLS handshake: nothing (https), or PRELOGIN (tds)."""

    HTTPS = "https"
    TDS = "tds"


DEFAULT_PORTS: Final[Mapping[EndpointKind, int]] = {EndpointKind.HTTPS: 443, EndpointKind.TDS: 1433}


@dataclass(frozen=True)
class Endpoint:
    """Where to probe. server_name: for SNI, when it is not the host. alpn: to offer in the handshake."""

    host: str
    port: int
    kind: EndpointKind = EndpointKind.HTTPS
    server_name: str | None = None
    alpn: str = ""


class ProtocolStatus(StrEnum):
    """Whether a protocol is on offer. unknown: the network had the last word, not the server."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """What became of one protocol. trouble: what is behind an unknown, or a refusal without a word."""

    status: ProtocolStatus
    reason: str | None = None
    cipher: str | None = None
    trouble: TroubleCode | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain types, as a task's result wants them."""
        return {"status": self.status.value, "reason": self.reason, "cipher": self.cipher}


@dataclass(frozen=True)
class ProbeResult:
    """One endpoint. error: why nothing at all was learned of its protocols; None otherwise."""

    endpoint: Endpoint
    reachable: bool
    error: Trouble | None
    protocols: Mapping[ProtocolVersion, Verdict] = field(default_factory=dict)
    certificate: Certificate | None = None
    tds: PreLogin | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain types, as a task's result wants them."""
        return {
            "host": self.endpoint.host,
            "port": self.endpoint.port,
            "kind": self.endpoint.kind.value,
            "reachable": self.reachable,
            "error": error_to_dict(self.error),
            "protocols": {name.value: verdict.to_dict() for name, verdict in self.protocols.items()},
            "certificate": self.certificate.to_dict() if self.certificate else None,
            "tds": {"version": self.tds.version, "encryption": self.tds.encryption} if self.tds else None,
        }


def error_to_dict(error: Trouble | None) -> dict[str, str] | None:
    """Plain types, as a task's result wants them."""
    return {"code": error.code.value, "detail": error.detail} if error else None


_UNKNOWN_REASONS: Final[Mapping[TroubleCode, str]] = {
    TroubleCode.TIMEOUT: "timed out",
    TroubleCode.CONNECT_TIMEOUT: "timed out while connecting",
    TroubleCode.RESET: "connection reset",
    TroubleCode.CLOSED: "connection closed without an answer",
    TroubleCode.REFUSED: "connection refused",
}


def verdict_of(asked: ProtocolVersion, met: Exchange) -> Verdict:
    """What one exchange says of the protocol that was asked for."""
    answer, trouble = met.answer, met.trouble
    if answer.hello is not None:
        if answer.hello.protocol is asked:
            return Verdict(ProtocolStatus.ACCEPTED, cipher=answer.hello.cipher)
        chosen = answer.hello.protocol or f"0x{answer.hello.version:04X}"
        return Verdict(ProtocolStatus.REFUSED, f"the server chose {chosen}")
    if answer.alert is not None:
        # To the SSL family any alert of a TLS server is a no: it has no other words for it.
        decisive = answer.alert not in INCONCLUSIVE_ALERTS or asked in (ProtocolVersion.SSL2, ProtocolVersion.SSL3)
        return Verdict(
            ProtocolStatus.REFUSED if decisive else ProtocolStatus.UNKNOWN, f"alert {alert_name(answer.alert)}"
        )
    if answer.malformed is not None:
        return Verdict(ProtocolStatus.REFUSED, answer.malformed, trouble=TroubleCode.NOT_TLS)
    if trouble is None:
        return Verdict(ProtocolStatus.UNKNOWN, "an answer without a decision")
    if trouble.code in (TroubleCode.NOT_TLS, TroubleCode.NOT_TDS, TroubleCode.NOT_ENCRYPTED):
        return Verdict(ProtocolStatus.REFUSED, trouble.detail, trouble=trouble.code)
    return Verdict(ProtocolStatus.UNKNOWN, _UNKNOWN_REASONS.get(trouble.code, trouble.detail), trouble=trouble.code)


SILENT_REFUSALS: Final = frozenset({TroubleCode.RESET, TroubleCode.CLOSED})


def settle_verdicts(verdicts: Mapping[ProtocolVersion, Verdict]) -> dict[ProtocolVersion, Verdict]:
    """Read a repeated hang-up in the light of the other protocols.

    Windows often drops the connection instead of sending an alert when the protocol is disabled. Where the same
    endpoint accepts another protocol, a hang-up right after the hello, twice, is that; where it accepts none, nobody
    can tell.
    """
    speaks = any(verdict.status is ProtocolStatus.ACCEPTED for verdict in verdicts.values())
    return {
        protocol: replace(verdict, status=ProtocolStatus.REFUSED)
        if speaks and verdict.trouble in SILENT_REFUSALS
        else verdict
        for protocol, verdict in verdicts.items()
    }

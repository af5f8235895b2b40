# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of a role over HTTPS: one anonymous GET, read for its status and for the protocol it came over."""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from .checks import HealthCheck
from .controller_tls import Trust
from .results import error_to_dict
from .transport import (
    Address,
    Trouble,
    TroubleCode,
    TroubleError,
    open_socket,
    resolve,
    trouble_of,
)

_PROTOCOL_NAMES: Final = {
    "SSLv3": "SSL 3.0",
    "TLSv1": "TLS 1.0",
    "TLSv1.1": "TLS 1.1",
    "TLSv1.2": "TLS 1.2",
    "TLSv1.3": "TLS 1.3",
}
_CLIENT_CERTIFICATE_WANTED: Final = "CERTIFICATE_REQUIRED"


class Health(StrEnum):
    """How a role is.

    healthy: it did its work. limited: it answered, but wants a login or a certificate first.
    failing: it answered something else. unreachable: there was no HTTP answer.
    """

    HEALTHY = "healthy"
    LIMITED = "limited"
    FAILING = "failing"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class HealthTarget:
    """What to ask where.

    port: when it is not the one of the check. server_name: for SNI and the Host header, when it is not the host.
    """

    host: str
    check: HealthCheck
    port: int | None = None
    server_name: str | None = None

    @property
    def effective_port(self) -> int:
        return self.port or self.check.port


@dataclass(frozen=True)
class HealthResult:
    """What came of one check.

    status: of HTTP. protocol, cipher: of the TLS connection it came over. hint: what the status means for this role.
    doubt: why nobody vouches for who answered; None when an authority does.
    """

    target: HealthTarget
    health: Health
    reachable: bool
    status: int | None = None
    protocol: str | None = None
    cipher: str | None = None
    hint: str | None = None
    error: Trouble | None = None
    doubt: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain types, as a task's result wants them."""
        return {
            "host": self.target.host,
            "port": self.target.effective_port,
            "check": self.target.check.id,
            "role": self.target.check.role,
            "path": self.target.check.path,
            "health": self.health.value,
            "reachable": self.reachable,
            "status": self.status,
            "protocol": self.protocol,
            "cipher": self.cipher,
            "hint": self.hint,
            "doubt": self.doubt,
            "error": error_to_dict(self.error),
        }


class _HttpsConnection(http.client.HTTPSConnection):
    """HTTP over a socket that connects by address and greets by name."""

    def __init__(
        self, addresses: tuple[Address, ...], name: str, port: int, timeout: float, context: ssl.SSLContext
    ) -> None:
        super().__init__(name, port, timeout=timeout, context=context)
        self._addresses = addresses
        self._tls = context
        self._seconds = timeout
        self._name = name
        self.reached = False
        self.negotiated: tuple[str | None, str | None] = (None, None)

    def connect(self) -> None:
        plain = open_socket(self._addresses, self._seconds)
        plain.settimeout(self._seconds)
        self.reached = True
        try:
            encrypted = self._tls.wrap_socket(plain, server_hostname=self._name)
        except BaseException:
            plain.close()
            raise
        self.sock = encrypted
        version, cipher = encrypted.version(), encrypted.cipher()
        self.negotiated = (_PROTOCOL_NAMES.get(version or "", version), cipher[0] if cipher else None)


def check_health(target: HealthTarget, trust: Trust, timeout: float) -> HealthResult:
    """Ask whom the authorities vouch for, and whom they do not if ``trust`` allows it: the result then says so.

    Whatever the server does is in the result. timeout: seconds for each step of the network.
    """
    result = _ask(target, trust.checking, timeout)
    if trust.anybody is None or result.error is None or result.error.code is not TroubleCode.CERTIFICATE:
        return result
    return replace(_ask(target, trust.anybody, timeout), doubt=result.error.detail)


def _ask(target: HealthTarget, context: ssl.SSLContext, timeout: float) -> HealthResult:
    name = target.server_name or target.host
    try:
        addresses = resolve(target.host, target.effective_port)
    except TroubleError as problem:
        return HealthResult(target, Health.UNREACHABLE, reachable=False, error=problem.trouble)
    connection = _HttpsConnection(addresses, name, target.effective_port, timeout, context)
    try:
        connection.request("GET", target.check.path, headers={"User-Agent": "configmgr.tls", "Connection": "close"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, TroubleError) as problem:
        protocol, cipher = connection.negotiated
        trouble = _trouble(problem, connected=connection.reached)
        return HealthResult(
            target, Health.UNREACHABLE, connection.reached, protocol=protocol, cipher=cipher, error=trouble
        )
    finally:
        connection.close()
    protocol, cipher = connection.negotiated
    hint = target.check.hints.get(status)
    return HealthResult(target, health_of(target.check, status), True, status, protocol, cipher, hint)


def health_of(check: HealthCheck, status: int) -> Health:
    """How to read an HTTP status of this check."""
    if status in check.healthy:
        return Health.HEALTHY
    return Health.LIMITED if status in check.limited else Health.FAILING


def _trouble(problem: Exception, *, connected: bool) -> Trouble:
    if isinstance(problem, TroubleError):
        return problem.trouble
    if isinstance(problem, ssl.SSLCertVerificationError):
        return Trouble(TroubleCode.CERTIFICATE, f"the certificate was not accepted: {problem.verify_message}")
    if isinstance(problem, (ssl.SSLEOFError, ssl.SSLZeroReturnError, http.client.RemoteDisconnected)):
        return Trouble(TroubleCode.CLOSED, "the connection was closed without an answer")
    if isinstance(problem, ssl.SSLError):
        reason = problem.reason or str(problem)
        if _CLIENT_CERTIFICATE_WANTED in reason:
            return Trouble(TroubleCode.CLIENT_CERTIFICATE, "the server wants a client certificate")
        return Trouble(TroubleCode.HANDSHAKE, f"the TLS handshake failed: {reason.lower().replace('_', ' ')}")
    if isinstance(problem, OSError):
        return trouble_of(problem, connected=connected)
    return Trouble(TroubleCode.NOT_HTTP, f"not HTTP: {type(problem).__name__}")

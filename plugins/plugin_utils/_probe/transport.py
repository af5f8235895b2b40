# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets: one hello out, one answer in, and every way in which that can go wrong under a name of its own."""

from __future__ import annotations

import errno
import socket
import time
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, Self

from .handshake import ServerAnswer, read_answer
from .numbers import ProtocolVersion
from .tds import (
    PreLogin,
    TdsError,
    prelogin_request,
    read_prelogin,
    unwrap_records,
    wrap,
)

_CHUNK: Final = 16384
# A chain of certificates is a few kilobytes; whoever sends this much is no TLS server.
_LONGEST_ANSWER: Final = 262_144
_UNREACHABLE: Final = frozenset(
    {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.EADDRNOTAVAIL}
)
_RESET: Final = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ENOTCONN})


class TroubleCode(StrEnum):
    """Stable names of what can go wrong with an endpoint."""

    RESOLVE = "resolve"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CONNECT_TIMEOUT = "connect_timeout"
    TIMEOUT = "timeout"
    RESET = "reset"
    CLOSED = "closed"
    NETWORK = "network"
    NOT_TLS = "not_tls"
    NOT_TDS = "not_tds"
    NOT_ENCRYPTED = "not_encrypted"
    HANDSHAKE = "handshake"
    CERTIFICATE = "certificate"
    CLIENT_CERTIFICATE = "client_certificate"
    NOT_HTTP = "not_http"


@dataclass(frozen=True)
class Trouble:
    """Why an exchange with an endpoint ended early.

    code: one of the stable names. detail: one sentence. connected: whether the TCP connection had been made.
    """

    code: TroubleCode
    detail: str
    connected: bool = True


class TroubleError(Exception):
    """Carries a trouble to whoever reports it."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.detail)
        self.trouble = trouble


@dataclass(frozen=True)
class Address:
    """A resolved address, as the socket module wants it."""

    family: int
    sockaddr: tuple[Any, ...]


def resolve(host: str, port: int) -> tuple[Address, ...]:
    """The addresses of a name, in the system's order of preference. TroubleError (resolve) when there is none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        detail = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
        trouble = Trouble(TroubleCode.RESOLVE, f"the name {host} does not resolve: {detail}", connected=False)
        raise TroubleError(trouble) from problem
    return tuple(Address(int(family), tuple(sockaddr)) for family, _type, _proto, _name, sockaddr in found)


def trouble_of(problem: OSError, connected: bool) -> Trouble:
    """An operating system error under its stable name."""
    number = problem.errno
    if isinstance(problem, TimeoutError):
        if connected:
            return Trouble(TroubleCode.TIMEOUT, "connected, but no answer in time")
        return Trouble(TroubleCode.CONNECT_TIMEOUT, "no connection in time", connected=False)
    if isinstance(problem, ConnectionRefusedError):
        return Trouble(TroubleCode.REFUSED, "the connection was refused: nothing listens there", connected=False)
    if number in _RESET:
        return Trouble(TroubleCode.RESET, "the connection was reset", connected=connected)
    if number in _UNREACHABLE:
        return Trouble(TroubleCode.UNREACHABLE, f"no way to the host: {problem.strerror}", connected=connected)
    return Trouble(TroubleCode.NETWORK, problem.strerror or str(problem), connected=connected)


class Connection:
    """A TCP connection to the first address that takes it. Every method raises TroubleError.

    timeout: seconds for the connecting, and then once more for everything that follows.
    """

    def __init__(self, addresses: tuple[Address, ...], timeout: float) -> None:
        self._socket = open_socket(addresses, timeout)
        self._deadline = time.monotonic() + timeout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        try:
            self._arm()
            self._socket.sendall(data)
        except OSError as problem:
            raise TroubleError(trouble_of(problem, connected=True)) from problem

    def receive(self) -> bytes:
        """Some bytes. TroubleError (closed) at the end of the stream."""
        try:
            self._arm()
            data = self._socket.recv(_CHUNK)
        except OSError as problem:
            raise TroubleError(trouble_of(problem, connected=True)) from problem
        if not data:
            raise TroubleError(Trouble(TroubleCode.CLOSED, "the connection was closed without an answer"))
        return data

    def _arm(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)


def open_socket(addresses: tuple[Address, ...], timeout: float) -> socket.socket:
    """A socket connected to the first address that takes it; timeout seconds for all. TroubleError when none does."""
    trouble = Trouble(TroubleCode.RESOLVE, "the name has no address", connected=False)
    deadline = time.monotonic() + timeout
    for address in addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        connection = None
        try:
            connection = socket.socket(address.family, socket.SOCK_STREAM)
            connection.settimeout(left)
            connection.connect(address.sockaddr)
        except OSError as problem:
            if connection is not None:
                connection.close()
            trouble = trouble_of(problem, connected=False)
        else:
            return connection
    raise TroubleError(trouble)


@dataclass(frozen=True)
class Exchange:
    """What one hello led to. trouble is set when the answer stays incomplete; prelogin only for TDS."""

    answer: ServerAnswer = field(default_factory=ServerAnswer)
    prelogin: PreLogin | None = None
    trouble: Trouble | None = None


def exchange(
    addresses: tuple[Address, ...], asked: ProtocolVersion, hello: bytes, *, tds: bool, timeout: float
) -> Exchange:
    """Connect, send the hello (in PRELOGIN packets when tds), read the answer. Never raises for what the peer does."""
    prelogin: PreLogin | None = None
    try:
        with Connection(addresses, timeout) as connection:
            if tds:
                prelogin = _ask_prelogin(connection)
                if prelogin.encryption == "not_supported":
                    trouble = Trouble(TroubleCode.NOT_ENCRYPTED, "the server offers no encryption")
                    return Exchange(prelogin=prelogin, trouble=trouble)
            connection.send(wrap(hello) if tds else hello)
            answer, trouble_met = _read_until_complete(connection, asked, tds=tds)
            return Exchange(answer, prelogin, trouble_met)
    except TroubleError as problem:
        return Exchange(prelogin=prelogin, trouble=problem.trouble)


def _ask_prelogin(connection: Connection) -> PreLogin:
    connection.send(prelogin_request())
    received = b""
    while len(received) < _LONGEST_ANSWER:
        received += connection.receive()
        try:
            answer = read_prelogin(received)
        except TdsError as problem:
            raise TroubleError(Trouble(TroubleCode.NOT_TDS, str(problem))) from problem
        if answer is not None:
            return answer
    raise TroubleError(Trouble(TroubleCode.NOT_TDS, "not TDS: an answer to PRELOGIN without an end"))


def _read_until_complete(
    connection: Connection, asked: ProtocolVersion, *, tds: bool
) -> tuple[ServerAnswer, Trouble | None]:
    """What arrived before a trouble counts: an alert is often followed by a reset."""
    received, answer = b"", ServerAnswer()
    while len(received) < _LONGEST_ANSWER:
        try:
            received += connection.receive()
            answer = read_answer(unwrap_records(received) if tds else received, asked)
        except TroubleError as problem:
            return answer, problem.trouble
        except TdsError as problem:
            return answer, Trouble(TroubleCode.NOT_TDS, str(problem))
        if answer.complete:
            return answer, None
    return answer, Trouble(TroubleCode.NOT_TLS, "not TLS: an answer without an end")

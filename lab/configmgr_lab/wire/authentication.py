# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is on the other end of a connection: Basic, Negotiate with Kerberos or NTLM, and sealed messages.

NTLM authenticates the TCP connection, so this state lives exactly as long as the connection. A sealed message that
arrives on a connection without a context cannot be opened: WinRM answers 400.
"""

from __future__ import annotations

import base64
import binascii
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import spnego

from configmgr_lab.kerberos.tickets import Context, Keytab, Refused, is_kerberos
from configmgr_lab.wire.http import HttpAnswer, HttpRequest

SEALED_PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
BOUNDARY = b"--Encrypted Boundary"
OCTETS = b"\tContent-Type: application/octet-stream\r\n"
# Microsoft, Maximum tolerance for computer clock synchronization.
CLOCK_SKEW_SECONDS = 300
SOAP_TYPE = "application/soap+xml;charset=UTF-8"


class Unreadable(Exception):
    """A sealed message that cannot be opened here."""


@dataclass(frozen=True)
class Admitted:
    """A request whose sender is known: the user, the opened body, and the headers its answer must carry."""

    user: str
    body: bytes
    sealed: bool
    headers: tuple[tuple[str, str], ...] = ()


class CredentialStore:
    """Passwords of one set of users, for Basic directly and for the NTLM acceptor as a file."""

    def __init__(self, users: Mapping[str, str], path: Path) -> None:
        """Write the acceptor's file to ``path``. Raises ValueError for a password its format cannot hold."""
        self._users = {name.lower(): (name, password) for name, password in users.items()}
        lines = []
        for name, password in users.items():
            domain, _, account = name.rpartition("\\")
            if ":" in name + password or "\n" in name + password:
                raise ValueError(f"user {name!r}: a colon or line break in a name or password is not supported")
            lines.append(f"{domain}:{account}:{password}\n")
        path.touch(mode=0o600)
        path.write_text("".join(lines), encoding="utf-8")
        self.path = path

    def check(self, name: str, password: str) -> str | None:
        """The user's name as the site spells it, or None."""
        spelled, expected = self._users.get(name.lower(), (None, None))
        return spelled if expected == password else None

    def spelled(self, name: str) -> str | None:
        return self._users.get(name.lower(), (None, None))[0]

    def of_principal(self, principal: str) -> str | None:
        """The user behind a Kerberos principal: the realm is the one domain that this site has."""
        account = principal.partition("@")[0].lower()
        return next((name for key, (name, _) in self._users.items() if key.rpartition("\\")[2] == account), None)


@dataclass(frozen=True)
class Tickets:
    """How tickets are taken: the machine's keys, DER of the certificate behind TLS, whether binding is a must, and
    how many seconds the machine's clock is ahead.
    """

    keys: Keytab
    certificate: bytes | None = None
    strict: bool = False
    clock: float = 0.0

    def context(self) -> Context:
        """For one logon. Raises Refused for a ticket that a machine with such a clock takes for too new or too old."""
        if abs(self.clock) > CLOCK_SKEW_SECONDS:
            raise Refused("clock skew too great")
        return self.keys.context(self.certificate, strict=self.strict)


class Authenticator:
    """The authentication state of one connection."""

    def __init__(
        self, store: CredentialStore, *, secure: bool, tickets: Tickets | None = None, ntlm: bool = True
    ) -> None:
        self._store = store
        self._secure = secure
        self._tickets = tickets
        self._ntlm = ntlm
        self._context: spnego.ContextProxy | Context | None = None
        self.user: str | None = None
        self.method = "none"

    def admit(self, request: HttpRequest) -> Admitted | HttpAnswer:
        """The admitted request, or the answer that refuses it or carries the next token."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic" and self._secure:
            return self._basic(request, value)
        if scheme.lower() == "negotiate":
            return self._negotiate(request, value)
        if scheme or self.user is None:
            if not scheme and _is_sealed(request):
                return HttpAnswer(400)
            return self.refuse()
        return self._open(request, ())

    def refuse(self) -> HttpAnswer:
        offers = [("WWW-Authenticate", "Negotiate")]
        if self._secure:
            offers.append(("WWW-Authenticate", 'Basic realm="WSMAN"'))
        return HttpAnswer(401, headers=tuple(offers))

    def seal(self, message: bytes) -> tuple[str, bytes]:
        """Content type and body of a sealed answer."""
        assert self._context is not None
        wrapped = self._context.wrap_winrm(message)
        length = len(message) + wrapped.padding_length
        head = b"\r\n".join(
            [
                BOUNDARY,
                f"\tContent-Type: {SEALED_PROTOCOL}".encode(),
                f"\tOriginalContent: type={SOAP_TYPE};Length={length}".encode(),
                BOUNDARY,
                b"",
            ]
        )
        sealed = struct.pack("<i", len(wrapped.header)) + wrapped.header + wrapped.data
        content_type = f'multipart/encrypted;protocol="{SEALED_PROTOCOL}";boundary="Encrypted Boundary"'
        return content_type, head + OCTETS + sealed + BOUNDARY + b"--\r\n"

    def _basic(self, request: HttpRequest, value: str) -> Admitted | HttpAnswer:
        self.method = "basic"
        try:
            raw = base64.b64decode(value, validate=True)
        except binascii.Error:
            return self.refuse()
        # Clients differ in the encoding they use here: requests takes Latin-1 where it can.
        user = None
        for encoding in ("utf-8", "latin-1"):
            name, _, password = raw.decode(encoding, "replace").partition(":")
            user = user or self._store.check(name, password)
        return Admitted(user, request.body, False) if user else self.refuse()

    def _negotiate(self, request: HttpRequest, value: str) -> Admitted | HttpAnswer:
        if self._context is None or self._context.complete:
            self.method = "negotiate"
        # The acceptor finds its users through this variable only; nothing awaits between here and its use.
        os.environ["NTLM_USER_FILE"] = str(self._store.path)
        try:
            token = base64.b64decode(value, validate=True)
            if self._context is None or self._context.complete:
                self.user = None
                self._context = self._acceptor(token)
            answer = self._context.step(token)
        # The library raises whatever its parser trips over when a token is nonsense.
        except Exception:
            self._context = None
            return self.refuse()
        headers = (("WWW-Authenticate", "Negotiate " + base64.b64encode(answer).decode()),) if answer else ()
        if not self._context.complete:
            return HttpAnswer(401, headers=headers)
        if self.method == "negotiate" and not self._ntlm:
            # In the end only: until then a refused NTLM looks like one that is taken.
            return self.refuse()
        who = self._context.client_principal or ""
        self.user = self._store.of_principal(who) if self.method == "kerberos" else self._store.spelled(who)
        return self._open(request, headers) if self.user else self.refuse()

    def _acceptor(self, token: bytes) -> spnego.ContextProxy | Context:
        if self._tickets is not None and is_kerberos(token):
            self.method = "kerberos"
            return self._tickets.context()
        return _ntlm_acceptor(token)

    def _open(self, request: HttpRequest, headers: tuple[tuple[str, str], ...]) -> Admitted | HttpAnswer:
        assert self.user is not None
        if _is_sealed(request):
            try:
                return Admitted(self.user, self._unseal(request.body), True, headers)
            except Unreadable:
                return HttpAnswer(400)
        if not request.body:
            # Setting up a context is done with an empty message, and answered with one.
            return HttpAnswer(200, headers=headers)
        if not self._secure:
            return HttpAnswer(500, headers=headers)
        return Admitted(self.user, request.body, False, headers)

    def _unseal(self, body: bytes) -> bytes:
        _, found, payload = body.partition(OCTETS)
        ending = BOUNDARY + b"--\r\n"
        if not found or not payload.endswith(ending) or len(payload) < 4 or self._context is None:
            raise Unreadable
        payload = payload[: -len(ending)]
        (length,) = struct.unpack("<i", payload[:4])
        try:
            return self._context.unwrap_winrm(payload[4 : 4 + length], payload[4 + length :])
        except Exception as exc:  # as many kinds as there are libraries
            raise Unreadable from exc


def _ntlm_acceptor(token: bytes) -> spnego.ContextProxy:
    # Clients send bare NTLM under the name Negotiate as well as NTLM inside SPNEGO.
    if token.startswith(b"NTLMSSP\x00"):
        return spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
    return spnego.server(protocol="negotiate", options=spnego.NegotiateOptions.use_negotiate)


def _is_sealed(request: HttpRequest) -> bool:
    return request.headers.get("content-type", "").lower().startswith("multipart/encrypted")

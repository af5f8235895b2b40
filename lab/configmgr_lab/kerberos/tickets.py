# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ticket for a machine's service, opened with the machine's keys; MIT's library does what Windows' LSA does.

Known from Microsoft: a service whose channel binding is relaxed refuses a wrong binding and takes none at all; a strict
one wants the right one (CbtHardeningLevel of WinRM, tokenChecking of IIS). The library tells which of it there was.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

from spnego import WinRMWrapResult

_KERBEROS = bytes.fromhex("06092a864886f712010202")
_KERBEROS_OF_2000 = bytes.fromhex("06092a864882f712010202")
_NTLM = bytes.fromhex("060a2b06010401823702020a")
# RFC 9266 and MIT 1.19: the acceptor's flag for an initiator that gave a binding, and the same one.
_CHANNEL_BOUND = 2048


class Refused(Exception):
    """The ticket is good for nothing here."""


def is_kerberos(token: bytes) -> bool:
    """Whether the first mechanism of a token is Kerberos, bare or in SPNEGO."""
    found = [place for name in (_KERBEROS, _KERBEROS_OF_2000) if (place := token.find(name)) >= 0]
    ntlm = token.find(_NTLM)
    return bool(found) and (ntlm < 0 or min(found) < ntlm)


class Keytab:
    """The keys of one machine, for all its services. Reading them needs python-gssapi, when the first ticket comes."""

    def __init__(self, keytab: Path) -> None:
        self._keytab = keytab

    @property
    def store(self) -> dict[str, str]:
        """Where the library finds the keys, and remembers what it has seen."""
        return {"keytab": str(self._keytab), "rcache": f"file2:{self._keytab.with_suffix('.seen')}"}

    @cached_property
    def credentials(self) -> Any:
        import gssapi

        return gssapi.Credentials(usage="accept", store=self.store)

    def context(self, certificate: bytes | None, *, strict: bool) -> Context:
        """For one logon. ``certificate``: DER, of the service's end of TLS; ``strict``: it has to be bound to it."""
        return Context(self.credentials, certificate, strict=strict and certificate is not None)


class Context:
    """One logon, and the messages that are sealed with it."""

    def __init__(self, credentials: Any, certificate: bytes | None, *, strict: bool) -> None:
        import gssapi

        bindings = gssapi.raw.ChannelBindings(application_data=_end_point(certificate)) if certificate else None
        self._context = gssapi.SecurityContext(usage="accept", creds=credentials, channel_bindings=bindings)
        self._strict = strict

    @property
    def complete(self) -> bool:
        return bool(self._context.complete)

    @property
    def client_principal(self) -> str:
        """Such as user@REALM."""
        # The library leaves the end of the C string on.
        return str(self._context.initiator_name).rstrip("\0")

    @property
    def session_key(self) -> bytes:
        import gssapi

        oid = gssapi.OID.from_int_seq("1.2.840.113554.1.2.2.5.5")
        return bytes(gssapi.raw.inquire_sec_context_by_oid(self._context, oid)[0])

    def step(self, token: bytes) -> bytes | None:
        """The answer to a token. Raises Refused, or what the library says."""
        answer: bytes | None = self._context.step(token)
        # A failed step raises only when the context is asked for something.
        if self.complete and self._strict and not int(self._context.actual_flags) & _CHANNEL_BOUND:
            raise Refused("no channel binding")
        return answer

    def wrap_winrm(self, message: bytes) -> WinRMWrapResult:
        from gssapi.raw import IOV, IOVBufferType, wrap_iov

        sealed = IOV(IOVBufferType.header, message, IOVBufferType.padding, std_layout=False)
        wrap_iov(self._context, sealed, confidential=True)
        header, data, padding = (part.value or b"" for part in sealed)
        return WinRMWrapResult(header=header, data=data + padding, padding_length=len(padding))

    def unwrap_winrm(self, header: bytes, data: bytes) -> bytes:
        from gssapi.raw import IOV, IOVBuffer, IOVBufferType, unwrap_iov

        first = IOVBuffer(IOVBufferType.header, False, header)
        opened = IOV(first, data, IOVBufferType.data, std_layout=False)
        unwrap_iov(self._context, opened)
        return bytes(opened[1].value or b"")


def _end_point(certificate: bytes) -> bytes:
    # RFC 5929, tls-server-end-point: the hash of the certificate's signature, SHA-256 for ours.
    return b"tls-server-end-point:" + hashlib.sha256(certificate).digest()

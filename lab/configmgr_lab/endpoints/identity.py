# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate of a machine's role endpoints, and OpenSSL set up for one version of TLS."""

from __future__ import annotations

import ssl
import warnings
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ..wire.certificates import Authority, load_chain
from .protocols import Protocol
from .suites import openssl_names

KEY_BITS = 2048
_VERSIONS = {
    Protocol.TLS10: ssl.TLSVersion.TLSv1,
    Protocol.TLS11: ssl.TLSVersion.TLSv1_1,
    Protocol.TLS12: ssl.TLSVersion.TLSv1_2,
    Protocol.TLS13: ssl.TLSVersion.TLSv1_3,
}
BY_OPENSSL = frozenset(_VERSIONS)


@cache
def _key() -> rsa.RSAPrivateKey:
    # One key for all machines: making two dozen of them takes seconds, and none protects anything.
    return rsa.generate_private_key(65_537, KEY_BITS)


class Identity:
    """The certificate of one machine, RSA as site systems have it: the suites of old Windows need that."""

    def __init__(self, authority: Authority, names: tuple[str, ...], address: str) -> None:
        self._authority = authority
        self._names = names
        self._address = address
        self._pem = b""
        self._der = b""
        self._contexts: dict[tuple[Protocol, tuple[str, ...]], ssl.SSLContext] = {}

    @property
    def certificate(self) -> bytes:
        """The certificate in DER."""
        self._make()
        return self._der

    def context(self, protocol: Protocol, suites: tuple[str, ...]) -> ssl.SSLContext:
        """A server's context for exactly this version. Raises ssl.SSLError when OpenSSL has none of the suites."""
        wanted = (protocol, suites)
        if wanted not in self._contexts:
            self._make()
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            load_chain(context, self._pem)
            restrict(context, protocol, protocol, suites)
            context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
            context.num_tickets = 0
            self._contexts[wanted] = context
        return self._contexts[wanted]

    def _make(self) -> None:
        if not self._pem:
            key = _key()
            certificate = self._authority.server_certificate(self._names, self._address, key.public_key())
            self._der = certificate.public_bytes(serialization.Encoding.DER)
            self._pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )


def restrict(context: ssl.SSLContext, lowest: Protocol, highest: Protocol, suites: tuple[str, ...]) -> None:
    """Only these versions and suites, whatever the system's own policy is. Raises ssl.SSLError when none is left."""
    names = openssl_names(suites) if suites and lowest is not Protocol.TLS13 else ("ALL",)
    context.set_ciphers(":".join((*names, "@SECLEVEL=0")))
    with warnings.catch_warnings():
        # The versions that the ssl module warns of are what this is for.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = _VERSIONS[highest]
        context.minimum_version = _VERSIONS[lowest]
    context.options &= ~(ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1 | ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3)

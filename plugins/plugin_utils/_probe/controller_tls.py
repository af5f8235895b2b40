# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the controller's own OpenSSL is good enough: a whole TLS 1.3 handshake, and HTTP over TLS."""

from __future__ import annotations

import contextlib
import os
import ssl
import warnings
from dataclasses import dataclass
from typing import Final

from .transport import Address, TroubleError, open_socket

# In the ssl module by name since Python 3.12; the number has been OpenSSL's for ever.
_LEGACY_SERVER_CONNECT: Final = 0x4


def tls13_certificate(addresses: tuple[Address, ...], server_name: str, timeout: float) -> bytes | None:
    """The DER certificate of a server that only speaks TLS 1.3; None when the handshake does not come about."""
    context = _unverified_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        with open_socket(addresses, timeout) as plain:
            plain.settimeout(timeout)
            with context.wrap_socket(plain, server_hostname=server_name) as connection:
                return connection.getpeercert(binary_form=True)
    except (OSError, ValueError, TroubleError):
        return None


@dataclass(frozen=True)
class ClientCertificate:
    """Paths of PEM files on the controller. key: when it is not in the same file. password: of the key."""

    certificate: str
    key: str | None = None
    password: str | None = None


@dataclass(frozen=True)
class Trust:
    """Whom a request over HTTPS believes.

    checking: only servers that an authority vouches for. anybody: for a second look at the others, whose answer is then
    told as doubtful; None where the owner named his authorities, which is to say that he wants no others.
    """

    checking: ssl.SSLContext
    anybody: ssl.SSLContext | None = None


def http_trust(client: ClientCertificate | None = None, ca_path: str | None = None) -> Trust:
    """ca_path: a file or directory of authorities; without it the controller's own.

    OSError (ssl.SSLError included) when a file cannot be read or is no certificate.
    """
    checking = _http_context(client)
    if ca_path is None:
        checking.load_default_certs()
    else:
        checking.load_verify_locations(**({"capath": ca_path} if os.path.isdir(ca_path) else {"cafile": ca_path}))
    checking.verify_mode = ssl.CERT_REQUIRED
    checking.check_hostname = True
    return Trust(checking, _http_context(client) if ca_path is None else None)


def _http_context(client: ClientCertificate | None) -> ssl.SSLContext:
    """Everything this OpenSSL can still do, whatever the system's policy: what a role answers is the question here."""
    context = _unverified_context()
    if client is not None:
        # A callback, because OpenSSL would ask on the terminal when the key has a password and none is given.
        context.load_cert_chain(client.certificate, client.key, password=lambda: client.password or "")
        context.post_handshake_auth = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.options |= _LEGACY_SERVER_CONNECT
    # A build without security levels keeps its own list.
    with contextlib.suppress(ssl.SSLError):
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def _unverified_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context

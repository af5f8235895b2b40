# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cipher suites that a machine uses, under the names of OpenSSL and as numbers of the wire."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable
from functools import cache

from ..machine.registry import RegistryReader
from ..machine.values import STRINGS, RegistryType, decode_multi, decode_text
from .protocols import Protocol

# A list set by policy replaces the one that Windows has of its own.
# Source: https://learn.microsoft.com/en-us/windows/win32/secauthn/prioritizing-schannel-cipher-suites
_POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"
_LOCAL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Cryptography\\Configuration\\Local\\SSL\\00010002"
_CURVE = re.compile(r"_P(256|384|521)$")
_NAME = re.compile(r"TLS_(?:(?P<exchange>ECDHE|DHE)_)?(?P<signer>RSA|ECDSA)_WITH_(?P<cipher>\w+)_(?P<hash>SHA\d*)")
_TLS13 = re.compile(r"TLS_(AES|CHACHA20)_")
# With a hash of its own a suite is of TLS 1.2; plain SHA goes with every version since SSL 3.0.
_EVERY_VERSION = "SHA"


def windows_suites(registry: RegistryReader) -> tuple[str, ...]:
    """The names in force, without the curves of old Windows; empty when no list is set."""
    for path in (_POLICY, _LOCAL):
        value = registry.value(path, "Functions")
        if value is None:
            continue
        if value.type is RegistryType.REG_MULTI_SZ:
            names: Iterable[str] = decode_multi(value.data)
        elif value.type in STRINGS:
            names = decode_text(value.data).split(",")
        else:
            continue
        found = tuple(dict.fromkeys(_CURVE.sub("", name.strip()) for name in names if name.strip()))
        if found:
            return found
    return ()


def openssl_names(suites: Iterable[str]) -> tuple[str, ...]:
    """The suites up to TLS 1.2 that OpenSSL has here; those that it no longer builds (RC4, 3DES) are left out."""
    return tuple(name for name in (_openssl_name(suite) for suite in suites) if name and name in _numbers())


def numbers(suites: Iterable[str]) -> tuple[int, ...]:
    """The numbers of a ClientHello for the suites up to TLS 1.2."""
    return tuple(_numbers()[name] for name in openssl_names(suites))


def without_suites(protocols: frozenset[Protocol], suites: tuple[str, ...]) -> frozenset[Protocol]:
    """The protocols that have at least one of the suites; all of them when no list is set."""
    if not suites:
        return protocols
    usable = {Protocol.TLS13} if any(_TLS13.match(suite) for suite in suites) else set()
    older = [match for match in (_NAME.fullmatch(suite) for suite in suites) if match]
    if older:
        usable.add(Protocol.TLS12)
    if any(match["hash"] == _EVERY_VERSION for match in older):
        usable |= {Protocol.SSL2, Protocol.SSL3, Protocol.TLS10, Protocol.TLS11}
    return protocols & usable


def _openssl_name(suite: str) -> str | None:
    match = _NAME.fullmatch(suite)
    if match is None:
        return None
    cipher = match["cipher"].replace("AES_", "AES").replace("_CBC", "").replace("_", "-")
    parts = [match["exchange"], match["signer"] if match["exchange"] else None, cipher, match["hash"]]
    return "-".join(part for part in parts if part)


@cache
def _numbers() -> dict[str, int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    return {cipher["name"]: cipher["id"] & 0xFFFF for cipher in context.get_ciphers()}

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cipher suites that a machine uses, under the names of OpenSSL and as numbers of the wire."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from ..machine.registry import RegistryReader
from ..machine.values import RegistryType, decode_multi, decode_text
from .protocols import Protocol
from .schannel import SCHANNEL, windows_build
from .tables import table

_POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"
_LOCAL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Cryptography\\Configuration\\Local\\SSL\\00010002"
_POLICY_LENGTH = 1023
_CURVE = re.compile(r"_P(256|384|521)$")
_NAME = re.compile(
    r"TLS_(?:(?P<exchange>ECDHE|DHE)_)?(?P<signer>RSA|ECDSA|DSS)_WITH_(?P<cipher>\w+)_(?P<hash>SHA\d*|MD5)"
)
_TLS13 = re.compile(r"TLS_(?P<cipher>AES_\d+|CHACHA20)_\w+_(?P<hash>SHA\d+)")
_TLS13_NUMBERS = {
    "TLS_AES_128_GCM_SHA256": 0x1301,
    "TLS_AES_256_GCM_SHA384": 0x1302,
    "TLS_CHACHA20_POLY1305_SHA256": 0x1303,
}
_EVERY_VERSION = ("SHA", "MD5")
_ON = 0xFFFFFFFF
_TLS13_BLOCK = 0x13
_SIGNALLING = 0x00FF
NO_SUITE = "TLS_NULL_WITH_NULL_NULL"
"""Stands in the list of a machine that has none left: an empty list would be whatever OpenSSL has."""


def windows_suites(registry: RegistryReader) -> tuple[str, ...]:
    """The names in force, without the curves of old Windows; empty when no list is set."""
    policy = _policy_text(registry)
    if policy is None and registry.value(_LOCAL, "Functions") is None:
        return ()
    listed = dict.fromkeys(_local(registry) if policy is None else _known(policy, windows_build(registry)))
    off = [known for key, known in table("endpoints/suites.yml")["switches"].items() if _is_off(registry, key)]
    return tuple(name for name in listed if not any(_has(name, known) for known in off)) or (NO_SUITE,)


def _policy_text(registry: RegistryReader) -> str | None:
    """A policy of another type than REG_SZ is none, nor is one that is empty; one without a known name leaves none."""
    value = registry.value(_POLICY, "Functions")
    if value is None or value.type is not RegistryType.REG_SZ:
        return None
    return decode_text(value.data)[:_POLICY_LENGTH].strip() or None


def _known(policy: str, build: int) -> Iterator[str]:
    known: dict[str, Any] = table("endpoints/suites.yml")
    for text in policy.split(","):
        name = _CURVE.sub("", text)
        old = build < known["curves_below_build"]
        if old and name == text and name.startswith("TLS_ECDHE_"):
            continue
        rows = [row for row in known["from_build"] if name.startswith(row["begins"]) and name.endswith(row["ends"])]
        if (_NAME.fullmatch(name) or _TLS13.fullmatch(name)) and all(build >= row["build"] for row in rows):
            yield name


def _local(registry: RegistryReader) -> Iterator[str]:
    value = registry.value(_LOCAL, "Functions")
    if value is not None and value.type is RegistryType.REG_MULTI_SZ:
        yield from (_CURVE.sub("", name.strip()) for name in decode_multi(value.data) if name.strip())


def _is_off(registry: RegistryReader, key: str) -> bool:
    value = registry.value(f"{SCHANNEL}\\{key}", "Enabled")
    return value is not None and value.type is RegistryType.REG_DWORD and value.number != _ON


def _has(suite: str, known: dict[str, Any]) -> bool:
    """Whether a suite is made with the algorithm of a switch."""
    match = _NAME.fullmatch(suite)
    newest = _TLS13.fullmatch(suite)
    if match:
        part = match[known["part"]] or ("RSA" if known["part"] == "exchange" else "")
    elif newest:
        part = {"exchange": "ECDHE", "signer": "", **newest.groupdict()}[known["part"]]
    else:
        return False
    return part in known["begins"] if known.get("whole") else part.startswith(tuple(known["begins"]))


def openssl_names(suites: Iterable[str]) -> tuple[str, ...]:
    """The suites up to TLS 1.2 that OpenSSL has here; those that it no longer builds (RC4, 3DES) are left out."""
    return tuple(name for name in (_openssl_name(suite) for suite in suites) if name and name in _numbers())


def numbers(suites: Iterable[str]) -> tuple[int, ...]:
    """The numbers of a ClientHello for the suites up to TLS 1.2."""
    return tuple(_numbers()[name] for name in openssl_names(suites))


def tls13_numbers(suites: Iterable[str]) -> tuple[int, ...]:
    """The same for TLS 1.3; no list at all is every suite that Windows has on by itself."""
    listed = tuple(suites)
    if not listed:
        return (0x1302, 0x1301)
    return tuple(_TLS13_NUMBERS[name] for name in listed if name in _TLS13_NUMBERS)


def in_common(hello: tuple[int, ...], protocol: Protocol, suites: tuple[str, ...]) -> bool:
    """Whether a caller's hello names a suite of this list, where OpenSSL does not look at that itself."""
    if protocol is Protocol.TLS13:
        return bool(set(hello) & set(tls13_numbers(suites)))
    if protocol is Protocol.SSL3 and suites:
        older = {number for number in hello if number >> 8 != _TLS13_BLOCK and number != _SIGNALLING}
        return not older or bool(older & set(numbers(name for name in suites if name.endswith(_EVERY_VERSION))))
    return True


def without_suites(protocols: frozenset[Protocol], suites: tuple[str, ...]) -> frozenset[Protocol]:
    """The protocols that have at least one of the suites; all of them when no list is set."""
    if not suites:
        return protocols
    usable = {Protocol.TLS13} if any(_TLS13.fullmatch(suite) for suite in suites) else set()
    older = [match for match in (_NAME.fullmatch(suite) for suite in suites) if match]
    if older:
        usable.add(Protocol.TLS12)
    if any(match["hash"] in _EVERY_VERSION for match in older):
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

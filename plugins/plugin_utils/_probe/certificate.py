# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server's certificate, read and judged. Pure: the moment to judge it by is an argument.

Without the cryptography package only the fingerprint is known, and the reading says so.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

try:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
except ImportError:
    HAS_CRYPTOGRAPHY = False
else:
    HAS_CRYPTOGRAPHY = True

# Source: https://learn.microsoft.com/en-us/troubleshoot/sql/database-engine/connect/tls-exist-connection-closed
_BREAKS_SQL: Final = frozenset({"md5", "sha224", "sha512"})
_SQL_PHRASE: Final = "SQL Server cannot use it with TLS 1.2"
_WEAK: Final = frozenset({"md5", "sha1"})


@dataclass(frozen=True)
class Flag:
    """Something to know about a certificate, in the shape of a finding's reason."""

    code: str
    phrase: str


@dataclass(frozen=True)
class Certificate:
    """What a certificate says.

    sha256: fingerprint of the DER, lower case hex. names: subject alternative names (DNS names and IP addresses).
    not_before, not_after: ISO 8601 in UTC. key_size: bits.
    signature_hash: "sha256" for example, "" when the signature has none of its own.
    unread: why only the fingerprint is known; None when all was read.
    """

    sha256: str
    subject: str = ""
    names: tuple[str, ...] = ()
    issuer: str = ""
    not_before: str = ""
    not_after: str = ""
    key_type: str = ""
    key_size: int | None = None
    signature_hash: str = ""
    flags: tuple[Flag, ...] = ()
    unread: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain types, as a task's result wants them."""
        return {
            "sha256": self.sha256,
            "subject": self.subject,
            "names": list(self.names),
            "issuer": self.issuer,
            "not_before": self.not_before,
            "not_after": self.not_after,
            "key_type": self.key_type,
            "key_size": self.key_size,
            "signature_hash": self.signature_hash,
            "flags": [{"code": flag.code, "phrase": flag.phrase} for flag in self.flags],
            "unread": self.unread,
        }


def read_certificate(der: bytes, now: datetime) -> Certificate:
    """Read a certificate. Never raises: what cannot be read is said in ``unread``. now: with a time zone."""
    sha256 = hashlib.sha256(der).hexdigest()
    if not HAS_CRYPTOGRAPHY:
        return Certificate(sha256, unread="the Python package cryptography is missing on the controller")
    try:
        parsed = x509.load_der_x509_certificate(der)
        key_type, key_size = _key(parsed)
        hash_name = _hash_name(parsed)
        return Certificate(
            sha256=sha256,
            subject=parsed.subject.rfc4514_string(),
            names=_names(parsed),
            issuer=parsed.issuer.rfc4514_string(),
            not_before=_iso(parsed.not_valid_before_utc),
            not_after=_iso(parsed.not_valid_after_utc),
            key_type=key_type,
            key_size=key_size,
            signature_hash=hash_name,
            flags=judge(hash_name, parsed.not_valid_before_utc, parsed.not_valid_after_utc, now),
        )
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as problem:
        return Certificate(sha256, unread=f"the certificate could not be read: {problem}")


def judge(signature_hash: str, not_before: datetime, not_after: datetime, now: datetime) -> tuple[Flag, ...]:
    """The flags of a certificate with this signature hash and validity at this moment."""
    flags = []
    if signature_hash in _BREAKS_SQL | _WEAK:
        consequences = [_SQL_PHRASE] if signature_hash in _BREAKS_SQL else []
        if signature_hash in _WEAK:
            consequences.append("the hash is weak")
        phrase = f"signed with {signature_hash.upper()}: {' and '.join(consequences)}"
        flags.append(Flag(f"signature_{signature_hash}", phrase))
    if now < not_before:
        flags.append(Flag("not_yet_valid", f"not valid before {_iso(not_before)}"))
    if now > not_after:
        flags.append(Flag("expired", f"not valid after {_iso(not_after)}"))
    return tuple(flags)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _hash_name(parsed: x509.Certificate) -> str:
    try:
        algorithm = parsed.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return ""
    return algorithm.name.lower().replace("-", "") if algorithm else ""


def _key(parsed: x509.Certificate) -> tuple[str, int | None]:
    try:
        key = parsed.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return "", None
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519", 256
    if isinstance(key, ed448.Ed448PublicKey):
        return "Ed448", 456
    return type(key).__name__, None


def _names(parsed: x509.Certificate) -> tuple[str, ...]:
    try:
        found = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return ()
    addresses = tuple(str(address) for address in found.get_values_for_type(x509.IPAddress))
    return (*found.get_values_for_type(x509.DNSName), *addresses)

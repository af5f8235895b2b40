# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe import certificate as subject
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.certificate import judge, read_certificate
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.probe.conftest import (
    NOT_AFTER,
    NOT_BEFORE,
    Issued,
)

WITHIN = datetime(2026, 6, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SHA256_RSA = bytes.fromhex("2a864886f70d01010b")


def signed_with(der: bytes, last_byte_of_oid: int) -> bytes:
    """The same certificate, its signature now claiming another hash with RSA."""
    changed = SHA256_RSA[:-1] + bytes([last_byte_of_oid])
    assert der.count(SHA256_RSA) == 2
    return der.replace(SHA256_RSA, changed)


def test_a_certificate_is_read(issued: Issued) -> None:
    assert read_certificate(issued.der, WITHIN).to_dict() == {
        "sha256": hashlib.sha256(issued.der).hexdigest(),
        "subject": "CN=sql1.contoso.example",
        "names": ["sql1.contoso.example", "localhost"],
        "issuer": "CN=sql1.contoso.example",
        "not_before": "2026-01-01T00:00:00Z",
        "not_after": "2027-01-01T00:00:00Z",
        "key_type": "RSA",
        "key_size": 2048,
        "signature_hash": "sha256",
        "flags": [],
        "unread": None,
    }


@pytest.mark.parametrize(
    ("last_byte_of_oid", "name", "phrase"),
    [
        (0x04, "md5", "signed with MD5: SQL Server cannot use it with TLS 1.2 and the hash is weak"),
        (0x05, "sha1", "signed with SHA1: the hash is weak"),
        (0x0E, "sha224", "signed with SHA224: SQL Server cannot use it with TLS 1.2"),
        (0x0D, "sha512", "signed with SHA512: SQL Server cannot use it with TLS 1.2"),
        (0x0C, "sha384", None),
    ],
)
def test_the_hash_of_the_signature_is_flagged(
    issued: Issued, last_byte_of_oid: int, name: str, phrase: str | None
) -> None:
    read = read_certificate(signed_with(issued.der, last_byte_of_oid), WITHIN)
    assert read.signature_hash == name
    assert [(flag.code, flag.phrase) for flag in read.flags] == ([(f"signature_{name}", phrase)] if phrase else [])


@pytest.mark.parametrize(
    ("now", "codes"),
    [
        (NOT_BEFORE - SECOND, ["not_yet_valid"]),
        (NOT_BEFORE, []),
        (NOT_AFTER, []),
        (NOT_AFTER + SECOND, ["expired"]),
    ],
)
def test_the_validity_is_flagged_by_the_given_moment(issued: Issued, now: datetime, codes: list[str]) -> None:
    assert [flag.code for flag in read_certificate(issued.der, now).flags] == codes


def test_flags_add_up() -> None:
    assert [flag.code for flag in judge("md5", NOT_BEFORE, NOT_AFTER, NOT_AFTER + SECOND)] == [
        "signature_md5",
        "expired",
    ]


def test_without_cryptography_the_fingerprint_is_left(issued: Issued, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "HAS_CRYPTOGRAPHY", False)
    read = read_certificate(issued.der, WITHIN)
    assert read.sha256 == hashlib.sha256(issued.der).hexdigest()
    assert (read.subject, read.flags) == ("", ())
    assert read.unread == "the Python package cryptography is missing on the controller"


@given(st.binary(max_size=300))
def test_what_is_no_certificate_is_said_to_be_unread(der: bytes) -> None:
    read = read_certificate(der, WITHIN)
    assert read.sha256 == hashlib.sha256(der).hexdigest()
    assert read.unread is not None


@given(st.data())
def test_any_damage_to_a_certificate_is_survived(issued: Issued, data: st.DataObject) -> None:
    der = bytearray(issued.der)
    for _change in range(data.draw(st.integers(1, 5))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    assert read_certificate(bytes(der), WITHIN).sha256 == hashlib.sha256(der).hexdigest()


def test_a_kind_of_name_that_nobody_reads_is_survived(issued: Issued) -> None:
    """An x400Address (RFC 5280, 4.2.1.6) in the place of a DNS name."""
    der = issued.der.replace(b"\x82\x09localhost", b"\xa3\x09localhost")
    assert der != issued.der and read_certificate(der, WITHIN).sha256 == hashlib.sha256(der).hexdigest()


@pytest.mark.parametrize(
    ("key", "algorithm", "key_type", "key_size", "hash_name"),
    [
        (ec.generate_private_key(ec.SECP256R1()), hashes.SHA384(), "EC secp256r1", 256, "sha384"),
        (ec.generate_private_key(ec.SECP384R1()), hashes.SHA512(), "EC secp384r1", 384, "sha512"),
        (ed25519.Ed25519PrivateKey.generate(), None, "Ed25519", 256, ""),
    ],
    ids=["p256", "p384", "ed25519"],
)
def test_other_keys_than_rsa_are_named(
    key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey,
    algorithm: hashes.SHA384 | hashes.SHA512 | None,
    key_type: str,
    key_size: int,
    hash_name: str,
) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mp1")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    signed = builder.serial_number(1).not_valid_before(NOT_BEFORE).not_valid_after(NOT_AFTER).sign(key, algorithm)
    read = read_certificate(signed.public_bytes(serialization.Encoding.DER), WITHIN)
    assert (read.key_type, read.key_size, read.signature_hash, read.names) == (key_type, key_size, hash_name, ())

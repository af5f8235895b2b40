# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading hellos that OpenSSL wrote and that were written by hand, and choosing the version."""

from __future__ import annotations

import contextlib
import ssl
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configmgr_lab.endpoints import by_hand
from configmgr_lab.endpoints.hello import ClientHello, NotAHello, choose, read_hello
from configmgr_lab.endpoints.protocols import Protocol
from configmgr_lab.talk.hello_by_hand import Answer, NoAnswer, client_hello, read_answer

P = Protocol
some_protocols = st.frozensets(st.sampled_from(P), min_size=1)


def openssl_hello(highest: ssl.TLSVersion) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = highest
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="mp1")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


@pytest.mark.parametrize(
    ("highest", "version", "versions"),
    [
        (ssl.TLSVersion.TLSv1, 0x0301, None),
        (ssl.TLSVersion.TLSv1_1, 0x0302, None),
        (ssl.TLSVersion.TLSv1_2, 0x0303, None),
        (ssl.TLSVersion.TLSv1_3, 0x0303, (0x0304, 0x0303, 0x0302, 0x0301)),
    ],
)
def test_a_hello_of_openssl(highest: ssl.TLSVersion, version: int, versions: tuple[int, ...] | None) -> None:
    data = openssl_hello(highest)
    hello = read_hello(data)
    assert hello is not None
    assert (hello.version, hello.versions, hello.is_ssl2) == (version, versions, False)
    assert 0x0035 in hello.suites
    # However it arrives in pieces, nothing is said before it is whole.
    assert all(read_hello(data[:length]) is None for length in range(len(data)))


def test_a_hello_in_two_records() -> None:
    data = openssl_hello(ssl.TLSVersion.TLSv1_2)
    message = data[5:]
    halves = message[:20], message[20:]
    records = b"".join(b"\x16\x03\x01" + len(half).to_bytes(2, "big") + half for half in halves)
    assert read_hello(records) == read_hello(data)


@given(some_protocols)
def test_a_hello_by_hand_says_what_it_shall(protocols: frozenset[P]) -> None:
    hello = read_hello(client_hello(protocols, ("TLS_RSA_WITH_AES_256_CBC_SHA",), "mp1"))
    assert hello is not None
    highest = max(protocols)
    assert hello.version == min(highest, P.TLS12)
    assert hello.is_ssl2 == (highest is P.SSL2)
    assert hello.versions == (tuple(sorted(protocols, reverse=True)) if highest is P.TLS13 else None)


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\n", b"\x16\x02\x00\x00\x01\x01", b"\x16\x03\x01\x00\x04\x02\x00\x00\x00"]
)
def test_what_is_no_hello(data: bytes) -> None:
    with pytest.raises(NotAHello):
        read_hello(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(NotAHello):
        read_hello(data)


@pytest.mark.parametrize(
    ("version", "versions", "accepted", "reads_versions", "chosen"),
    [
        (0x0303, None, {P.TLS10, P.TLS11, P.TLS12}, False, P.TLS12),
        (0x0301, None, {P.TLS10, P.TLS12}, False, P.TLS10),
        (0x0302, None, {P.TLS10, P.TLS12}, False, P.TLS10),
        (0x0301, None, {P.TLS11, P.TLS12}, False, None),
        (0x0303, None, {P.SSL3}, False, P.SSL3),
        (0x0303, None, {P.SSL2}, False, None),
        (0x0303, (0x0304, 0x0301), {P.TLS10, P.TLS12, P.TLS13}, True, P.TLS13),
        (0x0303, (0x0304, 0x0301), {P.TLS10, P.TLS12}, True, P.TLS10),
        (0x0303, (0x0304, 0x0301), {P.TLS10, P.TLS12}, False, P.TLS12),
        (0x0303, (0x0304,), {P.TLS12}, True, None),
        (0x0303, None, {P.TLS13}, True, None),
        (0x0303, None, set(), True, None),
    ],
)
def test_choice(
    version: int, versions: tuple[int, ...] | None, accepted: set[P], reads_versions: bool, chosen: P | None
) -> None:
    hello = ClientHello(version, versions, ())
    assert choose(hello, frozenset(accepted), reads_versions=reads_versions) is chosen


def test_ssl2_speaks_to_ssl2_only_in_its_own_format() -> None:
    hello = read_hello(client_hello(frozenset({P.SSL2}), ()))
    assert hello is not None
    assert choose(hello, frozenset({P.SSL2, P.TLS12}), reads_versions=True) is P.SSL2
    assert choose(hello, frozenset({P.TLS12}), reads_versions=True) is None


def test_answers_by_hand_are_understood() -> None:
    certificate = bytes(900)
    assert read_answer(by_hand.alert(by_hand.PROTOCOL_VERSION, 0x0301)) == Answer(alert=70)
    assert read_answer(by_hand.ssl3_hello(certificate)) == Answer(P.SSL3, 0x0035)
    assert read_answer(by_hand.ssl2_hello(certificate)) == Answer(P.SSL2)
    assert read_answer(by_hand.ssl3_hello(certificate)[:50]) is None
    with pytest.raises(NoAnswer):
        read_answer(b"\x17\x03\x01\x00\x01\x00")

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.handshake import (
    ServerAnswer,
    ServerHello,
    read_answer,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import SSL2_CIPHERS, ProtocolVersion
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.probe import wire

PROTOCOLS = st.sampled_from(list(ProtocolVersion))
VERSIONS = {
    ProtocolVersion.SSL3: 0x0300,
    ProtocolVersion.TLS10: 0x0301,
    ProtocolVersion.TLS11: 0x0302,
    ProtocolVersion.TLS12: 0x0303,
}
CHAIN = (b"server's certificate", b"issuer's certificate")


@given(st.sampled_from(list(VERSIONS)), st.lists(st.binary(max_size=400), max_size=4), st.integers(1, 500))
def test_a_flight_reads_the_same_however_it_is_cut_into_records(
    protocol: ProtocolVersion, chain: list[bytes], record_size: int
) -> None:
    data = wire.flight(VERSIONS[protocol], 0x0035, *chain, record_size=record_size)
    hello = ServerHello(VERSIONS[protocol], "TLS_RSA_WITH_AES_256_CBC_SHA")
    answer = read_answer(data, protocol)
    assert answer == ServerAnswer(hello=hello, certificates=tuple(chain), complete=True)
    assert hello.protocol is protocol


@given(st.data())
def test_what_a_part_of_a_flight_says_more_of_it_does_not_take_back(data: st.DataObject) -> None:
    whole = wire.flight(0x0303, 0xC02F, *CHAIN, record_size=data.draw(st.integers(20, 300)))
    part = read_answer(whole[: data.draw(st.integers(0, len(whole)))], ProtocolVersion.TLS12)
    full = read_answer(whole, ProtocolVersion.TLS12)
    assert part.malformed is None
    assert part.hello in (None, full.hello)
    assert part.certificates in ((), full.certificates)
    if part.complete:
        assert part == full


@given(PROTOCOLS, st.binary(max_size=600))
def test_any_bytes_are_survived(protocol: ProtocolVersion, data: bytes) -> None:
    assert isinstance(read_answer(data, protocol), ServerAnswer)


@given(PROTOCOLS, st.data())
def test_any_damage_to_a_flight_is_survived(protocol: ProtocolVersion, data: st.DataObject) -> None:
    whole = bytearray(
        data.draw(
            st.sampled_from(
                [
                    wire.flight(0x0302, 0x002F, *CHAIN, record_size=90),
                    wire.record(22, wire.tls13_server_hello(0x1301), 0x0303) + wire.record(20, b"\x01", 0x0303),
                    wire.ssl2_server_hello(b"certificate", 0x010080),
                    wire.alert(70),
                ]
            )
        )
    )
    for _change in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(read_answer(bytes(whole), protocol), ServerAnswer)


@given(PROTOCOLS, st.integers(0, 255))
def test_a_fatal_alert_is_read_whatever_was_asked_for(protocol: ProtocolVersion, code: int) -> None:
    assert read_answer(wire.alert(code), protocol) == ServerAnswer(alert=code, complete=True)


def test_a_warning_decides_nothing() -> None:
    unrecognized_name = wire.alert(112, level=1)
    assert read_answer(unrecognized_name, ProtocolVersion.TLS12) == ServerAnswer()
    answer = read_answer(unrecognized_name + wire.flight(0x0303, 0x009C, b"der"), ProtocolVersion.TLS12)
    assert answer.hello == ServerHello(0x0303, "TLS_RSA_WITH_AES_128_GCM_SHA256")


def test_tls13_is_decided_by_its_hello_alone() -> None:
    encrypted = wire.record(23, b"e" * 700, 0x0303)
    data = wire.record(22, wire.tls13_server_hello(0x1302), 0x0303) + encrypted
    assert read_answer(data, ProtocolVersion.TLS13) == ServerAnswer(
        hello=ServerHello(0x0304, "TLS_AES_256_GCM_SHA384"), complete=True
    )


# A curve, and the hybrid groups with ML-KEM: https://www.iana.org/assignments/tls-parameters
@pytest.mark.parametrize("group", [0x0018, 0x11EB, 0x11EC, 0x11ED], ids=hex)
def test_a_hello_retry_request_settles_protocol_and_suite(group: int) -> None:
    retry = wire.server_hello(0x0303, 0x1301, bytes.fromhex("002b00020304 00330002") + group.to_bytes(2, "big"))
    answer = read_answer(wire.record(22, retry, 0x0303), ProtocolVersion.TLS13)
    assert answer.hello is not None and answer.hello.protocol is ProtocolVersion.TLS13


def test_an_older_choice_of_the_server_is_told_as_such() -> None:
    answer = read_answer(wire.flight(0x0301, 0x000A, b"der"), ProtocolVersion.TLS12)
    assert answer.hello is not None and answer.hello.protocol is ProtocolVersion.TLS10


def test_an_alert_after_the_hello_keeps_the_hello() -> None:
    data = wire.record(22, wire.server_hello(0x0303, 0x002F)) + wire.alert(80)
    answer = read_answer(data, ProtocolVersion.TLS12)
    assert (answer.alert, answer.complete) == (80, True)
    assert answer.hello is not None


@pytest.mark.parametrize(
    ("suite", "name"),
    [(0x0005, "TLS_RSA_WITH_RC4_128_SHA"), (0xABCD, "0xABCD"), (0x1303, "TLS_CHACHA20_POLY1305_SHA256")],
)
def test_a_suite_is_named_or_numbered(suite: int, name: str) -> None:
    answer = read_answer(wire.record(22, wire.server_hello(0x0303, suite)), ProtocolVersion.TLS12)
    assert answer.hello is not None and answer.hello.cipher == name


def test_a_version_that_no_one_knows_has_no_protocol() -> None:
    assert ServerHello(0x7F1C, "0x1301").protocol is None


@pytest.mark.parametrize("code", sorted(SSL2_CIPHERS))
def test_an_ssl2_hello_has_certificate_and_suite(code: int) -> None:
    answer = read_answer(wire.ssl2_server_hello(b"der", code), ProtocolVersion.SSL2)
    assert answer == ServerAnswer(hello=ServerHello(0x0002, SSL2_CIPHERS[code]), certificates=(b"der",), complete=True)


def test_an_ssl2_hello_is_waited_for() -> None:
    whole = wire.ssl2_server_hello(b"der", 0x010080)
    assert all(read_answer(whole[:length], ProtocolVersion.SSL2) == ServerAnswer() for length in range(len(whole)))


@pytest.mark.parametrize(
    ("asked", "data", "words"),
    [
        (
            ProtocolVersion.TLS12,
            b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n",
            "begins with text, 'HTTP/1.1 400 Bad Request'",
        ),
        (ProtocolVersion.TLS12, b"SSH-2.0-OpenSSH_9.2\r\n", "begins with text, 'SSH-2.0-OpenSSH_9.2'"),
        (ProtocolVersion.TLS12, b"\x04\x01\x00\x2b\x00\x00\x01\x00", "begins with the bytes 04 01 00 2b 00 00 01 00"),
        (ProtocolVersion.SSL2, b"HTTP/1.1 400 Bad Request\r\n", "begins with text"),
        (ProtocolVersion.SSL2, b"\x80\x03\x00\x00\x01", "SSL 2.0 error 1"),
        (ProtocolVersion.SSL2, b"\x80\x02\x09\x09", "begins with the bytes 80 02 09 09"),
        (ProtocolVersion.SSL2, b"\x80\x02\x04\x00", "ends too early"),
        (ProtocolVersion.SSL2, wire.ssl2_server_hello(b"der"), "without a common version or suite"),
        (ProtocolVersion.TLS12, b"\x16\x03\x03\xff\xff", "longer than any may be"),
        (ProtocolVersion.TLS12, wire.record(22, wire.message(2, b"\x03\x03")), "a ServerHello that ends too early"),
        (
            ProtocolVersion.TLS12,
            wire.record(22, wire.message(1, b"")),
            "handshake message 1 where a ServerHello belongs",
        ),
        (
            ProtocolVersion.TLS12,
            wire.record(22, wire.server_hello(0x0303, 0x002F) + wire.message(11, b"\x00\x00\x09abc")),
            "a Certificate message that ends too early",
        ),
    ],
)
def test_what_is_no_handshake_is_described(asked: ProtocolVersion, data: bytes, words: str) -> None:
    answer = read_answer(data, asked)
    assert answer.complete
    assert answer.malformed is not None and words in answer.malformed


def test_rubbish_after_a_hello_keeps_the_hello() -> None:
    answer = read_answer(wire.record(22, wire.server_hello(0x0303, 0x002F)) + b"rubbish", ProtocolVersion.TLS12)
    assert answer.hello is not None
    assert answer.malformed == "no TLS record where one must begin"

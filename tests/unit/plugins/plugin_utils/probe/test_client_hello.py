# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.client_hello import client_hello
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.handshake import read_answer
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import OFFERS, ProtocolVersion

MakeContext = Callable[[ssl.TLSVersion, ssl.TLSVersion], ssl.SSLContext]
ZEROS = bytes(32)
PROTOCOL_VERSION_ALERT = 70
TLS_FAMILY = [protocol for protocol in ProtocolVersion if protocol not in (ProtocolVersion.SSL2, ProtocolVersion.SSL3)]
OPENSSL = {
    ProtocolVersion.TLS10: ssl.TLSVersion.TLSv1,
    ProtocolVersion.TLS11: ssl.TLSVersion.TLSv1_1,
    ProtocolVersion.TLS12: ssl.TLSVersion.TLSv1_2,
    ProtocolVersion.TLS13: ssl.TLSVersion.TLSv1_3,
}


@pytest.mark.parametrize("protocol", list(ProtocolVersion), ids=lambda protocol: protocol.name)
def test_the_bytes_are_those_of_the_golden_file(protocol: ProtocolVersion) -> None:
    golden = Path(__file__).parent / "golden" / f"hello_{protocol.name.lower()}.hex"
    assert client_hello(protocol, ZEROS, "mp1.contoso.example") == bytes.fromhex(golden.read_text())


@pytest.mark.parametrize("protocol", TLS_FAMILY, ids=lambda protocol: protocol.name)
def test_openssl_accepts_the_hello_as_this_protocol(protocol: ProtocolVersion, openssl_context: MakeContext) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = openssl_context(ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_3)
    seen = []
    context.sni_callback = lambda _tls, name, _context: seen.append(name)
    tls = context.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(client_hello(protocol, ZEROS, "mp1.contoso.example"))
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    answer = read_answer(outgoing.read(), protocol)
    assert answer.hello is not None and answer.hello.protocol is protocol
    assert answer.hello.cipher in OFFERS[protocol].values()
    assert seen == ["mp1.contoso.example"]


@pytest.mark.parametrize("accepted", TLS_FAMILY, ids=lambda protocol: f"server_{protocol.name}")
@pytest.mark.parametrize("asked", TLS_FAMILY, ids=lambda protocol: f"asked_{protocol.name}")
def test_openssl_accepts_this_protocol_chooses_an_older_one_or_sends_an_alert(
    asked: ProtocolVersion, accepted: ProtocolVersion, openssl_context: MakeContext
) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = openssl_context(OPENSSL[accepted], OPENSSL[accepted])
    tls = context.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(client_hello(asked, ZEROS))
    with pytest.raises(ssl.SSLError):
        tls.do_handshake()
    answer = read_answer(outgoing.read(), asked)
    # Only the supported_versions of TLS 1.3 forbid the server an older protocol than the one asked for.
    if asked is accepted or (asked > accepted and asked is not ProtocolVersion.TLS13):
        assert answer.hello is not None and answer.hello.protocol is accepted
    else:
        assert (answer.hello, answer.alert) == (None, PROTOCOL_VERSION_ALERT)


@given(st.sampled_from(list(ProtocolVersion)), st.binary(min_size=32, max_size=32), st.none() | st.text(max_size=300))
def test_any_name_makes_a_hello_whose_lengths_agree(protocol: ProtocolVersion, random: bytes, name: str | None) -> None:
    hello = client_hello(protocol, random, name)
    if protocol is ProtocolVersion.SSL2:
        assert len(hello) == 2 + (int.from_bytes(hello[:2], "big") & 0x7FFF)
    else:
        assert len(hello) == 5 + int.from_bytes(hello[3:5], "big")
        assert len(hello) == 9 + int.from_bytes(hello[6:9], "big")


@pytest.mark.parametrize("name", ["127.0.0.1", "fe80::1%eth0", "2001:db8::7", "", None, "a" * 64, "a..b", "x." * 200])
def test_what_is_no_dns_name_is_not_sent(name: str | None) -> None:
    assert client_hello(ProtocolVersion.TLS12, ZEROS, name) == client_hello(ProtocolVersion.TLS12, ZEROS)


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("SQL_1", b"SQL_1"),
        ("mp1.contoso.example.", b"mp1.contoso.example"),
        ("bücher.example", b"xn--bcher-kva.example"),
    ],
)
def test_a_dns_name_is_sent_as_dns_spells_it(name: str, sent: bytes) -> None:
    length = len(sent).to_bytes(2, "big")
    assert b"\x00" + length + sent in client_hello(ProtocolVersion.TLS10, ZEROS, name)


def test_a_random_value_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        client_hello(ProtocolVersion.TLS12, bytes(31))

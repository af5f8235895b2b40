# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints against servers of the tests' own: every way to answer, and every way not to."""

from __future__ import annotations

import hashlib
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import ProtocolVersion
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.probe import probe
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.results import (
    Endpoint,
    EndpointKind,
    ProbeResult,
    ProtocolStatus,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.tds import PreLogin
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.probe import servers, wire
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.probe.conftest import Issued

MakeContext = Callable[[ssl.TLSVersion, ssl.TLSVersion], ssl.SSLContext]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PATIENT, SHORT = 10.0, 0.5
TLS10, TLS12, TLS13 = ProtocolVersion.TLS10, ProtocolVersion.TLS12, ProtocolVersion.TLS13
FLIGHT12 = wire.flight(0x0303, 0xC02F, b"der")


def look(
    port: int, kind: EndpointKind = EndpointKind.HTTPS, timeout: float = PATIENT, *protocols: ProtocolVersion
) -> ProbeResult:
    return probe(Endpoint("127.0.0.1", port, kind), timeout, NOW, protocols or tuple(ProtocolVersion))


def statuses(result: ProbeResult) -> dict[str, str]:
    return {protocol.name: verdict.status.value for protocol, verdict in result.protocols.items()}


def everywhere(status: ProtocolStatus) -> dict[str, str]:
    return {protocol.name: status.value for protocol in ProtocolVersion}


def test_every_protocol_is_asked_for_and_told_in_the_order_asked() -> None:
    answers: dict[int, bytes | servers.Handler] = {
        0x0002: wire.ssl2_server_hello(b"der", 0x0700C0),
        0x0300: wire.flight(0x0300, 0x000A, b"der"),
        0x0301: wire.alert(70),
        0x0302: wire.flight(0x0301, 0x002F, b"der"),
        0x0303: FLIGHT12,
        0x0304: wire.record(22, wire.tls13_server_hello(0x1302), 0x0303),
    }
    with servers.serving(servers.answering(answers, b"")) as port:
        result = look(port)
    assert [(name.value, seen.status.value, seen.reason, seen.cipher) for name, seen in result.protocols.items()] == [
        ("SSL 2.0", "accepted", None, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5"),
        ("SSL 3.0", "accepted", None, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
        ("TLS 1.0", "refused", "alert protocol_version", None),
        ("TLS 1.1", "refused", "the server chose TLS 1.0", None),
        ("TLS 1.2", "accepted", None, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        ("TLS 1.3", "accepted", None, "TLS_AES_256_GCM_SHA384"),
    ]
    assert result.reachable and result.error is None and result.tds is None
    assert result.certificate is not None and result.certificate.sha256 == hashlib.sha256(b"der").hexdigest()


def test_an_answer_in_single_bytes_is_read() -> None:
    def drip(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in FLIGHT12:
            connection.sendall(bytes([byte]))
        servers.wait_for_the_client_to_leave(connection)

    with servers.serving(servers.answering({}, drip)) as port:
        result = look(port, EndpointKind.HTTPS, PATIENT, TLS12)
    assert statuses(result) == {"TLS12": "accepted"}


def test_a_port_without_a_listener_is_refused() -> None:
    result = look(servers.closed_port())
    assert not result.reachable
    assert result.error is not None and result.error.code == "refused"
    assert statuses(result) == everywhere(ProtocolStatus.UNKNOWN)


def test_a_name_that_does_not_resolve_is_told_as_such() -> None:
    result = probe(Endpoint("host.invalid", 443), PATIENT, NOW)
    assert not result.reachable
    assert result.error is not None and result.error.code == "resolve"
    assert statuses(result) == everywhere(ProtocolStatus.UNKNOWN)


def test_a_silent_server_is_given_up_after_two_protocols() -> None:
    hellos: list[int] = []

    def stay_silent(connection: socket.socket) -> None:
        hellos.append(servers.hello_version(servers.read_hello(connection)))
        servers.wait_for_the_client_to_leave(connection)

    with servers.serving(stay_silent) as port:
        result = look(port, EndpointKind.HTTPS, SHORT)
    assert hellos == [0x0303, 0x0303, 0x0304, 0x0304]
    assert result.reachable
    assert result.error is not None and result.error.code == "timeout"
    assert statuses(result) == everywhere(ProtocolStatus.UNKNOWN)
    assert result.protocols[TLS12].reason == "timed out"
    assert result.protocols[TLS10].reason == "not asked any more: timed out"


def test_a_server_silent_for_one_protocol_leaves_that_one_unknown() -> None:
    answers: dict[int, bytes | servers.Handler] = {0x0301: servers.wait_for_the_client_to_leave}
    with servers.serving(servers.answering(answers, FLIGHT12)) as port:
        result = look(port, EndpointKind.HTTPS, SHORT, TLS10, TLS12)
    assert statuses(result) == {"TLS10": "unknown", "TLS12": "accepted"}
    assert result.error is None


@pytest.mark.parametrize(
    ("hang_up", "code", "reason"),
    [
        (servers.hang_up_with_reset, "reset", "connection reset"),
        (lambda connection: None, "closed", "connection closed without an answer"),
    ],
    ids=["reset", "closed"],
)
def test_a_hang_up_is_a_refusal_only_beside_an_accepted_protocol(
    hang_up: servers.Handler, code: str, reason: str
) -> None:
    with servers.serving(servers.answering({0x0303: FLIGHT12}, hang_up)) as port:
        beside = look(port, EndpointKind.HTTPS, PATIENT, TLS10, TLS12)
    with servers.serving(servers.answering({}, hang_up)) as port:
        alone = look(port)
    assert statuses(beside) == {"TLS10": "refused", "TLS12": "accepted"}
    assert beside.protocols[TLS10].reason == reason
    assert beside.error is None
    assert statuses(alone) == everywhere(ProtocolStatus.UNKNOWN)
    assert alone.reachable and alone.error is not None and alone.error.code == code


def test_one_reset_is_tried_again() -> None:
    seen: list[int] = []

    def moody(connection: socket.socket) -> None:
        seen.append(1)
        if len(seen) == 1:
            servers.hang_up_with_reset(connection)
        else:
            connection.sendall(FLIGHT12)
            servers.wait_for_the_client_to_leave(connection)

    with servers.serving(servers.answering({}, moody)) as port:
        result = look(port, EndpointKind.HTTPS, PATIENT, TLS12)
    assert statuses(result) == {"TLS12": "accepted"}
    assert len(seen) == 2


def test_an_alert_followed_by_a_reset_is_the_alert() -> None:
    def alert_and_reset(connection: socket.socket) -> None:
        connection.sendall(wire.alert(70))
        connection.recv(1)
        servers.hang_up_with_reset(connection)

    with servers.serving(servers.answering({}, alert_and_reset)) as port:
        result = look(port, EndpointKind.HTTPS, PATIENT, TLS12)
    assert result.protocols[TLS12].reason == "alert protocol_version"
    assert result.error is None


def test_a_server_that_speaks_plain_http_is_told_at_the_first_answer() -> None:
    seen: list[int] = []

    def plain(connection: socket.socket) -> None:
        seen.append(1)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with servers.serving(servers.answering({}, plain)) as port:
        result = look(port)
    assert len(seen) == 1
    assert result.reachable
    assert result.error is not None and result.error.code == "not_tls"
    assert statuses(result) == everywhere(ProtocolStatus.REFUSED)
    assert result.protocols[TLS10].reason == "not TLS: the answer begins with text, 'HTTP/1.1 400 Bad Request'"


def test_an_endless_answer_is_ended() -> None:
    def flood(connection: socket.socket) -> None:
        while True:
            connection.sendall(wire.record(22, bytes.fromhex("02ffffff") + b"x" * 16000))

    with servers.serving(servers.answering({}, flood)) as port:
        result = look(port, EndpointKind.HTTPS, PATIENT, TLS12)
    assert result.error is not None and result.error.code == "not_tls"


def test_the_certificate_of_a_tls13_only_server_is_read(openssl_context: MakeContext, issued: Issued) -> None:
    context = openssl_context(ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3)

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            servers.wait_for_the_client_to_leave(tls)

    with servers.serving(serve) as port:
        result = look(port)
    assert statuses(result) == {**everywhere(ProtocolStatus.REFUSED), "TLS13": "accepted"}
    assert result.certificate is not None
    assert result.certificate.sha256 == hashlib.sha256(issued.der).hexdigest()


@pytest.mark.parametrize("packet_size", [1, 37, 512, 4088])
def test_sql_server_is_probed_inside_prelogin(packet_size: int, openssl_context: MakeContext, issued: Issued) -> None:
    context = openssl_context(ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)
    with servers.serving(servers.tds_server(context, packet_size=packet_size)) as port:
        result = look(port, EndpointKind.TDS)
    assert statuses(result) == {**everywhere(ProtocolStatus.REFUSED), "TLS10": "accepted", "TLS11": "accepted"}
    assert result.tds == PreLogin("15.0.2000.5", "off")
    assert result.certificate is not None
    assert result.certificate.sha256 == hashlib.sha256(issued.der).hexdigest()


@pytest.mark.parametrize(("code", "name"), [(1, "on"), (3, "required")])
def test_what_sql_server_insists_on_is_told(code: int, name: str, openssl_context: MakeContext) -> None:
    context = openssl_context(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
    with servers.serving(servers.tds_server(context, encryption=code, resets=True)) as port:
        result = look(port, EndpointKind.TDS, PATIENT, TLS10, TLS12)
    assert statuses(result) == {"TLS10": "refused", "TLS12": "accepted"}
    assert result.protocols[TLS10].reason == "connection reset"
    assert result.tds is not None and result.tds.encryption == name


def test_a_sql_server_without_encryption_is_told(openssl_context: MakeContext) -> None:
    context = openssl_context(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
    with servers.serving(servers.tds_server(context, encryption=2)) as port:
        result = look(port, EndpointKind.TDS)
    assert result.error is not None and result.error.code == "not_encrypted"
    assert result.tds == PreLogin("15.0.2000.5", "not_supported")
    assert statuses(result) == everywhere(ProtocolStatus.REFUSED)


def test_a_sql_server_that_wants_tls_first_is_asked_so(openssl_context: MakeContext, issued: Issued) -> None:
    context = openssl_context(ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
    with servers.serving(servers.strict_tds_server(context)) as port:
        result = look(port, EndpointKind.TDS)
    assert statuses(result) == {**everywhere(ProtocolStatus.REFUSED), "TLS12": "accepted", "TLS13": "accepted"}
    assert (result.tds, result.error) == (PreLogin("", "strict"), None)
    assert result.certificate is not None
    assert result.certificate.sha256 == hashlib.sha256(issued.der).hexdigest()


def test_who_closes_on_everything_is_no_strict_sql_server() -> None:
    with servers.serving(lambda connection: connection.close()) as port:
        result = look(port, EndpointKind.TDS, PATIENT, TLS12)
    assert result.tds is None and result.error is not None and result.error.code in ("closed", "reset")


def test_what_is_no_sql_server_is_told() -> None:
    def plain(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"220 mail.contoso.example ESMTP\r\n")

    with servers.serving(plain) as port:
        result = look(port, EndpointKind.TDS)
    assert result.error is not None and result.error.code == "not_tds"
    assert statuses(result) == everywhere(ProtocolStatus.REFUSED)

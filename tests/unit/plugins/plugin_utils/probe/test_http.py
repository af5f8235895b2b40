# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of roles, against small HTTPS servers of the tests' own."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.checks import find_check
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.controller_tls import (
    ClientCertificate,
    Trust,
    http_trust,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.http import (
    Health,
    HealthResult,
    HealthTarget,
    check_health,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.probe import servers
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.probe.conftest import Issued

MakeContext = Callable[[ssl.TLSVersion, ssl.TLSVersion], ssl.SSLContext]
PATIENT = 10.0
ANY = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_3)


def https(context: ssl.SSLContext, status: int, requests: list[bytes] | None = None) -> servers.Handler:
    """Answers every request with that status; keeps the requests."""

    def handle(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            request = b""
            while b"\r\n\r\n" not in request:
                request += tls.recv(4096)
            if requests is not None:
                requests.append(request)
            tls.sendall(f"HTTP/1.1 {status} Whatever\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    return handle


def alert_and_wait(context: ssl.SSLContext) -> servers.Handler:
    """Fails in the handshake, and lets the client read the alert (a close with unread data would reset)."""

    def handle(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as tls:
            with pytest.raises(ssl.SSLError):
                tls.do_handshake()
            while socket.socket.recv(tls, 4096):
                pass

    return handle


def ask(port: int, check: str = "mplist", trust: Trust | None = None, name: str | None = None) -> HealthResult:
    return check_health(HealthTarget("127.0.0.1", find_check(check), port, name), trust or http_trust(), PATIENT)


@pytest.mark.parametrize(
    ("check", "status", "health", "hinted"),
    [
        ("mplist", 200, Health.HEALTHY, None),
        ("mplist", 403, Health.LIMITED, "client certificate"),
        ("mplist", 500, Health.FAILING, "SQL Server"),
        ("mplist", 404, Health.FAILING, None),
        ("distribution_point", 401, Health.LIMITED, None),
        ("wsus_client", 503, Health.FAILING, "application pool"),
        ("report_server", 403, Health.FAILING, None),
    ],
)
def test_a_status_is_read_for_the_role(
    check: str, status: int, health: Health, hinted: str | None, openssl_context: MakeContext
) -> None:
    with servers.serving(https(openssl_context(*ANY), status)) as port:
        result = ask(port, check)
    assert (result.health, result.status, result.reachable, result.error) == (health, status, True, None)
    assert result.hint is None if hinted is None else hinted in (result.hint or "")


@pytest.mark.parametrize(
    ("version", "name"),
    [
        (ssl.TLSVersion.TLSv1, "TLS 1.0"),
        (ssl.TLSVersion.TLSv1_1, "TLS 1.1"),
        (ssl.TLSVersion.TLSv1_2, "TLS 1.2"),
        (ssl.TLSVersion.TLSv1_3, "TLS 1.3"),
    ],
)
def test_the_protocol_of_the_connection_is_told(
    version: ssl.TLSVersion, name: str, openssl_context: MakeContext
) -> None:
    with servers.serving(https(openssl_context(version, version), 200)) as port:
        result = ask(port)
    assert (result.health, result.protocol) == (Health.HEALTHY, name)
    assert result.cipher


def test_the_request_is_an_anonymous_get_of_the_path_for_the_name(openssl_context: MakeContext) -> None:
    requests: list[bytes] = []
    context, names = openssl_context(*ANY), []
    context.sni_callback = lambda _tls, name, _context: names.append(name)
    with servers.serving(https(context, 200, requests)) as port:
        ask(port, "mplist", name="mp1.contoso.example")
    line, *headers = requests[0].decode().split("\r\n")
    assert line == "GET /SMS_MP/.sms_aut?mplist HTTP/1.1"
    assert f"Host: mp1.contoso.example:{port}" in headers
    assert not any(header.lower().startswith(("authorization", "cookie")) for header in headers)
    assert set(names) == {"mp1.contoso.example"}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["tls12", "tls13"])
def test_a_client_certificate_is_shown_where_it_is_demanded(
    version: ssl.TLSVersion, openssl_context: MakeContext, issued: Issued
) -> None:
    context = openssl_context(version, version)
    context.load_verify_locations(issued.path)
    context.verify_mode = ssl.CERT_REQUIRED
    with servers.serving(alert_and_wait(context)) as port:
        without = ask(port)
    with servers.serving(https(context, 200)) as port:
        with_it = ask(port, trust=http_trust(ClientCertificate(str(issued.path))))
    assert without.health is Health.UNREACHABLE and without.reachable and without.error is not None
    assert without.error.code == ("client_certificate" if version is ssl.TLSVersion.TLSv1_3 else "handshake")
    assert with_it.health is Health.HEALTHY


def test_with_authorities_a_stranger_is_not_asked(openssl_context: MakeContext, issued: Issued) -> None:
    requests: list[bytes] = []
    verifying = http_trust(ca_path=str(issued.path))
    with servers.serving(https(openssl_context(*ANY), 200, requests)) as port:
        wrong_name = ask(port, trust=verifying, name="mp1.contoso.example")
        right_name = ask(port, trust=verifying, name="sql1.contoso.example")
    assert wrong_name.error is not None and wrong_name.error.code == "certificate"
    assert right_name.health is Health.HEALTHY
    assert len(requests) == 1


def test_without_authorities_a_stranger_is_asked_and_told(openssl_context: MakeContext, issued: Issued) -> None:
    requests: list[bytes] = []
    with servers.serving(https(openssl_context(*ANY), 200, requests)) as port:
        stranger = ask(port)
        known = ask(port, trust=http_trust(ca_path=str(issued.path)), name="sql1.contoso.example")
    assert stranger.health is Health.HEALTHY and "certificate was not accepted" in (stranger.doubt or "")
    assert known.health is Health.HEALTHY and known.doubt is None
    assert stranger.to_dict()["doubt"] and known.to_dict()["doubt"] is None
    assert len(requests) == 2


def test_files_that_cannot_be_read_are_an_error_before_anything_is_asked(tmp_path: Path, issued: Issued) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    missing, good = str(tmp_path / "missing.pem"), str(issued.path)
    for client, authorities in (
        (ClientCertificate(missing), None),
        (ClientCertificate(str(empty)), None),
        (ClientCertificate(good, key=str(empty)), None),
        (None, missing),
    ):
        with pytest.raises(OSError):
            http_trust(client, authorities)


def test_a_port_without_a_listener_is_unreachable() -> None:
    result = ask(servers.closed_port())
    assert (result.health, result.reachable, result.status) == (Health.UNREACHABLE, False, None)
    assert result.error is not None and result.error.code == "refused"


def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    result = check_health(HealthTarget("host.invalid", find_check("mpcert")), http_trust(), PATIENT)
    assert result.error is not None and result.error.code == "resolve"
    assert result.to_dict()["port"] == 443


@pytest.mark.parametrize(
    ("handler", "code"),
    [
        (servers.hang_up_with_reset, "reset"),
        (lambda connection: None, "closed"),
        (lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "handshake"),
    ],
    ids=["reset", "closed", "plain"],
)
def test_a_server_without_tls_is_unreachable(handler: servers.Handler, code: str) -> None:
    def after_the_hello(connection: socket.socket) -> None:
        servers.read_hello(connection)
        handler(connection)

    with servers.serving(after_the_hello) as port:
        result = ask(port)
    assert (result.health, result.reachable, result.status) == (Health.UNREACHABLE, True, None)
    assert result.error is not None and result.error.code == code


def test_a_server_that_does_not_answer_in_time_is_unreachable() -> None:
    with servers.serving(servers.wait_for_the_client_to_leave) as port:
        result = check_health(HealthTarget("127.0.0.1", find_check("mpcert"), port), http_trust(), 0.2)
    assert result.error is not None and result.error.code == "timeout"


def test_an_answer_that_is_no_http_keeps_the_protocol(openssl_context: MakeContext) -> None:
    context = openssl_context(*ANY)

    def handle(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(4096)
            tls.sendall(b"220 not a web server\r\n")

    with servers.serving(handle) as port:
        result = ask(port)
    assert (result.health, result.protocol) == (Health.UNREACHABLE, "TLS 1.3")
    assert result.error is not None and result.error.code == "not_http"

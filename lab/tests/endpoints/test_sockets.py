# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints as an outsider sees them, mostly with `openssl s_client`."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import http.client
import socket
import ssl
from typing import Any

import pytest

from configmgr_lab.control.client import LabRefused
from configmgr_lab.control.lab import LabError
from configmgr_lab.endpoints import tds
from configmgr_lab.endpoints.host import RoleEndpoints
from configmgr_lab.endpoints.protocols import Protocol
from configmgr_lab.talk.hello_by_hand import client_hello, read_answer
from configmgr_lab.wire.certificates import Authority

P = Protocol
OLD_AND_NEW = {"TLS 1.0", "TLS 1.1", "TLS 1.2"}


def ask(running: Any, host: str, port: int, path: str) -> http.client.HTTPResponse:
    address, at = running.place(host, port)
    context = ssl.create_default_context(cafile=running.ca)
    context.set_ciphers("ALL:@SECLEVEL=0")
    connection = http.client.HTTPSConnection(address, at, context=context, timeout=30)
    connection.request("GET", path)
    return connection.getresponse()


def first_answer(running: Any, host: str, port: int, protocols: set[P]) -> Any:
    with socket.create_connection(running.place(host, port), timeout=30) as sock:
        sock.sendall(client_hello(frozenset(protocols), ()))
        data = b""
        while (answer := read_answer(data)) is None:
            more = sock.recv(65_536)
            if not more:
                return None
            data += more
        return answer


@pytest.mark.parametrize(
    ("host", "port", "seen"),
    [
        ("MP1", 443, OLD_AND_NEW),
        ("MP2", 443, OLD_AND_NEW),
        ("DP1", 443, OLD_AND_NEW),
        ("SMP1", 443, OLD_AND_NEW),
        ("RP1", 443, OLD_AND_NEW),
        ("CM1", 443, OLD_AND_NEW),
        ("APP1", 443, OLD_AND_NEW),
        ("SUP1", 8531, OLD_AND_NEW),
    ],
)
def test_as_installed(running: Any, host: str, port: int, seen: set[str]) -> None:
    assert running.seen(host, port) == seen


@pytest.mark.parametrize(
    "seen", [{"TLS 1.0"}, {"TLS 1.1"}, {"TLS 1.2"}, {"TLS 1.0", "TLS 1.2"}, {"TLS 1.1", "TLS 1.2"}, set()]
)
def test_protocols_are_those_of_the_last_start(running: Any, seen: set[str]) -> None:
    states = {f"TLS1{minor}": int(f"TLS 1.{minor}" in seen) for minor in range(3)}
    running.set_protocols("MP2", "Server", **states)
    assert running.seen("MP2", 443) == OLD_AND_NEW
    running.restart("MP2")
    assert running.seen("MP2", 443) == seen
    assert running.seen("MP1", 443) == OLD_AND_NEW


def test_the_client_side_says_nothing_of_the_server(running: Any) -> None:
    running.set_protocols("MP2", "Client", TLS10=0, TLS11=0, TLS12=0)
    running.restart("MP2")
    assert running.seen("MP2", 443) == OLD_AND_NEW


def test_a_refused_version_is_told_by_an_alert(running: Any) -> None:
    running.set_protocols("MP2", "Server", TLS10=0)
    running.restart("MP2")
    assert "alert protocol version" in running.s_client("MP2", 443, "-tls1").stderr
    assert first_answer(running, "MP2", 443, {P.TLS10}).alert == 70


def test_ssl3_and_ssl2_are_answered_by_hand(running: Any) -> None:
    assert first_answer(running, "MP1", 443, {P.SSL3}).version == P.SSL3
    assert first_answer(running, "MP2", 443, {P.SSL3}).alert == 70
    assert first_answer(running, "MP1", 443, {P.SSL2}) is None


def test_a_caller_with_a_hole_gets_what_it_cannot_do(running: Any) -> None:
    running.set_protocols("MP2", "Server", TLS12=0)
    running.restart("MP2")
    assert first_answer(running, "MP2", 443, {P.TLS10, P.TLS12}).version == P.TLS11


@pytest.mark.parametrize(
    ("policy", "suite"),
    [
        ("TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA"),
        ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES128-GCM-SHA256"),
    ],
)
def test_the_policy_of_suites_is_in_force(running: Any, policy: str, suite: str) -> None:
    path = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"
    running.client.set_value("MP2", path, "Functions", policy, type="REG_SZ")
    running.restart("MP2")
    said = running.s_client("MP2", 443, "-tls1_2").stdout
    assert f"Cipher is {suite}" in said
    refused = running.s_client("MP2", 443, "-tls1_2", "-cipher", "AES256-GCM-SHA384:@SECLEVEL=0")
    assert "alert handshake failure" in refused.stderr


@pytest.mark.parametrize(
    ("host", "port", "path", "status"),
    [
        ("MP1", 443, "/SMS_MP/.sms_aut?mplist", 200),
        ("MP1", 443, "/SMS_MP/.sms_aut?mpcert", 200),
        ("MP1", 443, "/elsewhere", 404),
        ("DP1", 443, "/SMS_DP_SMSPKG$", 200),
        ("SMP1", 443, "/SMSSMP/.sms_SMP?op=KeyInfo", 200),
        ("SUP1", 8531, "/ClientWebService/client.asmx", 200),
        ("SUP1", 8531, "/ApiRemoting30/WebService.asmx", 401),
        ("RP1", 443, "/ReportServer", 401),
        ("CM1", 443, "/AdminService/wmi/SMS_Identification", 401),
        ("APP1", 443, "/CMApplicationCatalog/", 401),
    ],
)
def test_pages(running: Any, host: str, port: int, path: str, status: int) -> None:
    answer = ask(running, host, port, path)
    assert answer.status == status
    assert (answer.getheader("WWW-Authenticate") is not None) == (status == 401)
    assert (len(answer.read()) > 0) == (status == 200)


def test_wsus_also_speaks_plain_http(running: Any) -> None:
    place: tuple[str, int] = running.place("SUP1", 8530)
    connection = http.client.HTTPConnection(place[0], place[1], timeout=30)
    connection.request("GET", "/Content")
    assert connection.getresponse().status == 403


def test_mplist_tells_of_the_database_and_mpcert_does_not(running: Any) -> None:
    running.set_protocols("SQL1", "Server", TLS10=0)
    running.restart("SQL1")
    assert ask(running, "MP2", 443, "/SMS_MP/.sms_aut?mplist").status == 500
    assert ask(running, "MP2", 443, "/SMS_MP/.sms_aut?mpcert").status == 200


def test_a_service_that_is_stopped_does_not_answer(running: Any) -> None:
    running.client.run("DP1", "net stop W3SVC")
    assert running.seen("DP1", 443) == set()
    running.client.run("DP1", "net start W3SVC")
    assert running.seen("DP1", 443) == OLD_AND_NEW


def test_nobody_answers_while_the_machine_is_down(running: Any) -> None:
    running.client.set_fault("DP1", "restart_never_returns")
    running.client.restart("DP1")
    assert running.client.wait_for_power("DP1", up=False)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(running.place("DP1", 443), timeout=30)
    running.client.reset("DP1")
    assert running.seen("DP1", 443) == OLD_AND_NEW


def tds_handshake(running: Any, highest: ssl.TLSVersion) -> tuple[tuple[int, int, int, int], str]:
    """The instance's version and the protocol agreed on. Raises ssl.SSLError."""
    context = ssl.create_default_context(cafile=running.ca)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.check_hostname = False
    context.maximum_version = highest
    context.minimum_version = highest
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing)
    with socket.create_connection(running.place("SQL1", 1433), timeout=30) as sock, sock.makefile("rb") as stream:

        def send(kind: int, content: bytes) -> None:
            sock.sendall(tds.HEADER.pack(kind, 1, 8 + len(content), 0, 1, 0) + content)

        def receive() -> bytes:
            head = stream.read(8)
            return stream.read(int.from_bytes(head[2:4], "big") - 8) if len(head) == 8 else b""

        send(tds.PRELOGIN, tds.Prelogin().encode())
        answer = tds.Prelogin.decode(receive())
        assert answer.encryption == tds.ENCRYPT_ON
        while True:
            try:
                client.do_handshake()
                return answer.version, client.version() or ""
            except ssl.SSLWantReadError:
                send(tds.PRELOGIN, outgoing.read())
                incoming.write(receive())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_sql_server_talks_tls_inside_prelogin_as_its_build_can(running: Any) -> None:
    assert tds_handshake(running, ssl.TLSVersion.TLSv1) == ((11, 0, 5058, 0), "TLSv1")
    for newer in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2):
        with pytest.raises(ssl.SSLError):
            tds_handshake(running, newer)
    assert running.client.install("SQL1", "sql-2012-sp4") == ["sql-2012-sp4"]
    assert tds_handshake(running, ssl.TLSVersion.TLSv1_2) == ((11, 0, 7001, 0), "TLSv1.2")


def test_strict_encryption_wants_tls_before_everything_else(running: Any) -> None:
    net = r"HKLM\SOFTWARE\Microsoft\Microsoft SQL Server\MSSQL15.MSSQLSERVER\MSSQLServer\SuperSocketNetLib"
    running.client.install("SQL1", "sql-2019")
    running.client.set_value("SQL1", net, "ForceStrict", 1)
    with socket.create_connection(running.place("SQL1", 1433), timeout=30) as sock:
        sock.sendall(tds.HEADER.pack(tds.PRELOGIN, 1, 8, 0, 1, 0))
        with contextlib.suppress(ConnectionResetError):
            assert sock.recv(1) == b""
    context = ssl.create_default_context(cafile=running.ca)
    context.check_hostname = False
    with socket.create_connection(running.place("SQL1", 1433), timeout=30) as sock, context.wrap_socket(sock) as talk:
        assert talk.version() == "TLSv1.2"


@pytest.mark.parametrize("data", [b"GET / HTTP/1.0\r\n\r\n", b"\x12\x01\x00\x03\x00\x00\x01\x00", b"\x16\x03"])
@pytest.mark.parametrize(("host", "port"), [("SQL1", 1433), ("MP1", 443)])
def test_strangers_are_hung_up_on(running: Any, host: str, port: int, data: bytes) -> None:
    with socket.create_connection(running.place(host, port), timeout=30) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            assert sock.recv(1) == b""
    assert running.client.status()["hosts"]


def test_faults_of_an_endpoint(running: Any) -> None:
    lab = running.client
    lab.set_fault("MP2", "page_status", code=503)
    assert ask(running, "MP2", 443, "/SMS_MP/.sms_aut?mpcert").status == 503
    lab.clear_faults("MP2")
    lab.set_fault("MP2", "close_after_handshake")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError, ssl.SSLEOFError)):
        ask(running, "MP2", 443, "/SMS_MP/.sms_aut?mpcert")
    lab.clear_faults("MP2")
    lab.set_fault("MP2", "refuse_protocol", protocol="TLS 1.2", port=443)
    (fault,) = lab.faults("MP2")["role"]
    assert (fault["kind"], fault["port"], fault["protocol"]) == ("refuse_protocol", 443, "TLS 1.2")
    assert running.seen("MP2", 443) == {"TLS 1.0", "TLS 1.1"}
    lab.reset("MP2")
    assert running.seen("MP2", 443) == OLD_AND_NEW


@pytest.mark.parametrize(
    ("host", "options", "said"),
    [
        ("PC10", {}, "no role that listens"),
        ("MP2", {"port": 1433}, "does not listen on port 1433"),
        ("MP2", {"protocol": "TLS 9"}, "no protocol 'TLS 9'"),
        ("MP2", {"colour": "red"}, "unknown fields colour"),
    ],
)
def test_faults_that_make_no_sense(running: Any, host: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(LabRefused, match=said):
        running.client.set_fault(host, "refuse_protocol", **options)


def test_clients_listen_on_nothing(running: Any) -> None:
    ports = {row["name"]: row["ports"] for row in running.client.status()["hosts"]}
    assert ports["SUP1"] == [8531 + running.offset, 8530 + running.offset]
    assert all(ports[name] == [] for name in ("PC7A", "PC10", "PC11"))


@pytest.fixture
def unprivileged(monkeypatch: pytest.MonkeyPatch) -> None:
    """An account that may not have ports below 1024."""

    class Socket(socket.socket):
        def bind(self, address: Any) -> None:
            if 0 < address[1] < 1024:
                raise PermissionError(errno.EACCES, "Permission denied")
            super().bind(address)

    monkeypatch.setattr("socket.socket", Socket)


@pytest.mark.usefixtures("unprivileged")
def test_a_port_that_may_not_be_had_is_named_with_what_to_do(begin: Any) -> None:
    with pytest.raises(LabError, match=r"443: Permission denied.*--port-offset 20000"), begin("contoso", port_offset=0):
        pass


@pytest.mark.usefixtures("unprivileged")
def test_ports_are_moved_by_themselves_when_they_must(begin: Any) -> None:
    with begin("contoso") as lab:
        assert lab.client.status()["port_offset"] == 20_000
        assert ask(lab, "MP1", 443, "/SMS_MP/.sms_aut?mplist").status == 200


def test_a_port_that_is_taken_is_named_with_what_to_do(running: Any) -> None:
    async def listen_again() -> None:
        async def sql_works() -> bool:
            return True

        authority, machine = Authority.create("another"), running.site.machines["MP1"]
        RoleEndpoints(machine, authority=authority, sql_works=sql_works, port_offset=running.offset).refresh()

    with pytest.raises(OSError, match=r"443: Address already in use.*--port-offset"):
        asyncio.run(listen_again())

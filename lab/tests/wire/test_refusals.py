# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logons and messages that WinRM refuses, told apart as Windows tells them apart."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import requests_ntlm
from pypsrp.exceptions import AuthenticationError
from pypsrp.shell import WinRS
from pypsrp.wsman import WSMan
from winrm.exceptions import InvalidCredentialsError
from winrm.protocol import Protocol

SEALED = 'multipart/encrypted;protocol="application/HTTP-SPNEGO-session-encrypted";boundary="Encrypted Boundary"'


def post(lab: Any, port: int, body: bytes = b"<x/>", path: str = "/wsman", **options: Any) -> requests.Response:
    scheme = "https" if port == 5986 else "http"
    return requests.post(f"{scheme}://{lab.machine.address}:{port}{path}", body, verify=lab.ca, **options)


def account(lab: Any) -> tuple[str, str]:
    name, password = next(iter(lab.machine.users.items()))
    return name, password


@pytest.mark.parametrize(("transport", "scheme", "port"), [("basic", "https", 5986), ("ntlm", "http", 5985)])
@pytest.mark.parametrize("change", [("", "x"), ("x", "")], ids=["password", "user"])
def test_wrong_password_or_user_is_401(lab: Any, transport: Any, scheme: str, port: int, change: Any) -> None:
    name, password = account(lab)
    endpoint = f"{scheme}://{lab.machine.address}:{port}/wsman"
    protocol = Protocol(endpoint, transport, name + change[0], password + change[1], ca_trust_path=lab.ca)
    with pytest.raises(InvalidCredentialsError):
        protocol.open_shell()
    assert lab.client.counters()[lab.machine.name]["refused_logons"] >= 1


def test_wrong_password_with_pypsrp_is_an_authentication_error(lab: Any) -> None:
    name, password = account(lab)
    wsman = WSMan(lab.machine.address, username=name, password=password + "x", auth="ntlm", cert_validation=lab.ca)
    with pytest.raises(AuthenticationError):
        WinRS(wsman).open()


def test_a_client_that_does_not_know_the_authority_does_not_connect(lab: Any) -> None:
    name, password = account(lab)
    protocol = Protocol(f"https://{lab.machine.address}:5986/wsman", "basic", name, password, ca_trust_path=None)
    with pytest.raises(requests.exceptions.SSLError):
        protocol.open_shell()


def test_what_is_offered(lab: Any) -> None:
    secure, plain = post(lab, 5986), post(lab, 5985)
    assert (secure.status_code, plain.status_code) == (401, 401)
    assert secure.headers["WWW-Authenticate"] == 'Negotiate, Basic realm="WSMAN"'
    assert plain.headers["WWW-Authenticate"] == "Negotiate"
    assert (secure.reason, secure.content, secure.headers["Content-Length"]) == ("", b"", "0")
    assert secure.headers["Server"] == "Microsoft-HTTPAPI/2.0"


def test_basic_is_not_taken_without_tls(lab: Any) -> None:
    name, password = account(lab)
    assert post(lab, 5985, auth=(name.encode(), password.encode())).status_code == 401


def test_unencrypted_traffic_is_refused_with_an_empty_500(lab: Any) -> None:
    answer = post(lab, 5985, auth=requests_ntlm.HttpNtlmAuth(*account(lab)))
    assert (answer.status_code, answer.content) == (500, b"")


def test_a_sealed_message_on_a_fresh_connection_is_400(lab: Any) -> None:
    assert post(lab, 5985, headers={"Content-Type": SEALED}).status_code == 400


def test_nonsense_in_a_sealed_message_is_400(lab: Any) -> None:
    with requests.Session() as session:
        session.auth = requests_ntlm.HttpNtlmAuth(*account(lab))
        url = f"http://{lab.machine.address}:5985/wsman"
        assert session.post(url, b"").status_code == 200
        assert session.post(url, b"\x00" * 50, headers={"Content-Type": SEALED}).status_code == 400


@pytest.mark.parametrize("value", ["Negotiate !", "Negotiate AAAA", "Basic !", "Kerberos AAAA", "Negotiate"])
def test_a_header_that_makes_no_sense_is_401(lab: Any, value: str) -> None:
    assert post(lab, 5986, headers={"Authorization": value}).status_code == 401


def test_other_paths_methods_and_bodies(lab: Any) -> None:
    auth: Any = tuple(part.encode() for part in account(lab))
    url = f"https://{lab.machine.address}:5986/wsman"
    assert post(lab, 5986, path="/other", auth=auth).status_code == 404
    assert requests.get(url, auth=auth, verify=lab.ca).status_code == 405
    assert post(lab, 5986, b"not xml", auth=auth).status_code == 400
    assert post(lab, 5986, iter([b"chunk"]), auth=auth).status_code == 411  # type: ignore[arg-type]

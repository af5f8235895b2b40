# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client over HTTP: every answer that is none from AWX is told with what to do, and never with the token."""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansible_collections.configmgr.tls.plugins.plugin_utils._awx import AwxClient, Run, connect, set_up
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure

from .core import made, settings
from .server import running
from .stand_in import SYSTEM, Awx


def client(address: str, api: str = "/api/v2", token: str = SYSTEM, **options: Any) -> AwxClient:
    return connect(settings(url=address, api=api, token=token, **{"timeout": 20.0, **options}))


def failed(asking: AwxClient) -> Failure:
    with pytest.raises(Failure) as caught:
        set_up(Run(asking, check_mode=False), settings())
    assert SYSTEM not in caught.value.message("localhost")
    return caught.value


@pytest.mark.parametrize(("slash", "api"), [("", "/api/v2"), ("/", "/api/v2/"), ("//", "api/v2")])
def test_slashes_at_the_ends_do_not_matter(slash: str, api: str) -> None:
    with running(made()) as address:
        run = Run(client(address + slash, api), check_mode=False)
        set_up(run, settings())
    assert run.changes == []


@pytest.mark.parametrize(
    ("address", "token"),
    [("", SYSTEM), ("awx.example", SYSTEM), ("https://me@awx.example", SYSTEM), ("https://awx", "")],
)
def test_without_an_address_or_a_token_nothing_is_tried(address: str, token: str) -> None:
    with pytest.raises(Failure) as caught:
        client(address, token=token)
    assert caught.value.code == "awx_settings" and "CONTROLLER_HOST" in caught.value.remedy


def test_a_wrong_token() -> None:
    with running(Awx()) as address:
        failure = failed(client(address, token="wrong"))
    assert failure.code == "awx_refused" and failure.remedy == "Check the token."
    assert "Authentication credentials were not provided" in str(failure)


def test_a_wrong_path_is_told_without_the_page() -> None:
    with running(Awx()) as address:
        failure = failed(client(address, api="/api/controller/v2"))
    assert str(failure) == f"{address}: could not GET organizations/: HTTP status 404."
    assert "configmgr_tls_awx_api" in failure.remedy


@pytest.mark.parametrize(
    ("trouble", "code", "told"),
    [
        ("html 500", "awx_refused", "HTTP status 500."),
        ("html 200", "awx_answer", "the answer is not JSON"),
        ("silence", "awx_time_out", "no answer in time"),
        ("cut", "awx_unreachable", "IncompleteRead"),
        ("elsewhere", "awx_elsewhere", "http://elsewhere.example/login"),
    ],
)
def test_what_is_no_answer_of_awx(trouble: str, code: str, told: str) -> None:
    with running(Awx(), trouble) as address:
        failure = failed(client(address, timeout=0.3 if trouble == "silence" else 20.0))
    assert failure.code == code and told in str(failure) and address in str(failure)
    assert "<" not in str(failure) and len(str(failure)) < 300


def test_nobody_there() -> None:
    failure = failed(client("http://127.0.0.1:9"))
    assert failure.code == "awx_unreachable" and "nobody answered" in str(failure)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of 127.0.0.1, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "awx.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path / "awx.pem"
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


def test_certificates_are_checked_unless_told_otherwise(certificate: Path) -> None:
    with running(Awx(), certificate=certificate) as address:
        failure = failed(client(address))
        assert failure.code == "awx_certificate" and "configmgr_tls_awx_ca_path" in failure.remedy
        for given in ({"ca_path": str(certificate)}, {"validate_certs": False}):
            assert len(client(address, **given).rows("organizations/")) == 1


def test_a_file_of_authorities_that_is_not_there() -> None:
    with pytest.raises(Failure, match=r"/nowhere\.pem cannot be used"):
        client("https://awx.example", ca_path="/nowhere.pem")


@pytest.mark.parametrize("answer", [b"[]", b"{}", b'{"results": 1}', b'{"results": [1]}', b"\xff"])
def test_json_that_is_not_awxs(answer: bytes) -> None:
    assert failed(AwxClient(lambda *_request: (200, answer), "https://awx.example", "/api/v2")).code == "awx_answer"


def test_every_page_of_a_list_is_read() -> None:
    awx = Awx()
    for number in range(450):
        awx.add("inventories", {"name": f"i{number}", "organization": awx.organization})
    with running(awx) as address:
        rows: list[dict[str, Any]] = client(address).rows("inventories/", organization=awx.organization)
    assert len({row["name"] for row in rows}) == 450

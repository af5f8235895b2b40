# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe and OpenSSL's own client, looking at OpenSSL's own server."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import ProtocolVersion
from ansible_collections.configmgr.tls.tests.conformance.probe.asking import (
    SETS,
    TLS,
    TLS10,
    TLS12,
    accepted,
    look,
    set_name,
)
from ansible_collections.configmgr.tls.tests.conformance.probe.programs import KeyPair, program, s_server, self_signed

FLAG = dict(zip(TLS, ("tls1", "tls1_1", "tls1_2", "tls1_3"), strict=True))


def without(protocols: frozenset[ProtocolVersion]) -> list[str]:
    return [f"-no_{flag}" for protocol, flag in FLAG.items() if protocol not in protocols]


def openssl_connects(port: int, protocol: ProtocolVersion) -> bool:
    """Whether openssl s_client, everything allowed, finishes a handshake of that protocol."""
    command = [program("openssl"), "s_client", "-connect", f"127.0.0.1:{port}", f"-{FLAG[protocol]}"]
    command += ["-cipher", "DEFAULT:@SECLEVEL=0"]
    seen = subprocess.run(command, input="", capture_output=True, text=True, check=False).stdout
    assert "Cipher is " in seen
    return "Cipher is (NONE)" not in seen


@pytest.mark.parametrize("protocols", SETS, ids=set_name)
def test_the_probe_agrees_with_the_server_and_with_its_client(
    protocols: frozenset[ProtocolVersion], pair: KeyPair
) -> None:
    with s_server(pair, *without(protocols)) as port:
        result = look(port)
        of_openssl = frozenset(protocol for protocol in TLS if openssl_connects(port, protocol))
    assert accepted(result) == of_openssl == protocols
    assert result.certificate is not None
    assert result.certificate.sha256 == pair.sha256
    assert result.certificate.subject == pair.line("-subject", "-nameopt", "RFC2253")


@pytest.mark.parametrize(
    ("cipher", "iana_name"),
    [
        ("ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        ("ECDHE-RSA-AES256-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
        ("DHE-RSA-AES256-GCM-SHA384", "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
        ("ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
        ("AES256-SHA256", "TLS_RSA_WITH_AES_256_CBC_SHA256"),
        ("AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"),
    ],
)
def test_a_server_with_one_suite_is_understood(cipher: str, iana_name: str, pair: KeyPair) -> None:
    with s_server(pair, "-tls1_2", "-cipher", f"{cipher}:@SECLEVEL=0") as port:
        result = look(port)
    assert result.protocols[TLS12].cipher == iana_name


@pytest.mark.parametrize(
    ("digest", "algorithm", "flags"),
    [
        ("-md5", "rsa:2048", ["signature_md5"]),
        ("-sha1", "rsa:2048", ["signature_sha1"]),
        ("-sha224", "rsa:2048", ["signature_sha224"]),
        ("-sha256", "rsa:1024", []),
        ("-sha384", "rsa:2048", []),
        ("-sha512", "rsa:2048", ["signature_sha512"]),
    ],
)
def test_certificates_of_openssl_are_flagged(digest: str, algorithm: str, flags: list[str], tmp_path: Path) -> None:
    pair = self_signed(tmp_path, "sql1", digest, algorithm=algorithm)
    with s_server(pair) as port:
        certificate = look(port).certificate
    assert certificate is not None
    assert (certificate.signature_hash, certificate.key_type) == (digest[1:], "RSA")
    assert certificate.key_size == int(algorithm[4:])
    assert [flag.code for flag in certificate.flags] == flags


def test_an_elliptic_certificate_is_read(tmp_path: Path) -> None:
    pair = self_signed(tmp_path, "mp2", "-sha256", "-pkeyopt", "ec_paramgen_curve:P-384", algorithm="ec")
    with s_server(pair) as port:
        result = look(port)
    assert accepted(result) == frozenset(TLS)
    assert result.certificate is not None and result.certificate.key_type == "EC secp384r1"


def test_a_server_of_tls13_with_another_group_is_understood(pair: KeyPair) -> None:
    """It asks for another key share with a HelloRetryRequest."""
    with s_server(pair, "-tls1_3", "-groups", "P-384") as port:
        assert accepted(look(port)) == frozenset({ProtocolVersion.TLS13})


def test_a_strict_policy_of_the_controller_hides_nothing(pair: KeyPair, strict_policy: Path) -> None:
    strict = {**os.environ, "OPENSSL_CONF": str(strict_policy)}
    with contextlib.ExitStack() as servers:
        ports = [servers.enter_context(s_server(pair, *without(protocols))) for protocols in SETS]
        told = _action_under(strict, {"endpoints": [{"host": "127.0.0.1", "port": port} for port in ports]})
    seen = {
        row["port"]: {name: found["status"] for name, found in row["protocols"].items()} for row in told["endpoints"]
    }
    assert seen == {
        port: {name.value: "accepted" if name in protocols else "refused" for name in ProtocolVersion}
        for port, protocols in zip(ports, SETS, strict=True)
    }


def test_under_a_strict_policy_the_health_of_an_old_role_is_still_seen(pair: KeyPair, strict_policy: Path) -> None:
    strict = {**os.environ, "OPENSSL_CONF": str(strict_policy)}
    with s_server(pair, *without(frozenset({TLS10}))) as port:
        blocked = subprocess.run(
            [sys.executable, "-c", _OWN_TLS, str(port)], env=strict, capture_output=True, text=True
        )
        told = _action_under(strict, {"health": [{"host": "127.0.0.1", "port": port, "check": "mplist"}]})
    assert blocked.returncode != 0 and "SSLError" in blocked.stderr, "the policy is not in force: this proves nothing"
    assert (told["health"][0]["protocol"], told["health"][0]["status"]) == ("TLS 1.0", 200)


_OWN_TLS = """
import socket, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1]))))
"""


def _action_under(environment: dict[str, str], arguments: dict[str, object]) -> dict[str, Any]:
    """The result of the task, run by Ansible in a process of its own with that environment."""
    command = [sys.executable, "-m", "ansible", "adhoc", "localhost", "-m", "configmgr.tls.tls_probe_info"]
    environment = {**environment, "ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_NOCOLOR": "true"}
    done = subprocess.run(
        [*command, "-a", json.dumps(arguments)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout.partition("SUCCESS =>")[2])
    return told

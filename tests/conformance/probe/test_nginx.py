# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe and nginx."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.checks import find_check
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.controller_tls import ClientCertificate, http_trust
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.http import (
    Health,
    HealthResult,
    HealthTarget,
    check_health,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import ProtocolVersion
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.pool import probe_all
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.results import Endpoint
from ansible_collections.configmgr.tls.tests.conformance.probe.asking import (
    PATIENT,
    SETS,
    TLS,
    TLS12,
    accepted,
    look,
    set_name,
)
from ansible_collections.configmgr.tls.tests.conformance.probe.programs import KeyPair, free_port, nginx, self_signed

NAMES = dict(zip(TLS, ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"), strict=True))
MANY = 500


def server(listen: str, pair: KeyPair, protocols: frozenset[ProtocolVersion], rest: str = "return 200;") -> str:
    names = " ".join(NAMES[protocol] for protocol in sorted(protocols))
    return (
        f"server {{ {listen} ssl_certificate {pair.certificate}; ssl_certificate_key {pair.key};"
        f" ssl_protocols {names}; ssl_ciphers DEFAULT:@SECLEVEL=0; {rest} }}\n"
    )


@contextlib.contextmanager
def serving(
    folder: Path, pair: KeyPair, protocols: frozenset[ProtocolVersion], rest: str = "return 200;"
) -> Iterator[int]:
    port = free_port()
    with nginx(folder, server(f"listen 127.0.0.1:{port} ssl;", pair, protocols, rest)):
        yield port


@pytest.mark.parametrize("protocols", SETS, ids=set_name)
def test_the_probe_agrees_with_the_configuration(
    protocols: frozenset[ProtocolVersion], pair: KeyPair, tmp_path: Path
) -> None:
    with serving(tmp_path / "nginx", pair, protocols) as port:
        result = look(port)
    assert accepted(result) == protocols
    assert result.certificate is not None and result.certificate.sha256 == pair.sha256


def test_the_server_name_chooses_the_certificate(pair: KeyPair, tmp_path: Path) -> None:
    other, port = self_signed(tmp_path, "mp2"), free_port()
    first = server(f"listen 127.0.0.1:{port} ssl; server_name mp1.contoso.example;", pair, frozenset({TLS12}))
    second = server(f"listen 127.0.0.1:{port} ssl; server_name mp2.contoso.example;", other, frozenset({TLS12}))
    with nginx(tmp_path / "nginx", first + second):
        seen = {
            name: look(port, server_name=name).certificate for name in ("mp1.contoso.example", "mp2.contoso.example")
        }
    assert [one.sha256 for one in seen.values() if one] == [pair.sha256, other.sha256]


def test_a_port_without_tls_is_told_as_such(tmp_path: Path) -> None:
    port = free_port()
    with nginx(tmp_path / "nginx", f"server {{ listen 127.0.0.1:{port}; return 200; }}"):
        result = look(port)
    assert result.error is not None and result.error.code == "not_tls"
    assert accepted(result) == frozenset()


def ask(port: int, check: str, client: ClientCertificate | None = None) -> HealthResult:
    return check_health(HealthTarget("127.0.0.1", find_check(check), port), http_trust(client), PATIENT)


@pytest.mark.parametrize("protocol", TLS, ids=lambda protocol: protocol.name)
def test_the_health_of_a_management_point_whose_database_is_away(
    protocol: ProtocolVersion, pair: KeyPair, tmp_path: Path
) -> None:
    rest = "location / { if ($args = mplist) { return 500; } return 200; }"
    with serving(tmp_path / "nginx", pair, frozenset({protocol}), rest) as port:
        mplist, mpcert = ask(port, "mplist"), ask(port, "mpcert")
    assert (mplist.health, mplist.status, mplist.protocol) == (Health.FAILING, 500, protocol.value)
    assert "SQL Server" in (mplist.hint or "")
    assert (mpcert.health, mpcert.status, mpcert.protocol) == (Health.HEALTHY, 200, protocol.value)


def test_a_site_that_demands_a_client_certificate_gets_it(pair: KeyPair, tmp_path: Path) -> None:
    rest = "ssl_verify_client optional_no_ca; location / { if ($ssl_client_serial = '') { return 403; } return 200; }"
    with serving(tmp_path / "nginx", pair, frozenset(TLS), rest) as port:
        without = ask(port, "mplist")
        with_it = ask(port, "mplist", ClientCertificate(str(pair.certificate), str(pair.key)))
    assert (without.health, without.status) == (Health.LIMITED, 403)
    assert (with_it.health, with_it.status) == (Health.HEALTHY, 200)


def test_many_endpoints_in_one_call(pair: KeyPair, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    hosts = [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(MANY)]
    listen = " ".join(f"listen {host}:{port} ssl;" for host in hosts)
    with nginx(tmp_path / "nginx", server(listen, pair, frozenset({TLS12, ProtocolVersion.TLS13}))):
        started = datetime.now(UTC)
        results = probe_all([Endpoint(host, port) for host in hosts], ProtocolVersion, PATIENT, 50, started)
        seconds = (datetime.now(UTC) - started).total_seconds()
    with capsys.disabled():
        print(f"\n{MANY} endpoints, {len(ProtocolVersion)} protocols each: {seconds:.1f} seconds")
    assert [result.endpoint.host for result in results] == hosts
    assert {accepted(result) for result in results} == {frozenset({TLS12, ProtocolVersion.TLS13})}

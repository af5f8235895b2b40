# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the roles of a machine listen: as a variable says, as the machine has it, or as ConfigMgr does by default."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.endpoints import ports_in_use, role_endpoints
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.forecast import forecast
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.listening import https_ports, sql_ports
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.sites import Told
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import (
    Key,
    KeyReading,
    Presence,
    Registry,
    Value,
    View,
)

HTTP = r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters"
HASH = {"SslHash": Value("REG_BINARY", "00")}


def registry(*bindings: str, listed: tuple[str, ...] = ("SslBindingInfo",), there: bool = True) -> Registry:
    readings = {(View.NATIVE, Key(rf"{HTTP}\{name}")): KeyReading(Presence.PRESENT, HASH) for name in bindings}
    parent = {(View.NATIVE, Key(HTTP)): KeyReading(Presence.PRESENT, {}, listed)} if there else {}
    return Registry({**readings, **parent})


@pytest.mark.parametrize(
    ("seen", "ports"),
    [
        (registry(r"SslBindingInfo\0.0.0.0:443", r"SslBindingInfo\[::]:443"), (443,)),
        (registry(r"SslBindingInfo\0.0.0.0:8443", r"SslBindingInfo\10.0.0.1:443"), (443, 8443)),
        (registry(r"SslSniBindingInfo\mp.corp.example:443", listed=("SslSniBindingInfo", "UrlAclInfo")), (443,)),
        (registry(listed=()), ()),
        (registry(listed=("UrlAclInfo",)), ()),
        # Listed, but nothing was seen in it: empty, or not readable.
        (registry(), None),
        # Certificates of a central store are bound without a hash.
        (registry(r"SslBindingInfo\0.0.0.0:443", listed=("SslBindingInfo", "SslCcsBindingInfo")), None),
        (registry(r"SslBindingInfo\strange"), None),
        # Every Windows has the key above: without it nothing was read.
        (registry(there=False), None),
        (Registry({(View.NATIVE, Key(HTTP)): KeyReading(Presence.UNREADABLE)}), None),
    ],
)
def test_the_ports_with_a_certificate(seen: Registry, ports: tuple[int, ...] | None) -> None:
    assert https_ports(seen) == ports


@pytest.mark.parametrize(
    ("role", "bound", "set_to", "also", "ports"),
    [
        ("management_point", None, None, "", [443]),
        ("management_point", [443, 5986], None, "", [443]),
        ("management_point", [8443, 5986], None, "", [8443]),
        ("management_point", [8443, 9443], None, "", [8443, 9443]),
        ("management_point", [8531, 8443], None, "software_update_point", [8443]),
        ("management_point", [5986], None, "", []),
        ("management_point", [], None, "", []),
        ("management_point", [], 444, "", [444]),
        ("management_point", [443], 0, "", []),
        ("management_point", [8531], None, "software_update_point", []),
        ("software_update_point", [8531, 443], None, "", [8531]),
        ("software_update_point", [443], None, "", [443]),
        ("software_update_point", [443], None, "distribution_point", [443]),
        ("software_update_point", [5986], None, "", []),
        # It always uses HTTPS: that no certificate is bound is no reason to look elsewhere, or not at all.
        ("sms_provider", [], None, "", [443]),
        ("site_database", [], None, "", [1433]),
        ("site_database", [], 1450, "", [1450]),
    ],
)
def test_where_a_role_listens(
    role: str, bound: list[int] | None, set_to: int | None, also: str, ports: list[int]
) -> None:
    (endpoint,) = role_endpoints([role])
    facts = {"roles": [role, *([also] if also else [])], "https_ports": bound}
    assert ports_in_use(endpoint, facts, set_to) == ports


@pytest.mark.parametrize(
    ("text", "ports"), [("1450", (1450,)), ("1433, 1450", (1433, 1450)), ("", ()), ("0", ()), (None, ()), ("x", ())]
)
def test_the_ports_that_an_instance_was_given(text: str | None, ports: tuple[int, ...]) -> None:
    key = Key(r"SOFTWARE\Microsoft\Microsoft SQL Server\MSSQL15.A\MSSQLServer\SuperSocketNetLib\Tcp\IPAll")
    values = {} if text is None else {"TcpPort": Value("REG_SZ", text)}
    assert sql_ports(Registry({(View.NATIVE, key): KeyReading(Presence.PRESENT, values)}), "MSSQL15.A") == ports


@pytest.mark.parametrize(
    ("given", "set_to", "ports"),
    [([], None, [1433]), ([1450], None, [1450]), ([1433, 1450], None, [1433]), ([1450, 1451], None, [1450, 1451]),
     ([1450], 1500, [1500])],
)  # fmt: skip
def test_where_sql_server_listens(given: list[int], set_to: int | None, ports: list[int]) -> None:
    (endpoint,) = role_endpoints(["site_database"])
    assert ports_in_use(endpoint, {"roles": ["site_database"], "sql_ports": given}, set_to) == ports


@pytest.mark.parametrize(
    ("bound", "uses_ssl", "ports"),
    [([443, 8443], False, []), ([443], True, [443]), ([8531], False, [8531]), ([443], None, [443])],
)
def test_wsus_without_https_beside_a_role_that_uses_it(
    bound: list[int], uses_ssl: bool | None, ports: list[int]
) -> None:
    (endpoint,) = role_endpoints(["software_update_point"])
    facts = {
        "roles": ["software_update_point", "management_point"],
        "https_ports": bound,
        "components": {} if uses_ssl is None else {"wsus_ssl": uses_ssl},
    }
    assert ports_in_use(endpoint, facts) == ports


OLD, NEW = {"enable": ["TLS 1.0"], "cause": "winhttp-update"}, {"enable": ["TLS 1.0", "TLS 1.2"]}


def site(bound: list[int] | None) -> dict[str, Any]:
    return {
        "PC1": {"roles": ["client"], "stacks": {"winhttp": OLD, "dotnet4": NEW}, "findings": []},
        "DP1": {"roles": ["distribution_point"], "stacks": {"http_sys": NEW}, "findings": [], "https_ports": bound},
    }


def test_nothing_breaks_where_nothing_is_encrypted_and_nobody_is_alone_for_that() -> None:
    found = forecast(site([]), LEGACY_PROTOCOLS)
    assert found.broken("disable") == [] and found.alone == ()
    assert {row.conversation.id for row in found.plain} >= {"client-distribution-point"}


@pytest.mark.parametrize(("bound", "given"), [(None, None), ([443], None), ([], 8443)])
def test_what_may_be_encrypted_is_forecast(bound: list[int] | None, given: int | None) -> None:
    ports = {} if given is None else {"configmgr_tls_port_distribution_point": given}
    found = forecast(site(bound), LEGACY_PROTOCOLS, told={"DP1": Told(ports=ports)})
    assert "client-distribution-point" in {row.conversation.id for row in found.broken("disable")}
    assert not any(row.conversation.id == "client-distribution-point" for row in found.plain)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the roles of a machine listen: as a variable says, as the machine has it, or as ConfigMgr does by default."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.endpoints import ports_in_use, role_endpoints
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.forecast import forecast
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.listening import (
    https_off,
    https_ports,
    sql_encryption,
    sql_ports,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.sites import SiteVariables
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


def flagged(*bindings: tuple[str, int | None]) -> Registry:
    """Bindings of port 443 by address, with their flags."""
    readings = {
        (View.NATIVE, Key(rf"{HTTP}\SslBindingInfo\{name}:443")): KeyReading(
            Presence.PRESENT, HASH | ({} if flags is None else {"DefaultFlags": Value("REG_DWORD", flags)})
        )
        for name, flags in bindings
    }
    return Registry(readings)


OLDER = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1")


@pytest.mark.parametrize(
    ("seen", "build", "revision", "off"),
    [
        (flagged(("0.0.0.0", 0)), 17763, 5329, {}),
        (flagged(("0.0.0.0", None)), 17763, 5329, {}),
        # HTTP/2, QUIC and stapling are other things.
        (flagged(("0.0.0.0", 0x10 | 0x20 | 0x80)), 20348, 1, {}),
        (flagged(("0.0.0.0", 0x400)), 17763, 5329, {443: OLDER}),
        (flagged(("0.0.0.0", 0x400)), 20348, None, {443: OLDER}),
        # Without the update that brought it, or where nobody says, it may or may not be heeded.
        (flagged(("0.0.0.0", 0x400)), 17763, 401, {443: tuple(f"?{name}" for name in OLDER)}),
        (flagged(("0.0.0.0", 0x400)), 14393, 5000, {443: tuple(f"?{name}" for name in OLDER)}),
        (flagged(("0.0.0.0", 0x400)), None, None, {443: tuple(f"?{name}" for name in OLDER)}),
        (flagged(("0.0.0.0", 0x440)), 20348, 1, {443: (*OLDER, "TLS 1.3")}),
        (flagged(("0.0.0.0", 0x1000)), 20348, 1, {443: ("?TLS 1.2",)}),
        # Whoever calls may meet the one or the other.
        (flagged(("0.0.0.0", 0x400), ("[::]", 0)), 20348, 1, {443: tuple(f"?{name}" for name in OLDER)}),
        (flagged(("0.0.0.0", 0x400), ("[::]", 0x440)), 20348, 1, {443: (*OLDER, "?TLS 1.3")}),
    ],
)
def test_what_bindings_turn_off(
    seen: Registry, build: int | None, revision: int | None, off: dict[int, tuple[str, ...]]
) -> None:
    assert https_off(seen, build, revision) == off


def instance(values: dict[str, Value], **tcp: dict[str, str]) -> Registry:
    """What was read of MSSQL15.A: of its network library, and of the keys below Tcp by name."""
    net = Key(r"SOFTWARE\Microsoft\Microsoft SQL Server\MSSQL15.A\MSSQLServer\SuperSocketNetLib")
    readings = {(View.NATIVE, net): KeyReading(Presence.PRESENT, values, partial=True)} if values else {}
    for name, ports in tcp.items():
        told = {each: Value("REG_SZ", port) for each, port in ports.items()}
        readings[(View.NATIVE, net.child("Tcp").child(name))] = KeyReading(Presence.PRESENT, told, partial=True)
    return Registry(readings)


NO_PORT = {"TcpPort": "", "TcpDynamicPorts": ""}


@pytest.mark.parametrize(
    ("seen", "ports"),
    [
        (instance({}, IPAll={"TcpPort": "1450", "TcpDynamicPorts": ""}), (1450,)),
        (instance({}, IPAll={"TcpPort": "1433, 1450"}), (1433, 1450)),
        (instance({}, IPAll={"TcpPort": "", "TcpDynamicPorts": "51433"}), (51433,)),
        # It has not been started since it was told to take any.
        (instance({}, IPAll={"TcpPort": "", "TcpDynamicPorts": "0"}), ()),
        # It listens on single addresses.
        (instance({}, IPAll=NO_PORT, IP1={"TcpPort": "1500"}, IP2={"TcpDynamicPorts": "0"}), (1500,)),
        # Left over from the set-up, and without effect.
        (instance({}, IPAll={"TcpPort": "1450"}, IP1={"TcpPort": "1433"}), (1450,)),
        (instance({}, IPAll={"TcpPort": "x"}), ()),
        (instance({}), ()),
    ],
)
def test_the_ports_of_an_instance(seen: Registry, ports: tuple[int, ...]) -> None:
    assert sql_ports(seen, "MSSQL15.A") == ports


@pytest.mark.parametrize(
    ("forced", "strict", "encryption"),
    [(0, None, "login"), (1, None, "all"), (0, 0, "login"), (1, 0, "all"), (0, 1, "strict"), (1, 1, "strict")],
)
def test_what_an_instance_has_encrypted(forced: int, strict: int | None, encryption: str) -> None:
    values = {"ForceEncryption": Value("REG_DWORD", forced)}
    values |= {} if strict is None else {"ForceStrict": Value("REG_DWORD", strict)}
    assert sql_encryption(instance(values), "MSSQL15.A") == encryption


def test_an_instance_that_was_not_read_has_no_encryption() -> None:
    assert sql_encryption(instance({}), "MSSQL15.A") is None


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
    found = forecast(site(bound), LEGACY_PROTOCOLS, told={"DP1": SiteVariables(ports=ports)})
    assert "client-distribution-point" in {row.conversation.id for row in found.broken("disable")}
    assert not any(row.conversation.id == "client-distribution-point" for row in found.plain)


@pytest.mark.parametrize(
    ("off", "now", "disable"),
    [
        ({}, "TLS 1.0", "broken"),
        ({"443": ["TLS 1.0"]}, "broken", "broken"),
        ({"443": ["?TLS 1.0"]}, "unknown", "broken"),
        # The flags of another port are none of its business.
        ({"8531": ["TLS 1.0"]}, "TLS 1.0", "broken"),
    ],
)
def test_a_binding_can_break_today_what_the_machine_would_take(
    off: dict[str, list[str]], now: str, disable: str
) -> None:
    facts = site([443])
    facts["DP1"]["https_off"] = off
    (row,) = (
        row for row in forecast(facts, LEGACY_PROTOCOLS).rows if row.conversation.id == "client-distribution-point"
    )
    assert (str(row.stages["now"]), str(row.stages["disable"])) == (now, disable)


def test_a_binding_without_tls_1_2_is_named_as_the_cause() -> None:
    facts = site([443])
    facts["PC1"]["stacks"]["winhttp"] = NEW
    assert forecast(facts, LEGACY_PROTOCOLS).broken("disable") == []
    facts["DP1"]["https_off"] = {"443": ["?TLS 1.2"]}
    row = next(row for row in forecast(facts, LEGACY_PROTOCOLS).broken("disable"))
    cause, remedy = row.explained()
    assert row.stages["disable"].works is None
    assert "binding on DP1 turns TLS 1.2 off" in cause and "netsh" in remedy


def test_winrm_has_the_flags_of_its_own_port() -> None:
    facts = site([443, 5986])
    facts["DP1"]["https_off"] = {"5986": ["TLS 1.2"]}
    found = forecast(facts, LEGACY_PROTOCOLS, over_https=["DP1"]).broken("disable")
    assert {row.conversation.id for row in found if row.callee.hosts == ["DP1"]} == {
        "controller-winrm",
        "client-distribution-point",
    }


@pytest.mark.parametrize(("encryption", "broken"), [("login", False), ("all", False), ("strict", True)])
def test_nobody_is_certain_to_reach_a_strict_sql_server(encryption: str, broken: bool) -> None:
    facts = {
        "MP1": {"roles": ["management_point"], "stacks": {"sql_client": NEW, "http_sys": NEW}, "findings": []},
        "SQL1": {
            "roles": ["site_database"],
            "stacks": {"sql_server": NEW, "sql_client": NEW, "sql_endpoint": NEW},
            "findings": [],
            "sql_encryption": {"MSSQLSERVER": encryption},
        },
    }
    found = forecast(facts, LEGACY_PROTOCOLS).broken("now")
    assert {row.conversation.id for row in found} == ({"management-point-database"} if broken else set())
    for row in found:
        cause, remedy = row.explained()
        assert "strict encryption" in cause and "MP1" in cause and "Force Strict Encryption" in remedy
        assert [row.stages[stage].works for stage in ("now", "enable", "disable")] == [None] * 3

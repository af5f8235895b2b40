# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversations of whole machines: suites by policy, algorithms turned off, protocols that Windows does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.controller_end import controller_end
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.audit import audit
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.facts import facts
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.forecast import (
    Controller,
    Forecast,
    ForecastRow,
    forecast,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import state_of, values
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import (
    enabled,
    protocol,
    sql_client,
    sql_instance,
    windows,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine, dword, text

POLICY = r"SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002"
LOCAL = rf"{hosts.CONTROL}\Cryptography\Configuration\Local\SSL\00010002"
SCHANNEL = rf"{hosts.CONTROL}\SecurityProviders\SCHANNEL"
GCM_ONLY = (
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,"
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
)


def facts_of(machine: Machine, *roles: str) -> dict[str, Any]:
    state = state_of(machine)
    return facts(state, state, roles, audit(state, roles, 2603), 2603)


def client(build: int = 19045) -> dict[str, Any]:
    return facts_of(enabled(windows(build, "Client")), "client")


def point(machine: Machine) -> dict[str, Any]:
    return facts_of(enabled(sql_client(machine, "MSODBCSQL18", "18.6.2.1")), "management_point")


def expected(hosts_facts: Mapping[str, Mapping[str, Any]], **how: Any) -> Forecast:
    return forecast(hosts_facts, LEGACY_PROTOCOLS, **how)


def row(found: Forecast, name: str) -> ForecastRow:
    (one,) = [each for each in found.rows if each.conversation.id == name]
    return one


def with_policy(machine: Machine, policy: str) -> Machine:
    return machine.set(POLICY, "Functions", text(policy))


@pytest.mark.parametrize("build", [14393, 17763, 20348, 26100])
def test_a_policy_with_gcm_only_is_fine_from_2016_on(build: int) -> None:
    database = facts_of(enabled(sql_instance(with_policy(windows(17763), GCM_ONLY), "15.0.4043.16")), "site_database")
    found = expected(
        {"PC": client(), "MP": point(with_policy(windows(build), GCM_ONLY)), "DB": database},
        over_https=["MP", "DB"],
        controller=controller_end(),
    )
    assert str(row(found, "client-management-point").stages["disable"]) == "TLS 1.2"
    assert str(row(found, "management-point-database").stages["disable"]) == "TLS 1.2"
    assert [each.as_dict() for each in found.broken("disable")] == []


def test_the_same_policy_leaves_nothing_on_2012_r2() -> None:
    found = expected({"PC": client(), "MP": point(with_policy(windows(9600), GCM_ONLY))})
    assert row(found, "client-management-point").stages["disable"].works is not True


@pytest.mark.parametrize(
    ("suites", "works"), [(None, True), (["c030"], True), (["009d"], False), (["?c030"], None), (["c02c"], None)]
)
def test_the_end_of_the_controller_is_its_own(suites: list[str] | None, works: bool | None) -> None:
    machine = with_policy(windows(14393), GCM_ONLY)
    end = Controller(("?TLS 1.0", "TLS 1.2", "TLS 1.3"), suites)
    found = expected({"MP": point(machine)}, over_https=["MP"], controller=end)
    (winrm,) = [each for each in found.rows if each.conversation.caller == "controller"]
    assert winrm.stages["disable"].works is works


def test_openssl_tells_what_it_offers() -> None:
    end = controller_end()
    assert "TLS 1.2" in end.protocols
    assert end.suites is not None and "c030" in end.suites


def test_with_every_cipher_off_no_conversation_is_said_to_work() -> None:
    machine = windows(20348)
    for key in (r"Ciphers\AES 128/128", r"Ciphers\AES 256/256", r"KeyExchangeAlgorithms\Diffie-Hellman",
                r"KeyExchangeAlgorithms\ECDH", r"KeyExchangeAlgorithms\PKCS"):  # fmt: skip
        machine.set(rf"{SCHANNEL}\{key}", "Enabled", dword(0))
    found = expected({"PC": client(), "MP": point(machine)})
    assert {str(each.stages["disable"]) for each in found.rows} <= {"broken", "unknown"}


def test_a_protocol_that_windows_does_not_have_makes_the_talk_with_it_uncertain() -> None:
    feigning = values(windows(19045, "Client"), protocol("TLS 1.3", "Client"), Enabled=0xFFFFFFFF)
    ends = {"PC": facts_of(enabled(feigning), "client"), "NEW": point(windows(20348)), "OLD": point(windows(17763))}
    assert ends["PC"]["feigns"] == ["TLS 1.3"]
    found = expected(ends)
    talks = {
        each.callee.name: each for each in found.rows if each.conversation.id == "client-management-point"
    }  # fmt: skip
    assert str(talks["OLD"].stages["disable"]) == "TLS 1.2"
    assert str(talks["NEW"].stages["disable"]) == "unknown"
    cause, remedy = talks["NEW"].explained()
    assert "PC may answer with TLS 1.3" in cause and "Delete the TLS 1.3 key" in remedy


def test_hosts_that_differ_in_suites_only_are_one_group_where_that_makes_no_difference() -> None:
    found = expected({"PC1": client(19045), "PC2": client(17763), "MP": point(windows(17763))})
    assert row(found, "client-management-point").caller.hosts == ["PC1", "PC2"]


@pytest.mark.parametrize(("dotnet", "sure"), [(379893, False), (394801, False), (394802, True), (528040, True)])
def test_what_hangs_on_an_update_of_dotnet_that_nobody_can_see_is_not_certain(dotnet: int, sure: bool) -> None:
    console = facts_of(enabled(windows(9600, dotnet=dotnet)), "admin_console")["stacks"]["dotnet4_32"]
    assert ("TLS 1.2" in console["enable"]) is sure and console.get("cause") == (None if sure else "dotnet-release")


@pytest.mark.parametrize(
    ("build", "engine", "net35", "certain"),
    [
        (9600, "12.0.6024.0", 1, False),
        (9600, None, 1, False),
        (9600, "13.0.5026.0", 1, True),
        (9600, "12.0.6024.0", 0, True),
        (14393, "12.0.6024.0", 1, True),
    ],
    ids=["2014", "alone, of a version that is not known", "2016", "without .NET 3.5", "where .NET 3.5 needs no update"],
)
def test_reporting_services_run_on_dotnet_35_up_to_2014(
    build: int, engine: str | None, net35: int, certain: bool
) -> None:
    machine = enabled(windows(build)).set(rf"{hosts.MICROSOFT}\NET Framework Setup\NDP\v3.5", "Install", dword(net35))
    if engine:
        machine = sql_instance(machine, engine)
    database = facts_of(enabled(sql_instance(windows(17763), "15.0.4043.16")), "site_database")
    found = expected({"RP": facts_of(machine, "reporting_services_point"), "DB": database})
    talk = row(found, "reporting-point-database")
    assert str(talk.stages["disable"]) == ("TLS 1.2" if certain else "unknown")
    assert certain or "KB3154520" in talk.explained()[0]


def test_what_is_possible_is_said_to_be_possible() -> None:
    old = facts_of(windows(19045, "Client"), "admin_console")
    new = facts_of(values(windows(20348), protocol("TLS 1.0", "Server"), Enabled=0), "reporting_services_point")
    cause, _remedy = row(expected({"CON": old, "RP": new}), "console-reporting").explained()
    assert "TLS 1.0, and possibly" in cause and "TLS 1.0 only" not in cause


def hardened(machine: Machine, *, strict: bool) -> Machine:
    """As the templates of IIS Crypto leave a machine: https://www.nartac.com/Products/IISCrypto/"""
    for name in ("Multi-Protocol Unified Hello", "PCT 1.0", "SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2"):
        on = name == "TLS 1.2"
        for side in ("Client", "Server"):
            values(machine, protocol(name, side), Enabled=0xFFFFFFFF if on else 0, DisabledByDefault=0 if on else 1)
    off = ["Ciphers\\NULL", "Ciphers\\DES 56/56", "Ciphers\\RC2 128/128", "Ciphers\\RC4 128/128"]
    on_or_strict = ["Ciphers\\Triple DES 168", "Hashes\\MD5", "Hashes\\SHA"]
    on = ["Ciphers\\AES 128/128", "Ciphers\\AES 256/256", "Hashes\\SHA256", "Hashes\\SHA384", "Hashes\\SHA512"]
    exchanges = [f"KeyExchangeAlgorithms\\{name}" for name in ("Diffie-Hellman", "PKCS", "ECDH")]
    for key in (*off, *on_or_strict, *on, *exchanges):
        out = key in off or (strict and key in on_or_strict)
        machine.set(rf"{SCHANNEL}\{key}", "Enabled", dword(0 if out else 0xFFFFFFFF))
    return machine.set(rf"{SCHANNEL}\{exchanges[0]}", "ServerMinKeyBitLength", dword(2048))


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("build", [9600, 14393, 17763, 20348, 26100])
def test_a_template_of_hardening_that_leaves_tls12_costs_nothing(build: int, strict: bool) -> None:
    database = sql_instance(hardened(windows(build), strict=strict), "15.0.4043.16")
    ends = {
        "PC": client(),
        "MP": point(hardened(windows(build), strict=strict)),
        "DB": facts_of(enabled(database), "site_database"),
    }
    found = expected(ends, over_https=["MP", "DB"], controller=controller_end())
    assert [each.as_dict() for each in found.broken("disable")] == []
    assert {
        str(row(found, name).stages["disable"]) for name in ("client-management-point", "management-point-database")
    } == {"TLS 1.2"}
    ids = {each["id"] for each in ends["MP"]["findings"] if each["status"] in ("fail", "unknown")}
    assert not ids


def test_a_build_newer_than_all_holds_back_only_what_hangs_on_its_defaults() -> None:
    own = windows(99999).set(
        LOCAL, "Functions", text(rf"{GCM_ONLY},TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA".replace(",", r"\0"))
    )
    ends = {"PC": client(), "MP": point(own)}
    found = expected(ends)
    assert str(row(found, "client-management-point").stages["disable"]) == "TLS 1.2"
    old = facts_of(windows(9200), "client")
    assert row(expected({**ends, "PC": old}), "client-management-point").stages["now"].works is None

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SCHANNEL: protocols, cipher suites, the FIPS policy, and the older protocols."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.stacks import stack_offer
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.suites import offered_suites
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Value
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import (
    findings,
    judged,
    state_of,
    values,
    verdict,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import protocol, windows
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine, dword, text

ON, OFF = {"Enabled": 1, "DisabledByDefault": 0}, {"Enabled": 0, "DisabledByDefault": 1}


@pytest.mark.parametrize("side", ["Client", "Server"])
@pytest.mark.parametrize(
    ("build", "product", "numbers", "expected"),
    [
        (17763, "Server", {}, "pass"),
        (17763, "Server", ON, "pass"),
        (17763, "Server", {"Enabled": 0xFFFFFFFF}, "pass"),
        (17763, "Server", {"DisabledByDefault": 0}, "pass"),
        (17763, "Server", {"Enabled": 0}, "fail protocol_off"),
        (17763, "Server", {"DisabledByDefault": 1}, "fail protocol_off"),
        (17763, "Server", OFF, "fail protocol_off"),
        (9200, "Server", {}, "pass"),
        (9600, "Client", {}, "pass"),
        (26100, "Client", {}, "pass"),
        (7601, "Client", {}, "fail protocol_off"),
        (7601, "Client", ON, "pass"),
        (7601, "Client", {"Enabled": 0xFFFFFFFF, "DisabledByDefault": 0}, "pass"),
        (7601, "Client", {"Enabled": 1}, "fail protocol_off"),
        (7601, "Client", {"DisabledByDefault": 0}, "unknown default_uncertain"),
        (7601, "Client", {"Enabled": 1, "DisabledByDefault": 1}, "fail protocol_off"),
        (6002, "Server", {}, "fail protocol_off"),
        (6002, "Server", ON, "unknown update_unknown"),
        (6003, "Server", ON, "unknown update_unknown"),
        (5000, "Server", {}, "unknown default_uncertain"),
        (5000, "Server", OFF, "fail protocol_off"),
    ],
)
def test_tls12(build: int, product: str, numbers: dict[str, int], side: str, expected: str) -> None:
    machine = values(windows(build, product), protocol("TLS 1.2", side), **numbers)
    assert judged(machine, f"schannel-tls12-{side.lower()}") == expected


@pytest.mark.parametrize("stack", ["http_sys", "dotnet4"])
def test_a_protocol_that_came_with_an_update_is_certain_in_no_stack(stack: str) -> None:
    machine = hosts.enabled(windows(6003)).set(LOCAL, "Functions", text("TLS_RSA_WITH_AES_128_CBC_SHA"))
    offer = stack_offer(state_of(machine), stack, None)
    assert ("TLS 1.2" in offer.sure, "TLS 1.2" in offer.maybe) == (False, True)


@pytest.mark.parametrize("side", ["Client", "Server"])
def test_tls12_that_cannot_be_read_is_never_a_pass(side: str) -> None:
    machine = values(windows(), protocol("TLS 1.2", side), **ON).deny(protocol("TLS 1.2", side))
    other = "server" if side == "Client" else "client"
    assert judged(machine, f"schannel-tls12-{side.lower()}") == "unknown unreadable"
    assert judged(machine, f"schannel-tls12-{other}") == "pass"
    assert judged(machine, "state-readable") == "unknown unreadable"


def test_a_value_of_another_type_does_not_count() -> None:
    machine = windows().set(protocol("TLS 1.2", "Client"), "Enabled", text("0"))
    assert judged(machine, "schannel-tls12-client") == "warn wrong_type"
    old = values(windows(7601, "Client"), protocol("TLS 1.2", "Client"), DisabledByDefault=0)
    old.set(protocol("TLS 1.2", "Client"), "Enabled", text("1"))
    assert judged(old, "schannel-tls12-client") == "unknown default_uncertain"


def test_the_evidence_is_the_key_with_both_values() -> None:
    machine = values(windows(), protocol("TLS 1.2", "Client"), Enabled=0)
    (evidence,) = findings(machine)["schannel-tls12-client"].outcome.evidence
    assert (evidence.path, evidence.value) == (
        rf"HKLM\{protocol('TLS 1.2', 'Client')}",
        "Enabled REG_DWORD 0x0, DisabledByDefault absent",
    )


@pytest.mark.parametrize(
    ("build", "numbers", "expected"),
    [
        (17763, None, "pass"),
        (17763, {}, "pass"),
        (17763, OFF, "pass"),
        (17763, {"DisabledByDefault": 0}, "pass"),
        (17763, {"Enabled": 1}, "warn unsupported_protocol"),
        (17763, ON, "warn unsupported_protocol"),
        (9600, {"Enabled": 0xFFFFFFFF}, "warn unsupported_protocol"),
        (20348, ON, "not_applicable"),
        (26100, ON, "not_applicable"),
        (5000, ON, "not_applicable"),
    ],
)
@pytest.mark.parametrize("side", ["Client", "Server"])
def test_settings_of_a_protocol_that_windows_does_not_have(
    build: int, numbers: dict[str, int] | None, side: str, expected: str
) -> None:
    machine = windows(build)
    if numbers is not None:
        values(machine, protocol("TLS 1.3", side), **numbers)
    assert judged(machine, "schannel-tls13-keys") == expected


def test_such_settings_that_cannot_be_read_are_not_a_pass() -> None:
    machine = values(windows(), protocol("TLS 1.3", "Client"), **ON).deny(protocol("TLS 1.3", "Client"))
    assert judged(machine, "schannel-tls13-keys") == "unknown unreadable"


POLICY = r"SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002"
SCHANNEL = rf"{hosts.CONTROL}\SecurityProviders\SCHANNEL"
LOCAL = rf"{hosts.CONTROL}\Cryptography\Configuration\Local\SSL\00010002"
GCM = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
CBC = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P256"


@pytest.mark.parametrize(
    ("policy", "local", "expected"),
    [
        (None, None, "pass"),
        (GCM, None, "pass"),
        (f"TLS_RSA_WITH_RC4_128_SHA,{GCM}", None, "pass"),
        (f"TLS_RSA_WITH_RC4_128_SHA, {GCM}", None, "unknown suites_uncertain policy_blanks"),
        (f"{GCM},TLS_RSA_WITH_AES_128_CBC_SHA, x", None, "warn policy_blanks"),
        (f"{GCM}," + "x" * 1023, None, "warn policy_too_long"),
        ("x" * 1023 + f",{GCM}", None, "unknown suites_uncertain policy_too_long"),
        ("TLS_DHE_DSS_WITH_AES_256_CBC_SHA256", None, "fail no_suite"),
        ("TLS_NO_SUCH_SUITE", None, "fail no_suite"),
        (CBC, None, "warn weak_suites"),
        ("TLS_RSA_WITH_AES_128_CBC_SHA", None, "warn weak_suites"),
        ("TLS_RSA_WITH_RC4_128_SHA,TLS_RSA_WITH_NULL_SHA", None, "fail no_suite"),
        ("TLS_AES_256_GCM_SHA384", None, "fail no_suite"),
        ("", None, "unknown suites_uncertain"),
        (None, CBC, "pass"),
        (None, f"TLS_RSA_WITH_RC4_128_SHA\\0{CBC}", "pass"),
        (None, "TLS_RSA_WITH_RC4_128_SHA\\0SSL_CK_RC4_128_WITH_MD5", "fail no_suite"),
        (GCM, "TLS_RSA_WITH_RC4_128_SHA", "pass"),
        ("TLS_RSA_WITH_RC4_128_SHA", GCM, "fail no_suite"),
    ],
)
def test_cipher_suites(policy: str | None, local: str | None, expected: str) -> None:
    machine = windows()
    if policy is not None:
        machine.set(POLICY, "Functions", text(policy))
    if local is not None:
        machine.set(LOCAL, "Functions", text(local))
    assert judged(machine, "schannel-cipher-suites") == expected


def test_a_policy_of_the_wrong_type_is_none() -> None:
    machine = windows().set(POLICY, "Functions", Value("REG_MULTI_SZ", r"TLS_RSA_WITH_RC4_128_SHA\0" + GCM))
    assert judged(machine, "schannel-cipher-suites") == "warn wrong_type"
    assert offered_suites(state_of(machine)) == offered_suites(state_of(windows()))


def test_a_policy_that_cannot_be_read_is_not_known() -> None:
    machine = windows().set(POLICY, "Functions", text(GCM)).deny(POLICY)
    assert judged(machine, "schannel-cipher-suites") == "unknown unreadable"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        (r"Ciphers\AES 256/256", dword(0), "warn algorithm_off"),
        (r"Ciphers\AES 256/256", dword(0xFFFFFFFF), "pass"),
        (r"Ciphers\AES 256/256", dword(1), "warn algorithm_doubtful"),
        (r"Ciphers\AES 256/256", text("0"), "warn algorithm_doubtful"),
        (r"Ciphers\RC4 128/128", dword(0), "pass"),
        (r"Ciphers\Triple DES 168", dword(0), "pass"),
        (r"Ciphers\NULL", dword(0), "pass"),
        (r"Hashes\MD5", dword(0), "pass"),
        (r"Hashes\SHA384", dword(0), "warn algorithm_off"),
        (r"KeyExchangeAlgorithms\ECDH", dword(0), "warn algorithm_off"),
        (r"KeyExchangeAlgorithms\PKCS", dword(0), "warn algorithm_off"),
        (r"KeyExchangeAlgorithms\Diffie-Hellman", dword(0), "pass"),
    ],
)
def test_algorithms_that_are_turned_off(key: str, value: Value, expected: str) -> None:
    assert judged(windows().set(rf"{SCHANNEL}\{key}", "Enabled", value), "schannel-algorithms") == expected


def test_with_no_algorithm_left_that_is_a_failure_and_names_the_keys() -> None:
    machine = windows(20348)
    for key in (r"Ciphers\AES 128/128", r"Ciphers\AES 256/256", r"Ciphers\Triple DES 168"):
        machine.set(rf"{SCHANNEL}\{key}", "Enabled", dword(0))
    finding = findings(machine)["schannel-algorithms"]
    assert verdict(finding) == "fail no_suite algorithm_off"
    assert [item.path.rpartition("Ciphers")[2] for item in finding.outcome.evidence] == [
        r"\AES 256/256",
        r"\AES 128/128",
    ]
    assert offered_suites(state_of(machine)).serving("TLS 1.2") == ()


def test_an_algorithm_that_cannot_be_read_is_not_known() -> None:
    key = rf"{SCHANNEL}\Ciphers\AES 128/128"
    machine = windows().set(key, "Enabled", dword(0)).deny(key)
    assert judged(machine, "schannel-algorithms") == "unknown unreadable"
    assert judged(machine, "state-readable") == "unknown unreadable"


@pytest.mark.parametrize(
    ("build", "numbers", "expected"),
    [
        (20348, {}, "warn tls13_client_certificates"),
        (26100, {}, "warn tls13_client_certificates"),
        (20348, OFF, "not_applicable"),
        (17763, ON, "not_applicable"),
    ],
)
def test_tls13_and_client_certificates(build: int, numbers: dict[str, int], expected: str) -> None:
    machine = values(windows(build), protocol("TLS 1.3", "Server"), **numbers)
    assert judged(machine, "tls13-client-certificates", ["management_point"]) == expected


@pytest.mark.parametrize(
    ("build", "policy", "expected"),
    [
        (17763, None, "pass"),
        (9600, None, "warn no_cloud_suite"),
        (17763, "TLS_RSA_WITH_AES_128_CBC_SHA", "warn no_cloud_suite"),
        (17763, f"TLS_RSA_WITH_AES_128_CBC_SHA,{GCM}", "pass"),
    ],
)
def test_suites_of_microsofts_services(build: int, policy: str | None, expected: str) -> None:
    machine = windows(build)
    if policy is not None:
        machine.set(POLICY, "Functions", text(policy))
    assert judged(machine, "cloud-suites", ["service_connection_point"]) == expected


def fips(number: int | None) -> Machine:
    machine = windows()
    machine.nodes[(64, hosts.FIPS.lower())].values.clear()
    return machine if number is None else machine.set(hosts.FIPS, "Enabled", dword(number))


def test_the_fips_policy() -> None:
    shown = [judged(fips(number), "schannel-fips") for number in (None, 0, 1, 0xFFFFFFFF)]
    assert shown == ["pass", "pass", "warn fips", "warn fips"]
    assert judged(fips(0).deny(hosts.FIPS), "schannel-fips") == "unknown unreadable"
    without = fips(0)
    del without.nodes[(64, hosts.FIPS.lower())]
    assert judged(without, "schannel-fips") == "pass"


LEGACY = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1")


def legacy(build: int, product: str, off: tuple[str, ...], number: int = 0) -> Machine:
    machine = windows(build, product)
    for name in off:
        for side in ("Client", "Server"):
            values(machine, protocol(name, side), Enabled=number, DisabledByDefault=1)
    return machine


@pytest.mark.parametrize(
    ("build", "product", "off", "expected"),
    [
        (17763, "Server", LEGACY[1:], "pass"),
        (17763, "Server", LEGACY, "pass"),
        (17763, "Server", (), "fail legacy_on"),
        (17763, "Server", LEGACY[2:], "fail legacy_on"),
        (17763, "Server", LEGACY[1:3], "fail legacy_on"),
        (9600, "Server", LEGACY[1:], "fail legacy_on"),
        (9600, "Server", LEGACY, "pass"),
        (26100, "Server", (), "fail legacy_on"),
        (26100, "Client", LEGACY[1:2], "fail legacy_on"),
        (26100, "Server", LEGACY[1:2], "unknown default_uncertain"),
        (99999, "Server", LEGACY[1:2], "unknown default_uncertain"),
        (99999, "Server", LEGACY[1:], "pass"),
        (26100, "Client", (), "fail legacy_on"),
        (26100, "Client", LEGACY[1:], "pass"),
    ],
)
def test_older_protocols_off(build: int, product: str, off: tuple[str, ...], expected: str) -> None:
    machine = legacy(build, product, off)
    assert verdict(findings(machine, legacy_off=True)["legacy-protocols"]) == expected


def test_older_protocols_that_are_only_not_offered_are_still_on() -> None:
    machine = legacy(17763, "Server", LEGACY[1:], number=1)
    assert verdict(findings(machine, legacy_off=True)["legacy-protocols"]) == "fail legacy_on"


def test_one_side_is_not_enough() -> None:
    machine = legacy(17763, "Server", LEGACY[1:])
    del machine.nodes[(64, protocol("TLS 1.0", "Client").lower())]
    finding = findings(machine, legacy_off=True)["legacy-protocols"]
    assert verdict(finding) == "fail legacy_on"
    assert [item.path.rpartition("Protocols\\")[2] for item in finding.outcome.evidence] == [r"TLS 1.0\Client"]


def test_an_older_protocol_that_cannot_be_read_is_not_off() -> None:
    machine = legacy(17763, "Server", LEGACY[1:]).deny(protocol("TLS 1.1", "Server"))
    assert verdict(findings(machine, legacy_off=True)["legacy-protocols"]) == "unknown unreadable"

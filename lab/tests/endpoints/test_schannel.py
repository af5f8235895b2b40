# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Schannel has in force, by build and by what somebody wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configmgr_lab.endpoints.bindings import BINDINGS, turned_off
from configmgr_lab.endpoints.protocols import Protocol, sentence
from configmgr_lab.endpoints.schannel import Side, knows_tls13, schannel
from configmgr_lab.endpoints.suites import NO_SUITE, openssl_names, windows_suites, without_suites
from configmgr_lab.machine.machine import Machine
from configmgr_lab.machine.values import Value
from configmgr_lab.sample import sample_machine

P = Protocol
PROTOCOLS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"
POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"
LABELS = [protocol.label for protocol in P]
numbers = st.sampled_from([None, 0, 1, 0xFFFFFFFF])


def write(machine: Machine, protocol: P, side: Side, **values: int | None) -> None:
    for name, number in values.items():
        if number is not None:
            path = f"{PROTOCOLS}\\{protocol.label}\\{side.value.title()}"
            machine.write_registry(path, Value.dword(name, number))


def names(protocols: frozenset[P]) -> str:
    return " ".join(protocol.name for protocol in sorted(protocols))


@pytest.mark.parametrize(
    ("image", "client", "server"),
    [
        ("windows-7-sp1-x64", "SSL3 TLS10", "SSL2 SSL3 TLS10"),
        ("windows-server-2008-r2", "SSL3 TLS10", "SSL2 SSL3 TLS10"),
        ("windows-server-2012", "SSL3 TLS10 TLS11 TLS12", "SSL3 TLS10 TLS11 TLS12"),
        ("windows-8.1", "SSL3 TLS10 TLS11 TLS12", "SSL3 TLS10 TLS11 TLS12"),
        ("windows-server-2016", "TLS10 TLS11 TLS12", "TLS10 TLS11 TLS12"),
        ("windows-server-2019", "TLS10 TLS11 TLS12", "TLS10 TLS11 TLS12"),
        ("windows-server-2022", "TLS10 TLS11 TLS12 TLS13", "TLS10 TLS11 TLS12 TLS13"),
        ("windows-11-23h2", "TLS10 TLS11 TLS12 TLS13", "TLS10 TLS11 TLS12 TLS13"),
        ("windows-server-2025", "TLS12 TLS13", "TLS12 TLS13"),
    ],
)
def test_as_installed(image: str, client: str, server: str) -> None:
    registry = sample_machine(image).registry
    assert names(schannel(registry, Side.CLIENT).by_default) == client
    assert names(schannel(registry, Side.SERVER).by_default) == server
    assert knows_tls13(registry) == ("TLS13" in server)


@pytest.mark.parametrize(
    ("image", "protocol", "enabled", "disabled_by_default", "state"),
    [
        ("windows-7-sp1-x64", P.TLS12, None, None, "on request"),
        ("windows-7-sp1-x64", P.TLS12, None, 0, "on"),
        ("windows-7-sp1-x64", P.TLS12, 1, None, "on"),
        ("windows-7-sp1-x64", P.TLS12, 1, 0, "on"),
        ("windows-7-sp1-x64", P.TLS12, 0, 0, "off"),
        ("windows-server-2016", P.TLS12, None, 1, "on request"),
        ("windows-server-2016", P.TLS12, 1, 1, "on request"),
        ("windows-server-2016", P.TLS12, 0xFFFFFFFF, 0, "on"),
        ("windows-server-2016", P.SSL3, 1, None, "on"),
        ("windows-server-2016", P.SSL3, None, None, "on request"),
        ("windows-server-2016", P.SSL2, 1, 0, "off"),
        ("windows-server-2016", P.TLS13, 1, 0, "off"),
        ("windows-server-2025", P.TLS10, 1, None, "on"),
    ],
)
@pytest.mark.parametrize("side", Side)
def test_values(
    image: str, protocol: P, enabled: int | None, disabled_by_default: int | None, state: str, side: Side
) -> None:
    machine = sample_machine(image)
    write(machine, protocol, side, Enabled=enabled, DisabledByDefault=disabled_by_default)
    found = schannel(machine.registry, side)
    seen = "on" if protocol in found.by_default else "on request" if protocol in found.on_request else "off"
    assert seen == state


@given(
    image=st.sampled_from(["windows-7-sp1-x64", "windows-server-2012-r2", "windows-server-2022"]),
    protocol=st.sampled_from(P),
    side=st.sampled_from(Side),
    enabled=numbers,
    disabled_by_default=numbers,
)
def test_what_holds_for_all_values(
    image: str, protocol: P, side: Side, enabled: int | None, disabled_by_default: int | None
) -> None:
    machine = sample_machine(image)
    other = next(each for each in Side if each is not side)
    untouched = schannel(machine.registry, other)
    write(machine, protocol, side, Enabled=enabled, DisabledByDefault=disabled_by_default)
    found = schannel(machine.registry, side)
    assert found.by_default <= found.on_request
    assert enabled != 0 or protocol not in found.on_request
    assert schannel(machine.registry, other) == untouched


@pytest.mark.parametrize(
    "value", [Value.text("Enabled", "0"), Value.qword("Enabled", 0), Value.binary("Enabled", b"\0")]
)
def test_only_a_dword_counts(value: Value) -> None:
    machine = sample_machine("windows-server-2016")
    machine.write_registry(f"{PROTOCOLS}\\TLS 1.0\\Server", value)
    assert P.TLS10 in schannel(machine.registry, Side.SERVER).by_default


def test_suites_of_policy_replace_those_of_windows() -> None:
    machine = sample_machine("windows-server-2012-r2")
    assert windows_suites(machine.registry)[0] == "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
    text = "TLS_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384_P384"
    machine.write_registry(POLICY, Value.text("Functions", text))
    suites = windows_suites(machine.registry)
    assert suites == ("TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384")
    assert openssl_names(suites) == ("AES128-GCM-SHA256", "ECDHE-RSA-AES256-SHA384")


GCM, CBC = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"


@pytest.mark.parametrize(
    ("image", "value", "expected"),
    [
        ("windows-server-2019", Value.text("Functions", GCM), GCM),
        # Not in this Windows, not known to it without a curve, not a name with its blank, not a string.
        ("windows-server-2012-r2", Value.text("Functions", f"{GCM}_P256,{CBC}_P256"), CBC),
        (
            "windows-server-2012-r2",
            Value.text("Functions", f"{CBC},TLS_RSA_WITH_AES_128_CBC_SHA"),
            "TLS_RSA_WITH_AES_128_CBC_SHA",
        ),
        ("windows-server-2019", Value.text("Functions", f"{CBC}, {GCM}"), CBC),
        ("windows-server-2019", Value.multi("Functions", [CBC]), "everything"),
        ("windows-server-2019", Value.text("Functions", "TLS_AES_256_GCM_SHA384"), NO_SUITE),
        ("windows-server-2019", Value.text("Functions", ""), "everything"),
        ("windows-server-2019", Value.text("Functions", f"{CBC}," + "x" * 1000 + f",{GCM}"), CBC),
    ],
)
def test_what_windows_reads_of_a_policy(image: str, value: Value, expected: str) -> None:
    machine = sample_machine(image)
    everything = " ".join(windows_suites(machine.registry))
    machine.write_registry(POLICY, value)
    assert " ".join(windows_suites(machine.registry)) == expected.replace("everything", everything)


@pytest.mark.parametrize(
    ("key", "number", "gone"),
    [
        (r"Ciphers\AES 256/256", 0, "AES_256"),
        (r"Ciphers\AES 256/256", 1, "AES_256"),
        (r"Ciphers\AES 256/256", 0xFFFFFFFF, "nothing"),
        (r"Ciphers\AES 128/128", 0, "AES_128"),
        (r"KeyExchangeAlgorithms\ECDH", 0, "ECDHE TLS_AES"),
        (r"KeyExchangeAlgorithms\PKCS", 0, "_RSA_"),
        (r"KeyExchangeAlgorithms\Diffie-Hellman", 0, "_DHE_"),
        (r"Hashes\SHA384", 0, "SHA384"),
        (r"Hashes\SHA", 0, "CBC_SHA$"),
    ],
)
def test_an_algorithm_that_is_off_takes_its_suites_along(key: str, number: int, gone: str) -> None:
    machine = sample_machine("windows-server-2022")
    before = windows_suites(machine.registry)
    machine.write_registry(
        rf"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\{key}", Value.dword("Enabled", number)
    )
    marks = gone.split()
    kept = tuple(name for name in before if not any(mark in f"{name}$" for mark in marks))
    assert windows_suites(machine.registry) == kept
    assert (kept == before) is (gone == "nothing")


def test_with_nothing_left_no_protocol_is_used() -> None:
    machine = sample_machine("windows-server-2022")
    for key in ("AES 128/128", "AES 256/256"):
        path = rf"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Ciphers\{key}"
        machine.write_registry(path, Value.dword("Enabled", 0))
    assert without_suites(frozenset(P), windows_suites(machine.registry)) == frozenset()


@pytest.mark.parametrize(
    ("suites", "left"),
    [
        ((), "TLS10 TLS11 TLS12 TLS13"),
        (("TLS_RSA_WITH_AES_256_CBC_SHA",), "TLS10 TLS11 TLS12"),
        (("TLS_RSA_WITH_AES_128_GCM_SHA256",), "TLS12"),
        (("TLS_AES_256_GCM_SHA384",), "TLS13"),
        (("TLS_NULL_WITH_NULL",), ""),
    ],
)
def test_a_protocol_without_a_suite_is_not_used(suites: tuple[str, ...], left: str) -> None:
    everything = frozenset({P.TLS10, P.TLS11, P.TLS12, P.TLS13})
    assert names(without_suites(everything, suites)) == left


@pytest.mark.parametrize(
    ("image", "flags", "off"),
    [
        ("windows-server-2016", 0x400, ""),
        ("windows-server-2019", 0, ""),
        ("windows-server-2019", 0x10, ""),
        ("windows-server-2019", 0x400, "SSL 2.0, SSL 3.0, TLS 1.0, TLS 1.1"),
        ("windows-server-2022", 0x1040, "TLS 1.2, TLS 1.3"),
    ],
)
def test_flags_of_a_binding_count_for_its_port_from_server_2019_on(image: str, flags: int, off: str) -> None:
    machine = sample_machine(image)
    machine.write_registry(f"{BINDINGS}\\0.0.0.0:8443", Value.dword("DefaultFlags", flags))
    assert ", ".join(protocol.label for protocol in sorted(turned_off(machine.registry, 8443))) == off
    assert turned_off(machine.registry, 443) == frozenset()


def test_sentence() -> None:
    assert sentence([]) == "nothing"
    assert sentence([P.TLS12]) == "TLS 1.2"
    assert sentence([P.TLS12, P.SSL3, P.TLS10]) == "SSL 3.0, TLS 1.0 and TLS 1.2"

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a caller's stack offers, by Windows, updates and values."""

from __future__ import annotations

import pytest

from configmgr_lab.endpoints.protocols import Protocol
from configmgr_lab.machine.clock import ManualClock
from configmgr_lab.machine.machine import Machine
from configmgr_lab.machine.registry import View
from configmgr_lab.machine.values import Value
from configmgr_lab.sample import sample_machine
from configmgr_lab.talk.stacks import offer

SCHANNEL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"
WINHTTP = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"
NET = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework"
WINDOWS_7, WINDOWS_10 = "windows-7-sp1-x64", "windows-10-22h2"
Values = dict[str, int]


def machine_with(image: str, products: list[str], values: Values) -> Machine:
    """A machine that has started with these values (``path|name`` to number)."""
    clock = ManualClock()
    machine = sample_machine(image, products, clock=clock)
    for place, number in values.items():
        path, name = place.split("|")
        machine.write_registry(path, Value.dword(name, number))
    machine.restart()
    clock.advance(60)
    return machine


def offered(machine: Machine, stack: str, view: int = 64) -> str:
    return " ".join(protocol.name for protocol in sorted(offer(machine, stack, view).protocols))


def tls12(side: str = "Client", enabled: int = 1) -> Values:
    path = f"{SCHANNEL}\\TLS 1.2\\{side}"
    return {f"{path}|Enabled": enabled, f"{path}|DisabledByDefault": 1 - enabled}


MASK = f"{WINHTTP}|DefaultSecureProtocols"
STRONG, SYSTEM = f"{NET}\\v4.0.30319|SchUseStrongCrypto", f"{NET}\\v4.0.30319|SystemDefaultTlsVersions"
OLD_OFF = {f"{SCHANNEL}\\{name}\\Client|Enabled": 0 for name in ("SSL 3.0", "TLS 1.0", "TLS 1.1")}
UPDATE = ["winhttp-update-7-sp1"]


@pytest.mark.parametrize(
    ("image", "products", "values", "expected"),
    [
        (WINDOWS_7, [], {}, "SSL3 TLS10"),
        (WINDOWS_7, [], {MASK: 0xAA0, **tls12()}, "SSL3 TLS10"),
        (WINDOWS_7, UPDATE, {}, "SSL3 TLS10"),
        (WINDOWS_7, UPDATE, {MASK: 0xAA0}, "SSL3 TLS10"),
        (WINDOWS_7, UPDATE, {MASK: 0xAA0, **tls12()}, "SSL3 TLS10 TLS12"),
        (WINDOWS_7, UPDATE, {MASK: 0x800, **tls12()}, "TLS12"),
        (WINDOWS_7, [], {**OLD_OFF, **tls12(), MASK: 0x800}, ""),
        ("windows-server-2012", [], {MASK: 0xA00}, "SSL3 TLS10"),
        ("windows-server-2012", ["winhttp-update-2012"], {MASK: 0xA00}, "TLS11 TLS12"),
        ("windows-8.1", [], {}, "SSL3 TLS10 TLS11 TLS12"),
        ("windows-8.1", [], {MASK: 0x800}, "TLS12"),
        ("windows-server-2016", [], {}, "TLS10 TLS11 TLS12"),
        (WINDOWS_10, [], {}, "TLS12"),
        (WINDOWS_10, [], {MASK: 0xA80}, "TLS10 TLS11 TLS12"),
        ("windows-11-23h2", [], {}, "TLS12 TLS13"),
        ("windows-server-2025", [], {}, "TLS12 TLS13"),
        ("windows-11-23h2", [], {MASK: 0x2880}, "TLS10 TLS12 TLS13"),
        ("windows-11-23h2", [], {MASK: 0x2800}, "TLS12 TLS13"),
        (WINDOWS_10, [], tls12(enabled=0), ""),
        (WINDOWS_10, [], tls12("Server", enabled=0), "TLS12"),
    ],
)
def test_winhttp(image: str, products: list[str], values: Values, expected: str) -> None:
    assert offered(machine_with(image, products, values), "winhttp") == expected


@pytest.mark.parametrize(
    ("image", "values", "expected"),
    [
        (WINDOWS_10, {}, "SSL3 TLS10"),
        (WINDOWS_10, {STRONG: 1}, "TLS10 TLS11 TLS12"),
        (WINDOWS_10, {SYSTEM: 1}, "TLS10 TLS11 TLS12"),
        (WINDOWS_10, {SYSTEM: 0, STRONG: 0}, "SSL3 TLS10"),
        ("windows-11-23h2", {SYSTEM: 1, STRONG: 1}, "TLS10 TLS11 TLS12 TLS13"),
        ("windows-server-2025", {STRONG: 1}, "TLS10 TLS11 TLS12"),
        ("windows-server-2025", {SYSTEM: 1}, "TLS12 TLS13"),
        (WINDOWS_10, {**OLD_OFF, STRONG: 1}, "TLS12"),
        (WINDOWS_10, OLD_OFF, ""),
        (WINDOWS_7, {STRONG: 1}, ""),
    ],
)
def test_dotnet(image: str, values: Values, expected: str) -> None:
    assert offered(machine_with(image, [], values), "dotnet4") == expected


def test_strong_crypto_asks_by_name_on_windows_7() -> None:
    machine = machine_with(WINDOWS_7, ["dotnet-4.8"], {STRONG: 1})
    assert offered(machine, "dotnet4") == "TLS10 TLS11 TLS12"
    assert offered(machine_with(WINDOWS_7, ["dotnet-4.8"], {SYSTEM: 1}), "dotnet4") == "SSL3 TLS10"


def test_each_version_of_dotnet_has_its_own_key() -> None:
    machine = machine_with(WINDOWS_10, [], {f"{NET}\\v2.0.50727|SchUseStrongCrypto": 1})
    assert offered(machine, "dotnet2") == "TLS10 TLS11 TLS12"
    assert offered(machine, "dotnet4") == "SSL3 TLS10"


def test_views_are_apart() -> None:
    machine = sample_machine(WINDOWS_10)
    machine.write_registry(f"{NET}\\v4.0.30319", Value.dword("SchUseStrongCrypto", 1), View.BIT32)
    machine.write_registry(WINHTTP, Value.dword("DefaultSecureProtocols", 0x80), View.BIT32)
    machine.effective = machine.registry.snapshot()
    assert (offered(machine, "dotnet4"), offered(machine, "dotnet4", 32)) == ("SSL3 TLS10", "TLS10 TLS11 TLS12")
    assert (offered(machine, "winhttp"), offered(machine, "winhttp", 32)) == ("TLS12", "TLS10")


def test_values_count_from_the_next_start_on() -> None:
    clock = ManualClock()
    machine = sample_machine(WINDOWS_10, clock=clock)
    machine.write_registry(f"{NET}\\v4.0.30319", Value.dword("SchUseStrongCrypto", 1))
    assert offered(machine, "dotnet4") == "SSL3 TLS10"
    machine.restart()
    clock.advance(60)
    assert offered(machine, "dotnet4") == "TLS10 TLS11 TLS12"


@pytest.mark.parametrize("value", [Value.text("SchUseStrongCrypto", "1"), Value.qword("SchUseStrongCrypto", 1)])
def test_only_a_dword_counts_for_dotnet(value: Value) -> None:
    machine = sample_machine(WINDOWS_10)
    machine.write_registry(f"{NET}\\v4.0.30319", value)
    machine.effective = machine.registry.snapshot()
    assert offered(machine, "dotnet4") == "SSL3 TLS10"


@pytest.mark.parametrize(
    ("image", "products", "values", "expected"),
    [
        ("windows-server-2012-r2", ["native-client-11-old"], {}, "TLS10"),
        ("windows-server-2012-r2", ["native-client-11"], {}, "SSL3 TLS10 TLS11 TLS12"),
        ("windows-server-2016", ["native-client-11", "odbc-18"], {}, "TLS10 TLS11 TLS12"),
        ("windows-server-2016", ["native-client-11-old", "odbc-18"], {}, "TLS10"),
        ("windows-server-2016", ["native-client-11-old"], OLD_OFF, ""),
        ("windows-server-2022", ["odbc-18"], {}, "TLS10 TLS11 TLS12"),
        ("windows-server-2016", [], {}, "TLS10"),
        ("windows-server-2019", [], {}, "TLS10 TLS11 TLS12"),
        ("windows-server-2022", [], {}, "TLS10 TLS11 TLS12"),
    ],
)
def test_sql_client(image: str, products: list[str], values: Values, expected: str) -> None:
    assert offered(machine_with(image, products, values), "sql_client") == expected


def test_the_reason_stands_in_the_sentence() -> None:
    text = offer(sample_machine(WINDOWS_7), "winhttp", 64).text
    assert text == "WinHTTP offers SSL 3.0 and TLS 1.0 (without update KB3140245)"
    with pytest.raises(ValueError, match="no stack 'pigeon'"):
        offer(sample_machine(WINDOWS_7), "pigeon", 64)


def test_every_bit_of_the_mask() -> None:
    machine = machine_with("windows-8.1", [], {MASK: 0xFFFF})
    assert Protocol.TLS13 not in offer(machine, "winhttp", 64).protocols

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which suites a machine offers, what two ends have in common, and what a caller with TLS 1.3 and a gap agrees on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import cipher_suites, schannel_algorithms
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import suite_name
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.negotiation import Agreement, Offer, agree
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.suites import Suites, fitting, offered_suites
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import state_of
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import windows
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import dword, text

GCM = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
CBC = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"
CBC2 = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"
DHE = "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"
ECDSA = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
DSS = "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256"
NEWEST = "TLS_AES_256_GCM_SHA384"
POLICY = r"SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002"
LOCAL = rf"{hosts.CONTROL}\Cryptography\Configuration\Local\SSL\00010002"
SCHANNEL = rf"{hosts.CONTROL}\SecurityProviders\SCHANNEL"


@pytest.mark.parametrize(
    ("protocols", "caller", "callee", "expected"),
    [
        (["TLS 1.2"], None, None, "TLS 1.2"),
        (["TLS 1.2"], [CBC], None, "TLS 1.2"),
        (["TLS 1.2"], [GCM], [GCM, CBC], "TLS 1.2"),
        (["TLS 1.2"], [GCM], [CBC], "broken"),
        (["TLS 1.2"], [ECDSA], [ECDSA], "unknown"),
        (["TLS 1.2"], [ECDSA, CBC], [ECDSA, CBC], "TLS 1.2"),
        (["TLS 1.2"], [DSS], [DSS], "unknown"),
        (["TLS 1.2"], [f"?{GCM}"], [GCM], "unknown"),
        (["TLS 1.2"], [f"?{GCM}", CBC], [GCM, CBC], "TLS 1.2"),
        (["TLS 1.2"], [f"?{GCM}"], [CBC], "broken"),
        # A key that turns out to be too short is noticed only after the suite is chosen.
        (["TLS 1.2"], [f"?{DHE}", GCM], [DHE, GCM], "unknown"),
        (["TLS 1.2"], [GCM, f"?{DHE}"], [DHE, GCM], "unknown"),
        (["TLS 1.2"], [GCM, f"?{DHE}"], [GCM, DHE], "TLS 1.2"),
        (["TLS 1.2"], [DHE, GCM], [DHE, GCM], "TLS 1.2"),
        (["TLS 1.2"], [NEWEST], [NEWEST], "broken"),
        (["TLS 1.3"], [NEWEST], [NEWEST, GCM], "TLS 1.3"),
        (["TLS 1.3"], [GCM], [NEWEST], "unknown"),
        (["TLS 1.0"], [GCM], [GCM], "broken"),
        (["TLS 1.0"], [CBC], [CBC], "TLS 1.0"),
        (["TLS 1.2", "TLS 1.3"], [NEWEST, GCM], [NEWEST, GCM], "works"),
        (["TLS 1.2", "TLS 1.3"], [NEWEST, GCM], [NEWEST, CBC], "unknown"),
        (["TLS 1.0", "TLS 1.2"], [GCM], [GCM], "unknown"),
    ],
)
def test_two_ends_need_a_suite_in_common(
    protocols: list[str], caller: list[str] | None, callee: list[str] | None, expected: str
) -> None:
    ends = [None if names is None else Suites.decode(names) for names in (caller, callee)]
    agreement = Agreement(True, protocols[0] if len(protocols) == 1 else None)
    assert str(fitting(agreement, protocols, *ends)) == expected


@pytest.mark.parametrize("agreed", [Agreement(False, None), Agreement(None, None)])
def test_suites_never_make_a_conversation_work(agreed: Agreement) -> None:
    assert fitting(agreed, ["TLS 1.2"], Suites.decode([CBC]), Suites.decode([CBC])) == agreed


@given(st.lists(st.sampled_from([row.id for row in cipher_suites()] + ["TLS_SOMETHING"]), unique=True), st.data())
def test_facts_hold_suites_by_their_numbers(names: list[str], data: st.DataObject) -> None:
    offered = Suites(tuple(names), frozenset(data.draw(st.sets(st.sampled_from(names))) if names else ()))
    encoded = offered.encode()
    assert Suites.decode(encoded) == offered
    assert all(len(code) <= 5 or "SOMETHING" in code for code in encoded)


def test_the_numbers_are_those_that_are_registered() -> None:
    assert {row.id: suite_name(row.number) for row in cipher_suites()} == {row.id: row.id for row in cipher_suites()}


def test_every_algorithm_is_one_of_some_suite() -> None:
    for row in schannel_algorithms():
        assert any(row.touches(suite.id) for suite in cipher_suites()), row.id
        assert not [suite.id for suite in cipher_suites() if row.takes_out(suite.id) and not row.touches(suite.id)]


# Build, product, and of five suites those that are on by default: GCM with ECDHE_RSA, with DHE, CBC, and TLS 1.3.
DEFAULTS = [
    (7601, "Server", [DHE, CBC2, CBC]),
    (9600, "Server", [DHE, CBC2, CBC]),
    (14393, "Server", [GCM, DHE, CBC2, CBC]),
    (17763, "Server", [GCM, DHE, CBC2, CBC]),
    (19045, "Client", [GCM, CBC2, CBC]),
    (20348, "Server", [NEWEST, GCM, DHE, CBC2, CBC]),
    (22000, "Client", [NEWEST, GCM, DHE, CBC2, CBC]),
    (22621, "Client", [NEWEST, GCM, CBC2, CBC]),
    (26100, "Server", [NEWEST, GCM, CBC2, CBC]),
]


@pytest.mark.parametrize(("build", "product", "expected"), DEFAULTS)
def test_without_policy_and_list_it_is_the_default_of_the_build(build: int, product: str, expected: list[str]) -> None:
    offered = offered_suites(state_of(windows(build, product)))
    assert [name for name in offered.names if name in (NEWEST, GCM, DHE, CBC2, CBC)] == expected
    assert not offered.maybe & set(expected)


def offered(build: int, policy: str | None = None, own: str | None = None) -> list[str]:
    machine = windows(build)
    if policy is not None:
        machine.set(POLICY, "Functions", text(policy))
    if own is not None:
        machine.set(LOCAL, "Functions", text(own))
    found = offered_suites(state_of(machine))
    return [f"?{name}" if name in found.maybe else name for name in found.names]


@pytest.mark.parametrize(
    ("build", "policy", "own", "expected"),
    [
        (17763, GCM, CBC, [GCM]),
        (17763, None, rf"{GCM}\0{CBC}", [GCM, CBC]),
        (17763, f"{CBC}_P256", None, [CBC]),
        (17763, f"{GCM},SOMETHING", None, [GCM]),
        (17763, f"{GCM}, {CBC}", None, [GCM, f"?{CBC}"]),
        (17763, f"{NEWEST},{GCM}", None, [GCM]),
        (20348, f"{NEWEST},{GCM}", None, [NEWEST, GCM]),
        # Before Windows 10: no GCM with ECDHE_RSA, and no name with an elliptic curve without it.
        (9600, f"{GCM}_P256,{CBC}_P256,{DHE}", None, [CBC, DHE]),
        (9600, f"{CBC},{DHE}", None, [f"?{CBC}", DHE]),
        (9600, None, rf"{CBC}_P256\0{CBC}_P384", [CBC]),
        # A build that is not known: what its own list has is certain, nothing else.
        (99999, f"{GCM},{CBC}", GCM, [GCM, f"?{CBC}"]),
        (99999, None, rf"{GCM}\0TLS_SOMETHING", [GCM, "?TLS_SOMETHING"]),
        (17763, "TLS_RSA_WITH_3DES_EDE_CBC_SHA,TLS_RSA_WITH_RC4_128_SHA", None,
         ["?TLS_RSA_WITH_3DES_EDE_CBC_SHA", "?TLS_RSA_WITH_RC4_128_SHA"]),
    ],
)  # fmt: skip
def test_a_policy_replaces_the_own_list(build: int, policy: str | None, own: str | None, expected: list[str]) -> None:
    assert offered(build, policy, own) == expected


@pytest.mark.parametrize(
    ("key", "name", "number", "expected"),
    [
        (r"Ciphers\AES 256/256", "Enabled", 0, []),
        (r"Ciphers\AES 256/256", "Enabled", 1, [f"?{NEWEST}", f"?{GCM}", f"?{DHE}", f"?{CBC}"]),
        (r"Ciphers\AES 256/256", "Enabled", 0xFFFFFFFF, [NEWEST, GCM, DHE, CBC]),
        (r"KeyExchangeAlgorithms\ECDH", "Enabled", 0, [f"?{NEWEST}", DHE]),
        (r"KeyExchangeAlgorithms\Diffie-Hellman", "Enabled", 0, [NEWEST, GCM, CBC]),
        (r"KeyExchangeAlgorithms\Diffie-Hellman", "ClientMinKeyBitLength", 2048, [NEWEST, GCM, f"?{DHE}", CBC]),
        (r"KeyExchangeAlgorithms\Diffie-Hellman", "ServerMinKeyBitLength", 2048, [NEWEST, GCM, DHE, CBC]),
        (r"KeyExchangeAlgorithms\PKCS", "Enabled", 0, [NEWEST, f"?{GCM}", f"?{DHE}", f"?{CBC}"]),
        (r"Hashes\SHA", "Enabled", 0, [NEWEST, GCM, DHE]),
        (r"Hashes\SHA384", "Enabled", 0, [f"?{NEWEST}", CBC]),
        (r"Hashes\MD5", "Enabled", 0, [NEWEST, GCM, DHE, f"?{CBC}"]),
    ],
)
def test_what_is_turned_off_singly_is_out(key: str, name: str, number: int, expected: list[str]) -> None:
    machine = windows(20348).set(POLICY, "Functions", text(f"{NEWEST},{GCM},{DHE},{CBC}"))
    found = offered_suites(state_of(machine.set(rf"{SCHANNEL}\{key}", name, dword(number))))
    shown = [f"?{suite}" if suite in found.maybe else suite for suite in found.names]
    # AES off: whether that reaches TLS 1.3 is not documented.
    assert shown == (expected or [f"?{NEWEST}"])


@pytest.mark.parametrize(
    ("caller", "callee", "expected"),
    [
        (["TLS 1.0", "TLS 1.3"], ["TLS 1.0", "TLS 1.2"], "unknown"),
        (["TLS 1.2", "TLS 1.3"], ["TLS 1.0", "TLS 1.2"], "TLS 1.2"),
        (["TLS 1.0", "TLS 1.2"], ["TLS 1.1"], "broken"),
        (["TLS 1.3"], ["TLS 1.2"], "broken"),
        (["TLS 1.2", "?TLS 1.3"], ["TLS 1.2", "TLS 1.3"], "works"),
        (["TLS 1.0", "?TLS 1.2"], ["TLS 1.2"], "unknown"),
    ],
)
def test_whether_a_server_reads_a_list_of_versions_is_not_known(
    caller: list[str], callee: list[str], expected: str
) -> None:
    assert str(agree(Offer.decode(caller), Offer.decode(callee))) == expected

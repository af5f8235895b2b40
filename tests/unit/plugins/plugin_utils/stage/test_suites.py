# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suites set by policy, and what a caller with TLS 1.3 and a gap agrees on."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.negotiation import Agreement, Offer, agree
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.suites import fitting, policy_suites

GCM = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
CBC = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"
ECDSA = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
NEWEST = "TLS_AES_256_GCM_SHA384"


@pytest.mark.parametrize(
    ("protocol", "caller", "callee", "expected"),
    [
        ("TLS 1.2", None, None, "TLS 1.2"),
        ("TLS 1.2", [CBC], None, "TLS 1.2"),
        ("TLS 1.2", None, [CBC, GCM], "TLS 1.2"),
        ("TLS 1.2", [GCM], None, "unknown"),
        ("TLS 1.2", [GCM], [GCM, CBC], "TLS 1.2"),
        ("TLS 1.2", [GCM], [CBC], "broken"),
        ("TLS 1.2", [ECDSA], [ECDSA], "unknown"),
        ("TLS 1.2", [NEWEST], [NEWEST], "broken"),
        ("TLS 1.3", [NEWEST], None, "TLS 1.3"),
        ("TLS 1.3", [NEWEST], [NEWEST, GCM], "TLS 1.3"),
        ("TLS 1.3", [GCM], [NEWEST], "broken"),
        ("TLS 1.0", [GCM], [GCM], "broken"),
        ("TLS 1.0", [CBC], [CBC], "TLS 1.0"),
        (None, [CBC], None, "works"),
    ],
)
def test_two_ends_need_a_suite_in_common(
    protocol: str | None, caller: list[str] | None, callee: list[str] | None, expected: str
) -> None:
    ends = [None if names is None else frozenset(names) for names in (caller, callee)]
    assert str(fitting(Agreement(True, protocol), *ends)) == expected


@pytest.mark.parametrize("agreed", [Agreement(False, None), Agreement(None, None)])
def test_suites_never_make_a_conversation_work(agreed: Agreement) -> None:
    assert fitting(agreed, frozenset([CBC]), frozenset([CBC])) == agreed


def test_old_windows_writes_a_curve_behind_a_suite() -> None:
    assert policy_suites([f"{CBC}_P256", f" {CBC}_P384 ", NEWEST, ""]) == [NEWEST, CBC]
    assert policy_suites(None) is None and policy_suites([]) == []


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

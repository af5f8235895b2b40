# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen from outside, against what was expected."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.endpoints import callers_of, role_endpoints
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.finding import Status
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.outside import (
    SeenEndpoint,
    SeenHealth,
    compare_endpoint,
    expected_offer,
    findings,
    worse_than_before,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS

ALL = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")


def endpoint(
    accepted: str, expected: str = "TLS 1.2", *, unknown: str = "", error: str = "", host: str = "MP1", port: int = 443
) -> SeenEndpoint:
    """Protocols by their numbers: accepted, expected (? where not certain), and not known; all others are refused."""
    taken, blank = _names(accepted), _names(unknown)
    seen = {name: "accepted" if name in taken else "unknown" if name in blank else "refused" for name in ALL}
    return SeenEndpoint(host, "management_point", port, "https", tuple(_names(expected)), seen, error)


def _names(numbers: str) -> list[str]:
    return [
        text if "S" in text else text.replace("1.", "TLS 1.")
        for text in numbers.replace("TLS ", "").replace("3.0", "SSL 3.0").split(",")
        if text
    ]


@pytest.mark.parametrize(
    ("accepted", "expected", "unknown", "error", "verdict"),
    [
        ("1.2", "1.2", "", "", "pass"),
        ("1.0,1.1,1.2", "1.0,1.1,1.2", "", "", "pass"),
        ("1.2", "?1.0,1.2", "", "", "pass"),
        ("1.0,1.2", "?1.0,1.2", "", "", "pass"),
        ("1.0,1.2", "1.2", "", "", "fail it accepts TLS 1.0, which should be off"),
        ("3.0,1.0,1.2", "1.2", "", "", "fail it accepts SSL 3.0 and TLS 1.0, which should be off"),
        ("1.2", "1.2,1.3", "", "", "fail it refuses TLS 1.3, which should be on"),
        ("1.0", "1.2", "", "", "fail it accepts TLS 1.0, which should be off and it refuses TLS 1.2"),
        ("", "1.2", "", "not TLS", "fail it refuses TLS 1.2"),
        ("1.2", "1.2", "1.0", "", "unknown gave no clear answer to TLS 1.0"),
        ("1.0", "1.2", "1.1", "", "fail it accepts TLS 1.0"),
        ("", "1.2", "1.0,1.1,1.2,1.3", "connection refused", "unknown could not be seen: connection refused"),
        ("", "?1.0,?1.2", "", "", "unknown what port 443 should accept is not known"),
        ("1.2", "?1.0,?1.2", "", "", "pass"),
    ],
)
def test_an_endpoint_is_judged_by_what_was_expected(
    accepted: str, expected: str, unknown: str, error: str, verdict: str
) -> None:
    status, phrase = compare_endpoint(endpoint(accepted, expected, unknown=unknown, error=error))
    wanted, _blank, words = verdict.partition(" ")
    assert status.value == wanted
    assert words in phrase
    assert bool(phrase) == (status is not Status.PASS)


FACTS: dict[str, Any] = {
    "stacks": {
        "http_sys": {"enable": ["TLS 1.0", "TLS 1.1", "TLS 1.2"], "now": ["TLS 1.0"]},
        "sql_server": {"enable": ["TLS 1.2"], "now": []},
    }
}


@pytest.mark.parametrize(
    ("stack", "expectation", "expected"),
    [
        ("http_sys", "now", ["TLS 1.0"]),
        ("http_sys", "enable", ["TLS 1.0", "TLS 1.1", "TLS 1.2"]),
        ("http_sys", "disable", ["TLS 1.2"]),
        ("http_sys", "pending", ["?SSL 2.0", "?SSL 3.0", "?TLS 1.0", "?TLS 1.1", "TLS 1.2"]),
        ("sql_server", "now", [f"?{name}" for name in ALL]),
        ("sql_server", "disable", ["TLS 1.2"]),
        ("winhttp", "disable", [f"?{name}" for name in ALL]),
    ],
)
def test_what_is_expected_comes_from_the_facts(stack: str, expectation: Any, expected: list[str]) -> None:
    assert expected_offer(FACTS, stack, 443, expectation, LEGACY_PROTOCOLS).encode() == expected


def test_what_a_binding_turns_off_is_not_expected_on_its_port_and_on_no_other() -> None:
    facts = {**FACTS, "https_off": {"8443": ["TLS 1.0", "?TLS 1.2"]}}
    at = {port: expected_offer(facts, "http_sys", port, "enable", LEGACY_PROTOCOLS).encode() for port in (443, 8443)}
    assert "TLS 1.0" in at[443] and "TLS 1.2" in at[443]
    assert not {"TLS 1.0", "?TLS 1.0", "TLS 1.2"} & set(at[8443]) and "?TLS 1.2" in at[8443]


def test_the_fips_policy_leaves_tls_1_0_open() -> None:
    expected = expected_offer({**FACTS, "fips": True}, "http_sys", 443, "disable", LEGACY_PROTOCOLS)
    assert expected.encode() == ["?TLS 1.0", "TLS 1.2"]


def health(state: str = "healthy", error: str = "", *, host: str = "MP1", surely: bool = True) -> SeenHealth:
    return SeenHealth(host, "management_point", "mplist", 443, state, "" if state == "healthy" else "HTTP status 500",
                      error, surely)  # fmt: skip


@pytest.mark.parametrize(
    ("state", "error", "surely", "status"),
    [
        ("healthy", "", True, "pass"),
        ("limited", "", True, "pass"),
        ("failing", "", True, "fail"),
        ("failing", "", False, "warn"),
        ("unreachable", "connect_timeout", True, "unknown"),
        ("unreachable", "refused", True, "unknown"),
        ("unreachable", "certificate", True, "unknown"),
        ("unreachable", "handshake", True, "fail"),
        ("unreachable", "not_tls", True, "fail"),
    ],
)
def test_what_cannot_be_reached_from_here_is_never_taken_for_well(
    state: str, error: str, surely: bool, status: str
) -> None:
    assert health(state, error, surely=surely).status.value == status


def test_a_host_has_one_finding_per_kind_with_all_of_its_ports() -> None:
    seen = [
        endpoint("1.0,1.2"),
        endpoint("1.0,1.2", port=8531),
        endpoint("", unknown="1.2", port=444),
        endpoint("1.2", port=1),
    ]
    found = findings(seen, [health("failing"), health(host="MP2"), health("unreachable", host="DP1")])
    assert {host: [(row["id"], row["status"]) for row in rows] for host, rows in found.items()} == {
        "MP1": [("endpoint-disagrees", "fail"), ("endpoint-unknown", "unknown"), ("role-health", "fail")],
        "DP1": [("role-health", "unknown")],
    }
    phrases = [reason["phrase"] for reason in found["MP1"][0]["reasons"]]
    assert len(phrases) == 2 and "443" in phrases[0] and "8531" in phrases[1]
    assert all(row["remedy"] and row["title"] and row["severity"] == "high" for rows in found.values() for row in rows)


def plain(endpoints: list[SeenEndpoint], checks: list[SeenHealth]) -> dict[str, Any]:
    return {"endpoints": [row.as_dict() for row in endpoints], "health": [row.as_dict() for row in checks]}


DARK = endpoint("", unknown="1.2", error="timed out")


@pytest.mark.parametrize(
    ("before", "now", "against"),
    [
        (([endpoint("1.2")], [health()]), ([endpoint("1.2")], [health()]), False),
        (([endpoint("1.2")], []), ([endpoint("1.0,1.2")], []), True),
        (([endpoint("1.2")], []), ([DARK], []), True),
        (([DARK], []), ([DARK], []), False),
        (([DARK], []), ([endpoint("1.0,1.2")], []), True),
        (([], [health()]), ([], [health("failing")]), True),
        (([], [health("limited")]), ([], [health("unreachable")]), True),
        (([], [health("failing")]), ([], [health("failing")]), False),
        (([], [health("failing")]), ([], [health()]), False),
        (([], []), ([], [health("failing", surely=False)]), True),
        (None, ([DARK], []), True),
        (None, ([], [health("unreachable")]), True),
        (None, ([endpoint("1.2")], [health("limited")]), False),
    ],
)
def test_only_what_was_well_before_is_held_against_a_change(
    before: tuple[list[SeenEndpoint], list[SeenHealth]] | None,
    now: tuple[list[SeenEndpoint], list[SeenHealth]],
    against: bool,
) -> None:
    found = worse_than_before(now, plain(*before) if before else None)
    assert list(found) == (["MP1"] if against else [])
    assert all(phrases and all(phrases) for phrases in found.values())


def test_endpoints_are_those_of_the_roles() -> None:
    places = {(row.role, row.port, row.kind) for row in role_endpoints(["management_point", "site_database", "client"])}
    assert places == {("management_point", 443, "https"), ("site_database", 1433, "tds")}
    assert role_endpoints(["fallback_status_point"]) == []
    assert all(row.variable for row in role_endpoints(["sms_provider", "software_update_point"]))


def test_who_talks_to_sql_server_is_looked_at_when_it_changes() -> None:
    assert {"management_point", "software_update_point", "site_server", "sms_provider"} <= callers_of(["site_database"])
    assert callers_of(["client"]) == set()

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate: every reason names its host, owners accept reasons one by one, and nothing accepts everything."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import jmespath
import pytest
import yaml

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.waivers import condition_holds
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.forecast import forecast
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.foreseen import Foreseen
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.gate import Gate, Observed, open_gate
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.observation import tells_all
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.readiness import blocking_findings
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.requirement import requirements
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.sites import SiteVariables
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.waiver import (
    NEVER_WAIVED,
    Waiver,
    WaiverError,
    parse_waivers,
)

TODAY = datetime.date(2026, 11, 23)
EVERYTHING = ["SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2"]
READY = {"enable": EVERYTHING}
OLD = {"enable": ["SSL 3.0", "TLS 1.0"], "cause": "winhttp-update"}
OLD_SQL = {"enable": ["TLS 1.0"], "cause": "sql-server-build"}
MODERN_CLIENT = {"winhttp": READY, "dotnet4": READY, "http_sys": READY}
MENDED, BROKEN = "winhttp-update", "conversation:client-management-point"
OLD_CLIENT = {"winhttp": OLD, "dotnet4": READY}


def finding(name: str, status: str = "fail", fix: str = "update") -> dict[str, Any]:
    reasons = [{"code": "x", "phrase": f"what {name} found"}]
    return {"id": name, "status": status, "actual": "-", "reasons": reasons, "remedy": f"mend {name}", "fix": fix}


def host(*roles: str, stacks: Mapping[str, Any] | None = None, found: Any = (), **more: Any) -> dict[str, Any]:
    return {"roles": list(roles), "stacks": dict(stacks or {}), "findings": list(found), **more}


def site(**changes: Any) -> dict[str, Any]:
    """Two clients, a management point and a database, all of them ready; None takes a host's facts away."""
    point = {"http_sys": READY, "sql_client": READY}
    return {
        "PC1": host("client", stacks=MODERN_CLIENT),
        "PC2": host("client", stacks=MODERN_CLIENT),
        "MP1": host("management_point", stacks=point),
        "SQL1": host("site_database", stacks={"sql_server": READY, "http_sys": READY}),
        **changes,
    }


def waiver(reason: str, condition: str = "`true`", expires: str = "2026-12-31", name: str = "w1") -> Waiver:
    return Waiver(name, reason, condition, "because", "owner", datetime.date.fromisoformat(expires))


def gate(
    facts: Mapping[str, Any], *waivers: Waiver, over_https: tuple[str, ...] = (), observed: Observed | None = None
) -> Gate:
    expected = forecast(facts, LEGACY_PROTOCOLS, over_https=over_https)
    return open_gate(facts, expected, waivers, TODAY, condition_holds, observed)


def shut_by(found: Gate) -> list[tuple[str, str]]:
    return [(reason.code, reason.host) for reason in found.reasons]


def test_a_site_that_is_ready_opens_the_gate() -> None:
    found = gate(site(), over_https=("PC1", "PC2", "MP1", "SQL1"))
    assert found.is_open and not found.waived
    assert len(found.warnings) == 2, "that nobody looked from outside or at the event logs is told"


@pytest.mark.parametrize(("ports", "told"), [([443], True), (None, True), ([5986], False)])
def test_boot_images_that_nobody_read_are_told_where_they_need_tls(ports: list[int] | None, told: bool) -> None:
    both = host("management_point", "distribution_point", stacks=dict.fromkeys(("winhttp", "http_sys"), READY))
    facts = {"MP1": both if ports is None else both | {"https_ports": ports}}
    assert any(warned.startswith("what boot images can do") for warned in gate(facts).warnings) is told
    assert not any(warned.startswith("what boot images can do") for warned in gate(site()).warnings)


def test_a_machine_is_named_where_the_other_end_is_none() -> None:
    suites = {"suites": ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"]}
    point = host("distribution_point", stacks={"http_sys": READY, "winhttp": READY}, **suites)
    found = [reason for reason in gate(site(DP1=point)).reasons if reason.code.startswith("conversation:boot-image")]
    assert {reason.host for reason in found} <= {"DP1"}
    old = host("distribution_point", stacks={"http_sys": {"enable": ["TLS 1.0"]}, "winhttp": READY})
    found = [reason for reason in gate(site(DP1=old)).reasons if reason.code.startswith("conversation:boot-image")]
    assert [reason.host for reason in found] == ["DP1"]


OLD_PC = host("client", stacks=OLD_CLIENT, found=[finding("winhttp-update")])
OLD_DB = host("site_database", stacks={"sql_server": OLD_SQL}, found=[finding("sql-server-build")])
UNKNOWN_PC = host("client")


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        (
            site(PC2=OLD_PC),
            [("winhttp-update", "PC2"), ("conversation:client-management-point", "PC2")],
        ),
        (
            site(SQL1=OLD_DB),
            [("sql-server-build", "SQL1"), ("conversation:management-point-database", "SQL1")],
        ),
        (
            site(PC2=UNKNOWN_PC),
            [
                ("conversation:client-management-point", "PC2"),
                ("conversation:software-center-management-point", "PC2"),
            ],
        ),
        (site(PC2=None), [("not_reached", "PC2")]),
        (site(PC1=host("client", stacks=MODERN_CLIENT, found=[finding("dotnet-release", "unknown")])),
         [("dotnet-release", "PC1")]),
        (site(PC1=host("client", stacks=MODERN_CLIENT, found=[finding("restart-pending", "warn", "restart")])),
         [("restart-pending", "PC1")]),
        (site(PC1=host("client", stacks=MODERN_CLIENT, found=[finding("schannel-fips", "warn", "manual")])),
         [("schannel-fips", "PC1")]),
        (site(PC1=host("client", stacks=MODERN_CLIENT, found=[finding("windows-supported", "warn")])), []),
        (site(PC1=host("client", stacks=MODERN_CLIENT, found=[finding("legacy-protocols", "fail", "settings")])), []),
    ],
    ids=["old client", "old database", "unknown client", "not reached", "unknown finding", "restart pending", "fips",
         "mere warning", "the stage's own goal"],
)  # fmt: skip
def test_every_reason_is_named_with_the_host_to_mend(facts: dict[str, Any], reasons: list[tuple[str, str]]) -> None:
    found = gate(facts)
    assert shut_by(found) == reasons
    assert all(reason.phrase and reason.remedy for reason in found.reasons)


def test_the_phrase_of_a_conversation_names_both_ends_and_the_cause() -> None:
    phrase = next(reason.phrase for reason in gate(site(SQL1=OLD_DB)).reasons if reason.code.startswith("conversation"))
    assert "MP1 to SQL1" in phrase and "would break" in phrase and "SQL1 accepts TLS 1.0 only" in phrase


def test_losing_winrm_is_a_reason_of_its_own() -> None:
    old = host("client", stacks={**MODERN_CLIENT, "http_sys": {"enable": ["TLS 1.0"], "cause": "unknown"}})
    assert shut_by(gate(site(PC1=old), over_https=("PC1",))) == [("winrm_lost", "PC1")]
    assert shut_by(gate(site(PC1=old))) == [], "over HTTP there is nothing to lose"


def site_server(database: str | None, *roles: str, parent: str = "") -> dict[str, Any]:
    stacks = dict.fromkeys(("sql_client", "sql_server", "sql_endpoint", "dotnet4", "http_sys"), READY)
    own = {"role_site": "PS1", "parent_site": parent, "database": database}
    return host("site_server", *roles, stacks=stacks, configmgr=own)


@pytest.mark.parametrize(
    ("database", "roles", "address", "is_read"),
    [
        ("SQL9.corp.example", (), "", False),
        ("sql1.corp.example", (), "", True),
        (r"SQL1\CONFIGMGR,1533", (), "", True),
        ("DB9.corp.example", (), "db9.example", True),
        ("10.0.0.9", (), "10.0.0.9", True),
        ("10.0.0.8", (), "10.0.0.9", False),
        (None, (), "", True),
        ("localhost", (), "", False),
        (r".\CONFIGMGR", (), "", False),
        ("(local)", ("site_database",), "", True),
        ("CM1.corp.example", ("site_database",), "", True),
        ("SQL9", ("site_database",), "", False),
    ],
)
def test_the_database_that_a_site_server_names_has_to_be_read(
    database: str | None, roles: tuple[str, ...], address: str, is_read: bool
) -> None:
    facts = site(CM1=site_server(database, *roles))
    expected = forecast(facts, LEGACY_PROTOCOLS, told={"SQL1": SiteVariables(address=address)})
    found = open_gate(facts, expected, [], TODAY, condition_holds)
    named = [reason.host for reason in found.reasons if reason.code == "database_not_read"]
    assert named == ([] if is_read else ["CM1"])


PARENTS = host("site_server", "site_database", configmgr={"role_site": "CAS", "parent_site": ""},
               stacks=site_server(None)["stacks"])  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "hosts"),
    [
        (site(SQL1=host("client", stacks=MODERN_CLIENT)), ["MP1"]),
        (site(SQL1=host(stacks={"sql_server": READY}), CM1=site_server("SQL1")), ["MP1", "CM1"]),
        ({"CAS1": PARENTS, "CM1": site_server(None, parent="CAS")}, ["CM1"]),
        ({"CAS1": PARENTS}, []),
    ],
    ids=["not in the inventory", "in it without its role", "only the parent's", "its own"],
)
def test_who_calls_a_site_database_that_nobody_read_is_a_reason_that_an_owner_may_accept(
    facts: dict[str, Any], hosts: list[str]
) -> None:
    reasons = [("database_not_read", name) for name in hosts]
    assert shut_by(gate(facts)) == reasons
    accepted = gate(facts, waiver("database_not_read"))
    assert accepted.is_open and [(reason.code, reason.host) for reason, _waiver in accepted.waived] == reasons


def test_what_was_seen_from_outside_and_in_logs_counts() -> None:
    outside = {
        "MP1": [finding("endpoint-disagrees"), finding("role-health", "warn")],
        "SQL1": [finding("endpoint-unknown", "unknown")],
    }
    logs: dict[str, list[str]] = {"PC1": [], "PC2": [], "MP1": ["PC9"], "SQL1": []}
    found = gate(site(), observed=Observed(from_outside=outside, legacy_use=logs))
    assert shut_by(found) == [("endpoint-disagrees", "MP1"), ("endpoint-unknown", "SQL1"), ("legacy_use", "MP1")]
    assert found.warnings == ()
    assert gate(site(), observed=Observed(from_outside={}, legacy_use={})).is_open


@pytest.mark.parametrize(
    ("logs", "partly", "warned"),
    [
        ({"PC1": [], "PC2": None, "MP1": []}, [], [("no handshake was logged on PC2, SQL1,")]),
        ({"PC1": [], "PC2": [], "MP1": [], "SQL1": []}, ["MP1"], ["the event logs of MP1 hold less"]),
        ({"PC1": [], "PC2": [], "MP1": [], "SQL1": None}, ["SQL1"], ["no handshake was logged on SQL1,"]),
        ({"PC1": [], "PC2": [], "MP1": [], "SQL1": []}, [], []),
    ],
    ids=["null or never asked", "only part", "null and part", "all"],
)
def test_a_log_that_tells_nothing_is_never_taken_for_nobody(
    logs: dict[str, Any], partly: list[str], warned: list[str]
) -> None:
    found = gate(site(), observed=Observed(from_outside={}, legacy_use=logs, partly_logged=partly))
    assert found.is_open and len(found.warnings) == len(warned)
    assert all(said.startswith(begin) for said, begin in zip(found.warnings, warned, strict=True))


@pytest.mark.parametrize(
    ("told", "all_of_it"),
    [
        ({}, True),
        ({"log_begins": "2026-11-01T00:00:00Z"}, True),
        ({"log_begins": "2026-11-20T00:00:00Z"}, False),
        ({"truncated": True}, False),
        ({"log_begins": None, "window": {"run": "r", "since": "2026-11-20T00:00:00Z"}}, False),
        ({"log_begins": "2026-11-01T00:00:00Z", "window": {"run": "r", "since": "2026-11-02T00:00:00Z"}}, True),
    ],
)
def test_a_log_that_begins_later_than_was_asked_tells_not_all(told: dict[str, Any], all_of_it: bool) -> None:
    now = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)
    assert tells_all({"days": 14, **told}, now) is all_of_it


def test_a_host_that_failed_a_step_shuts_the_gate_whatever_its_facts_say() -> None:
    observed = Observed(stopped={"MP1": "the restart was refused", "PC2": "no route"})
    assert shut_by(gate(site(PC2=None), observed=observed)) == [("step_failed", "MP1"), ("step_failed", "PC2")]


DOTNET, SCHANNEL = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319", r"HKLM\SYSTEM\SCHANNEL\TLS 1.2\Server"
OFF = {**finding("dotnet-v4-settings", fix="settings"), "evidence": [{"path": DOTNET, "value": "absent"}]}
PENDING, NOT_YET = finding("restart-pending", "warn", "restart"), finding("restart-after-change", "fail", "restart")
UNREAD = finding("winhttp-protocols", "unknown", "settings")
RESTART = {"restarted": True}


def sets(*keys: str) -> dict[str, Any]:
    return {"changed": bool(keys), "changes": [{"path": key} for key in keys], "restart_required": bool(keys)}


@pytest.mark.parametrize(
    ("found", "enabled", "restarted", "codes"),
    [
        ([OFF, PENDING], sets(DOTNET, SCHANNEL), RESTART, []),
        ([OFF], sets(SCHANNEL), RESTART, ["dotnet-v4-settings"]),
        ([OFF], sets(DOTNET), {"restarted": False, "state": "waiting"}, ["restart-after-change"]),
        ([], sets(DOTNET), {"skipped": True}, ["restart-after-change"]),
        ([PENDING], sets(), {"skipped": True}, ["restart-pending"]),
        ([NOT_YET], sets(), RESTART, []),
        ([NOT_YET], sets(DOTNET), {"skipped": True}, ["restart-after-change"]),
        ([UNREAD, finding("wsus-update")], sets(DOTNET), RESTART, ["winhttp-protocols", "wsus-update"]),
        ([OFF, PENDING], {}, {}, ["dotnet-v4-settings", "restart-pending"]),
    ],
    ids=["set and restarted", "another component", "somebody is there", "restarts: never", "nothing to change",
         "an earlier run's restart", "told once", "what no setting mends", "no enable stage"],
)  # fmt: skip
def test_a_prediction_counts_what_its_enable_stage_would_do_and_no_more(
    found: list[dict[str, Any]], enabled: dict[str, Any], restarted: dict[str, Any], codes: list[str]
) -> None:
    facts = site(PC1=host("client", stacks=MODERN_CLIENT, found=found))
    shut = gate(facts, observed=Observed(foreseen={"PC1": Foreseen.of(enabled, restarted)}))
    assert shut_by(shut) == [(code, "PC1") for code in codes]


@pytest.mark.parametrize(
    ("given", "left", "unused", "expired"),
    [
        ([waiver(MENDED)], [BROKEN], [], []),
        ([waiver(MENDED), waiver(BROKEN, name="w2")], [], [], []),
        ([waiver(MENDED, "name == 'PC2'")], [BROKEN], [], []),
        ([waiver(MENDED, "contains(facts.roles, 'client')")], [BROKEN], [], []),
        ([waiver(MENDED, "name == 'PC1'")], [MENDED, BROKEN], ["w1"], []),
        ([waiver(MENDED, "name")], [MENDED, BROKEN], ["w1"], []),
        ([waiver(MENDED, expires="2026-11-22")],
         [MENDED, BROKEN], [], ["w1"]),
        ([waiver(MENDED, expires="2026-11-23")], [BROKEN], [], []),
        ([waiver("sql-server-build")], [MENDED, BROKEN], ["w1"], []),
    ],
    ids=["by reason", "each of its own", "by name", "by role", "another host", "not a plain true", "over",
         "the last day", "another reason"],
)  # fmt: skip
def test_a_waiver_takes_one_reason_off_the_hosts_meant_until_its_last_day(
    given: list[Waiver], left: list[str], unused: list[str], expired: list[str]
) -> None:
    found = gate(site(PC2=OLD_PC), *given)
    assert [reason.code for reason in found.reasons] == left
    assert (list(found.unused), list(found.expired)) == (unused, expired)
    taken = {"winhttp-update", "conversation:client-management-point"} - set(left)
    assert set(found.waived_for("PC2")) == taken and found.waived_for("PC1") == []


@pytest.mark.parametrize(("status", "accepted"), [("fail", True), ("unknown", False)])
def test_what_was_not_judged_nobody_can_accept(status: str, accepted: bool) -> None:
    rows = [finding("dotnet-release", status)]
    found = gate(site(PC1=host("client", stacks=MODERN_CLIENT, found=rows)), waiver("dotnet-release"))
    assert found.is_open is accepted and bool(found.waived_for("PC1")) is accepted
    assert (blocking_findings(rows, ["dotnet-release"]) == []) is accepted, "the machine says the same"
    assert blocking_findings(rows, proved=["dotnet-release"]) == []


def test_some_reasons_nobody_can_accept() -> None:
    facts = site(PC1=host("client", stacks={**MODERN_CLIENT, "http_sys": {"enable": ["TLS 1.0"]}}))
    given = [waiver(reason, name=reason) for reason in sorted(NEVER_WAIVED)]
    found = gate(facts, *given, over_https=("PC1",), observed=Observed(stopped={"MP1": "x"}))
    assert {reason.code for reason in found.reasons} == NEVER_WAIVED
    assert found.waived == ()


def test_waiving_every_requirement_does_not_waive_a_conversation() -> None:
    given = [waiver(row.id, name=row.id) for row in requirements()]
    assert [reason.code for reason in gate(site(PC2=OLD_PC), *given).reasons] == [
        "conversation:client-management-point"
    ]


GOOD = {
    "id": "w1", "reason": "winhttp-update", "condition": "name == 'PC2'", "why": "retired in March", "owner": "Ada",
    "expires": datetime.date(2027, 3, 31),
}  # fmt: skip


def parsed(*rows: Any) -> list[Waiver]:
    return parse_waivers(list(rows), jmespath.compile)


def test_a_waiver_file() -> None:
    text = "- {id: w1, reason: winhttp-update, condition: \"name == 'PC2'\", why: old, owner: Ada, expires: 2027-03-31}"
    assert [(item.id, item.expires) for item in parsed(*yaml.safe_load(text))] == [("w1", datetime.date(2027, 3, 31))]
    assert parsed({**GOOD, "expires": "2027-03-31"})[0].expires == datetime.date(2027, 3, 31)
    assert parse_waivers(None, jmespath.compile) == []


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        *[([{key: value for key, value in GOOD.items() if key != name}], f"missing {name}") for name in GOOD],
        *[([{**GOOD, name: ""}], f"missing {name}") for name in GOOD],
        ([{**GOOD, "until": "2027"}], "unknown until"),
        ([{**GOOD, "expires": "soon"}], "not a date"),
        ([{**GOOD, "condition": "name =="}], "not JMESPath"),
        ([{**GOOD, "reason": "*"}], "cannot be waived"),
        *[([{**GOOD, "reason": reason}], "cannot be waived") for reason in sorted(NEVER_WAIVED)],
        ([GOOD, GOOD], "twice"),
        (["w1"], "not a mapping"),
        ([{**GOOD, "number": 5}], "unknown number"),
        ([{**GOOD, "reason": "not_reached"}], "missing number"),
        ([{**GOOD, "reason": "not_reached", "number": "many"}], "how many machines"),
        ([{**GOOD, "reason": "not_reached", "number": True}], "how many machines"),
        ([{**GOOD, "reason": "not_reached", "number": -1}], "how many machines"),
    ],
)
def test_a_waiver_that_cannot_be_used_is_refused_with_its_name(rows: list[Any], says: str) -> None:
    with pytest.raises(WaiverError, match="waiver") as refused:
        parsed(*rows)
    assert says in str(refused.value)


@pytest.mark.parametrize("raw", [{"w1": GOOD}, "w1", 1])
def test_a_waiver_file_is_a_list(raw: object) -> None:
    with pytest.raises(WaiverError, match="list"):
        parse_waivers(raw, jmespath.compile)

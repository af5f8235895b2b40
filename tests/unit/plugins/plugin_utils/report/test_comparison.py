# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs compared: each cause of a difference, and who is named for it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import HostRecord, build_document, compare_documents
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.comparison import protocol_counts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.documents import (
    NET4,
    ORIGIN,
    TLS12,
    change,
    document,
    facts,
    open_finding,
    passed,
)

ENABLED = "TLS 1.2 client Enabled"


def run(name: str = "PC1", changes: dict[str, Any] | None = None, run: str = "job-2", **given: Any) -> dict[str, Any]:
    origin = type(ORIGIN)("audit", ORIGIN.generated, run, "0.1.0")
    findings = given.pop("findings", [passed("winhttp-update")])
    return build_document(origin, [HostRecord(name, facts(findings, **given), changes=changes or {})])


def others(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[Any, ...]]:
    rows = compare_documents(before, after)["by_others"]
    return [(row["what"], row["before"], row["after"], row.get("reverted", False)) for row in rows]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("pass", "fail", "new"),
        ("pass", "unknown", "new"),
        ("warn", "fail", "new"),
        ("waived", "fail", "new"),
        ("fail", "pass", "fixed"),
        ("unknown", "not_applicable", "fixed"),
        ("fail", "waived", "fixed"),
        ("fail", "fail", "still_open"),
        ("unknown", "fail", "still_open"),
        ("pass", "pass", None),
        ("pass", "warn", None),
    ],
)
def test_findings(before: str, after: str, kind: str | None) -> None:
    def found(status: str) -> dict[str, Any]:
        return run(findings=[open_finding("winhttp-update", status)])

    outcome = compare_documents(found(before), found(after))
    lists = {name: outcome[name] for name in ("new", "fixed", "still_open")}
    assert [name for name, rows in lists.items() if rows] == ([kind] if kind else [])
    if kind:
        row = lists[kind][0]
        assert (row["host"], row["id"], row["before"], row["after"]) == ("PC1", "winhttp-update", before, after)


def test_a_finding_that_was_not_asked_before_is_new() -> None:
    after = run(findings=[passed("winhttp-update"), open_finding("sql-odbc18")])
    assert [row["before"] for row in compare_documents(run(), after)["new"]] == [None]


OURS = {"enable": [change(rf"{TLS12}\Client", "Enabled", "REG_DWORD 0x0", "REG_DWORD 0x1")]}
JOURNAL = [{"run": "job-2", "stage": "enable"}]


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        # By hand, in both directions, and into being.
        (run(settings={ENABLED: 1}), run(settings={ENABLED: 0}), [(ENABLED, 1, 0, False)]),
        (run(settings={ENABLED: 1}), run(settings={}), [(ENABLED, 1, None, False)]),
        (run(settings={}), run(settings={ENABLED: 1}), [(ENABLED, None, 1, False)]),
        # By this run.
        (run(settings={ENABLED: 0}), run(changes=OURS, settings={ENABLED: 1}, runs=JOURNAL), []),
        # By this run, which did not find what the earlier report saw.
        (run(settings={}), run(changes=OURS, settings={ENABLED: 1}, runs=JOURNAL), [(ENABLED, None, 0, False)]),
        # By another run of ours between the two: the journal of the machine has it.
        (run(settings={ENABLED: 0}), run(run="job-3", settings={ENABLED: 1}, runs=JOURNAL), []),
        # By a rollback between the two: the journal has lost an entry.
        (run(settings={ENABLED: 1}, runs=JOURNAL), run(run="job-3", settings={ENABLED: 0}), []),
        # Set by our earlier run, and back to what it was before: Group Policy does this.
        (
            run(changes=OURS, settings={ENABLED: 1}, runs=JOURNAL),
            run(run="job-3", settings={ENABLED: 0}, runs=JOURNAL),
            [(ENABLED, 1, 0, True)],
        ),
        # Another version of a component, which no run of ours installs.
        (
            run(components={"dotnet": {"version": "4.5.2"}}),
            run(components={"dotnet": {"version": "4.8"}}),
            [("dotnet version", "4.5.2", "4.8", False)],
        ),
        # A finding that turned with nothing else to see.
        (
            run(),
            run(findings=[open_finding("winhttp-update", actual="older")]),
            [("winhttp-update", "as expected", "older", False)],
        ),
        # A restart that somebody made is not drift.
        (
            run(findings=[passed("restart-pending", "none")]),
            run(findings=[open_finding("restart-pending", "warn")]),
            [],
        ),
    ],
    ids=[
        "changed",
        "deleted",
        "created",
        "by this run",
        "found otherwise",
        "by another run",
        "by a rollback",
        "reverted",
        "component",
        "finding",
        "restart",
    ],
)
def test_who_changed_it(before: dict[str, Any], after: dict[str, Any], named: list[tuple[Any, ...]]) -> None:
    assert others({**before, "run": "job-1"}, after) == named


@pytest.mark.parametrize(
    ("path", "name", "short"),
    [
        (rf"{TLS12}\Server", "DisabledByDefault", "TLS 1.2 server DisabledByDefault"),
        (NET4, "SchUseStrongCrypto", ".NET v4.0.30319 32-bit SchUseStrongCrypto"),
        (NET4.replace("WOW6432Node\\", ""), "SchUseStrongCrypto", ".NET v4.0.30319 SchUseStrongCrypto"),
        (
            r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp",
            "DefaultSecureProtocols",
            "WinHTTP DefaultSecureProtocols",
        ),
    ],
)
def test_a_change_is_found_under_the_name_that_facts_give_it(path: str, name: str, short: str) -> None:
    changes = {"enable": [change(path, name, None, "REG_DWORD 0x1")]}
    assert others(run(settings={}), run(changes=changes, settings={short: 1})) == []


def test_an_earlier_report_of_the_same_run_blames_nobody() -> None:
    before = run(settings={})
    assert others(before, run(changes=OURS, settings={ENABLED: 1}, runs=JOURNAL)) == []


def test_hosts_that_come_and_go() -> None:
    outcome = compare_documents(run("PC1"), run("PC2"))
    assert (outcome["hosts_added"], outcome["hosts_gone"]) == (["PC2"], ["PC1"])
    assert outcome["new"] == outcome["fixed"] == outcome["still_open"] == outcome["by_others"] == []


def test_a_host_that_was_not_read_says_nothing() -> None:
    silent = build_document(ORIGIN, [HostRecord("PC1")])
    for outcome in (compare_documents(silent, run()), compare_documents(run(), silent)):
        assert outcome["by_others"] == outcome["fixed"] == outcome["new"] == []


def test_protocols_are_counted_by_side_and_state() -> None:
    hosts = run()["hosts"]
    hosts["PC2"] = {"status": "unreachable", "restarted": False}
    counts = protocol_counts(hosts)
    assert counts["client"]["TLS 1.0"] == {"on": 1}
    assert counts["server"]["SSL 3.0"] == {"off": 1}


def test_an_unchanged_site_has_nothing_to_say() -> None:
    outcome = compare_documents(document(), document())
    assert outcome["new"] == outcome["fixed"] == outcome["by_others"] == []
    assert {row["host"] for row in outcome["still_open"]} == {"PC1", "PC2"}


@given(
    before=st.dictionaries(st.sampled_from([ENABLED, "FIPS Enabled", "EventLogging"]), st.integers(0, 2)),
    after=st.dictionaries(st.sampled_from([ENABLED, "FIPS Enabled", "EventLogging"]), st.integers(0, 2)),
)
def test_every_value_that_differs_is_named_once(before: dict[str, int], after: dict[str, int]) -> None:
    differing = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    rows = others(run(settings=before), run(settings=after))
    assert sorted(row[0] for row in rows) == sorted(differing)
    assert all(row[1] == before.get(row[0]) and row[2] == after.get(row[0]) for row in rows)


NEW_DOTNET = {"dotnet": {"release": 528040, "version": "4.8", "has_35": False}}
OLD_DOTNET = {"dotnet": {"release": 394802, "version": "4.6.2", "has_35": False}}


def with_components(components: dict[str, Any], *updates: str, state: str = "installed") -> dict[str, Any]:
    known = {**facts([passed("winhttp-update")]), "components": components}
    rows = [{"id": name, "title": name.upper(), "state": state, "reasons": [], "exit_code": 0} for name in updates]
    return build_document(ORIGIN, [HostRecord("PC1", known, updates=rows)])


@pytest.mark.parametrize(
    ("before", "after", "update", "state", "ours", "theirs"),
    [
        (OLD_DOTNET, NEW_DOTNET, "dotnet-4.8", "installed", ["dotnet release", "dotnet version"], []),
        (OLD_DOTNET, NEW_DOTNET, "dotnet-4.8", "already_installed", [], ["dotnet release", "dotnet version"]),
        (OLD_DOTNET, NEW_DOTNET, "odbc18-x64", "installed", [], ["dotnet release", "dotnet version"]),
        (
            {"sql_clients": {}},
            {"sql_clients": {"odbc18": "18.5.2.1"}},
            "odbc18-x64",
            "installed",
            ["sql_clients odbc18"],
            [],
        ),
        (
            {"sql_server": {"A": "11.0.5"}},
            {"sql_server": {"A": "11.0.7"}},
            "sql-2012-sp4",
            "installed",
            ["sql_server A"],
            [],
        ),
        ({"wsus": "1"}, {"wsus": "2"}, "wsus-2012-x64", "installed", ["wsus"], []),
        ({"winhttp": "1"}, {"winhttp": "2"}, "winhttp-2012-x64", "installed", ["winhttp"], []),
        ({"winhttp": "1"}, {"winhttp": "2"}, "visual-cpp-x64", "installed", [], ["winhttp"]),
    ],
)
def test_what_an_update_of_this_run_brought_is_nobody_elses(
    before: dict[str, Any], after: dict[str, Any], update: str, state: str, ours: list[str], theirs: list[str]
) -> None:
    outcome = compare_documents(with_components(before), with_components(after, update, state=state))
    assert [row["what"] for row in outcome["by_updates"]] == ours
    assert {row["by"] for row in outcome["by_updates"]} == ({update.upper()} if ours else set())
    assert [row["what"] for row in outcome["by_others"]] == theirs


def test_findings_that_an_update_turned_are_nobody_elses() -> None:
    before = build_document(ORIGIN, [HostRecord("PC1", facts([open_finding("winhttp-update", "fail")]))])
    row = {"id": "winhttp-2012-x64", "title": "KB3140245", "state": "installed", "reasons": [], "exit_code": 0}
    after = build_document(ORIGIN, [HostRecord("PC1", facts([passed("winhttp-update")]), updates=[row])])
    outcome = compare_documents(before, after)
    assert (len(outcome["fixed"]), outcome["by_others"]) == (1, [])

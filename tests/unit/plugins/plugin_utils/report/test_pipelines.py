# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JUnit and SARIF against their published schemas, with any text that a host can give."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import (
    RENDERERS,
    HostRecord,
    build_document,
    compare_documents,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.documents import (
    ORIGIN,
    document,
    facts,
    open_finding,
    passed,
)

SCHEMAS = Path(__file__).parent / "schemas"


@functools.cache
def _sarif_schema() -> Draft7Validator:
    return Draft7Validator(json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text(encoding="utf-8")))


@functools.cache
def _junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))


def sarif(made: dict[str, Any]) -> dict[str, Any]:
    """The log, valid against OASIS' schema."""
    log: dict[str, Any] = json.loads(RENDERERS["sarif"].render(made))
    assert [f"{error.json_path}: {error.message}" for error in _sarif_schema().iter_errors(log)] == []
    return log


def junit(made: dict[str, Any]) -> ElementTree.Element:
    """The root, valid against the schema of Jenkins' xUnit plugin."""
    text = RENDERERS["junit"].render(made)
    _junit_schema().validate(text)
    return ElementTree.fromstring(text)


def test_junit_has_a_suite_per_host_and_a_case_per_requirement() -> None:
    root = junit(document())
    assert [suite.get("name") for suite in root] == ["PC1", "PC2", "PC3", "MP1", "DP1", "PC9"]
    first = root[0]
    counts = {name: first.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "3", "failures": "1", "errors": "0", "skipped": "0"}
    assert [case.get("name") for case in first.iter("testcase")] == ["reached", "winhttp-update", "windows-supported"]
    failure = first.find("testcase/failure")
    assert failure is not None and failure.get("message") == "WinHTTP update KB3140245 is missing"
    assert "remedy: Install the update." in str(failure.text)


@pytest.mark.parametrize(
    ("status", "element"),
    [
        ("fail", "failure"),
        ("unknown", "error"),
        ("not_applicable", "skipped"),
        ("waived", "skipped"),
        ("warn", None),
        ("pass", None),
    ],
)
def test_junit_has_an_element_for_each_status(status: str, element: str | None) -> None:
    root = junit(build_document(ORIGIN, [HostRecord("PC1", facts([open_finding("winhttp-update", status)]))]))
    case = root[0].findall("testcase")[1]
    assert [child.tag for child in case] == ([element] if element else [])


@pytest.mark.parametrize("host", ["DP1", "PC9"])
def test_a_host_that_was_not_finished_is_an_error_in_both(host: str) -> None:
    made = document()
    case = next(suite for suite in junit(made) if suite.get("name") == host).find("testcase[@name='reached']")
    assert case is not None and case.find("error") is not None
    results = [row for row in sarif(made)["runs"][0]["results"] if row["ruleId"] == "host-not-finished"]
    assert host in [row["locations"][0]["logicalLocations"][0]["name"] for row in results]


def test_the_order_inside_a_suite_is_that_of_ants_schema() -> None:
    for suite in junit(document()):
        tags = [child.tag for child in suite]
        assert tags[0] == "properties" and tags[-2:] == ["system-out", "system-err"]
        assert set(tags[1:-2]) == {"testcase"}
        assert len(str(suite.get("timestamp"))) == len("2026-03-01T10:20:30")


def test_sarif_points_from_results_to_rules() -> None:
    run = sarif(document())["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[row["ruleIndex"]]["id"] == row["ruleId"] for row in run["results"])
    assert {row["ruleId"]: row["level"] for row in run["results"]} == {
        "winhttp-update": "error",
        "windows-supported": "note",
        "application-catalog": "warning",
        "host-not-finished": "error",
    }
    place = run["results"][0]["locations"][0]["logicalLocations"][0]
    assert (place["name"], place["fullyQualifiedName"]) == ("PC1", "PS1/PC1")
    assert next(rule for rule in rules if rule["id"] == "winhttp-update")["help"]["text"]


@pytest.mark.parametrize(("severity", "level"), [("high", "error"), ("medium", "warning"), ("low", "note")])
@pytest.mark.parametrize("status", ["fail", "unknown"])
def test_sarif_levels(severity: str, level: str, status: str) -> None:
    row = open_finding("of-our-own", status, severity=severity)
    made = build_document(ORIGIN, [HostRecord("PC1", facts([row]))])
    assert [result["level"] for result in sarif(made)["runs"][0]["results"]] == [level]


def test_sarif_leaves_out_what_is_well_and_suppresses_what_was_waived() -> None:
    rows = [passed("a"), passed("b", status="not_applicable"), open_finding("c", "waived")]
    results = sarif(build_document(ORIGIN, [HostRecord("PC1", facts(rows))]))["runs"][0]["results"]
    assert [row["ruleId"] for row in results] == ["c"]
    assert results[0]["suppressions"][0]["kind"] == "external"


def test_sarif_knows_the_earlier_run() -> None:
    before = build_document(ORIGIN, [HostRecord("PC1", facts([open_finding("winhttp-update"), passed("sql-odbc18")]))])
    after = build_document(
        ORIGIN, [HostRecord("PC1", facts([open_finding("winhttp-update"), open_finding("sql-odbc18")]))]
    )
    assert "baselineState" not in sarif(after)["runs"][0]["results"][0]
    after["comparison"] = compare_documents(before, after)
    states = {row["ruleId"]: row["baselineState"] for row in sarif(after)["runs"][0]["results"]}
    assert states == {"winhttp-update": "unchanged", "sql-odbc18": "new"}


def test_fingerprints_tell_hosts_and_requirements_apart() -> None:
    results = sarif(document())["runs"][0]["results"]
    prints = [row["partialFingerprints"]["hostAndRequirement/v1"] for row in results]
    assert len(set(prints)) == len(prints)
    assert prints == [
        row["partialFingerprints"]["hostAndRequirement/v1"] for row in sarif(document())["runs"][0]["results"]
    ]


@settings(max_examples=60)
@given(text=st.text(st.characters(codec=None), max_size=30))
def test_any_text_of_a_host_fits(text: str) -> None:
    row = open_finding(
        "winhttp-update",
        actual=text,
        expected=text,
        reasons=[{"code": "x", "phrase": text}],
        evidence=[{"path": text, "value": text}],
    )
    stopped = {"step": "audit", "code": "x", "message": text, "remedy": text, "unreachable": False}
    made = build_document(
        ORIGIN, [HostRecord(f"PC{text}", facts([row])), HostRecord("MP1", facts([row]), stopped=stopped)]
    )
    assert len(junit(made)) == 2
    assert len(sarif(made)["runs"][0]["results"]) == 3


def test_what_an_owner_accepted_says_who_and_until_when() -> None:
    case = next(case for case in junit(document()).iter("testcase") if case.get("name") == "application-catalog")
    skipped = case.find("skipped")
    said = "waiver W-5, until 2026-03-31, Ada Example: change 4711"
    assert skipped is not None and said in str(skipped.get("message"))
    results = [row for row in sarif(document())["runs"][0]["results"] if "suppressions" in row]
    assert [row["suppressions"][0]["justification"] for row in results] == [said]

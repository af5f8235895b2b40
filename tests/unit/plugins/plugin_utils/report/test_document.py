# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document against its published schema, and what it joins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import (
    RENDERERS,
    HostRecord,
    Origin,
    Surroundings,
    build_document,
    checked,
    compare_documents,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.comparison import NotADocument
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.documents import (
    AROUND,
    ORIGIN,
    STAGES,
    document,
    facts,
    open_finding,
    passed,
    records,
)

SCHEMA = json.loads((Path(__file__).resolve().parents[5] / "docs" / "report-schema.json").read_text(encoding="utf-8"))


def problems(candidate: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(SCHEMA).iter_errors(candidate)]


def test_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "made",
    [
        document(),
        document(Surroundings()),
        build_document(ORIGIN, []),
        {**document(), "comparison": compare_documents(build_document(ORIGIN, records()[:3]), document())},
    ],
    ids=["whole", "nobody looked around", "no host", "compared"],
)
def test_meets_its_schema(made: dict[str, Any]) -> None:
    assert problems(made) == []
    assert problems(json.loads(RENDERERS["json"].render(made))) == []


def test_the_schema_refuses_what_is_wrong() -> None:
    made = document()
    made["hosts"]["PC1"]["status"] = "fine"
    del made["hosts"]["PC2"]["facts"]["findings"][0]["reasons"]
    assert len(problems(made)) == 2


def test_json_is_the_document_itself() -> None:
    made = document()
    text = RENDERERS["json"].render(made)
    assert json.loads(text) == json.loads(json.dumps(made))
    # A line per host, so that two reports can be compared with any tool.
    assert sum(line.startswith('"PC') for line in text.splitlines()) == 4


def test_every_finding_has_its_requirement() -> None:
    made = document()
    named = {row["id"] for host in made["hosts"].values() for row in host.get("facts", {}).get("findings", [])}
    assert named == made["requirements"].keys()
    # One that passed brings no title itself; it is in the catalogue.
    assert made["requirements"]["schannel-tls12-client"]["title"] == "TLS 1.2 for outgoing connections"
    assert made["requirements"]["schannel-tls12-client"]["source"].startswith("https://")


def test_a_requirement_of_another_version_brings_its_own_texts() -> None:
    strange = open_finding("brand-new", title="Something new", severity="low")
    made = build_document(
        ORIGIN, [HostRecord("A", facts([passed("brand-new")])), HostRecord("B", facts([strange, passed("odd")]))]
    )
    assert made["requirements"]["brand-new"]["title"] == "Something new"
    assert made["requirements"]["odd"] == {
        "title": "odd",
        "severity": "medium",
        "fix": "manual",
        "remedy": "",
        "source": "",
    }


@pytest.mark.parametrize(
    ("status", "compliant"), [("fail", False), ("unknown", False), ("warn", True)], ids=["fail", "unknown", "warn"]
)
def test_what_is_seen_from_outside_counts(status: str, compliant: bool) -> None:
    seen = open_finding("endpoint-disagrees", status)
    made = build_document(ORIGIN, [HostRecord("MP1", facts([passed("state-readable")]), seen_outside=[seen])])
    host = made["hosts"]["MP1"]
    assert host["status"] == ("compliant" if compliant else "not_compliant")
    assert host["facts"]["compliant"] is compliant
    assert [row["id"] for row in host["facts"]["findings"]] == ["state-readable", "endpoint-disagrees"]
    assert made["summary"]["needs"]["update"] == ([] if compliant else ["MP1"])


def test_stages_are_in_the_order_of_the_run() -> None:
    made = document()
    assert [(row["stage"], row["restart_group"], row["state"]) for row in made["stages"]] == [
        ("enable", 60, "stopped"),
        *((row["stage"], row["restart_group"], row["state"]) for row in STAGES),
    ]
    assert made["stages"][0]["note"] == "2 values, 1 of 2 restarted, 1 stopped"
    predicted = build_document(Origin("audit", ORIGIN.generated, "job-77", "0.1.0", True), records())
    assert [row["state"] for row in predicted["stages"]] == ["predicted"]


def test_probes_of_either_module_have_one_shape() -> None:
    seen = {
        "host": "MP1",
        "port": 443,
        "kind": "https",
        "error": None,
        "protocols": {"TLS 1.0": {"status": "refused"}, "TLS 1.2": {"status": "accepted"}},
    }
    silent = {"host": "MP2", "port": 443, "kind": "https", "error": {"detail": "no answer"}, "protocols": {}}
    made = build_document(ORIGIN, [], Surroundings(probes={"endpoints": [seen, silent], "health": []}))
    assert made["probes"]["endpoints"] == [
        {"host": "MP1", "port": 443, "kind": "https", "accepted": ["TLS 1.2"]},
        {"host": "MP2", "port": 443, "kind": "https", "accepted": [], "phrase": "no answer"},
    ]
    assert problems(made) == []


def test_conversations_say_between_which_roles() -> None:
    row = document(AROUND)["conversations"][0]
    assert (row["caller_role"], row["callee_role"]) == ("client", "management_point")
    assert document()["summary"]["broken"] == {"now": 0, "enable": 0, "disable": 1}


@pytest.mark.parametrize(
    ("candidate", "why"),
    [
        ([], "not a report"),
        ({"hosts": []}, "not a report"),
        ({"hosts": {}, "schema": 2}, "schema is 2"),
        ({"hosts": {}}, "schema is None"),
    ],
)
def test_other_files_are_not_taken_for_documents(candidate: Any, why: str) -> None:
    with pytest.raises(NotADocument, match=why):
        checked(candidate)

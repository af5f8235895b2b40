# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of requirements itself, and what an audit makes of its rows."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import DataError, roles, sql_clients_of_configmgr
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.load import build_rows
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls import audit as audit_module
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.audit import audit
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.checks import CHECKS
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.finding import (
    CheckResult,
    Evidence,
    Finding,
    Reason,
    Status,
    is_compliant,
    seen,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.requirement import Requirement, requirements
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import findings, state_of
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import enabled, windows

ROWS = requirements()
ROW = {
    "id": "x", "title": "X", "severity": "high", "check": "protocol_on", "protocol": "TLS 1.2", "side": "server",
    "fix": "settings", "remedy": "Do it.", "sources": ["KB1234567"],
}  # fmt: skip
# Without these a check has nothing to compare with. One that is not here compares with nothing of its row.
FIELDS_OF = {
    "protocol_on": ("protocol",),
    "unsupported_protocol_keys": ("protocol",),
    "legacy_off": ("protocols",),
    "dotnet_values": ("runtime",),
    "cipher_suites": ("usable", "modern"),
    "algorithms": ("usable",),
    "client_component": ("client",),
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_is_whole(row: Requirement) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row.id)
    assert row.check in CHECKS
    assert row.sources
    assert all(re.match(r"https://|KB\d", source) for source in row.sources)
    assert row.remedy.endswith(".")
    assert row.title


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("side", "Server"),
        ("protocol", "SSL 2"),
        ("protocols", ["TLS1.0"]),
        ("runtime", "v4.0.30391"),
        ("roles", ["managment_point"]),
        ("client", "odbc81"),
    ],
)
def test_a_slip_of_the_pen_is_refused(field: str, value: object) -> None:
    assert build_rows("machine_requirements.yml", [ROW], Requirement)
    with pytest.raises(DataError, match=f"x.*{field}"):
        build_rows("machine_requirements.yml", [{**ROW, field: value}], Requirement)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_has_what_its_check_compares_with(row: Requirement) -> None:
    given = [name for name in {field for fields in FIELDS_OF.values() for field in fields} if getattr(row, name)]
    assert sorted(given) == sorted(FIELDS_OF.get(row.check, ())), f"{row.id}: what {row.check} compares with"


def test_a_driver_that_is_required_has_a_minimum() -> None:
    drivers = {row.client for row in ROWS if row.check == "client_component"}
    assert drivers == sql_clients_of_configmgr(), "the minimum of a driver is a row of sql_client_requirements.yml"


def test_ids_are_unique_and_every_check_is_used() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)
    assert {row.check for row in ROWS} == set(CHECKS)


def test_a_warning_that_keeps_older_protocols_on_is_marked() -> None:
    assert {row.id for row in ROWS if row.blocks_disable} == {
        "schannel-fips",
        "sql-client-others",
        "application-catalog",
        "enrolled-devices",
        "restart-pending",
    }


def test_every_finding_says_what_its_row_says() -> None:
    found = findings(windows(), ["site_server", "software_update_point"])
    for row in ROWS:
        if row.stage == "disable":
            continue
        finding = found[row.id]
        assert (finding.title, finding.severity, finding.remedy, finding.fix, finding.source) == (
            row.title,
            row.severity,
            row.remedy,
            row.fix,
            row.sources[0],
        )


@pytest.mark.parametrize(("confidence", "status"), [("high", "fail"), ("medium", "fail"), ("low", "warn")])
def test_what_is_known_with_little_confidence_only_warns(
    monkeypatch: pytest.MonkeyPatch, confidence: Any, status: str
) -> None:
    row = next(row for row in ROWS if row.id == "schannel-tls12-server")
    monkeypatch.setattr(audit_module, "requirements", lambda: (dataclasses.replace(row, confidence=confidence),))
    (finding,) = audit(state_of(windows(7601, "Client")), [])
    assert (finding.status.value, finding.outcome.reasons[0].code) == (status, "protocol_off")


def test_everything_that_does_not_pass_says_why() -> None:
    for machine in (windows(7601, "Client"), windows(9200), windows(26100)):
        for finding in findings(machine, [role.id for role in roles()]).values():
            if finding.status not in (Status.PASS, Status.NOT_APPLICABLE):
                assert finding.outcome.reasons, finding.id
                assert finding.outcome.expected, finding.id
            assert finding.outcome.actual, finding.id


def finding(status: Status) -> Finding:
    outcome = CheckResult(status, "wanted", "seen", (Reason("code", "phrase"),), (Evidence("path", "value"),))
    return Finding("an-id", "Title", "high", outcome, "Mend it.", "update", "https://source")


@pytest.mark.parametrize(
    ("statuses", "compliant"),
    [
        ([], True),
        (["pass", "warn", "not_applicable", "waived"], True),
        (["pass", "fail"], False),
        (["pass", "unknown"], False),
    ],
)
def test_compliance(statuses: list[str], compliant: bool) -> None:
    assert is_compliant(finding(Status(status)) for status in statuses) is compliant


@pytest.mark.parametrize("status", ["fail", "warn", "unknown", "waived"])
def test_a_finding_that_asks_for_something_says_everything(status: str) -> None:
    assert finding(Status(status)).as_dict() == {
        "id": "an-id",
        "title": "Title",
        "status": status,
        "severity": "high",
        "expected": "wanted",
        "actual": "seen",
        "reasons": [{"code": "code", "phrase": "phrase"}],
        "remedy": "Mend it.",
        "fix": "update",
        "evidence": [{"path": "path", "value": "value"}],
    }


@pytest.mark.parametrize("status", ["pass", "not_applicable"])
def test_a_finding_that_asks_for_nothing_is_short(status: str) -> None:
    assert finding(Status(status)).as_dict() == {"id": "an-id", "status": status, "actual": "seen"}


def test_evidence_has_one_line_per_key() -> None:
    protocols = state_of(enabled(windows())).schannel.protocols
    client, server = protocols[("TLS 1.2", "client")], protocols[("TLS 1.2", "server")]
    evidence = seen([client.enabled, client.disabled_by_default, server.enabled])
    assert [(item.path.rpartition("\\")[2], item.value) for item in evidence] == [
        ("Client", "Enabled REG_DWORD 0x1, DisabledByDefault REG_DWORD 0x0"),
        ("Server", "Enabled REG_DWORD 0x1"),
    ]

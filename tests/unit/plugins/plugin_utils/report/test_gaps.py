# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes a run fail, what keeps older protocols on, and what a summary says, from documents built by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import (
    RENDERERS,
    HostRecord,
    Origin,
    build_document,
    failing,
    summary_text,
)

NET4 = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
STOPPED = {
    "step": "enable",
    "task": "Enable TLS 1.2",
    "code": "not_applied",
    "message": "MP1: 1 of 12 values are not as they were set.",
    "remedy": "Check the rights.",
    "unreachable": False,
}


def finding(**given: Any) -> dict[str, Any]:
    return {
        "id": "sql-server-build",
        "title": "SQL Server build",
        "status": "fail",
        "severity": "high",
        "fix": "update",
        "expected": "a build with TLS 1.2",
        "actual": "11.0.2100",
        "remedy": "Install the update.",
        "reasons": [{"code": "build_old", "phrase": "the build is too old"}],
        "evidence": [],
        "source": "https://example.org/",
        **given,
    }


def facts(*findings: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    bad = any(item["status"] in ("fail", "unknown") for item in findings)
    return {"compliant": not bad, "findings": list(findings), "restart_required": False, "roles": [], **given}


def document(*records: HostRecord, check_mode: bool = False) -> dict[str, Any]:
    return build_document(Origin("audit", "2026-01-01T00:00:00+00:00", "run-1", "0.1.0", check_mode), records)


@pytest.mark.parametrize(
    ("record", "state"),
    [
        (HostRecord("a", facts()), "compliant"),
        (HostRecord("a", facts(finding(status="warn"))), "compliant"),
        (HostRecord("a", facts(finding())), "not_compliant"),
        (HostRecord("a", facts(finding(status="unknown"))), "not_compliant"),
        (HostRecord("a"), "not_read"),
        (HostRecord("a", facts(), STOPPED), "stopped"),
        (HostRecord("a", None, {**STOPPED, "unreachable": True}), "unreachable"),
    ],
)
def test_a_host_is_in_one_state_and_counted_there(record: HostRecord, state: str) -> None:
    made = document(record)
    assert made["hosts"]["a"]["status"] == state
    states = ("compliant", "not_compliant", "stopped", "unreachable", "not_read")
    assert {name: made["summary"][name] for name in states} == {name: int(name == state) for name in states}


@pytest.mark.parametrize(
    ("severity", "fail_on", "fails"),
    [
        ("high", "none", False),
        ("high", "high", True),
        ("medium", "high", False),
        ("medium", "medium", True),
        ("low", "medium", False),
        ("low", "low", True),
    ],
)
def test_findings_fail_a_run_from_the_severity_on(severity: str, fail_on: str, fails: bool) -> None:
    made = document(HostRecord("a", facts(finding(severity=severity))))
    assert failing(made, fail_on) == ({"a": "sql-server-build: the build is too old"} if fails else {})


def test_a_warning_fails_no_run() -> None:
    assert failing(document(HostRecord("a", facts(finding(status="warn")))), "low") == {}


@pytest.mark.parametrize("record", [HostRecord("a"), HostRecord("a", facts(), STOPPED)], ids=["not read", "stopped"])
def test_a_host_that_was_not_finished_fails_a_run_whatever_the_policy(record: HostRecord) -> None:
    made = document(record, HostRecord("b", facts()))
    assert list(failing(made, "none")) == ["a"]


def changed(after: str) -> HostRecord:
    """A host on which this run set two values, and one of which is something else now."""
    seen = finding(
        id="dotnet-v4-settings",
        fix="settings",
        evidence=[{"path": NET4, "value": f"SystemDefaultTlsVersions absent, SchUseStrongCrypto {after}"}],
    )
    row = {"path": NET4, "name": "SchUseStrongCrypto", "before": None, "after": "REG_DWORD 0x1"}
    return HostRecord("a", facts(seen), changes={"enable": [row]})


def test_a_value_that_somebody_changed_back_fails_a_run() -> None:
    reason = failing(document(changed("REG_DWORD 0x0")), "none")["a"]
    assert reason.startswith("reverted: ") and rf"{NET4}\SchUseStrongCrypto" in reason
    assert "SystemDefaultTlsVersions" not in reason


def test_a_value_that_is_as_it_was_set_does_not_nor_does_a_prediction() -> None:
    assert failing(document(changed("REG_DWORD 0x1")), "none") == {}
    assert failing(document(changed("absent"), check_mode=True), "none") == {}


@pytest.mark.parametrize(("status", "fails"), [("fail", True), ("unknown", False), ("warn", False)])
@pytest.mark.parametrize("name", ["endpoint-disagrees", "role-health"])
def test_a_machine_that_is_not_well_from_outside_fails_a_run(name: str, status: str, fails: bool) -> None:
    made = document(HostRecord("a", facts(), seen_outside=[finding(id=name, status=status)]))
    assert list(failing(made, "none")) == (["a"] if fails else [])


def test_the_summary_names_each_machine_with_what_it_needs() -> None:
    text = summary_text(
        document(
            HostRecord("SQL1", facts(finding())),
            HostRecord("PC1", facts(finding(fix="settings", title="TLS 1.2 for incoming connections"))),
            HostRecord("PC2", facts()),
            HostRecord("MP1", facts(finding()), STOPPED),
        )
    )
    lines = text.splitlines()
    assert "TLS 1.2: 1 of 4 machines are compliant" in lines
    assert "the build is too old" in lines[lines.index("  SQL1") + 1]
    assert "TLS 1.2 for incoming connections" in lines[lines.index("  PC1") + 1]
    assert "  PC2" not in lines
    # What was read of a machine before it was stopped may be out of date, so only the failure is shown.
    assert "  MP1" not in lines and "  MP1: step enable, not_applied" in lines


def test_the_summary_of_a_large_site_fits_a_screen() -> None:
    text = summary_text(document(*(HostRecord(f"PC{number}", facts(finding())) for number in range(1000))))
    assert "1000 machines" in text and len(text.splitlines()) < 200


@pytest.mark.parametrize("format", ["markdown", "html", "junit"])
@pytest.mark.parametrize("ends_with_it", [True, False])
def test_the_remedy_of_a_machine_that_was_stopped_is_said_once(format: str, ends_with_it: bool) -> None:
    message = STOPPED["message"] + (" Check the rights." if ends_with_it else "")
    text = RENDERERS[format].render(document(HostRecord("MP1", None, {**STOPPED, "message": message})))
    # JUnit has the message as an attribute, too.
    assert text.count("Check the rights.") == 1 + (format == "junit" and ends_with_it)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines that a run did not read, as an earlier one saw them: told everywhere, never taken for today's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import RENDERERS, HostRecord, build_document
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.comparison import compare_documents
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.gaps import failing
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.headline import compared, headline
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.summary import summary_text
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.documents import (
    ORIGIN,
    facts,
    open_finding,
    passed,
)

SCHEMA = json.loads((Path(__file__).resolve().parents[5] / "docs" / "report-schema.json").read_text(encoding="utf-8"))
OPEN, GOOD = open_finding("winhttp-update"), passed("winhttp-update")
AWAY = MappingProxyType(
    {"step": "audit", "task": "-", "code": "connect_time_out", "message": "PC1: no answer.", "unreachable": True}
)


def seen(stands: bool = False, days: int = 20) -> dict[str, Any]:
    return {
        "read_at": "2026-02-09T08:00:00+00:00",
        "read_by": "visit",
        "days": days,
        "last_start": None,
        "last_change": None,
        "stands": stands,
    }


def document(*records: HostRecord) -> dict[str, Any]:
    made = build_document(ORIGIN, records)
    assert list(Draft202012Validator(SCHEMA).iter_errors(made)) == []
    return made


def away(finding: dict[str, Any], stopped: Mapping[str, Any] | None = AWAY, **how: Any) -> HostRecord:
    return HostRecord("PC1", facts([finding]), stopped=stopped, seen=seen(**how))


@pytest.mark.parametrize(("stopped", "status"), [(AWAY, "unreachable"), (None, "not_read")])
def test_a_machine_that_was_compliant_once_is_not_compliant_today(
    stopped: Mapping[str, Any] | None, status: str
) -> None:
    made = document(away(GOOD, stopped), HostRecord("PC2", facts([GOOD])))
    assert made["hosts"]["PC1"]["status"] == status
    assert {name: made["summary"][name] for name in ("compliant", status, "seen")} == {
        "compliant": 1,
        status: 1,
        "seen": 1,
    }
    assert headline(made)[0].startswith("1 of 2 machines meets")
    assert "1 machine could not be judged to the end; all of them are known from an earlier run." in headline(made)


def test_what_was_open_then_counts_as_left_to_do_and_says_when_it_was_seen() -> None:
    made = document(away(OPEN))
    assert made["summary"]["needs"]["update"] == ["PC1"]
    text = summary_text(made)
    assert "Not read, as seen before:\n  PC1: seen 20 days ago by a visit, then open: WinHTTP update" in text
    assert "Still to do" not in text


@pytest.mark.parametrize("name", sorted(RENDERERS))
def test_every_format_says_that_it_is_old(name: str) -> None:
    told = RENDERERS[name].render(document(away(OPEN)))
    assert ("seen 20 days ago" if name in ("html", "markdown") else "2026-02-09T08:00:00") in told


@pytest.mark.parametrize("name", ["html", "markdown", "csv"])
def test_what_it_told_of_the_baseline_is_beside_its_age(name: str) -> None:
    seen_so = {**seen(), "compliance": {"state": "not_compliant", "days": 3}}
    made = document(HostRecord("PC1", facts([OPEN]), stopped=AWAY, seen=seen_so))
    assert "baseline was not compliant 3 days ago" in RENDERERS[name].render(made)
    assert "baseline was not compliant 3 days ago" in summary_text(made)
    assert "baseline was" not in RENDERERS[name].render(document(away(OPEN)))


@pytest.mark.parametrize(
    ("finding", "stands", "fail_on", "fails"),
    [
        (GOOD, False, "none", "audit: connect_time_out"),
        (GOOD, True, "none", None),
        (OPEN, True, "none", None),
        (OPEN, True, "high", "winhttp-update"),
    ],
)
def test_a_machine_whose_record_stands_does_not_fail_the_run_for_being_away(
    finding: dict[str, Any], stands: bool, fail_on: str, fails: str | None
) -> None:
    found = failing(document(away(finding, stands=stands)), fail_on)
    assert list(found) == (["PC1"] if fails else []) and (fails is None or found["PC1"].startswith(fails))


@pytest.mark.parametrize(
    ("before", "since"),
    [
        (HostRecord("PC1", facts([OPEN])), "2026-02-09T08:00:00+00:00"),
        (HostRecord("PC1", stopped=AWAY), "2026-02-09T08:00:00+00:00"),
    ],
)
def test_a_machine_that_is_away_is_not_fixed(before: HostRecord, since: str) -> None:
    compared_with = compare_documents(document(before), document(away(GOOD)))
    assert {name: compared_with[name] for name in ("new", "fixed", "still_open", "by_others")} == {
        "new": [],
        "fixed": [],
        "still_open": [],
        "by_others": [],
    }
    assert compared_with["not_seen"] == [{"host": "PC1", "since": since}]
    assert "1 machine not seen since" in compared(compared_with)
    made = document(away(GOOD)) | {"comparison": compared_with}
    for name in ("html", "markdown"):
        assert since[:10] in RENDERERS[name].render(made)
    assert f"  PC1: not seen since {since[:10]}" in summary_text(made)


@pytest.mark.parametrize(
    ("before", "since"),
    [
        (HostRecord("PC1", facts([OPEN], read_at="2026-02-28T08:00:00+00:00")), "2026-02-28T08:00:00+00:00"),
        (HostRecord("PC1", facts([OPEN])), ORIGIN.generated),
        (away(OPEN), "2026-02-09T08:00:00+00:00"),
        (HostRecord("PC1"), None),
    ],
    ids=["told then", "read then", "known then", "never"],
)
def test_without_a_record_the_earlier_report_says_since_when(before: HostRecord, since: str | None) -> None:
    compared_with = compare_documents(document(before), document(HostRecord("PC1", stopped=AWAY)))
    assert compared_with["not_seen"] == [{"host": "PC1", "since": since}] and compared_with["fixed"] == []


def test_a_machine_that_is_back_is_compared_with_what_was_known_of_it() -> None:
    compared_with = compare_documents(document(away(OPEN)), document(HostRecord("PC1", facts([GOOD]))))
    assert [row["host"] for row in compared_with["fixed"]] == ["PC1"] and compared_with["not_seen"] == []

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From signs to symptoms: what is linked to them, and what is said when nothing is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import load_table
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_evidence import LogFile
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.diagnosis import diagnose, shortened
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.events import Event
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.folders import LogPlace
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.search import LogLine, Reading, Search

LOGS = {row.id: row for row in load_table("log_files", LogFile)}
CLOSED = "The underlying connection was closed:"
RECEIVE = "An unexpected error occurred on a receive."
TRAILER = "  $$<SMS_SRS_REPORTING_POINT><11-20-2026 10:00:00.000+000><thread=1 (0x1)>"


def read(log: str, *lines: tuple[int, str]) -> list[Reading]:
    search = Search(LogPlace(LOGS[log], r'"C:\SMS\Logs"'), ())
    return [Reading(search, "read", tuple(LogLine(*line) for line in lines))]


def finding(name: str, status: str, phrase: str = "it is off") -> dict[str, Any]:
    return {"id": name, "status": status, "title": name.upper(), "actual": "x", "reasons": [{"phrase": phrase}]}


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ([(7, f"{CLOSED} {RECEIVE}{TRAILER}")], 1),
        ([(7, CLOSED), (8, RECEIVE + TRAILER)], 1),
        ([(7, CLOSED), (9, RECEIVE + TRAILER)], 1),
        ([(7, CLOSED), (40, RECEIVE + TRAILER)], 0),
        ([(7, CLOSED + TRAILER), (8, RECEIVE + TRAILER)], 0),
        ([(7, f"{CLOSED} {RECEIVE}{TRAILER}"), (8, f"{CLOSED} {RECEIVE}{TRAILER}")], 2),
        ([(7, CLOSED)], 0),
        ([], 0),
    ],
    ids=["one line", "two lines", "one between", "far apart", "two messages", "twice", "half", "none"],
)
def test_a_message_may_be_broken_into_two_lines(lines: list[tuple[int, str]], count: int) -> None:
    symptoms = diagnose(read("srsrp", *lines), (), ()).symptoms
    assert sum(symptom["count"] for symptom in symptoms if symptom["id"] == "srsrp-receive") == count


def test_unmet_requirements_are_the_causes_failures_first() -> None:
    findings = [
        finding("restart-after-change", "fail", "it was not restarted"),
        finding("dotnet-release", "warn", "4.6.2"),
        finding("dotnet-v4-settings", "fail", "strong cryptography is off"),
        finding("schannel-tls12-client", "pass"),
        finding("wsus-update", "fail"),
    ]
    (symptom,) = diagnose(read("srsrp", (7, f"{CLOSED} {RECEIVE}{TRAILER}")), (), findings).symptoms
    assert [cause["finding"] for cause in symptom["causes"]] == [
        "dotnet-v4-settings",
        "restart-after-change",
        "dotnet-release",
    ]
    assert "strong cryptography is off; RESTART-AFTER-CHANGE: it was not restarted" in symptom["cause"]
    assert symptom["issue"] == "Reporting services point fails with a closed connection"


def test_with_every_requirement_met_the_other_side_is_named() -> None:
    (symptom,) = diagnose(read("srsrp", (7, f"{CLOSED} {RECEIVE}{TRAILER}")), (), ()).symptoms
    assert symptom["causes"] == []
    assert "other side" in symptom["cause"]


@pytest.mark.parametrize(("hour", "older"), [(9, False), (11, True)])
def test_a_line_is_held_against_the_last_start(hour: int, older: bool) -> None:
    boot = datetime(2026, 11, 20, hour, tzinfo=UTC)
    (symptom,) = diagnose(read("srsrp", (7, f"{CLOSED} {RECEIVE}{TRAILER}")), (), (), boot).symptoms
    assert symptom["before_restart"] is older


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (Event(36871, "2026-11-20T10:00:00Z", {"ErrorState": "10013"}), ["schannel-36871-10013"]),
        (Event(36871, "2026-11-20T10:00:00Z", {"ErrorState": "10001"}), []),
        (Event(36874, "2026-11-20T10:00:00Z"), ["schannel-36874"]),
        (Event(36887, "2026-11-20T10:00:00Z", {"AlertDesc": "70"}), ["schannel-36887-40"]),
        (Event(36887, "2026-11-20T10:00:00Z", {"AlertDesc": "46"}), ["schannel-36888-certificate"]),
        (Event(36887, "2026-11-20T10:00:00Z", {"AlertDesc": "20"}), []),
        (Event(36888, "2026-11-20T10:00:00Z", {"AlertDesc": "40", "ErrorState": "1205"}), ["schannel-36888"]),
        (Event(36888, "2026-11-20T10:00:00Z", {"AlertDesc": "10"}), []),
        (Event(36870, "2026-11-20T10:00:00Z", {"Type": "server", "ErrorCode": "0x8009030D"}), ["schannel-36870"]),
        (Event(36873, "2026-11-20T10:00:00Z"), ["schannel-36873"]),
        (Event(36882, "2026-11-20T10:00:00Z"), ["schannel-certificate"]),
        (Event(36885, "2026-11-20T10:00:00Z"), ["schannel-36885"]),
        (Event(36878, "2026-11-20T10:00:00Z"), []),
        (Event(36880, "2026-11-20T10:00:00Z", {"Protocol": "TLS 1.0"}), []),
    ],
)
def test_events_that_are_signs(event: Event, found: list[str]) -> None:
    assert [symptom["id"] for symptom in diagnose((), (event,), ()).symptoms] == found


@pytest.mark.parametrize(("status", "count"), [("warn", 1), ("fail", 1), ("pass", 0), ("unknown", 0)])
def test_the_fips_policy_is_a_sign_of_its_own(status: str, count: int) -> None:
    assert len(diagnose((), (), [finding("schannel-fips", status)]).symptoms) == count


def test_a_good_sign_is_no_symptom() -> None:
    found = diagnose(read("software-distribution", (3, "SCHANNEL Protocol 'TLS 1.2' is enabled")), (), ())
    assert (found.symptoms, [row["id"] for row in found.good]) == ((), ["wsus-protocols-told"])


def test_two_signs_of_one_log_are_told_apart() -> None:
    azure = rf"Microsoft.CloudBase.AAD.AADAuthenticationException\r\n{CLOSED} {RECEIVE}{TRAILER}"
    lines = [(3, azure), (4, f"{CLOSED} {RECEIVE}{TRAILER}")]
    found = {symptom["id"]: symptom["line"] for symptom in diagnose(read("admin-ui", *lines), (), ()).symptoms}
    assert found == {"console-azure": 3, "console-onboarding": 4}


def test_the_surest_ten_are_kept_and_the_rest_is_named() -> None:
    rows = [{"id": f"s{number}", "confidence": ("low", "medium", "high")[number % 3]} for number in range(15)]
    shown = shortened(rows)
    assert [row["confidence"] for row in shown["symptoms"]] == ["high"] * 5 + ["medium"] * 5
    assert shown["left_out"] == ["s0", "s12", "s3", "s6", "s9"]

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What clients told, and who is asked to restart: nothing is compliant that did not say so, no server restarts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.compliance import (
    ClientCompliance,
    moment_of,
    read_compliance,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.restart import (
    RestartOutcome,
    RestartWave,
    Waves,
    ask_restarts,
    last_starts,
    who_needs_one,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
OURS = {
    "CI_ID": 7,
    "LocalizedDisplayName": "b",
    "LocalizedDescription": "Made by configmgr.tls, version 1",
    "IsLatest": True,
}
STATUS = {"CI_ID": 7, "ResourceID": 1, "LastComplianceMessageTime": "2026-11-27T10:00:00Z", "IsApplicable": True}


class Service:
    """An AdminService with these rows."""

    def __init__(self, **classes: list[dict[str, Any]]) -> None:
        self.classes, self.calls = classes, list[tuple[str, dict[str, Any]]]()
        self.answer: dict[str, Any] = {"OperationID": 11, "ReturnValue": 0}

    def rows(self, name: str, filter: str = "") -> list[dict[str, Any]]:
        column, _equals, value = filter.partition(" eq ")
        rows = self.classes.get(name, [])
        return [row for row in rows if not filter or str(row.get(column)) == value.strip("'")]

    def call(self, name: str, body: dict[str, Any], route: str) -> dict[str, Any]:
        assert route == "wmi"
        self.calls.append((name, body))
        return self.answer


def service(*statuses: dict[str, Any], baselines: tuple[dict[str, Any], ...] = (OURS,)) -> Any:
    return Service(SMS_ConfigurationBaselineInfo=list(baselines), SMS_CI_CurrentComplianceStatus=list(statuses))


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({"ComplianceState": 1}, "compliant"),
        ({"ComplianceState": 2}, "not_compliant"),
        ({"ComplianceState": 4}, "error"),
        ({"ComplianceState": 0}, "not_told"),
        ({"ComplianceState": 3}, "not_told"),
        ({"ComplianceState": "1"}, "not_told"),
        ({"ComplianceState": None}, "not_told"),
        ({"ComplianceState": [1]}, "not_told"),
        ({}, "not_told"),
        ({"ComplianceState": 1, "IsApplicable": False}, "not_told"),
        ({"ComplianceState": 1, "LastComplianceMessageTime": None}, "not_told"),
        ({"ComplianceState": 1, "LastComplianceMessageTime": "yesterday"}, "not_told"),
        ({"ComplianceState": 1, "CI_ID": 6}, "not_told"),
        ({"ComplianceState": 1, "ResourceID": 2}, "not_told"),
    ],
)
def test_only_who_says_so_is_compliant(row: dict[str, Any], state: str) -> None:
    assert read_compliance(service({**STATUS, **row}), "b", [1])[1].state == state


def test_of_several_rows_the_worst_counts() -> None:
    rows = [{**STATUS, "ComplianceState": state} for state in (1, 4, 2)]
    assert read_compliance(service(*rows), "b", [1])[1].state == "error"
    assert read_compliance(service(), "b", [1, 2]) == {1: ClientCompliance(), 2: ClientCompliance()}


def test_age() -> None:
    told = read_compliance(service({**STATUS, "ComplianceState": 1}), "b", [1])[1].as_dict(NOW)
    assert told == {"state": "compliant", "told_at": "2026-11-27T10:00:00+00:00", "days": 1, "mended_at": None}
    assert ClientCompliance().as_dict(NOW)["days"] is None
    assert moment_of("0001-01-01T00:00:00+01:00") is None
    assert moment_of("2026-11-27T10:00:00") == moment_of("2026-11-27T11:00:00+01:00") != moment_of(None)


@pytest.mark.parametrize(
    ("baselines", "code"),
    [
        ((), "baseline_not_found"),
        (({**OURS, "IsLatest": False},), "baseline_not_found"),
        ((OURS, {**OURS, "CI_ID": 8}), "baseline_not_found"),
        (({**OURS, "LocalizedDescription": "Being made by configmgr.tls, version 1"},), "baseline_not_ours"),
        (({**OURS, "LocalizedDescription": None},), "baseline_not_ours"),
    ],
)
def test_a_baseline_that_is_not_there(baselines: tuple[dict[str, Any], ...], code: str) -> None:
    with pytest.raises(Failure) as problem:
        read_compliance(service(baselines=baselines), "b", [1])
    assert problem.value.code == code


MENDED = ClientCompliance("compliant", NOW, NOW - timedelta(hours=2))
PC = {"ResourceID": 1, "DeviceOS": "Microsoft Windows NT Workstation 10.0", "CNIsOnline": True}


@pytest.mark.parametrize(
    ("told", "device", "started", "outcome"),
    [
        (MENDED, PC, NOW - timedelta(days=3), RestartOutcome.ASKED),
        (MENDED, PC, None, RestartOutcome.ASKED),
        (MENDED, PC, NOW, RestartOutcome.NOT_NEEDED),
        (ClientCompliance("compliant", NOW), PC, None, RestartOutcome.NOT_NEEDED),
        (ClientCompliance("not_compliant", NOW, NOW), PC, None, RestartOutcome.NOT_SET),
        (ClientCompliance("error", NOW, NOW), PC, None, RestartOutcome.NOT_SET),
        (ClientCompliance(), PC, None, RestartOutcome.NOT_SET),
        (MENDED, {**PC, "CNIsOnline": False}, None, RestartOutcome.OFFLINE),
        (MENDED, {**PC, "DeviceOS": "Microsoft Windows NT Server 10.0"}, None, RestartOutcome.NOT_A_CLIENT),
        (MENDED, {**PC, "DeviceOS": "Microsoft Windows NT Advanced Server 10.0"}, None, RestartOutcome.NOT_A_CLIENT),
        (MENDED, {**PC, "DeviceOS": None}, None, RestartOutcome.NOT_A_CLIENT),
        (MENDED, {}, None, RestartOutcome.NOT_A_CLIENT),
    ],
)
def test_who_is_asked(
    told: ClientCompliance, device: dict[str, Any], started: datetime | None, outcome: RestartOutcome
) -> None:
    assert who_needs_one({1: told}, {1: device}, {1: started} if started else {}) == {1: outcome}


def test_waves_are_asked_one_after_the_other_and_foreseen_ones_never() -> None:
    site: Any = Service()
    slept: list[float] = []
    waves = Waves(2, 600, slept.append)
    assert list(ask_restarts(site, "PS1", [1, 2, 3], waves, foresee=True)) == [
        RestartWave((1, 2), None),
        RestartWave((3,), None),
    ]
    assert not site.calls and not slept
    assert list(ask_restarts(site, "PS1", [1, 2, 3], waves, foresee=False)) == [
        RestartWave((1, 2), 11),
        RestartWave((3,), 11),
    ]
    assert [body["TargetResourceIDs"] for _name, body in site.calls] == [[1, 2], [3]] and slept == [600]
    assert {body["Type"] for _name, body in site.calls} == {17}


@pytest.mark.parametrize("answer", [{}, {"OperationID": "11"}, {"OperationID": 11, "ReturnValue": 5}])
def test_a_site_that_does_not_take_it(answer: dict[str, Any]) -> None:
    site: Any = Service()
    site.answer = answer
    with pytest.raises(Failure) as problem:
        list(ask_restarts(site, "PS1", [1], Waves(1, 0), foresee=False))
    assert problem.value.code == "restart_not_taken"


def test_last_starts() -> None:
    rows = [{"ResourceID": 1, "LastBootUpTime": "2026-11-28T12:00:00Z"}, {"ResourceID": 2, "LastBootUpTime": None}, {}]
    site: Any = Service(SMS_G_System_OPERATING_SYSTEM=rows)
    assert last_starts(site) == {1: NOW}

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines that are set and wait for a restart: a state of their own, told everywhere, and no failure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import RENDERERS, HostRecord, build_document
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.gaps import failing
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.headline import headline
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.summary import summary_text
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.waiting import why_waiting
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.documents import (
    ORIGIN,
    facts,
    open_finding,
)

SCHEMA = json.loads((Path(__file__).resolve().parents[5] / "docs" / "report-schema.json").read_text(encoding="utf-8"))
RESTART = open_finding("restart-after-change", title="Restarted since the change", fix="restart")
PEOPLE: Mapping[str, Any] = {
    "state": "waiting",
    "waits_for": "people",
    "until": None,
    "logged_on": [{"user": r"CONTOSO\ann", "session": "Console"}],
    "logged_on_known": True,
}


def document(*findings: dict[str, Any], waiting: Mapping[str, Any] | None = MappingProxyType(PEOPLE)) -> dict[str, Any]:
    return build_document(ORIGIN, [HostRecord("PC1", facts(findings), waiting=waiting)])


@pytest.mark.parametrize(
    ("findings", "waiting", "status"),
    [
        ([RESTART], PEOPLE, "waiting"),
        ([RESTART], None, "not_compliant"),
        ([RESTART, open_finding("winhttp-update")], PEOPLE, "not_compliant"),
        ([], PEOPLE, "compliant"),
    ],
)
def test_only_a_restart_may_be_missing(
    findings: list[dict[str, Any]], waiting: Mapping[str, Any] | None, status: str
) -> None:
    made = document(*findings, waiting=waiting)
    assert made["hosts"]["PC1"]["status"] == status
    assert made["summary"]["waiting"] == int(status == "waiting")
    assert list(Draft202012Validator(SCHEMA).iter_errors(made)) == []


def test_it_fails_no_run_for_that() -> None:
    assert failing(document(RESTART), "low") == {}
    assert list(failing(document(RESTART, open_finding("winhttp-update")), "low").values()) == [
        "winhttp-update: WinHTTP update KB3140245 is missing"
    ]
    assert list(failing(document(RESTART, waiting=None), "low")) == ["PC1"]


@pytest.mark.parametrize(
    ("pending", "told"),
    [
        ({}, "ConfigMgr restarts it"),
        ({"configmgr_pending": True}, "ConfigMgr restarts it, and has one pending"),
        ({"configmgr_pending": False}, "ConfigMgr restarts it, and is not seen to have one pending yet"),
    ],
)
def test_configmgrs_own_restart_is_told(pending: dict[str, bool], told: str) -> None:
    assert why_waiting({"state": "waiting", "waits_for": "configmgr", "until": None, **pending}) == told


def test_a_machine_that_was_left_as_it_is_waits_for_nothing_but_its_window() -> None:
    left = {"state": "left", "waits_for": "window", "until": "2026-11-28T20:00:00+00:00"}
    made = document(open_finding("dotnet-v4-settings", fix="settings"), waiting=left)
    assert made["hosts"]["PC1"]["status"] == "not_compliant" and made["summary"]["waiting"] == 0
    assert list(Draft202012Validator(SCHEMA).iter_errors(made)) == []
    told = "PC1: its window of maintenance is shut; not before 2026-11-28T20:00:00+00:00"
    assert f"Left as they are:\n  {told}" in summary_text(made) and "waiting for a restart" not in summary_text(made)
    assert "Left as it is:" in RENDERERS["html"].render(made)


def test_every_reader_hears_of_it() -> None:
    made = document(RESTART)
    assert "1 machine is set and will do after a restart." in headline(made)
    assert r"PC1: somebody is logged on: CONTOSO\ann (Console)" in summary_text(made)
    assert "Still to do" not in summary_text(made)
    page = RENDERERS["html"].render(made)
    assert "Set, waiting for a restart" in page and "somebody is logged on" in page


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"logged_on": [], "logged_on_known": False}, "somebody is logged on: who, it does not tell"),
        ({"logged_on": []}, "somebody is logged on"),
        (
            {"waits_for": "window", "until": "2026-11-28T20:00:00+00:00"},
            r"its window of maintenance is shut; logged on: CONTOSO\ann (Console); not before "
            "2026-11-28T20:00:00+00:00",
        ),
        ({"waits_for": "configmgr", "logged_on": []}, "ConfigMgr restarts it"),
    ],
)
def test_the_reason_in_a_clause(changed: dict[str, Any], text: str) -> None:
    assert why_waiting({**PEOPLE, **changed}) == text

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates in the report: per machine, in the timeline, and in what people read."""

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import (
    RENDERERS,
    HostRecord,
    build_document,
    summary_text,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.documents import ORIGIN, facts, passed
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.test_document import problems

UPDATE = {
    "id": "dotnet-4.8",
    "title": ".NET Framework 4.8",
    "state": "installed",
    "reasons": ["dotnet-release"],
    "exit_code": 3010,
    "size": 121_307_088,
    "restart": "windows",
}
TIMES = {"update": {"begun": "2026-01-01T08:00:00+00:00", "ended": "2026-01-01T08:30:00+00:00"}}


def made() -> dict[str, Any]:
    known = facts([passed("state-readable")])
    return build_document(
        ORIGIN,
        [
            HostRecord("APP1", known, updates=[UPDATE], restarted=True, times=TIMES),
            HostRecord("APP2", known, updates=[{**UPDATE, "title": "<b>not markup</b>"}]),
            HostRecord("DP1", known),
        ],
    )


def test_updates_meet_the_schema_and_are_in_the_timeline() -> None:
    document = made()
    assert problems(document) == []
    assert document["hosts"]["APP1"]["updates"] == [UPDATE] and "updates" not in document["hosts"]["DP1"]
    assert document["summary"]["changed"] == 2 and document["summary"]["values"] == 0
    (stage,) = document["stages"]
    assert (stage["stage"], stage["hosts"], stage["note"]) == (
        "update",
        ["APP1", "APP2"],
        "2 packages, 1 of 2 restarted",
    )
    assert stage["begun"] == TIMES["update"]["begun"]


def test_people_read_which_machine_got_what() -> None:
    document = made()
    page, text = RENDERERS["html"].render(document), RENDERERS["markdown"].render(document)
    assert ".NET Framework 4.8" in page and "Updates installed by this run" in page and "<b>not markup" not in page
    assert "## Updates" in text and "APP1" in text.partition("## Updates")[2]


def test_the_terminal_shows_each_package_with_its_size_restart_and_machines() -> None:
    known = facts([passed("state-readable")])
    planned = {**UPDATE, "state": "would_install", "size": None, "restart": "none"}
    rows = [HostRecord(name, known, updates=[row]) for name, row in (("A", UPDATE), ("B", UPDATE), ("C", planned))]
    lines = summary_text(build_document(ORIGIN, rows)).splitlines()
    assert "  installed: .NET Framework 4.8 (121.3 MB, with a restart) on A, B" in lines
    assert "  would be installed: .NET Framework 4.8 on C" in lines

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines that are away: what was learned of them stays with its age, and they cost a run a moment each."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, Site

from ansible_collections.configmgr.tls.plugins.plugin_utils._record.folder import RecordFolder
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.record import of_facts
from configmgr_lab.control.client import LabClient

AUDIT = ROOT / "playbooks" / "audit.yml"
SERVER, CLIENT, OTHER, WITHOUT_UPDATE = "MP2", "PC10", "PC11", "PC7B"


def age(record: Path, host: str, days: float) -> None:
    """Let the record of a host be so old."""
    now = datetime.now(UTC)
    known = RecordFolder(record, now).read(host)
    assert known is not None and known.facts is not None
    read_at = (now - timedelta(days=days)).isoformat(timespec="seconds")
    (record / f"{host}.json").write_text(
        json.dumps(of_facts(host, {**known.facts, "read_at": read_at}).as_dict()), encoding="utf-8"
    )


@pytest.mark.parametrize("does", ["off", "sleep"])
def test_a_machine_that_does_not_answer_costs_a_short_look(site: Site, lab: LabClient, does: str) -> None:
    lab.switch(CLIENT, does)
    gone = site.module("tls_facts", {"quick_look": 0.3}, limit=CLIENT)
    (found,) = gone.results
    assert (found.status, found.code) == ("unreachable", "connect_time_out") and gone.seconds < 5
    assert "in 0.3 seconds" in found.data["error"]["detail"]
    lab.switch(CLIENT, "on")
    site.module("tls_facts", {"quick_look": 2}, limit=CLIENT).expect_ok()


def test_a_record_stands_for_a_visit_as_long_as_the_owner_says(site: Site, lab: LabClient, tmp_path: Path) -> None:
    hosts, record = [CLIENT, OTHER, WITHOUT_UPDATE], tmp_path / "record"
    set_and_restarted: list[dict[str, Any]] = [
        {"configmgr.tls.tls_settings": {"stage": "enable"}},
        {"configmgr.tls.tls_restart": {"policy": "machine", "delay": 0}},
        {"configmgr.tls.tls_facts": {}},
        {"configmgr.tls.tls_record": {"path": str(record)}},
    ]
    site.tasks(set_and_restarted, limit=hosts).expect_ok()
    read = [{"configmgr.tls.tls_facts": {}}, {"configmgr.tls.tls_gate_info": {}}]
    arguments = {"record": str(record), "seen_days": 30, "hierarchy": [CLIENT, OTHER]}
    read[1]["configmgr.tls.tls_gate_info"] = arguments

    def asked(**more: Any) -> dict[str, Any]:
        arguments.update(more)
        return site.tasks(read, limit=OTHER, check=True).expect_ok().last[OTHER].data

    age(record, CLIENT, 20)
    assert asked()["open"] and [(row["host"], row["days"]) for row in asked()["seen"]] == [(CLIENT, 20)]
    assert [row["code"] for row in asked(seen_days=0)["reasons"]] == ["not_reached"]
    age(record, CLIENT, 31)
    (reason,) = asked(seen_days=30)["reasons"]
    assert reason["code"] == "not_reached" and "last seen 31 days ago" in reason["phrase"]
    age(record, CLIENT, 20)
    # One old record of a Windows 7 without the update is enough.
    found = asked(hierarchy=[CLIENT, OTHER, WITHOUT_UPDATE])
    assert {(row["code"], row["host"]) for row in found["reasons"]} >= {("winhttp-update", WITHOUT_UPDATE)}
    assert {row["host"] for row in found["reasons"]} == {WITHOUT_UPDATE}
    (record / f"{CLIENT}.json").write_text("{", encoding="utf-8")
    found = asked(hierarchy=[CLIENT, OTHER])
    assert [row["code"] for row in found["reasons"]] == ["not_reached"]
    assert f"{CLIENT}.json of the site record is not believed: it is not JSON" in found["gate_warnings"]


@pytest.mark.seam
def test_a_run_says_how_it_knows_a_machine_that_is_away(site: Site, lab: LabClient, tmp_path: Path) -> None:
    record, folder = tmp_path / "record", tmp_path / "reports"
    given = {"configmgr_tls_record": str(record), "configmgr_tls_report_dir": str(folder)}
    site.playbook(AUDIT, limit=[SERVER, CLIENT, OTHER], variables=given).expect_ok()
    kept = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in record.iterdir()}
    assert set(kept) == {f"{host}.json" for host in (SERVER, CLIENT, OTHER)}
    assert {row["read_by"] for row in kept.values()} == {"visit"} and kept[f"{CLIENT}.json"]["last_start"]
    lab.switch(CLIENT, "off")
    # OTHER is not even in the run: the forecast counts what is known of it.
    given |= {
        "configmgr_tls_seen_days": 30,
        "configmgr_tls_quick_look": 0.3,
        "configmgr_tls_compare_with": str(folder / "audit.json"),
    }
    second = site.playbook(AUDIT, limit=[SERVER, CLIENT], variables=given).expect_ok()
    report = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    away = report["hosts"][CLIENT]
    assert (away["status"], away["stopped"]["code"]) == ("unreachable", "connect_time_out")
    assert (away["seen"]["days"], away["seen"]["stands"]) == (0, True)
    assert away["facts"]["windows"]["build"] == 19045 and report["summary"]["seen"] == 1
    assert report["comparison"]["not_seen"] == [{"host": CLIENT, "since": kept[f"{CLIENT}.json"]["read_at"]}]
    assert report["comparison"]["fixed"] == []
    assert {row["caller"] for row in report["conversations"] if row["caller_role"] == "client"} == {CLIENT, OTHER}
    assert "Not read, as seen before:" in second.output and f"{CLIENT}: not seen since" in second.output
    assert json.loads((record / f"{CLIENT}.json").read_text(encoding="utf-8")) == kept[f"{CLIENT}.json"]

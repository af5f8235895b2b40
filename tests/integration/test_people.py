# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines with people in front of them: nobody loses a document without the notice that was promised."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support import ROOT, Site

from configmgr_lab.control.client import LabClient

CLIENT, SERVER = "PC11", "MP2"
TIME_ZONE = r"HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation"


def restart(site: Site, host: str, check: bool = False, **arguments: Any) -> dict[str, Any]:
    given = {"when": "always", "delay": 0, **arguments}
    return site.module("tls_restart", given, limit=host, check=check).expect_ok().last[host].data


def lost(lab: LabClient, host: str) -> int:
    return int(lab.people(host)["documents_lost"])


def window(begin: timedelta, length: timedelta) -> list[dict[str, str]]:
    """Opens so long after now; by the clock of a machine whose zone is UTC."""
    first = datetime.now(UTC) + begin
    return [{"from": f"{first:%H:%M}", "to": f"{first + length:%H:%M}", "zone": "machine"}]


@pytest.mark.parametrize(("session", "disconnects"), [("console", False), ("remote", True)])
def test_a_client_with_somebody_there_waits_until_nobody_is(
    site: Site, lab: LabClient, session: str, disconnects: bool
) -> None:
    lab.log_on(CLIENT, "ann", session=session, documents=3)
    if disconnects:
        lab.disconnect(CLIENT, "ann")
    for check in (True, False):
        told = restart(site, CLIENT, check, policy="when_nobody")
        assert (told["changed"], told["state"], told["waits_for"]) == (False, "waiting", "people")
        assert [row["user"].lower().rpartition("\\")[2] for row in told["logged_on"]] == ["ann"]
    lab.log_off(CLIENT, "ann")
    assert restart(site, CLIENT, policy="when_nobody")["state"] == "restarted"
    assert (lab.restarts(CLIENT), lost(lab, CLIENT)) == (1, 0)


def test_windows_itself_refuses_for_somebody_who_came_meanwhile(site: Site, lab: LabClient) -> None:
    """Her hive cannot be told from one that a service loaded, as long as her session is being made."""
    lab.log_on(CLIENT, "ann", documents=1)
    hives = lab.run(CLIENT, "reg query HKU")["stdout"].split()
    mine = next(hive for hive in hives if hive.endswith("_Classes")).removesuffix("_Classes")
    assert lab.run(CLIENT, f'reg delete "{mine}\\Volatile Environment" /f')["exit_code"] == 0
    assert restart(site, CLIENT, True, policy="when_nobody")["state"] == "restarted"
    told = restart(site, CLIENT, policy="when_nobody")
    assert (told["state"], told["waits_for"], lost(lab, CLIENT)) == ("waiting", "people", 0)


def test_a_notice_is_announced_counted_once_and_taken_back(site: Site, lab: LabClient) -> None:
    lab.log_on(CLIENT, "ann", documents=1)
    arguments = {"policy": "notice", "notice": 60, "message": "TLS: please save your work"}
    assert restart(site, CLIENT, True, **arguments)["state"] == "announced"
    assert lab.people(CLIENT)["notices"] == []
    told = restart(site, CLIENT, **arguments)
    assert (told["changed"], told["state"], told["waits_for"]) == (True, "announced", "notice")
    left = datetime.fromisoformat(told["until"]) - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(minutes=60)
    again = restart(site, CLIENT, **arguments)
    assert (again["changed"], again["state"], again["waits_for"]) == (False, "waiting", "countdown")
    assert lab.people(CLIENT)["notices"] == [{"text": arguments["message"], "seconds": 3600.0, "shown_to": 1}]
    assert restart(site, CLIENT, True, cancel=True)["changed"] is False
    assert restart(site, CLIENT, cancel=True)["state"] == "cancelled"
    assert restart(site, CLIENT, cancel=True)["changed"] is False
    assert (lab.restarts(CLIENT), lost(lab, CLIENT)) == (0, 0)


def test_a_server_with_a_session_is_restarted_after_the_notice(site: Site, lab: LabClient) -> None:
    lab.log_on(SERVER, "administrator", session="remote")
    told = restart(site, SERVER, policy="now", notice=0.02, message="Soon")
    assert told["state"] == "restarted" and told["logged_on"][0]["session"].startswith("RDP")
    assert lab.people(SERVER)["notices"] == [{"text": "Soon", "seconds": 1.0, "shown_to": 1}]
    assert lab.restarts(SERVER) == 1


def test_the_owner_may_leave_the_restart_to_configmgr(site: Site, lab: LabClient) -> None:
    told = restart(site, CLIENT, policy="configmgr")
    assert (told["state"], told["waits_for"], lab.restarts(CLIENT)) == ("waiting", "configmgr", 0)
    assert told["configmgr_pending"] is False
    lab.set_value(CLIENT, r"HKLM\SOFTWARE\Microsoft\SMS\Mobile Client\Reboot Management\RebootData", "RebootBy", 1)
    assert restart(site, CLIENT, policy="configmgr")["configmgr_pending"] is True


def test_outside_of_its_window_a_machine_waits(site: Site, lab: LabClient) -> None:
    shut, is_open = window(timedelta(hours=2), timedelta(hours=3)), window(timedelta(hours=-1), timedelta(hours=3))
    told = restart(site, CLIENT, policy="when_nobody", maintenance=shut)
    assert (told["state"], told["waits_for"]) == ("waiting", "window")
    assert timedelta(minutes=118) < datetime.fromisoformat(told["until"]) - datetime.now(UTC) < timedelta(hours=2)
    # Six hours to the east the same times are over, or not yet.
    lab.set_value(CLIENT, TIME_ZONE, "ActiveTimeBias", 2**32 - 360)
    assert restart(site, CLIENT, True, policy="when_nobody", maintenance=is_open)["waits_for"] == "window"
    lab.delete_value(CLIENT, TIME_ZONE, "ActiveTimeBias")
    told = restart(site, CLIENT, True, policy="when_nobody", maintenance=is_open)
    assert (told["waits_for"], told["until"]) == ("window", None)
    lab.set_value(CLIENT, TIME_ZONE, "ActiveTimeBias", 0)
    assert restart(site, CLIENT, policy="when_nobody", maintenance=is_open)["state"] == "restarted"


def test_outside_of_its_window_nothing_is_set_where_the_owner_says_so(site: Site, lab: LabClient) -> None:
    shut, is_open = window(timedelta(hours=2), timedelta(hours=3)), window(timedelta(hours=-1), timedelta(hours=3))
    before = lab.dump(CLIENT)["registry"]
    for check in (True, False):
        told = (
            site.module("tls_settings", {"maintenance": shut}, limit=CLIENT, check=check).expect_ok().last[CLIENT].data
        )
        assert (told["changed"], told["changes"]) == (False, [])
        assert timedelta(minutes=118) < datetime.fromisoformat(told["left"]["until"]) - datetime.now(UTC)
    assert lab.dump(CLIENT)["registry"] == before
    told = site.module("tls_settings", {"maintenance": is_open}, limit=CLIENT).expect_ok().last[CLIENT].data
    assert told["changed"] and "left" not in told
    # What needs nothing is not left either.
    told = site.module("tls_settings", {"maintenance": shut}, limit=CLIENT).expect_ok().last[CLIENT].data
    assert not told["changed"] and "left" not in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"maintenance": [{"from": "8pm", "to": "05:00"}]}, "8pm"),
        ({"notice": -1}, "notice"),
        ({"message": "x" * 513}, "512"),
    ],
)
def test_bad_input_is_refused_before_any_visit(
    site: Site, lab: LabClient, arguments: dict[str, Any], words: str
) -> None:
    failed = site.module("tls_restart", arguments, limit=CLIENT).last[CLIENT]
    assert failed.code == "bad_argument" and words in failed.data["msg"]
    assert lab.counters()[CLIENT]["commands"] == 0


def enforced(site: Site, playbook: str, limit: list[str], **variables: Any) -> dict[str, Any]:
    """The report of a run that ended well."""
    folder = site.work / f"people-{site.runs}"
    given = {"configmgr_tls_report_dir": str(folder), **variables}
    site.playbook(ROOT / "playbooks" / f"{playbook}.yml", limit=limit, variables=given).expect_ok()
    report: dict[str, Any] = json.loads((folder / f"{playbook}.json").read_text(encoding="utf-8"))
    return report


@pytest.mark.seam
def test_a_day_and_the_evening_after(site: Site, lab: LabClient) -> None:
    """People work on four clients, an administrator on a server: nothing is lost, and a later run finishes."""
    clients, servers = ["PC11", "PC10", "PC81", "PC7A"], ["DP1", SERVER]
    for number, host in enumerate(clients):
        lab.log_on(host, "ann", session="remote" if number % 2 else "console", documents=2)
    lab.disconnect(clients[1], "ann")
    lab.log_on(SERVER, "administrator", session="remote")
    how = {"configmgr_tls_restart_notice": 0.02, "configmgr_tls_restart_message": "Save your work"}
    day = enforced(site, "enforce_tls12", [*clients, *servers], **how)
    waiting = {name: host["waiting"]["waits_for"] for name, host in day["hosts"].items() if "waiting" in host}
    assert waiting == dict.fromkeys(clients, "people")
    assert {name for name, host in day["hosts"].items() if host["status"] == "waiting"} == set(clients)
    assert {host: lab.restarts(host) for host in (*clients, *servers)} == dict.fromkeys(clients, 0) | dict.fromkeys(
        servers, 1
    )
    assert lab.people(SERVER)["notices"] == [{"text": "Save your work", "seconds": 1.0, "shown_to": 1}]
    for host in clients:
        lab.log_off(host, "ann")
    evening = enforced(
        site, "enforce_tls12", [*clients, *servers], configmgr_tls_maintenance=[{"from": "00:00", "to": "24:00"}]
    )
    assert not any("waiting" in host for host in evening["hosts"].values())
    assert {host: lab.restarts(host) for host in (*clients, *servers)} == dict.fromkeys([*clients, *servers], 1)
    assert {lost(lab, host) for host in (*clients, *servers)} == {0}
    assert {evening["hosts"][host]["status"] for host in clients} == {"compliant"}


@pytest.mark.seam
def test_a_run_leaves_machines_as_they_are_outside_of_their_windows(site: Site, lab: LabClient) -> None:
    shut = window(timedelta(hours=2), timedelta(hours=3))
    before = lab.dump(CLIENT)["registry"]
    day = enforced(
        site, "enforce_tls12", [CLIENT], configmgr_tls_maintenance=shut, configmgr_tls_outside_window="leave"
    )
    assert day["hosts"][CLIENT]["waiting"]["state"] == "left" and "changes" not in day["hosts"][CLIENT]
    assert (lab.dump(CLIENT)["registry"], lab.restarts(CLIENT)) == (before, 0)


@pytest.mark.seam
def test_going_back_takes_the_announcement_back(site: Site, lab: LabClient) -> None:
    lab.log_on(CLIENT, "ann", documents=1)
    how = {"configmgr_tls_restart": "notice", "configmgr_tls_restart_notice": 60}
    forth = enforced(site, "enforce_tls12", [CLIENT], **how)
    assert forth["hosts"][CLIENT]["waiting"]["state"] == "announced" and not forth["hosts"][CLIENT]["restarted"]
    back = enforced(site, "rollback", [CLIENT], **how)
    # What was set back needs a restart too, and its users hear of that one.
    assert back["hosts"][CLIENT]["waiting"]["state"] == "announced"
    assert len(lab.people(CLIENT)["notices"]) == 2
    assert (lab.restarts(CLIENT), lost(lab, CLIENT)) == (0, 0)

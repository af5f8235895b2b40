# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients kept right by a baseline: from untouched to TLS 1.2 and back, through the site's console and AdminService."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from one_process import OneProcess
from support import Site
from test_clients import given

from configmgr_lab.control.client import LabClient, LabRefused

pytest.importorskip("tree_sitter_powershell")
COLLECTION = "SMS00001"
# The site's times are whole seconds: a start has to be in a later one than what was written before it.
COUNTDOWN = 1.2


class Admin:
    """Whoever keeps the clients right: writes scripts, runs them on the console, asks the site."""

    def __init__(self, site: Site, lab: LabClient, folder: Path) -> None:
        self.site, self.lab, self.folder = site, lab, folder
        roles = {name: hosts for name, hosts in site.groups.items() if name not in ("all", "ungrouped", "configmgr")}
        self.clients = [host for host in roles["client"] if sum(host in hosts for hosts in roles.values()) == 1]

    def task(self, module: str, arguments: dict[str, Any], *, check: bool = False) -> tuple[str, dict[str, Any]]:
        play = OneProcess(self.site.variables, self.site.groups)
        [(_host, status, result)] = play.run(
            f"configmgr.tls.{module}", arguments, check=check, diff=False, forks=1, once="CM1"
        )
        return status, result

    def script(self, **options: Any) -> str:
        path = self.folder / "baseline.ps1"
        asked = {"path": str(path), "site_code": "PS1", "collection": COLLECTION, "repair": True, **options}
        status, result = self.task("tls_baseline", asked)
        assert status == "ok", result
        return path.read_text(encoding="utf-8")

    def told(self, **options: Any) -> dict[str, Any]:
        status, result = self.task("tls_baseline_info", {**self._login(), **options})
        assert status == "ok", result
        return result

    def restarts(self, *, check: bool = False, **options: Any) -> tuple[str, dict[str, Any]]:
        asked = {**self._login(), "confirmed": True, "pause": 0, **options}
        return self.task("tls_client_restart", asked, check=check)

    def _login(self) -> dict[str, Any]:
        return {name: text for name, text in given(self.site).items() if name not in ("poll", "settle", "wait")}

    def protocols(self, host: str) -> dict[str, dict[str, str]]:
        facts = self.site.module("tls_facts", limit=host).expect_ok().last[host].data["ansible_facts"]
        found: dict[str, dict[str, str]] = facts["configmgr_tls"]["protocols"]
        return found

    def talks(self) -> dict[tuple[str, str, str], str]:
        """State of each conversation of a client with a role."""
        rows = self.lab.talk(count=False)["conversations"]
        return {
            (row["id"], row["caller"], row["callee"]): row["state"] for row in rows if row["caller"] in self.clients
        }


@pytest.fixture
def admin(site: Site, lab: LabClient, tmp_path: Path) -> Admin:
    lab.admin_service_reset()
    lab.forget_baselines()
    lab.notifications(countdown=COUNTDOWN)
    return Admin(site, lab, tmp_path)


def test_from_untouched_to_tls_12_and_back(admin: Admin) -> None:
    """The script, the clients' own evaluation, ConfigMgr's countdown: no client is visited, no document is lost."""
    lab = admin.lab
    off, seen = admin.clients[0], admin.clients[1]
    before = {host: admin.protocols(host) for host in admin.clients}
    talked = admin.talks()
    mark = lab.mark()
    lab.console(admin.script())
    assert admin.told()["summary"] == {"compliant": 0, "not_compliant": 0, "error": 0, "not_told": len(admin.clients)}
    lab.evaluate_baselines(*admin.clients[1:])
    told = admin.told()
    assert {host for host, row in told["hosts"].items() if row["state"] == "compliant"} == set(admin.clients[1:])
    assert told["hosts"][off].pop("started_at")
    assert told["hosts"][off] == {"state": "not_told", "told_at": None, "days": None, "mended_at": None}
    lab.log_on(seen, "ann", documents=3)
    status, foreseen = admin.restarts(check=True, confirmed=False, wave=2)
    assert status == "ok" and not any(lab.restarts(host) for host in admin.clients)
    status, asked = admin.restarts(wave=2)
    assert status == "ok" and asked["hosts"] == foreseen["hosts"] and asked["changed"]
    assert [row["clients"] for row in asked["waves"]] == [row["clients"] for row in foreseen["waves"]]
    assert asked["hosts"][off] == "not_set" and all(len(row["clients"]) <= 2 for row in asked["waves"])
    restarted = [host for host, outcome in asked["hosts"].items() if outcome == "asked"]
    assert sorted(restarted) == sorted(admin.clients[1:])
    for host in restarted:
        assert lab.wait_for_power(host, up=True, restarts=1)
    people = lab.people(seen)
    assert (people["documents_lost"], people["notices"][0]["shown_to"]) == (0, 1)
    # The machines were not visited meanwhile.
    assert not [row for row in lab.requests(since=mark) if row["host"] in admin.clients]
    for host in restarted:
        assert admin.protocols(host)["client"]["TLS 1.2"] == admin.protocols(host)["server"]["TLS 1.2"] == "on"
    after = admin.talks()
    assert not [talk for talk, state in talked.items() if state == "ok" and after[talk] != "ok"]
    # A second look asks for nothing, and the script changes nothing.
    lab.evaluate_baselines()
    assert admin.restarts()[1]["summary"]["asked"] == 1
    assert lab.wait_for_power(off, up=True, restarts=1)
    assert not admin.restarts()[1]["changed"]
    assert lab.console(admin.script())["changes"] == 0
    # And back.
    lab.console(admin.script(back=True))
    lab.evaluate_baselines()
    assert admin.told(back=True)["summary"]["compliant"] == len(admin.clients)
    assert {host: admin.protocols(host) for host in admin.clients} == before
    lab.evaluate_baselines()
    assert {host: admin.protocols(host) for host in admin.clients} == before


def test_the_disable_stage_and_back(admin: Admin) -> None:
    lab, host = admin.lab, admin.clients[0]
    lab.console(admin.script())
    lab.evaluate_baselines()
    enabled = admin.protocols(host)
    lab.console(admin.script(stage="disable", gate_open=True))
    lab.evaluate_baselines()
    assert set(admin.protocols(host)["server"].values()) <= {"on", "off", "not_supported"}
    assert {admin.protocols(host)["client"][name] for name in ("TLS 1.0", "TLS 1.1")} == {"off"}
    assert admin.told(stage="disable")["summary"]["compliant"] == len(admin.clients)
    lab.console(admin.script(stage="disable", back=True))
    lab.evaluate_baselines()
    assert admin.protocols(host) == enabled


def test_a_baseline_that_watches_tells_and_writes_nothing(admin: Admin) -> None:
    lab = admin.lab
    before = {host: lab.dump(host)["registry"] for host in admin.clients}
    lab.console(admin.script(repair=False))
    lab.evaluate_baselines(unable=[admin.clients[0]])
    told = admin.told()
    assert told["hosts"][admin.clients[0]]["state"] == "error"
    assert {told["hosts"][host]["state"] for host in admin.clients[1:]} == {"not_compliant"}
    assert {host: lab.dump(host)["registry"] for host in admin.clients} == before
    status, asked = admin.restarts()
    assert status == "ok" and not asked["changed"] and set(asked["hosts"].values()) == {"not_set"}
    # The owner lets it repair: the same baseline, the same items.
    lab.console(admin.script())
    lab.evaluate_baselines()
    assert admin.told()["summary"]["compliant"] == len(admin.clients)


def test_the_record_keeps_what_they_told_with_its_age(admin: Admin) -> None:
    """And knows that what was read before the baseline wrote is not the machine of today."""
    lab, folder = admin.lab, admin.folder / "record"
    host, quiet = admin.clients[0], admin.clients[1]
    visited = admin.site.tasks(
        [{"configmgr.tls.tls_facts": {}}, {"configmgr.tls.tls_record": {"path": str(folder)}}], limit=host
    )
    visited.expect_ok()
    lab.console(admin.script())
    lab.evaluate_baselines(host)
    told = {"configmgr_tls_compliance": admin.told()}
    arguments = {"path": str(folder), "hosts": [host, quiet]}
    admin.site.module("tls_record", arguments, limit=[host, quiet], variables=told, forks=1).expect_ok()
    record = json.loads((folder / f"{host}.json").read_text(encoding="utf-8"))
    [row] = record["compliance"]
    assert (row["by"], row["state"], row["told_at"]) == ("baseline", "compliant", told_at(told, host))
    assert record["last_change"] == row["mended_at"] >= record["read_at"]
    [row] = json.loads((folder / f"{quiet}.json").read_text(encoding="utf-8"))["compliance"]
    assert (row["state"], row["told_at"]) == ("not_told", None)
    # The name that the record gives it is the one that the gate looks for.
    away = {"hosts": [], "hierarchy": [host, quiet], "record": str(folder)}
    reasons = admin.task("tls_gate_info", {**away, "hosts": ["MP1"]}, check=True)[1]["reasons"]
    phrases = {row["host"]: row["phrase"] for row in reasons if row["code"] == "not_reached"}
    assert "baseline was compliant today" in phrases[host] and "told nothing of ConfigMgr's baseline" in phrases[quiet]


def told_at(told: dict[str, Any], host: str) -> str:
    return str(told["configmgr_tls_compliance"]["hosts"][host]["told_at"])


def test_a_server_in_the_collection_is_left_alone(admin: Admin) -> None:
    # CON1 has Windows of a client: that it is a console does not matter to its settings.
    servers = [host for host in admin.site.hosts if host not in (*admin.clients, "CON1")]
    before = {host: admin.lab.dump(host)["registry"] for host in servers}
    admin.lab.console(admin.script())
    admin.lab.evaluate_baselines()
    assert {host: admin.lab.dump(host)["registry"] for host in servers} == before
    status, asked = admin.restarts(hosts=[*servers, "CON1", *admin.clients], check=True)
    assert status == "ok" and {asked["hosts"][host] for host in (*servers, "CON1")} == {"not_a_client"}


def test_what_somebody_else_made_is_not_touched(admin: Admin) -> None:
    script = admin.script()
    name = next(line for line in script.splitlines() if line.strip().startswith("Name = ")).split("'")[1]
    admin.lab.console(f"New-CMConfigurationItem -Name '{name}' -CreationType WindowsOS -Description 'by hand'")
    with pytest.raises(LabRefused, match="was not made by this script"):
        admin.lab.console(script)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"confirmed": False}, "not_confirmed"),
        ({"components": ["dotnet"]}, "baseline_not_found"),
        ({"collection": "x'y"}, "bad_argument"),
    ],
)
def test_a_restart_that_is_not_asked_for(admin: Admin, options: dict[str, Any], code: str) -> None:
    status, result = admin.restarts(**options)
    assert (status, result["code"]) == ("failed", code) and result["remedy"] in result["msg"]


def test_an_account_that_may_not_notify(admin: Admin) -> None:
    admin.lab.console(admin.script())
    admin.lab.evaluate_baselines()
    admin.lab.notifications(forbidden=True)
    status, result = admin.restarts()
    assert (status, result["code"], result["waves"]) == ("failed", "restart_forbidden", [])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"stage": "disable"}, "gate_not_open"),
        ({"collection": ""}, "bad_argument"),
        ({"protocols": ["TLS 1.0"]}, "bad_argument"),
        ({"site_code": "site"}, "bad_argument"),
        ({"components": []}, "nothing_wanted"),
    ],
)
def test_a_script_that_is_not_written(admin: Admin, options: dict[str, Any], code: str) -> None:
    path = admin.folder / "no.ps1"
    asked = {"path": str(path), "site_code": "PS1", "collection": COLLECTION, "repair": True, **options}
    status, result = admin.task("tls_baseline", asked)
    assert (status, result["code"]) == ("failed", code) and not path.exists()


def test_check_mode_writes_no_file_and_the_same_options_give_the_same_one(admin: Admin) -> None:
    path = admin.folder / "enable.ps1"
    asked = {"path": str(path), "site_code": "PS1"}
    assert admin.task("tls_baseline", asked, check=True)[1]["changed"] and not path.exists()
    assert admin.task("tls_baseline", asked)[1]["changed"] and path.exists()
    assert not admin.task("tls_baseline", asked)[1]["changed"]


def test_a_link_where_the_script_goes_is_not_followed(admin: Admin) -> None:
    other, path = admin.folder / "other", admin.folder / "linked.ps1"
    other.write_text("mine", encoding="utf-8")
    path.symlink_to(other)
    assert admin.task("tls_baseline", {"path": str(path), "site_code": "PS1"})[1]["changed"]
    assert other.read_text(encoding="utf-8") == "mine" and not path.is_symlink()

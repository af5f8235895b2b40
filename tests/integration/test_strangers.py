# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user of a machine who is no administrator, and what he can put into our way: nothing is believed or written."""

from __future__ import annotations

from typing import Any

import pytest
from support import Site, assert_described

from configmgr_lab.control.client import LabClient, LabRefused

DEFAULT = r"C:\Windows\configmgr.tls"
FOLDER = r"C:\ProgramData\configmgr.tls"
OWN = {"backup_location": r"%ProgramData%\configmgr.tls"}
GUARD = r"HKLM\SYSTEM\CurrentControlSet\Control\DeviceGuard\Scenarios\HypervisorEnforcedCodeIntegrity"
BACKUP = (
    "Windows Registry Editor Version 5.00\r\n"
    f"[{GUARD.replace('HKLM', 'HKEY_LOCAL_MACHINE')}]\r\n"
    '"Enabled"=dword:00000000\r\n;"Enabled"=-\r\n;end\r\n'
)
ANSWERS = "".join(f"#ok {number}\r\n" for number in range(60))


def registry(lab: LabClient, host: str) -> object:
    return lab.dump(host)["registry"]


@pytest.mark.parametrize(
    "module", ["tls_facts", "tls_settings", "tls_rollback", "tls_event_logging", "tls_events_info"]
)
def test_a_folder_that_a_user_made_first_is_refused(site: Site, lab: LabClient, module: str) -> None:
    lab.plant("CM1", FOLDER)
    lab.plant("CM1", rf"{FOLDER}\journal.txt", text="1 x enable -,-\r\n")
    lab.plant("CM1", rf"{FOLDER}\x")
    lab.plant("CM1", rf"{FOLDER}\x\001-enable.reg", text=BACKUP)
    before = lab.dump("CM1")
    arguments = {"state": "started"} if module == "tls_event_logging" else {}
    failed = site.module(module, {**OWN, **arguments}, limit="CM1").last["CM1"]
    assert (failed.status, failed.code, failed.changed) == ("failed", "location_not_safe", False)
    assert_described(failed)
    now = lab.dump("CM1")
    assert (now["registry"], now["files"]) == (before["registry"], before["files"])


def test_a_junction_is_refused(site: Site, lab: LabClient) -> None:
    lab.plant("CM1", FOLDER, target=r"C:\Windows\System32")
    failed = site.module("tls_settings", OWN, limit="CM1").last["CM1"]
    assert (failed.code, failed.changed) == ("location_not_safe", False) and "leads elsewhere" in failed.data["msg"]
    assert registry(lab, "CM1") == lab.image("CM1")["registry"]


def test_a_junction_above_is_refused(site: Site, lab: LabClient) -> None:
    lab.plant("CM1", r"C:\ProgramData\above", target=r"C:\Windows")
    own = {"backup_location": r"%ProgramData%\above\configmgr.tls"}
    failed = site.module("tls_settings", own, limit="CM1").last["CM1"]
    assert (failed.code, failed.changed) == ("location_not_safe", False) and "leads elsewhere" in failed.data["msg"]


def test_the_default_folder_takes_nothing_from_a_user(site: Site, lab: LabClient) -> None:
    site.module("tls_settings", {"run": "ours"}, limit="CM1").expect_ok()
    for path in (rf"{DEFAULT}\journal.txt", rf"{DEFAULT}\ours\002-enable.reg", rf"{DEFAULT}\x"):
        with pytest.raises(LabRefused):
            lab.plant("CM1", path, text="x")


@pytest.mark.parametrize("host", ["CM1", "MP2", "DP1", "PC7B"])
def test_a_folder_of_an_owners_choice_is_made_for_administrators(site: Site, lab: LabClient, host: str) -> None:
    own = {"backup_location": "%ProgramData%\\" + "a folder for backups" * 8 + r"\configmgr.tls"}
    assert len(own["backup_location"]) > 180
    made = site.module("tls_settings", own, limit=host).expect_ok().last[host]
    assert made.changed
    facts = site.module("tls_facts", own, limit=host).expect_ok().last[host].data["ansible_facts"]["configmgr_tls"]
    assert [row["stage"] for row in facts["runs"]] == ["enable"]
    folder = own["backup_location"].replace("%ProgramData%", r"C:\ProgramData")
    with pytest.raises(LabRefused):
        lab.plant(host, rf"{folder}\journal.txt", text="x")
    assert not site.module("tls_settings", own, limit=host).expect_ok().last[host].changed
    assert site.module("tls_rollback", own, limit=host).expect_ok().last[host].changed
    assert registry(lab, host) == lab.image(host)["registry"]


def seen(site: Site) -> dict[str, Any]:
    """The facts of CM1 without the time."""
    facts = site.module("tls_facts", limit="CM1").expect_ok().last["CM1"].data["ansible_facts"]["configmgr_tls"]
    return {**facts, "read_at": None}


def test_answers_in_a_file_answer_nothing(site: Site, lab: LabClient) -> None:
    """Whoever got a line into a file that is printed cannot speak for the machine."""
    before = seen(site)
    lab.run("CM1", rf"mkdir {DEFAULT}")
    lab.plant_file("CM1", rf"{DEFAULT}\journal.txt", ANSWERS)
    assert seen(site) == before


def test_a_journal_that_counts_too_far_does_not_end_ours(site: Site, lab: LabClient) -> None:
    lab.run("CM1", rf"mkdir {DEFAULT}")
    lab.plant_file("CM1", rf"{DEFAULT}\journal.txt", "999999999 x enable -,-\r\n")
    site.module("tls_settings", {"run": "ours"}, limit="CM1").expect_ok()
    assert site.module("tls_rollback", limit="CM1").expect_ok().last["CM1"].data["runs"] == ["ours"]
    assert registry(lab, "CM1") == lab.image("CM1")["registry"]


def test_a_planted_backup_is_refused_whole(site: Site, lab: LabClient) -> None:
    """Also where somebody who may write has been tricked into it."""
    lab.run("CM1", rf"mkdir {DEFAULT}\x")
    lab.plant_file("CM1", rf"{DEFAULT}\journal.txt", "1 x enable -,-\r\n")
    lab.plant_file("CM1", rf"{DEFAULT}\x\001-enable.reg", BACKUP)
    before = registry(lab, "CM1")
    failed = site.module("tls_rollback", {"force": True}, limit="CM1").last["CM1"]
    assert (failed.code, failed.changed) == ("foreign_undo_file", False) and "DeviceGuard" in failed.data["msg"]
    assert_described(failed)
    assert registry(lab, "CM1") == before


def test_endless_output_is_an_error_and_no_memory(site: Site, lab: LabClient) -> None:
    lab.run("CM1", rf"mkdir {DEFAULT}")
    lab.plant_file("CM1", rf"{DEFAULT}\journal.txt", "x", padding=9_000_000)
    failed = site.module("tls_facts", limit="CM1").last["CM1"]
    assert failed.code == "output_too_long"
    assert_described(failed)


def test_a_machine_that_prints_the_password_does_not_get_it_into_the_facts(site: Site, lab: LabClient) -> None:
    secret = next(str(row["ansible_password"]) for row in site.variables.values() if "ansible_password" in row)
    windows = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    lab.set_value("CM1", windows, "ProductName", f"Windows {secret}", type="REG_SZ")
    assert secret not in str(site.module("tls_facts", limit="CM1").expect_ok().last["CM1"].data)


def test_nothing_of_a_machine_is_for_the_terminal(site: Site, lab: LabClient) -> None:
    windows = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    lab.set_value("CM1", windows, "ProductName", "Windows \x1b]8;;x\x07\u202eS", type="REG_SZ")
    assert seen(site)["windows"]["name"] == r"Windows \u001b]8;;x\u0007\u202eS"


@pytest.mark.parametrize("reads_events", [False, True])
def test_an_account_that_is_no_administrator_reads_and_changes_nothing(
    site: Site, lab: LabClient, reads_events: bool
) -> None:
    """What it may read is what an administrator reads; all else is refused by name, and the machine is as it was."""
    hosts = ["CM1", "PC7B"]
    whole = {row.host: findings(row.data) for row in site.module("tls_facts", limit=hosts).expect_ok().results}
    for host in hosts:
        lab.set_fault(host, "no_administrator", reads_events=reads_events)
    before = {host: lab.dump(host) for host in hosts}
    seen = {row.host: findings(row.data) for row in site.module("tls_facts", limit=hosts).expect_ok().results}
    assert seen == whole and all(seen.values())
    events = {row.code for row in site.module("tls_events_info", limit=hosts).results}
    assert events == ({None} if reads_events else {"no_events"})
    for module, arguments, code in (
        ("tls_settings", {}, "no_backup"),
        ("tls_event_logging", {"state": "started"}, "no_backup"),
        ("tls_restart", {"when": "always", "delay": 0}, "restart_refused"),
    ):
        for row in site.module(module, arguments, limit=hosts).results:
            assert (row.status, row.code, bool(row.changed)) == ("failed", code, False), (module, row.host)
            assert_described(row)
    for host in hosts:
        now = lab.dump(host)
        assert (now["registry"], now["files"]) == (before[host]["registry"], before[host]["files"])


def findings(data: dict[str, Any]) -> dict[str, str]:
    return {row["id"]: row["status"] for row in data["ansible_facts"]["configmgr_tls"]["findings"]}


def test_what_was_changed_is_not_taken_back_by_who_may_not(site: Site, lab: LabClient) -> None:
    site.module("tls_settings", limit="CM1").expect_ok()
    lab.set_fault("CM1", "no_administrator")
    changed = registry(lab, "CM1")
    failed = site.module("tls_rollback", limit="CM1").last["CM1"]
    assert (failed.status, failed.code, failed.changed) == ("failed", "no_backup", False)
    assert registry(lab, "CM1") == changed
    lab.clear_faults("CM1")
    assert site.module("tls_rollback", limit="CM1").expect_ok().last["CM1"].changed
    assert registry(lab, "CM1") == lab.image("CM1")["registry"]

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installers that fail, machines that restart, controllers that die, wrong files, and what tries to break out."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from support import Site, assert_described, collections_path
from updates import NEEDED, left_behind, names, update, wait_for

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import ExitCode, load_table
from configmgr_lab.control.client import LabClient

# A machine that needs a package of the kind. No package of the catalogue is a cab.
HOSTS = {"msi": "MP1", "msu": "PC7B", "exe": "APP1"}
# What the task fails with when an installer that did nothing ends with a code of this meaning.
ENDS = {
    "installed": "not_installed",
    "restart_required": "not_installed",
    "already_installed": "not_installed",
    "restart_started": "not_down",
    "busy": "installer_busy",
}
EXIT_CODES = [(row.code, row.kinds[0], row.means, row.phrase) for row in load_table("exit_codes", ExitCode)] + [
    (4711, "msi", "failed", "nothing is known about this exit code"),
    (0x800F081E, "msi", "failed", "nothing is known about this exit code"),
]


@pytest.mark.parametrize(("exit_code", "kind", "means", "phrase"), EXIT_CODES)
def test_each_exit_code_is_understood_and_the_next_run_converges(
    site: Site, lab: LabClient, source: Path, exit_code: int, kind: str, means: str, phrase: str
) -> None:
    host = HOSTS[kind]
    signed = exit_code - 2**32 if exit_code >= 2**31 else exit_code
    lab.set_fault(host, "installer", exit_code=signed)
    failed = update(site, source, host, {"busy_timeout": 0, "down_timeout": 1})
    assert failed.status == "failed" and failed.code == ENDS.get(means, f"installer_{means}")
    assert_described(failed)
    if means not in ENDS or means == "busy":
        assert f"{phrase} (exit code {signed})" in failed.data["msg"] and failed.data["exit_code"] == signed
        assert not failed.changed
    assert left_behind(lab, host) == []
    assert names(update(site, source, host)) == NEEDED[host]


def test_an_installer_that_restarts_the_machine_against_its_orders(site: Site, lab: LabClient, source: Path) -> None:
    lab.set_fault("PC7B", "installer", ignores_norestart=True)
    made = update(site, source, "PC7B")
    assert made.status == "ok", made.data["msg"]
    assert [(row["id"], row["exit_code"]) for row in made.data["packages"]] == [("winhttp-7-x64", 1641)]
    assert made.data["restarts"] == lab.restarts("PC7B") == 1
    assert left_behind(lab, "PC7B") == []


def test_an_installation_of_somebody_else_is_waited_for(site: Site, lab: LabClient, source: Path) -> None:
    lab.set_fault("MP1", "installer", busy=2.0)
    made = update(site, source, "MP1", {"busy_timeout": 60})
    assert names(made) == NEEDED["MP1"]
    lab.reset("MP1")
    lab.set_fault("MP1", "installer", busy=3600.0)
    failed = update(site, source, "MP1", {"busy_timeout": 0})
    assert failed.code == "installer_busy"
    assert_described(failed)


def test_a_hanging_installer_is_left_alone_and_picked_up(site: Site, lab: LabClient, source: Path) -> None:
    lab.set_fault("MP1", "installer", hangs=True)
    failed = update(site, source, "MP1", {"timeout": 1})
    assert failed.code == "installer_timeout"
    assert_described(failed)
    assert lab.dump("MP1")["tasks"] == {"configmgr.tls update": 267009}
    predicted = update(site, source, "MP1", check=True)
    assert "waits first for install native-client-11-x64" in predicted.data["msg"]
    lab.clear_faults("MP1")
    mark = lab.mark()
    made = update(site, source, "MP1")
    assert [(row["id"], row["reasons"]) for row in made.data["packages"]] == [(NEEDED["MP1"][0], ["an earlier run"])]
    # Nothing was started a second time.
    assert not [row for row in lab.commands(since=mark, host="MP1") if "schtasks /run" in row["line"]]
    assert left_behind(lab, "MP1") == []


def test_a_task_that_somebody_ended_is_begun_again(site: Site, lab: LabClient, source: Path) -> None:
    lab.set_fault("MP1", "installer", hangs=True)
    assert update(site, source, "MP1", {"timeout": 1}).code == "installer_timeout"
    lab.run("MP1", 'schtasks /end /tn "configmgr.tls update"')
    lab.clear_faults("MP1")
    made = update(site, source, "MP1")
    assert names(made) == NEEDED["MP1"] and made.data["packages"][0]["reasons"] == ["sql-native-client"]
    assert left_behind(lab, "MP1") == []


def test_a_machine_that_restarts_by_itself_in_the_middle(site: Site, lab: LabClient, source: Path) -> None:
    lab.set_fault("MP1", "installer", restarts=True)
    failed = update(site, source, "MP1")
    assert failed.code == "interrupted" and "the machine restarted" in failed.data["msg"]
    assert_described(failed)
    assert left_behind(lab, "MP1") == []
    assert names(update(site, source, "MP1")) == NEEDED["MP1"]


def test_a_controller_that_dies_leaves_an_installation_that_the_next_one_picks_up(
    site: Site, lab: LabClient, source: Path
) -> None:
    lab.set_fault("PC7B", "installer", seconds=4.0)
    play = site.work / "die.yml"
    task = {"configmgr.tls.tls_update": {"source": str(source), "restart": True}}
    play.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    command = [sys.executable, "-m", "ansible", "playbook", str(play), "-i", str(site.inventory), "--limit", "PC7B"]
    begun = subprocess.Popen(
        command,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": collections_path()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_for(lambda: 267009 in lab.dump("PC7B")["tasks"].values())
    kill_with_its_workers(begun.pid)
    begun.wait()
    made = update(site, source, "PC7B")
    assert [(row["id"], row["reasons"]) for row in made.data["packages"]] == [("winhttp-7-x64", ["an earlier run"])]
    assert left_behind(lab, "PC7B") == [] and not update(site, source, "PC7B").changed


def kill_with_its_workers(leader: int) -> None:
    """A worker of Ansible has a session of its own."""
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(leader)], capture_output=True, text=True).stdout
    for process in [leader, *map(int, children.split())]:
        os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize("fetched", [False, True], ids=["pushed", "fetched"])
def test_a_wrong_file_is_never_run(site: Site, lab: LabClient, source: Path, tmp_path: Path, *, fetched: bool) -> None:
    """The controller sees it before it is pushed; what the machine fetched is looked at there."""
    copy, share = tmp_path / "copy", r"\\files01.contoso.example\updates"
    shutil.copytree(source, copy)
    with (copy / "sqlncli.msi").open("ab") as stream:
        stream.write(b"!")
    lab.share(share, str(copy))
    place, more = (share, {"manifest": str(copy / "manifest.yml")}) if fetched else (copy, {})
    failed = update(site, place, "MP1", more)
    assert failed.code == "wrong_hash" and not failed.changed
    assert_described(failed)
    assert left_behind(lab, "MP1") == []


def test_a_full_disk_is_seen_before_the_copy(site: Site, lab: LabClient, source: Path) -> None:
    lab.set_fault("MP1", "disk_free", bytes=1_000_000)
    failed = update(site, source, "MP1")
    assert failed.code == "no_space" and "nothing was copied" in failed.data["msg"]
    assert_described(failed)
    assert left_behind(lab, "MP1") == []


@pytest.mark.parametrize(
    ("kind", "options", "code"), [("smb_denied", {}, "smb_denied"), ("smb_cut", {"bytes": 2000}, "smb_dropped")]
)
def test_trouble_with_admin_share(
    site: Site, lab: LabClient, source: Path, kind: str, options: dict[str, int], code: str
) -> None:
    lab.set_fault("MP1", kind, **options)
    failed = update(site, source, "MP1")
    assert failed.code == code and not failed.changed
    assert_described(failed)
    lab.clear_faults("MP1")
    assert left_behind(lab, "MP1") == []
    assert names(update(site, source, "MP1")) == NEEDED["MP1"]


def test_a_wrong_login_of_smb(site: Site, lab: LabClient, source: Path) -> None:
    failed = update(site, source, "MP1", {"smb_user": "svc-tls", "smb_password": "Not-The-Password-77"})
    assert failed.code == "smb_login" and "Not-The-Password-77" not in json.dumps(failed.data)
    assert_described(failed)


def test_a_port_that_nobody_listens_on(site: Site, lab: LabClient, source: Path) -> None:
    failed = update(site, source, "MP1", {"smb_port": 4})
    assert failed.code == "smb_unreachable"
    assert_described(failed)


# What must never become a command on the machine, or leave the owner's folder.
ATTACKS = (
    r"\\files01\updates&calc",
    r"\\files01\upd%PATH%ates",
    r'\\files01\updates" & shutdown /s & "',
    r"\\files01\!errorlevel!",
    "http://server/x%20y",
    "http://user:secret@server/updates",
    "http://server/updates;calc",
    "ftp://server/updates",
    "/nowhere/at/all",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_source_can_run_another_command(site: Site, lab: LabClient, source: Path, attack: str) -> None:
    mark = lab.mark()
    failed = update(site, attack, "MP1", {"manifest": str(source / "manifest.yml")})
    assert failed.code in ("bad_source", "no_source")
    assert lab.commands(since=mark, host="MP1") == []
    assert_described(failed)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a&calc.msi", 'x" & calc & ".msi', "a%PATH%.msi", "..", "a\\b"])
def test_no_manifest_can_run_another_command(
    site: Site, lab: LabClient, source: Path, tmp_path: Path, name: str
) -> None:
    rows = yaml.safe_load((source / "manifest.yml").read_text(encoding="utf-8"))
    for row in rows["files"]:
        row["file"] = name if row["package"] == "native-client-11-x64" else row["file"]
    manifest = tmp_path / "manifest.yml"
    manifest.write_text(yaml.safe_dump(rows), encoding="utf-8")
    lab.share(r"\\files01\updates", str(source))
    mark = lab.mark()
    failed = update(site, r"\\files01\updates", "MP1", {"manifest": str(manifest)})
    assert failed.code in ("bad_manifest", "bad_name")
    assert not [row for row in lab.commands(since=mark, host="MP1") if "calc" in row["line"] or "passwd" in row["line"]]
    assert_described(failed)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection under ansible-runner, the engine of AWX: what a job leaves behind, far workers, credentials, and jobs
that are cancelled.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import ansible_runner
import pytest
import yaml
from support import WHOLE

MOST_EVENTS = 4000
"""Above about so many events of a job AWX's pages become slow."""
MOST_EVENTS_OF_HOST = 40
# A client and two servers of different restart groups: enough for a job to be cut in every stage of it.
FEW = "FPC10:FDP1:FMP1"
Job = Callable[..., Path]


@pytest.fixture(autouse=True)
def untouched(room: Any) -> None:
    _site, lab = room
    lab.reset()
    lab.clear_counters()


def run(folder: Path, playbook: str, **how: Any) -> ansible_runner.Runner:
    return ansible_runner.run(private_data_dir=str(folder), playbook=playbook, quiet=True, **how)


def artifacts(folder: Path) -> dict[str, Any]:
    """What AWX keeps as the artifacts of the job in this folder."""
    files = folder.glob("artifacts/*/job_events/*.json")
    return artifacts_of(json.loads(file.read_text(encoding="utf-8")) for file in files)


def artifacts_of(events: Iterable[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for event in events:
        found.update((event.get("event_data") or {}).get("artifact_data") or {})
    return found


def everything_written(folder: Path) -> str:
    files = [file for file in (folder / "artifacts").rglob("*") if file.is_file()]
    return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)


def test_a_staged_run_leaves_its_summary_and_few_events(room: Any, job: Job, tmp_path: Path) -> None:
    site, _lab = room
    folder = job(configmgr_tls_report_dir=str(tmp_path / "report"))
    runner = run(folder, "enforce_tls12.yml")
    assert (runner.status, runner.rc) == ("successful", 0)
    summary = artifacts(folder)["configmgr_tls"]
    assert summary["hosts"] == summary["compliant"] == len(site.hosts)
    assert (tmp_path / "report" / "enforce_tls12.json").is_file()
    events = list(runner.events)
    assert len(events) < min(MOST_EVENTS, MOST_EVENTS_OF_HOST * len(site.hosts)), len(events)
    assert max(len(json.dumps(event)) for event in events) < 100_000
    secret = next(str(row["ansible_password"]) for row in site.variables.values())
    assert secret not in everything_written(folder)


def test_a_check_job_predicts_and_changes_nothing(room: Any, job: Job) -> None:
    site, lab = room
    folder = job()
    runner = run(folder, "enforce_tls12.yml", cmdline="--check", limit=FEW)
    assert (runner.status, runner.rc) == ("successful", 0)
    assert artifacts(folder)["configmgr_tls"]["changed"] == len(FEW.split(":"))
    assert all(lab.dump(host)["registry"] == lab.image(host)["registry"] for host in site.hosts)


def test_credentials_come_as_runner_passes_them(room: Any, job: Job) -> None:
    """A machine credential: the user on the command line, the password at the prompt."""
    site, _lab = room
    row = next(iter(site.variables.values()))
    folder = job(without=("ansible_user", "ansible_password"))
    (folder / "env" / "passwords").write_text(
        json.dumps({"^SSH password:\\s*?$": row["ansible_password"]}), encoding="utf-8"
    )
    runner = run(folder, "audit.yml", cmdline=f"-u {row['ansible_user']} --ask-pass")
    assert (runner.status, runner.rc) == ("successful", 0)
    assert artifacts(folder)["configmgr_tls"]["unreachable"] == 0
    assert str(row["ansible_password"]) not in everything_written(folder)


def test_a_relative_file_is_seen_from_the_project(room: Any, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project of one's own, as in AWX; ansible-runner itself is started somewhere else."""
    _site, _lab = room
    folder = job(configmgr_tls_waivers="waivers.yml")
    (folder / "project").unlink()
    (folder / "project").mkdir()
    (folder / "project" / "audit.yml").write_text("- import_playbook: configmgr.tls.audit\n", encoding="utf-8")
    waiver = {"id": "spare", "reason": "winhttp-update", "condition": "name == 'NOBODY'", "why": "spare", "owner": "me"}
    waiver["expires"] = "2999-12-31"
    (folder / "project" / "waivers.yml").write_text(yaml.safe_dump([waiver]), encoding="utf-8")
    monkeypatch.chdir("/")
    monkeypatch.setenv("PWD", "/")
    runner = run(folder, "audit.yml", limit=FEW)
    assert (runner.status, runner.rc) == ("successful", 0), runner.stdout.read()


def test_a_job_on_a_far_node(room: Any, job: Job, tmp_path: Path) -> None:
    """Sent to a worker and brought back, as over a mesh."""
    site, _lab = room
    there, back, worker, home = (tmp_path / name for name in ("there", "back", "worker", "home"))
    home.mkdir()
    events: list[dict[str, Any]] = []
    sent = {"private_data_dir": str(job()), "playbook": "audit.yml"}
    with there.open("wb") as stream:
        ansible_runner.run(streamer="transmit", _output=stream, quiet=True, **sent)
    with there.open("rb") as given, back.open("wb") as stream:
        ansible_runner.run(streamer="worker", _input=given, _output=stream, private_data_dir=str(worker), quiet=True)
    with back.open("rb") as given:
        runner = ansible_runner.run(
            streamer="process", _input=given, private_data_dir=str(home), quiet=True, event_handler=events.append
        )
    assert runner.status == "successful"
    assert artifacts_of(events)["configmgr_tls"]["hosts"] == len(site.hosts)


def wait_for_workers(job: str, seconds: float = 120.0) -> None:
    """Ansible's workers outlive a cancelled job and finish their task: a restart may still be under way."""
    deadline = time.monotonic() + seconds
    while any(f"/{job}/".encode() in environment_of(process) for process in Path("/proc").glob("[0-9]*")):
        assert time.monotonic() < deadline, f"a worker of {job} does not end"
        time.sleep(0.2)


def environment_of(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


def test_jobs_cancelled_anywhere_leave_what_the_next_one_goes_on_from(room: Any, job: Job) -> None:
    """At points that are drawn; the job after each, cancelled or not, finds nothing broken."""
    _site, lab = room
    whole = run(job("whole"), "enforce_tls12.yml", limit=FEW)
    drawn = random.Random(20261124)
    for number in range(10 if WHOLE else 3):
        lab.reset()
        seen: list[str] = []
        stop_at = drawn.randrange(1, len(list(whole.events)))
        cancelled = run(
            job(f"cancelled-{number}"),
            "enforce_tls12.yml",
            limit=FEW,
            event_handler=lambda event, seen=seen: seen.append(event["uuid"]) or True,
            cancel_callback=lambda seen=seen, stop_at=stop_at: len(seen) >= stop_at,
        )
        assert cancelled.status in ("canceled", "successful"), (number, stop_at)
        wait_for_workers(f"cancelled-{number}")
        assert all(lab.wait_for_power(host, up=True, restarts=0) for host in FEW.split(":"))
        folder = job(f"after-{number}")
        after = run(folder, "enforce_tls12.yml", limit=FEW)
        assert (after.status, after.rc) == ("successful", 0), (number, stop_at)
        assert artifacts(folder)["configmgr_tls"]["compliant"] == len(FEW.split(":")), (number, stop_at)
    folder = job("again")
    run(folder, "enforce_tls12.yml", limit=FEW)
    assert artifacts(folder)["configmgr_tls"]["changed"] == 0


def test_slices_as_awx_cuts_them_are_the_whole(room: Any, job: Job) -> None:
    """Host i goes to slice i modulo n."""
    site, _lab = room
    hosts = sorted(site.hosts)
    counted = 0
    for number in range(3):
        folder = job(f"slice-{number}")
        run(folder, "audit.yml", limit=",".join(hosts[number::3]))
        counted += artifacts(folder)["configmgr_tls"]["hosts"]
    assert counted == len(hosts)

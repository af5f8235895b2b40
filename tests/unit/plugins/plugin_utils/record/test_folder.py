# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of the site record: several runs at a time, killed runs, and files that nobody should believe."""

from __future__ import annotations

import inspect
import os
import signal
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._record.folder import RecordFolder
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.record import Record, of_facts

NOW = datetime.now(UTC)


def record(host: str, hours: float = 1, **more: Any) -> Record:
    read_at = (NOW - timedelta(hours=hours)).isoformat(timespec="seconds")
    return of_facts(host, {"schema": 1, "read_at": read_at, "read_by": "visit", **more})


@pytest.fixture
def site(tmp_path: Path) -> RecordFolder:
    site = RecordFolder(tmp_path / "record", NOW)
    site.prepare()
    return site


def file_of(tmp_path: Path, host: str) -> Path:
    return tmp_path / "record" / f"{host}.json"


@pytest.mark.parametrize("host", ["PC10", "pc10.corp.example", "../../etc/passwd", ".", "größe", "a b/c%"])
def test_what_is_learned_is_read_again_and_for_nobody_else(site: RecordFolder, tmp_path: Path, host: str) -> None:
    assert site.read(host) is None
    assert site.learn(record(host))
    assert site.read(host) == record(host) and site.bad == {}
    (file,) = (tmp_path / "record").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in tmp_path.iterdir()] == ["record"]


def test_a_later_reading_stays(site: RecordFolder) -> None:
    assert site.learn(record("PC10", hours=1))
    assert not site.learn(record("PC10", hours=2))
    assert site.read("PC10") == record("PC10", hours=1)


def spoiled(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("visit", "guess"), encoding="utf-8")


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def deep(path: Path) -> None:
    path.write_text("[" * 100_000, encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (spoiled, "not as it was written"),
        (cut_off, "not JSON"),
        (deep, "not JSON"),
        (linked, "a link"),
        (folder, "directory"),
        (pipe, "not a file"),
    ],
)
def test_a_bad_file_is_told_and_not_believed(site: RecordFolder, tmp_path: Path, harm: Any, why: str) -> None:
    site.learn(record("PC10"))
    harm(file_of(tmp_path, "PC10"))
    assert site.read("PC10") is None
    assert list(site.bad) == ["PC10.json"] and why in site.bad["PC10.json"]


def test_a_link_is_replaced_and_not_followed(site: RecordFolder, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("mine", encoding="utf-8")
    file_of(tmp_path, "PC10").symlink_to(target)
    assert site.learn(record("PC10")) and "PC10.json" in site.bad
    assert target.read_text(encoding="utf-8") == "mine" and not file_of(tmp_path, "PC10").is_symlink()


def test_old_records_go_and_what_killed_runs_left_and_nothing_else(site: RecordFolder, tmp_path: Path) -> None:
    for host in ("old", "young"):
        site.learn(record(host))
    room = tmp_path / "record"
    (room / ".abc.unfinished").write_text("{", encoding="utf-8")
    (room / "foreign.json").write_text('{"host": "x"}', encoding="utf-8")
    old = time.time() - 40 * 24 * 60 * 60
    (room / "nobody.json").write_text('{"format": 1, "digest": ""}', encoding="utf-8")
    for name in ("old.json", ".abc.unfinished", "foreign.json", "nobody.json"):
        os.utime(room / name, (old, old))
    assert site.prune(50) == [] and not (room / ".abc.unfinished").exists()
    assert site.prune(30) == ["old"]
    assert sorted(path.name for path in room.iterdir()) == ["foreign.json", "nobody.json", "young.json"]


@pytest.mark.parametrize("case", ["a file", "everybody"])
def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path, case: str) -> None:
    place = tmp_path / "record"
    if case == "a file":
        place.write_text("", encoding="utf-8")
    else:
        place.mkdir()
        place.chmod(0o777)
    with pytest.raises(Failure) as caught:
        RecordFolder(place, NOW).prepare()
    assert caught.value.code == ("record_not_written" if case == "a file" else "record_not_safe")


SLICE = """
import sys, itertools
from datetime import UTC, datetime
from pathlib import Path
from ansible_collections.configmgr.tls.plugins.plugin_utils._record.folder import RecordFolder
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.record import of_facts

site = RecordFolder(Path(sys.argv[1]), datetime.now(UTC))
site.prepare()
for number in itertools.count():
    for host in ("shared", f"own{sys.argv[2]}"):
        told = {"schema": 1, "read_at": datetime.now(UTC).isoformat(), "read_by": "visit", "number": number}
        site.learn(of_facts(host, told | {"text": "x" * 10_000}))
    if number == 0:
        print("begun", flush=True)
    if number == int(sys.argv[3]):
        break
print(site.bad, flush=True)
"""


def test_three_slices_write_at_once_and_one_is_killed(tmp_path: Path) -> None:
    rounds = {"0": 100, "1": 100, "2": 1_000_000}
    # Under ansible-test only its own loader finds the collection, which another process does not have.
    variables = {**os.environ, "PYTHONPATH": str(Path(inspect.getfile(RecordFolder)).parents[6])}
    slices = {
        name: subprocess.Popen(
            [sys.executable, "-c", SLICE, str(tmp_path), name, str(most)],
            stdout=subprocess.PIPE,
            text=True,
            env=variables,
        )
        for name, most in rounds.items()
    }
    for process in slices.values():
        assert process.stdout is not None and process.stdout.readline() == "begun\n"
    killed = slices.pop("2")
    killed.send_signal(signal.SIGKILL)
    assert killed.wait(30) == -signal.SIGKILL
    # Nobody ever met a record that was not whole.
    assert [process.communicate(timeout=60)[0] for process in slices.values()] == ["{}\n", "{}\n"]
    site = RecordFolder(tmp_path, datetime.now(UTC))
    found = {host: (site.read(host) or Record(host)).facts or {} for host in ("shared", "own0", "own1", "own2")}
    assert site.bad == {}
    assert all(found.values()) and (found["own0"]["number"], found["own1"]["number"]) == (100, 100)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients audited in slices under ansible-runner, side by side, as AWX cuts a job: time, processor time and memory
of each slice, against what docs/scale.md reckons.

    python bench/slices.py [--hosts 1000] [--slices 4] [--forks 50]

Writes build/slices.json.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml
from machines import Bed, lab_of
from measure import ROOT

WORK = ROOT / "build" / "slices"
RESULT = ROOT / "build" / "slices.json"
JOB = """
import sys, ansible_runner
done = ansible_runner.run(private_data_dir=sys.argv[1], playbook="audit.yml", quiet=True)
sys.exit(done.rc)
"""


@dataclass(frozen=True)
class Slice:
    """Times in seconds, memory of the largest process in MiB."""

    hosts: int
    exit_code: int
    seconds: float
    cpu_seconds: float
    largest_process_mib: float


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    with lab_of(Bed(options.hosts, "windows-10-22h2", "winrm", "basic"), WORK):
        inventory = yaml.safe_load((WORK / "inventory.yml").read_text(encoding="utf-8"))
        folders = [_folder(inventory, number, options.slices, options.forks) for number in range(options.slices)]
        begun, lab = time.monotonic(), time.process_time()
        slices = _side_by_side(folders)
        seconds, lab = time.monotonic() - begun, time.process_time() - lab
    cpu = sum(each.cpu_seconds for each in slices)
    document = {
        "hosts": options.hosts,
        "forks": options.forks,
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "seconds": round(seconds, 1),
        # Both share the cores here: what the machines themselves would do elsewhere is done by the lab.
        "reckoned_seconds": round((cpu + lab) / (os.cpu_count() or 1), 1),
        "lab_cpu_seconds": round(lab, 1),
        "cpu_seconds": round(cpu, 1),
        "cpu_seconds_per_host": round(cpu / options.hosts, 4),
        "slices": [asdict(each) for each in slices],
    }
    RESULT.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(document, indent=2))
    return max(each.exit_code for each in slices)


def _folder(inventory: dict[str, object], number: int, slices: int, forks: int) -> Path:
    """The folder of a job with host i in slice i modulo n."""
    folder = WORK / f"slice-{number}"
    for part in ("inventory", "env"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    if not (folder / "project").exists():
        (folder / "project").symlink_to(ROOT / "playbooks")
    whole = inventory["all"]
    assert isinstance(whole, dict)
    rows = dict(sorted(whole["hosts"].items())[number::slices])
    mine = {**whole, "hosts": rows, "children": {"configmgr": {"children": {"client": {"hosts": dict.fromkeys(rows)}}}}}
    (folder / "inventory" / "hosts.yml").write_text(yaml.safe_dump({"all": mine}), encoding="utf-8")
    variables = {"ANSIBLE_FORKS": str(forks), "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]}
    (folder / "env" / "envvars").write_text(yaml.safe_dump(variables), encoding="utf-8")
    return folder


def _side_by_side(folders: Sequence[Path]) -> list[Slice]:
    begun = time.monotonic()
    jobs = {subprocess.Popen([sys.executable, "-c", JOB, str(folder)]).pid: folder for folder in folders}
    done = []
    for _number in folders:
        process, status, usage = os.wait4(-1, 0)
        hosts = len(yaml.safe_load((jobs[process] / "inventory" / "hosts.yml").read_text("utf-8"))["all"]["hosts"])
        cpu = usage.ru_utime + usage.ru_stime
        code = os.waitstatus_to_exitcode(status)
        done.append(
            Slice(hosts, code, round(time.monotonic() - begun, 1), round(cpu, 1), round(usage.ru_maxrss / 1024, 1))
        )
    return done


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench/slices.py", description="Audit many lab hosts in slices.")
    parser.add_argument("--hosts", type=int, default=1000, help="%(default)s")
    parser.add_argument("--slices", type=int, default=4, help="%(default)s")
    parser.add_argument("--forks", type=int, default=50, help="%(default)s")
    return parser


if __name__ == "__main__":
    sys.exit(main())

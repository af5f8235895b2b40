# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One package to many hosts over SMB: time, processor time and memory of the controller, against a package of a few
kilobytes in the same run.

    python bench/updates.py [--hosts 20] [--megabytes 100] [--forks 20]

Writes build/updates.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import yaml
from machines import Bed, lab_of
from measure import ROOT, Run, Runner

from configmgr_lab.installers.packages import write_packages

WORK = ROOT / "build" / "updates"
RESULT = ROOT / "build" / "updates.json"
PACKAGE, STAND_IN = "visual-cpp-x64", "runtime-x64"
MEGABYTE = 1024 * 1024
SMALL = 4096


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    shutil.rmtree(WORK, ignore_errors=True)
    sizes = {"small": SMALL, "large": options.megabytes * MEGABYTE}
    with lab_of(Bed(options.hosts, "windows-10-22h2", "winrm", "basic"), WORK) as client:
        runner = Runner(WORK / "inventory.yml", options.forks, WORK / "ansible.log")
        runs: dict[str, Run] = {}
        for name, size in sizes.items():
            runs[name] = runner.run(_play(name, size))
            client.reset()
    extra = (runs["large"].wall_ms - runs["small"].wall_ms) / 1000
    document = {
        "hosts": options.hosts,
        "megabytes": options.megabytes,
        "forks": options.forks,
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        **{name: {key: round(value, 1) for key, value in asdict(run).items()} for name, run in runs.items()},
        "seconds_for_the_files": round(extra, 1),
        "megabytes_a_second": round(options.hosts * options.megabytes / extra, 1) if extra > 0 else None,
        "memory_for_the_files_mib": round(runs["large"].memory - runs["small"].memory, 1),
    }
    RESULT.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(document, indent=2))
    return 0


def _play(name: str, size: int) -> Path:
    """A play that installs a package of this size on request."""
    folder = WORK / f"owner-{name}"
    file = write_packages(folder, [STAND_IN], size=size)[STAND_IN]
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    row = {"package": PACKAGE, "file": file.name, "sha256": digest, "size": file.stat().st_size}
    (folder / "manifest.yml").write_text(yaml.safe_dump({"schema": 1, "files": [row]}), encoding="utf-8")
    task = {"configmgr.tls.tls_update": {"source": str(folder), "packages": [PACKAGE]}, "register": "done"}
    proof = {
        "ansible.builtin.assert": {"that": ["done.changed", f"done.packages[0].id == '{PACKAGE}'"], "quiet": True},
    }
    path = WORK / f"{name}.yml"
    path.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": [task, proof]}]), encoding="utf-8")
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench/updates.py", description="Push a package to many lab hosts.")
    parser.add_argument("--hosts", type=int, default=20, help="%(default)s")
    parser.add_argument("--megabytes", type=int, default=100, help="%(default)s")
    parser.add_argument("--forks", type=int, default=20, help="%(default)s")
    return parser


if __name__ == "__main__":
    sys.exit(main())

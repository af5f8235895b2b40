# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients audited in one run: how long it takes and how much memory ansible-playbook needs.

    python bench/scale.py [--hosts 1000] [--forks 50]

Writes build/scale.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

import plays
from machines import Bed, lab_of
from measure import ROOT, PlayFailed, Runner

WORK = ROOT / "build" / "scale"
RESULT = ROOT / "build" / "scale.json"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    bed = Bed(options.hosts, "windows-10-22h2", "winrm", "basic")
    with lab_of(bed, WORK) as client:
        runner = Runner(WORK / "inventory.yml", options.forks, WORK / "last-run.log")
        play = plays.write_file(WORK, "audit", [{"configmgr.tls.tls_facts": {}}])
        try:
            run = runner.run(play)
        except PlayFailed as failure:
            print(f"scale: {failure}", file=sys.stderr)
            return 1
        visited = [row["commands"] for row in client.counters().values()]
    if visited != [1] * options.hosts:
        print(
            f"scale: not every host was visited once: {sorted(visited)[:3]} ... {sorted(visited)[-3:]}", file=sys.stderr
        )
        return 1
    document = {
        "hosts": options.hosts,
        "forks": options.forks,
        "seconds": round(run.wall_ms / 1000, 1),
        "cpu_seconds": round(run.cpu_ms / 1000, 1),
        "largest_process_mib": round(run.memory, 1),
    }
    RESULT.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(
        f"{options.hosts} hosts audited with forks {options.forks}: {document['seconds']} s, "
        f"{document['cpu_seconds']} s of processor time, largest process {document['largest_process_mib']} MiB"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench/scale.py", description="Audit many lab hosts in one run.")
    parser.add_argument("--hosts", type=int, default=1000, help="%(default)s")
    parser.add_argument("--forks", type=int, default=50, help="%(default)s")
    return parser


if __name__ == "__main__":
    sys.exit(main())

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench: what our visits cost, next to what a user would take instead and to what Ansible itself costs.

    python bench/run.py [--hosts 50] [--forks 10] [--times 3] [--image windows-10-22h2]
                        [--connection winrm] [--auth basic] [--program-ms 20] [--round-trip-ms 0]

Writes build/bench.json and prints a table. docs/bench.md says what is measured and how.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
from collections.abc import Sequence
from typing import Any

import plays
from machines import Bed, lab_of
from measure import ROOT, Cost, Pair, PlayFailed, Runner, pair_of_runs, per_host
from table import report

from configmgr_lab.control.client import LabClient

WORK = ROOT / "build" / "bench"
RESULT = ROOT / "build" / "bench.json"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.hosts < 2:
        print("bench: at least two hosts are needed, the difference is what is measured", file=sys.stderr)
        return 2
    try:
        costs, values = measure(options)
    except PlayFailed as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    print(report(options, values, costs))
    if options.only:
        return 0
    document = {"hosts": options.hosts, **{name: cost.as_dict() for name, cost in costs.items()}}
    RESULT.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(f"\nWritten to {RESULT.relative_to(ROOT)}.")
    return 0


def measure(options: argparse.Namespace) -> tuple[dict[str, Cost], dict[str, int]]:
    """The costs by their names in bench.json, and how many values were read and set. Raises PlayFailed."""
    bed = Bed(options.hosts, options.image, options.connection, options.auth, options.program_ms / 1000)
    with lab_of(bed, WORK) as client:
        hosts = client.hosts()
        runner = Runner(WORK / "inventory.yml", options.forks, WORK / "last-run.log")
        enforce = plays.write_file(WORK, "enforce", [{"configmgr.tls.tls_settings": {"stage": "enable"}}])
        runner.run(enforce, limit=hosts[0])
        to_read, to_set = plays.values_asked(client, hosts[0]), plays.values_set(client, hosts[0])
        if not to_set:
            raise PlayFailed(f"there is nothing to set on {options.image}")
        tasks: dict[str, list[dict[str, Any]]] = {
            "audit": [{"configmgr.tls.tls_facts": {}}],
            "enforce": [{"configmgr.tls.tls_settings": {"stage": "enable"}}],
            "stock_modules_read": plays.read_play(to_read),
            "stock_modules_write": plays.write_play(to_set),
            "stock_script_read": plays.script_play(to_read),
            "floor": [{"bench_floor": {}}],
        }
        chosen = {name: each for name, each in tasks.items() if not options.only or name in options.only}
        files = {name: plays.write_file(WORK, name, each) for name, each in chosen.items()}
        pairs: dict[str, list[Pair]] = {name: [] for name in chosen}
        # One after the other, and all over again: what else the computer does then meets each of them.
        for number in range(options.times):
            for name, play in files.items():
                print(f"measuring {name}, {number + 1} of {options.times} ...", flush=True)
                prepare = functools.partial(start_anew, client, hosts, options.round_trip_ms / 1000)
                pairs[name].append(pair_of_runs(runner, client, play, hosts, prepare))
        costs = {name: per_host(measured, len(hosts)) for name, measured in pairs.items()}
    return costs, {"read": len(to_read), "set": len(to_set)}


def start_anew(client: LabClient, hosts: Sequence[str], round_trip: float) -> None:
    """Every host as its image says, and so many seconds away: each message over HTTP waits for as long."""
    client.reset()
    if round_trip:
        for host in hosts:
            client.set_fault(host, "slow", seconds=round_trip)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench/run.py", description="Measure our visits against the stock modules.")
    parser.add_argument("--hosts", type=int, default=50, help="how many lab hosts (%(default)s)")
    parser.add_argument("--forks", type=int, default=10, help="Ansible's forks (%(default)s)")
    parser.add_argument("--times", type=int, default=3, help="repetitions, of which the median counts (%(default)s)")
    parser.add_argument("--image", default="windows-10-22h2", help="the lab's Windows version (%(default)s)")
    parser.add_argument("--connection", choices=["winrm", "psrp"], default="winrm", help="%(default)s")
    parser.add_argument("--auth", choices=["basic", "ntlm"], default="basic", help="%(default)s")
    parser.add_argument("--program-ms", type=float, default=20, help="what a start of a program takes (%(default)s)")
    parser.add_argument("--round-trip-ms", type=float, default=0, help="added to each message (%(default)s)")
    parser.add_argument("--only", nargs="+", metavar="MEASURE", help="some of the measures, without bench.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())

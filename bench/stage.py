# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a whole staged run costs each machine: visits (command lines), logons and requests, from audit to the last look.

    python bench/stage.py [--site fabrikam] [--forks 10]

Runs enforce_tls12.yml with the older protocols turned off at the end over a site that only needs settings, and once
more over what it left. Writes build/stage.json.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from machines import lab_of_site
from measure import ROOT, PlayFailed, Runner

WORK = ROOT / "build" / "stage"
RESULT = ROOT / "build" / "stage.json"
PLAYBOOK = ROOT / "playbooks" / "enforce_tls12.yml"
COUNTED = ("commands", "connections", "requests", "restarts")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench/stage.py", description="Count the visits of a staged run.")
    parser.add_argument("--site", default="fabrikam", help="a site of the lab (%(default)s)")
    parser.add_argument("--forks", type=int, default=10, help="Ansible's forks (%(default)s)")
    options = parser.parse_args(arguments)
    shutil.rmtree(WORK, ignore_errors=True)
    counted: dict[str, dict[str, dict[str, int]]] = {}
    try:
        with lab_of_site(options.site, WORK) as client:
            runner = Runner(WORK / "inventory.yml", options.forks, WORK / "last-run.log")
            for name in ("first", "again"):
                client.clear_counters()
                before = {host: client.restarts(host) for host in client.hosts()}
                runner.run(PLAYBOOK, variables={"configmgr_tls_disable_legacy": True})
                counters = client.counters()
                counted[name] = {
                    host: {**counters[host], "restarts": client.restarts(host) - before[host]} for host in before
                }
    except PlayFailed as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    print("\n".join(table(counted)))
    rows = {name: {host: _kept(row) for host, row in hosts.items()} for name, hosts in counted.items()}
    RESULT.write_text(json.dumps({"site": options.site, **rows}, indent=2) + "\n", encoding="utf-8")
    print(f"\nWritten to {RESULT.relative_to(ROOT)}.")
    return 0


def table(counted: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[str]:
    """The median machine and the largest number, of the first run and of one that finds everything done."""
    row = "{:<24} {:>14} {:>14} {:>14} {:>14}"
    yield "audit, enable, restart, audit, gate, disable, restart, audit"
    yield row.format("per machine", *(name if name != "commands" else "visits" for name in COUNTED))
    for title, name in (("the whole run", "first"), ("a run with nothing left", "again")):
        numbers = [[host[quantity] for host in counted[name].values()] for quantity in COUNTED]
        cells = (f"{statistics.median(each):g} (most {max(each)})" for each in numbers)
        yield row.format(title, *cells)


def _kept(row: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(row[name]) for name in COUNTED}


if __name__ == "__main__":
    sys.exit(main())

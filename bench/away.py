# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients of which some are off: what that costs an audit, and whether the gate opens with what is known of them.

    python bench/away.py [--hosts 1000] [--away 300] [--forks 50]

Sets all of them, audits them with everybody there, switches some off and audits again; then lets the records be twenty
days old and asks the gate in check mode. Writes build/away.json.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from machines import Bed, lab_of
from measure import ROOT, PlayFailed, Runner

from ansible_collections.configmgr.tls.plugins.plugin_utils._record.folder import RecordFolder
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.record import READ_AT, of_facts

WORK = ROOT / "build" / "away"
RESULT = ROOT / "build" / "away.json"
RECORD, REPORTS = WORK / "record", WORK / "reports"
VARIABLES = {
    "configmgr_tls_record": str(RECORD),
    "configmgr_tls_report_dir": str(REPORTS),
    "configmgr_tls_hosts": "all",
}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    shutil.rmtree(WORK, ignore_errors=True)
    with lab_of(Bed(options.hosts, "windows-10-22h2", "winrm", "basic", 0.0), WORK) as client:
        runner = Runner(WORK / "inventory.yml", options.forks, WORK / "last-run.log")
        hosts = client.hosts()
        gone = hosts[:: max(1, options.hosts // options.away)][: options.away]
        try:
            if not options.time_only:
                runner.run(_playbook("enforce_tls12"), variables=VARIABLES)
            everybody = runner.run(_playbook("audit"), variables=VARIABLES)
            for host in gone:
                client.switch(host, "off")
            young = {**VARIABLES, "configmgr_tls_seen_days": 30}
            without = runner.run(_playbook("audit"), variables=young)
            seen = _report("audit")["summary"]["seen"]
            document: dict[str, Any] = {
                "hosts": options.hosts,
                "away": len(gone),
                "forks": options.forks,
                "seconds": round(everybody.wall_ms / 1000, 1),
                "seconds_with_some_away": round(without.wall_ms / 1000, 1),
                "known_from_the_record": seen,
            }
            if not options.time_only:
                document["gate"] = _gate(runner, gone, young)
        except PlayFailed as failure:
            print(f"away: {failure}", file=sys.stderr)
            return 1
    RESULT.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(document, indent=2))
    return 0


def _gate(runner: Runner, gone: Sequence[str], young: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC)
    for host in gone:
        known = RecordFolder(RECORD, now).read(host)
        assert known is not None and known.facts is not None
        facts = {**known.facts, READ_AT: (now - timedelta(days=20)).isoformat(timespec="seconds")}
        (RECORD / f"{host}.json").write_text(json.dumps(of_facts(host, facts).as_dict()), encoding="utf-8")
    run = runner.run(_playbook("enforce_tls12"), variables={**young, "configmgr_tls_disable_legacy": True}, check=True)
    gate = _report("enforce_tls12")["gate"]
    counted = {name: len(gate[name]) for name in ("reasons", "seen")}
    return {"open": gate["open"], **counted, "seconds": round(run.wall_ms / 1000, 1)}


def _playbook(name: str) -> Path:
    return ROOT / "playbooks" / f"{name}.yml"


def _report(name: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((REPORTS / f"{name}.json").read_text(encoding="utf-8"))
    return report


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench/away.py", description="Audit many lab hosts of which some are off.")
    parser.add_argument("--hosts", type=int, default=1000, help="%(default)s")
    parser.add_argument("--away", type=int, default=300, help="how many of them are switched off (%(default)s)")
    parser.add_argument("--forks", type=int, default=50, help="%(default)s")
    parser.add_argument("--time-only", action="store_true", help="do not set the machines, and do not ask the gate")
    return parser


if __name__ == "__main__":
    sys.exit(main())

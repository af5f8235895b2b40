# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the report of a large site takes to build and to write, format by format, and how large it is.

    python bench/report.py [--hosts 1000] [--seconds 5]

The machines are those of the demonstration, over and over. Seconds are of processor time, which other work on the
machine does not stretch. Exit code 1 when all formats together take longer than ``--seconds``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import (
    RENDERERS,
    HostRecord,
    Origin,
    Surroundings,
    build_document,
    compare_documents,
)

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "tests" / "browser" / "contoso.json"
# What a host may add to the results that Ansible keeps in memory and sends around.
MOST_BYTES = 10_000


def records(sample: dict[str, Any], number: int) -> list[HostRecord]:
    """``number`` machines made of those of the sample."""
    hosts = itertools.islice(itertools.cycle(sample["hosts"].items()), number)
    return [
        HostRecord(f"{name}-{place:05d}", host.get("facts"), None, host.get("changes", {}), host["restarted"])
        for place, (name, host) in enumerate(hosts)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="measure the report")
    parser.add_argument("--hosts", type=int, default=1000, help="number of machines")
    parser.add_argument("--seconds", type=float, default=5.0, help="what all formats together may take")
    options = parser.parse_args(arguments)
    sample = json.loads(SAMPLE.read_text(encoding="utf-8"))
    listed = records(sample, options.hosts)
    origin = Origin("bench", sample["generated"], "bench", sample["collection_version"])
    begun = time.process_time()
    document = build_document(origin, listed, Surroundings(sample["conversations"]))
    document["comparison"] = compare_documents(document, document)
    print(f"{options.hosts:,} machines\n{'document':<10} {time.process_time() - begun:6.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        for name, renderer in RENDERERS.items():
            started = time.process_time()
            file = Path(folder) / f"report{renderer.ending}"
            file.write_bytes(renderer.render(document).encode("utf-8", "replace"))
            print(f"{name:<10} {time.process_time() - started:6.2f} s  {file.stat().st_size / 1e6:7.2f} MB")
    total = time.process_time() - begun
    largest = max(len(json.dumps(host["facts"], separators=(",", ":"))) for host in sample["hosts"].values())
    print(f"{'all':<10} {total:6.2f} s, at most {options.seconds:g} s wanted")
    print(f"largest fact of a machine: {largest:,} bytes, at most {MOST_BYTES:,} wanted")
    return 0 if total <= options.seconds and largest <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())

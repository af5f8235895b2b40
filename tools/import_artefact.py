# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has galaxy-importer, which Galaxy runs on upload, read the artefact. A warning of it counts as a failure."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from artefact import build
from environment import make

ROOT = Path(__file__).resolve().parent.parent
_BAD = re.compile(r"^(WARNING|ERROR|CRITICAL)|\bfailed\b", re.IGNORECASE)


def main() -> int:
    target = ROOT / "build" / "importer"
    target.mkdir(parents=True, exist_ok=True)
    artefact = build(target)
    python = make("importer").python
    command = [str(python), "-m", "galaxy_importer.main", artefact.name]
    # The importer looks for the programs of its own environment on the PATH, and must not see the checkout.
    hidden = ("PYTHONPATH", "ANSIBLE_COLLECTIONS_PATH")
    variables = {name: value for name, value in os.environ.items() if name not in hidden}
    variables["PATH"] = os.pathsep.join([str(python.parent), os.environ["PATH"]])
    done = subprocess.run(
        command,
        cwd=target,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    print(done.stdout)
    bad = [line for line in done.stdout.splitlines() if _BAD.search(line)]
    for line in bad:
        print(f"importer: {line}", file=sys.stderr)
    return 1 if bad or done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())

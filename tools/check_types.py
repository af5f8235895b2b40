# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""mypy --strict over everything that is ours and typed: the collection's own packages, the lab, the tools.

The collection is named as the package that it is at run time, so that its imports of itself resolve.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLLECTION = "ansible_collections.configmgr.tls.plugins"
SEEN_AS = ".venv/collections/ansible_collections/configmgr/tls/"
RUNS = (("--package", COLLECTION, "--package", "configmgr_lab"), ("tools", "bench"))


def main() -> int:
    worst = 0
    for targets in RUNS:
        present = [
            target for target in targets if target.startswith(("-", "ansible", "configmgr")) or _has_python(target)
        ]
        command = [sys.executable, "-m", "mypy", *present]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        print(done.stdout.replace(SEEN_AS, "") + done.stderr, end="", flush=True)
        worst = max(worst, done.returncode)
    return worst


def _has_python(folder: str) -> bool:
    return any((ROOT / folder).glob("*.py"))


if __name__ == "__main__":
    sys.exit(main())

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
TARGETS = (
    ("plugins/plugin_utils", ["--package", "ansible_collections.configmgr.tls.plugins.plugin_utils"]),
    ("plugins/action", ["--package", "ansible_collections.configmgr.tls.plugins.action"]),
    ("lab/configmgr_lab", ["--package", "configmgr_lab"]),
    ("tools", ["tools"]),
)


def main() -> int:
    worst = 0
    for folder, target in TARGETS:
        if not any((ROOT / folder).rglob("*.py")):
            continue
        print(f"{folder}:", flush=True)
        done = subprocess.run([sys.executable, "-m", "mypy", *target], cwd=ROOT)
        worst = max(worst, done.returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())

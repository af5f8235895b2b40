# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs every molecule scenario of extensions/molecule, on the lab that the `default` scenario starts and stops.

A failed step leaves what it made behind, so the scenarios are destroyed whatever happened.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOLECULE = str(Path(sys.executable).parent / "molecule")


def main() -> int:
    try:
        command = [MOLECULE, "test", "--all", "--workers", "2"]
        return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode
    finally:
        command = [MOLECULE, "destroy", "--all"]
        subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )


if __name__ == "__main__":
    sys.exit(main())

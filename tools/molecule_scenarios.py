# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs every molecule scenario of extensions/molecule, with the lab that the `default` scenario starts and stops.

A failed step leaves what it made behind, so the scenarios are destroyed whatever happened.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTENSIONS = ROOT / "extensions"


def main() -> int:
    molecule = [str(Path(sys.executable).parent / "molecule")]
    try:
        return subprocess.run([*molecule, "test", "--all"], cwd=EXTENSIONS, stdin=subprocess.DEVNULL).returncode
    finally:
        subprocess.run([*molecule, "destroy", "--all"], cwd=EXTENSIONS, stdin=subprocess.DEVNULL, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())

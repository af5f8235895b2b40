# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts the collection ansible.windows under build/stock, where `make bench` finds the modules it compares with.

The whole `ansible` package would be half a gigabyte, and its ansible_collections package would hide ours; only the
one folder is taken from its wheel. Nothing is done when it is there already.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements" / "bench.txt"
TARGET = ROOT / "build" / "stock"
COLLECTION = "ansible_collections/ansible/windows/"


def main() -> int:
    stamp = TARGET / "made-from"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return 0
    shutil.rmtree(TARGET, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*command, "--dest", scratch, "--requirement", str(REQUIREMENTS)], check=True)
        with zipfile.ZipFile(next(Path(scratch).glob("ansible-*.whl"))) as wheel:
            members = [name for name in wheel.namelist() if name.startswith(COLLECTION)]
            wheel.extractall(TARGET, members)
    stamp.write_text(wanted, encoding="utf-8")
    print(f"{len(members)} files of ansible.windows in {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

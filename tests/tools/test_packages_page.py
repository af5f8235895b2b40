# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of packages is what the tables say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_current() -> None:
    done = subprocess.run([sys.executable, "tools/packages_page.py", "--check"], cwd=ROOT)
    assert done.returncode == 0, "run python tools/packages_page.py"

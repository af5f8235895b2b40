# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated pages of the guides are what the tables say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("tool", ["tools/requirements_page.py", "tools/packages_page.py"])
def test_the_page_is_current(tool: str) -> None:
    done = subprocess.run([sys.executable, tool, "--check"], cwd=ROOT)
    assert done.returncode == 0, f"run python {tool}"

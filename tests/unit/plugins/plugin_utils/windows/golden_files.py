# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command lines that were read by a person once, one sub-command to a line."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def expected(name: str) -> str:
    """The line of a golden file."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8").replace("\n", "")


def broken(line: str) -> str:
    """A line as the golden files hold it: a new line after every marker. Without the breaks it is the line."""
    return re.sub(r"(#ok [0-9]+[)]*&&?)", r"\1\n", line) + "\n"

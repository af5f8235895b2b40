# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing a page of the guides that follows from the tables, or checking that it still does."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"


def write_or_check(name: str, lines: Iterable[str]) -> int:
    """The exit code: with --check on the command line 1 when docs/NAME is not these lines; otherwise it is written."""
    page, text = DOCS / name, "\n".join(lines) + "\n"
    if "--check" in sys.argv:
        return 0 if page.read_text(encoding="utf-8") == text else 1
    page.write_text(text, encoding="utf-8")
    return 0

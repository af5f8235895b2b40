# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CSV that a spreadsheet opens as text, whatever machines and owners have written into it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["csv_text"]

# A spreadsheet whose language separates by semicolons splits a cell at them, quoted or not, and sees what follows; some
# take blanks away first, and in East Asian languages the wide signs are as good. Source: OWASP, CSV Injection.
_BREAK = re.compile("([;\t\n])")
_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """A header and a line per row, all quoted; what a row lacks is empty, and a list is joined by blanks."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return text.getvalue()


def _cell(value: object) -> str:
    """A text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    # Some readers end a line at a lone carriage return, quoted or not.
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(f"'{part}" if part.lstrip()[:1] in _FORMULA else part for part in _BREAK.split(text))

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a table, said so that its author can mend it."""

from __future__ import annotations


class DataError(ValueError):
    """A table does not hold what its row type asks for.

    ``file`` is the table's file name, ``row`` the row's key (or its number, from 1) and ``field`` the dotted path of
    the field; both are empty when the whole file or the whole row is meant.
    """

    def __init__(self, file: str, row: str, field: str, problem: str) -> None:
        self.file = file
        self.row = row
        self.field = field
        self.problem = problem
        place = ", ".join(
            part for part in (file, f"row {row}" if row else "", f"field {field}" if field else "") if part
        )
        super().__init__(f"{place}: {problem}")

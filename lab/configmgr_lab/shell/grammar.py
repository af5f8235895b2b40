# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of cmd's grammar is emulated, for the coverage page."""

from __future__ import annotations

from ..features import Feature, Source, Subject

SUBJECT = Subject(
    "cmd: grammar",
    (
        Feature("`&`, `&&`, `||`, `|`, groups in parentheses", Source.CHECKED),
        Feature("`>`, `>>`, `<`, `2>`, `2>&1`, `nul`", Source.CHECKED),
        Feature("quotes and carets", Source.CHECKED),
        Feature("`%NAME%` first and everywhere, an undefined one kept", Source.DOCUMENT),
        Feature("`%NAME:a=b%`, `%NAME:~0,3%`, `%CD%`, `%ERRORLEVEL%`, `%DATE%`, `%TIME%`", Source.ASSUMED),
        Feature("8,191 characters, before and after expansion; exit code 1", Source.DOCUMENT),
        Feature("a line feed ends the line", Source.DOCUMENT),
        Feature("`@`, `rem` with the rest of the line", Source.ASSUMED),
        Feature("`if` with exist, defined, errorlevel, `==`, EQU and its kin, `not`, `/i`, `else`", Source.ASSUMED),
        Feature("a line that is not understood: nothing of it runs, exit code 1", Source.ASSUMED),
        Feature("an unknown program: exit code 1", Source.DOCUMENT),
        Feature("exit code of a line: of its last command, `echo` and `rem` leave it alone", Source.ASSUMED),
        Feature("batch files without parameters; an undefined `%NAME%` becomes nothing there", Source.DOCUMENT),
        Feature("localised messages (`locale: de` in the site file)", Source.ASSUMED),
    ),
    (
        "labels, parameters and the echo of batch files, `for`, `call`",
        "`%RANDOM%`, `%CMDCMDLINE%`, `%CMDEXTVERSION%`",
        "programs of folders other than System32 and its wbem",
        "handles 3 to 9",
    ),
)

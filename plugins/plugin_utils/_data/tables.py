# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which table has which row type."""

from __future__ import annotations

from .judged import JUDGED
from .rows import Row
from .schema_baseline import BaselineBack, BaselineWindows
from .schema_cmpivot import CmpivotLimit, CmpivotQuery
from .schema_evidence import (
    KnownIssue,
    LogFile,
    LogPhrase,
    LogSignature,
    SchannelEvent,
)
from .schema_packages import (
    ExitCode,
    Installer,
    Package,
)

TABLES: dict[str, type[Row]] = {
    **JUDGED,
    "baseline_back": BaselineBack,
    "baseline_windows": BaselineWindows,
    "cmpivot_limits": CmpivotLimit,
    "cmpivot_queries": CmpivotQuery,
    "exit_codes": ExitCode,
    "installers": Installer,
    "known_issues": KnownIssue,
    "log_files": LogFile,
    "log_phrases": LogPhrase,
    "log_signatures": LogSignature,
    "packages": Package,
    "schannel_events": SchannelEvent,
}

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which table has which row type: a test of all tables needs them in one place, no code does."""

from __future__ import annotations

from ansible_collections.configmgr.tls.plugins.plugin_utils._data.judged import JUDGED
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.rows import Row
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_baseline import BaselineBack, BaselineWindows
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_cmpivot import CmpivotLimit, CmpivotQuery
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_evidence import (
    KnownIssue,
    LogFile,
    LogPhrase,
    LogSignature,
    SchannelEvent,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_packages import (
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

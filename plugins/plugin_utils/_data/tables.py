# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which table has which row type."""

from __future__ import annotations

from .load import load_table
from .rows import Row
from .schema import (
    DotnetRelease,
    DotnetRequirement,
    KnownBad,
    ProtocolRow,
    SourceRow,
    SqlBranch,
    SqlClient,
    SqlClientRequirement,
    SqlSupport,
    Update,
    WindowsRelease,
)
from .schema_baseline import BaselineBack, BaselineWindows
from .schema_cmpivot import CmpivotLimit, CmpivotQuery
from .schema_configmgr import (
    ConfigFile,
    ConfigMgrRelease,
    Role,
    SettingRow,
)
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
from .schema_suites import CipherSuite, HttpFlag, SchannelAlgorithm

TABLES: dict[str, type[Row]] = {
    "baseline_back": BaselineBack,
    "baseline_windows": BaselineWindows,
    "cipher_suites": CipherSuite,
    "cmpivot_limits": CmpivotLimit,
    "cmpivot_queries": CmpivotQuery,
    "config_files": ConfigFile,
    "configmgr": ConfigMgrRelease,
    "dotnet": DotnetRelease,
    "dotnet_requirements": DotnetRequirement,
    "exit_codes": ExitCode,
    "http_flags": HttpFlag,
    "installers": Installer,
    "known_issues": KnownIssue,
    "log_files": LogFile,
    "log_phrases": LogPhrase,
    "log_signatures": LogSignature,
    "packages": Package,
    "protocols": ProtocolRow,
    "roles": Role,
    "schannel_algorithms": SchannelAlgorithm,
    "schannel_events": SchannelEvent,
    "settings": SettingRow,
    "sources": SourceRow,
    "sql_client_requirements": SqlClientRequirement,
    "sql_clients": SqlClient,
    "sql_clients_bad": KnownBad,
    "sql_server": SqlBranch,
    "sql_support": SqlSupport,
    "updates": Update,
    "windows": WindowsRelease,
}


def preload() -> None:
    """Read and check every table now: a controller that does so before it forks pays for it once, not once per host."""
    for name, row_type in TABLES.items():
        load_table(name, row_type)

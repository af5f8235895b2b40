# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known about TLS in Windows, .NET, SQL Server and ConfigMgr, as tables with a source on every row.

The lookups are pure. A table is read when it is first asked for and kept for the life of the process; preload() reads
those at once that every visit asks, for a process that forks and wants its children to find them there.
"""

from __future__ import annotations

from .errors import DataError
from .judged import preload
from .load import load_table
from .packages import (
    exit_code,
    installer,
    package,
    packages,
)
from .schema import (
    ConfigMgrSupport,
    Detect,
    DotnetRelease,
    DotnetRequirement,
    FaultyBuild,
    KnownBad,
    ProtocolRow,
    SourceRow,
    SqlBranch,
    SqlClient,
    SqlClientRequirement,
    SqlSupport,
    Update,
    WindowsRelease,
    WinHttp,
)
from .schema_configmgr import (
    Accept,
    ConfigFile,
    ConfigMgrRelease,
    DesiredValue,
    Detection,
    Role,
    RoleNeeds,
    SettingRow,
)
from .schema_packages import (
    GOOD_MEANINGS,
    ExitCode,
    Installer,
    Package,
)
from .schema_suites import CipherSuite, SchannelAlgorithm
from .settings import STAGES, desired_values, keys_of, setting_rows
from .site import (
    config_file,
    config_files,
    configmgr_release,
    configmgr_row,
    configmgr_supported,
    role,
    roles,
    roles_named,
)
from .sql import (
    known_bad,
    known_bad_clients,
    sql_branch,
    sql_client,
    sql_client_requirement,
    sql_client_requirements,
    sql_client_tls12,
    sql_clients,
    sql_clients_of_configmgr,
    sql_fault,
    sql_newer,
    sql_support,
    sql_tls12,
)
from .suites import (
    cipher_suite,
    cipher_suites,
    http_flags,
    schannel_algorithms,
)
from .version import Version
from .windows import (
    dotnet_requirement,
    dotnet_version,
    net35_update,
    net45_update,
    protocols,
    revision_updates,
    update,
    updates,
    windows_release,
    windows_releases,
    wsus_update,
)

__all__ = [
    "Accept",
    "CipherSuite",
    "ConfigFile",
    "ConfigMgrRelease",
    "ConfigMgrSupport",
    "DataError",
    "DesiredValue",
    "Detect",
    "Detection",
    "DotnetRelease",
    "DotnetRequirement",
    "ExitCode",
    "FaultyBuild",
    "GOOD_MEANINGS",
    "Installer",
    "KnownBad",
    "Package",
    "ProtocolRow",
    "Role",
    "RoleNeeds",
    "SchannelAlgorithm",
    "SettingRow",
    "SourceRow",
    "SqlBranch",
    "SqlClient",
    "SqlClientRequirement",
    "SqlSupport",
    "Update",
    "Version",
    "WinHttp",
    "WindowsRelease",
    "cipher_suite",
    "cipher_suites",
    "config_file",
    "config_files",
    "configmgr_release",
    "configmgr_row",
    "STAGES",
    "configmgr_supported",
    "desired_values",
    "keys_of",
    "dotnet_requirement",
    "dotnet_version",
    "exit_code",
    "http_flags",
    "installer",
    "known_bad",
    "known_bad_clients",
    "load_table",
    "net35_update",
    "net45_update",
    "package",
    "packages",
    "preload",
    "protocols",
    "revision_updates",
    "role",
    "roles",
    "roles_named",
    "schannel_algorithms",
    "setting_rows",
    "sql_branch",
    "sql_client",
    "sql_client_requirement",
    "sql_client_requirements",
    "sql_client_tls12",
    "sql_clients",
    "sql_clients_of_configmgr",
    "sql_fault",
    "sql_newer",
    "sql_support",
    "sql_tls12",
    "update",
    "updates",
    "windows_release",
    "windows_releases",
    "wsus_update",
]

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables that every visit to a machine asks, whatever it is for."""

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
from .schema_configmgr import (
    ConfigFile,
    ConfigMgrRelease,
    Role,
    SettingRow,
)
from .schema_suites import CipherSuite, HttpFlag, SchannelAlgorithm

__all__ = ["JUDGED", "preload"]

JUDGED: dict[str, type[Row]] = {
    "cipher_suites": CipherSuite,
    "config_files": ConfigFile,
    "configmgr": ConfigMgrRelease,
    "dotnet": DotnetRelease,
    "dotnet_requirements": DotnetRequirement,
    "http_flags": HttpFlag,
    "protocols": ProtocolRow,
    "roles": Role,
    "schannel_algorithms": SchannelAlgorithm,
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
    """Read and check them now: a controller that does so before it forks pays for it once, not once per host.

    The rooms that ask the other tables read them when they are imported.
    """
    for name, row_type in JUDGED.items():
        load_table(name, row_type)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookups about SQL Server and the components that talk to it."""

from __future__ import annotations

from .load import load_table
from .schema import (
    FaultyBuild,
    KnownBad,
    SqlBranch,
    SqlClient,
    SqlClientRequirement,
    SqlSupport,
)
from .site import latest_from
from .version import Version


def sql_newer(version: Version) -> bool:
    """Whether a SQL Server build is of a product newer than the newest of the table."""
    return version.major > max(row.major for row in load_table("sql_server", SqlBranch))


def sql_branch(version: Version) -> SqlBranch | None:
    """The servicing branch of a SQL Server build; None for a product that is not in the table.

    A product newer than all of them counts as the newest (sql_newer tells).
    """
    if sql_newer(version):
        return max(load_table("sql_server", SqlBranch), key=lambda row: row.applies_from.product_key)
    rows = [
        row
        for row in load_table("sql_server", SqlBranch)
        if row.covers(version) and row.applies_from.product_key <= version.product_key
    ]
    return max(rows, key=lambda row: row.applies_from.product_key, default=None)


def sql_fault(version: Version) -> FaultyBuild | None:
    """Why a build must not be accepted although it has TLS 1.2; None for every other build."""
    branch = sql_branch(version)
    faulty = branch.faulty if branch else ()
    return next((build for build in faulty if build.version.product_key == version.product_key), None)


def sql_tls12(version: Version) -> tuple[bool | None, SqlBranch | None]:
    """Whether a SQL Server build can be relied on for TLS 1.2 (None: not known), and its branch.

    A faulty build (KB3146034) is False: sql_fault gives the reason.
    """
    branch = sql_branch(version)
    if branch is None:
        return None, None
    if branch.min_build is None or sql_fault(version) is not None:
        return False, branch
    return version.product_key >= branch.min_build.product_key, branch


def sql_support(product: str, use: str) -> SqlSupport | None:
    """What ConfigMgr asks of a SQL Server product (2019) for a use; None when it does not support it."""
    rows = load_table("sql_support", SqlSupport)
    return next((row for row in rows if (row.product, row.use) == (product, use)), None)


def sql_clients() -> tuple[SqlClient, ...]:
    """Every client component."""
    return load_table("sql_clients", SqlClient)


def sql_client(client_id: str) -> SqlClient:
    """The client component with this id; KeyError when there is none."""
    for row in sql_clients():
        if row.id == client_id:
            return row
    raise KeyError(client_id)


def sql_client_tls12(client_id: str, version: Version | None) -> bool | None:
    """Whether this version of a component speaks TLS 1.2; None when the version does not decide or is not known."""
    client = sql_client(client_id)
    if client.tls12 in ("always", "never"):
        return client.tls12 == "always"
    if client.tls12 != "from_version" or version is None:
        return None
    minimums = [row for row in client.min_tls12 if row.minors[0] <= version.minor <= row.minors[1]]
    return any(client.key(version) >= client.key(row.version) for row in minimums)


def sql_client_requirements(configmgr: int | None) -> tuple[SqlClientRequirement, ...]:
    """What a ConfigMgr release (2309) asks of the client components, one row per component.

    None (the release is not known) gives the rows marked for that. Empty below the oldest release of the table.
    """
    rows = load_table("sql_client_requirements", SqlClientRequirement)
    if configmgr is None:
        return tuple(row for row in rows if row.when_unknown)
    clients = dict.fromkeys(row.client for row in rows)
    found = (
        latest_from((row for row in rows if row.client == client), configmgr, lambda row: row.configmgr_from)
        for client in clients
    )
    return tuple(row for row in found if row is not None)


def sql_client_requirement(client_id: str, configmgr: int | None) -> SqlClientRequirement | None:
    """What a ConfigMgr release asks of one component; None when it says nothing about it."""
    return next((row for row in sql_client_requirements(configmgr) if row.client == client_id), None)


def sql_clients_of_configmgr() -> frozenset[str]:
    """The ids of the components that one of ConfigMgr's releases asks for."""
    return frozenset(row.client for row in load_table("sql_client_requirements", SqlClientRequirement))


def known_bad_clients() -> tuple[KnownBad, ...]:
    """Versions of client components that break ConfigMgr."""
    return load_table("sql_clients_bad", KnownBad)


def known_bad(client_id: str, version: Version) -> KnownBad | None:
    """Why this version of a component must go; None when nothing is known against it."""
    key = sql_client(client_id).key(version)
    rows = (row for row in known_bad_clients() if row.client == client_id)
    return next((row for row in rows if sql_client(client_id).key(row.version) == key), None)

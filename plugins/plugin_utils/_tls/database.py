# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines whose site database nobody read, so that nobody knows what it accepts.

SQL Server often belongs to another team: a database that is not in the inventory has no conversation that could break.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Collection, Mapping
from typing import Any

from .conversation import conversations
from .sites import NO_SITE_VARIABLES, SiteVariables

__all__ = ["SITE_DATABASE", "unread_databases"]

SITE_DATABASE = "site_database"
_ITSELF = frozenset({"", "localhost", "127.0.0.1", "::1"})


def unread_databases(
    facts: Mapping[str, Mapping[str, Any]],
    met: Mapping[str, Collection[str]],
    told: Mapping[str, SiteVariables],
) -> dict[str, str]:
    """What is wrong, by host, with those whose site database was not read.

    ``met``: by host, the databases of its own site with which it talks. Where a site server names its database in its
    registry, one of them has that name, or its address in the inventory; domain, instance and port do not count.
    """
    found = {}
    for name, host in facts.items():
        own = {name} if SITE_DATABASE in host["roles"] else set()
        databases = own.union(met.get(name, ()))
        named = (host.get("configmgr") or {}).get("database")
        if named and not _is_among(named, own, databases, told):
            found[name] = (
                f"its site database is on {named}, and no machine of that name with the role site_database was read"
            )
        elif not databases and _callers().intersection(host["roles"]):
            found[name] = "no machine with the role site_database was read for its site"
    return found


@functools.cache
def _callers() -> frozenset[str]:
    """Roles that need a site database. Databases themselves call those of other sites, of which there may be none."""
    return frozenset(row.caller_role for row in conversations() if row.callee_role == SITE_DATABASE) - {SITE_DATABASE}


def _is_among(named: str, own: Collection[str], databases: Collection[str], told: Mapping[str, SiteVariables]) -> bool:
    wanted = _short(named)
    if wanted in _ITSELF:
        return bool(own)
    return any(wanted in (_short(name), _short(told.get(name, NO_SITE_VARIABLES).address)) for name in databases)


def _short(name: str) -> str:
    """A server as it is named before its domain, instance and port. C(.) and C((local)) are SQL Server's words."""
    server = name.partition("\\")[0].partition(",")[0].strip().strip("()").lower()
    try:
        return str(ipaddress.ip_address(server))
    except ValueError:
        return "localhost" if server == "local" else server.partition(".")[0]

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which machines need which package, for owners who deploy updates with ConfigMgr itself: a table and a collection
query per package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._csv import csv_text
from .._data import packages

__all__ = ["PackagePlan", "collection_query", "package_table", "plans"]

_COLUMNS = ("machine", "package", "title", "file", "size", "reasons", "restart", "services", "minutes")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")


@dataclass(frozen=True)
class PackagePlan:
    """A package and its rows by machine, as tls_update predicts them."""

    package: str
    machines: Mapping[str, Mapping[str, Any]]


def plans(predicted: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[PackagePlan]:
    """Machine -> its predicted packages, turned round; in the order of the catalogue."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for machine, rows in sorted(predicted.items()):
        for row in rows:
            found.setdefault(str(row["id"]), {})[machine] = row
    return [PackagePlan(row.id, found[row.id]) for row in packages() if row.id in found]


def package_table(plan: PackagePlan) -> str:
    """CSV, a line per machine."""
    rows = ({**row, "machine": machine, "package": row["id"]} for machine, row in plan.machines.items())
    return csv_text(_COLUMNS, rows)


def collection_query(machines: Sequence[str]) -> str:
    """WQL for a query rule of a device collection. ConfigMgr knows machines by the first part of their name."""
    names = sorted({name.partition(".")[0].upper() for name in machines})
    listed = ", ".join(f'"{name}"' for name in names if _NAME.fullmatch(name))
    columns = ", ".join(
        f"SMS_R_SYSTEM.{name}" for name in ("ResourceID", "ResourceType", "Name", "SMSUniqueIdentifier", "Client")
    )
    return f"select {columns} from SMS_R_System where SMS_R_System.NetbiosName in ({listed})\n"

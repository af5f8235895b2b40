# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health checks of the roles, read once from their table and validated as they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

try:
    import yaml
except ImportError as problem:
    YAML_IMPORT_ERROR: ImportError | None = problem
else:
    YAML_IMPORT_ERROR = None

_PACKAGE: Final = "ansible_collections.configmgr.tls.plugins.plugin_utils._probe"
_TABLE: Final = "health_checks.yml"
_FIELDS: Final[Mapping[str, type]] = {
    "id": str,
    "role": str,
    "title": str,
    "port": int,
    "path": str,
    "healthy": list,
    "limited": list,
    "hints": dict,
    "source": str,
    "uncertain": bool,
}


class HealthCheckError(ValueError):
    """A row of the table, or a check that was asked for, makes no sense. The message names it."""


@dataclass(frozen=True)
class HealthCheck:
    """One GET.

    healthy, limited: HTTP statuses. hints: what a status means here. uncertain: the source was not confirmed.
    """

    id: str
    role: str
    title: str
    port: int
    path: str
    healthy: frozenset[int]
    limited: frozenset[int]
    hints: Mapping[int, str]
    source: str
    uncertain: bool


@cache
def health_checks() -> Mapping[str, HealthCheck]:
    """All checks by their id, in the order of the table."""
    if YAML_IMPORT_ERROR is not None:
        raise YAML_IMPORT_ERROR
    document = yaml.safe_load(files(_PACKAGE).joinpath(_TABLE).read_text(encoding="utf-8"))
    return parse_health_checks(document)


def parse_health_checks(document: Any) -> Mapping[str, HealthCheck]:
    """The rows of a loaded table. HealthCheckError names the row and what is wrong with it."""
    rows = document.get("checks") if isinstance(document, dict) and document.get("schema") == 1 else None
    if not isinstance(rows, list):
        raise HealthCheckError(f"{_TABLE}: no list of checks of schema 1")
    checks: dict[str, HealthCheck] = {}
    for number, row in enumerate(rows, start=1):
        check = _parse_row(row, f"{_TABLE}, row {number}")
        if check.id in checks:
            raise HealthCheckError(f"{_TABLE}, row {number}: the id {check.id} is there twice")
        checks[check.id] = check
    return checks


def _parse_row(row: Any, where: str) -> HealthCheck:
    if not isinstance(row, dict) or set(row) != set(_FIELDS):
        raise HealthCheckError(f"{where}: its fields must be {', '.join(_FIELDS)}")
    for name, kind in _FIELDS.items():
        if not isinstance(row[name], kind) or isinstance(row[name], bool) != (kind is bool):
            raise HealthCheckError(f"{where}: {name} must be of type {kind.__name__}")
    if not row["path"].startswith("/"):
        raise HealthCheckError(f"{where}: the path must begin with a slash")
    if not row["source"]:
        raise HealthCheckError(f"{where}: the source is empty")
    if not all(
        isinstance(status, int) and not isinstance(status, bool)
        for status in (*row["healthy"], *row["limited"], *row["hints"])
    ):
        raise HealthCheckError(f"{where}: a status must be a number")
    return HealthCheck(**{**row, "healthy": frozenset(row["healthy"]), "limited": frozenset(row["limited"])})


def find_check(check_id: str) -> HealthCheck:
    """The check of that id. HealthCheckError names the known ones when there is none."""
    known = health_checks()
    if check_id not in known:
        raise HealthCheckError(f"there is no health check {check_id!r}; known are {', '.join(known)}")
    return known[check_id]

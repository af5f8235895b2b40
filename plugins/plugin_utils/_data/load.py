# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the tables: load_table(name, row_type) gives the checked rows of ``<name>.yml``, parsed once per process."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any, TypeVar, cast

from .convert import FieldError, convert_row
from .errors import DataError
from .rows import Row

try:
    import yaml
except ImportError as error:
    YAML_IMPORT_ERROR: ImportError | None = error
else:
    YAML_IMPORT_ERROR = None

TABLE_SCHEMA = 1
_FILE_KEYS = {"schema", "rows"}
_URL_OR_KB = re.compile(r"https://\S+|KB[0-9]{6,7}")
_PACKAGE = __name__.rpartition(".")[0]

R = TypeVar("R", bound=Row)

_raw_tables: dict[str, list[dict[str, Any]]] = {}
_tables: dict[tuple[str, type[Row]], tuple[Row, ...]] = {}
_names: dict[str, dict[str, str]] = {}


def load_table(name: str, row_type: type[R]) -> tuple[R, ...]:
    """The rows of the table ``<name>.yml`` of this package, checked against ``row_type``; DataError when they are not.

    A new table needs a YAML file next to this one and a Row subclass, nothing else.
    """
    key = (name, row_type)
    if key not in _tables:
        _tables[key] = build_rows(f"{name}.yml", _raw_rows(name), row_type)
    return cast("tuple[R, ...]", _tables[key])


def parse_table(file: str, text: str, row_type: type[R]) -> tuple[R, ...]:
    """The rows of a table given as YAML text; ``file`` is only used to name it in a DataError."""
    return build_rows(file, _parse(file, text), row_type)


def build_rows(file: str, raw: list[dict[str, Any]], row_type: type[R]) -> tuple[R, ...]:
    """Check and convert rows that are already plain data."""
    rows: list[R] = []
    seen: set[str] = set()
    for number, item in enumerate(raw, start=1):
        label = str(item.get(row_type.KEY, f"number {number}"))
        try:
            row = cast(R, convert_row(row_type, item, _resolve))
        except FieldError as error:
            raise DataError(file, label, error.path, error.problem) from error
        if label in seen:
            raise DataError(file, label, row_type.KEY, "used by an earlier row")
        if not row.sources:
            raise DataError(file, label, "sources", "a row needs at least one source")
        seen.add(label)
        rows.append(row)
    return tuple(rows)


def _resolve(table: str, name: str) -> str:
    """What a reference stands for: a source's address, or the name itself when the table has such a row."""
    if table == "sources" and _URL_OR_KB.fullmatch(name):
        return name
    if table not in _names:
        _names[table] = {
            str(row.get("id", row.get("kb", row.get("version")))): str(row.get("url", "")) for row in _raw_rows(table)
        }
    if name not in _names[table]:
        raise ValueError(f"{name!r} is not a row of {table}.yml")
    return _names[table][name] or name


def _raw_rows(name: str) -> list[dict[str, Any]]:
    if name not in _raw_tables:
        file = f"{name}.yml"
        try:
            text = resources.files(_PACKAGE).joinpath(file).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise DataError(file, "", "", "no such table") from error
        _raw_tables[name] = _parse(file, text)
    return _raw_tables[name]


def _parse(file: str, text: str) -> list[dict[str, Any]]:
    if YAML_IMPORT_ERROR is not None:
        raise DataError(file, "", "", "PyYAML is not installed on the controller") from YAML_IMPORT_ERROR
    try:
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise DataError(file, "", "", f"not YAML: {error}") from error
    if not isinstance(document, dict) or set(document) != _FILE_KEYS:
        raise DataError(file, "", "", f"expected a mapping with the keys {', '.join(sorted(_FILE_KEYS))}")
    if document["schema"] != TABLE_SCHEMA:
        raise DataError(file, "", "schema", f"{document['schema']!r} is not a schema this version reads")
    rows = document["rows"]
    if not isinstance(rows, list) or not rows:
        raise DataError(file, "", "rows", "expected a list of rows")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise DataError(file, f"number {number}", "", "expected a mapping")
    return rows

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the plain data of a YAML row into a frozen dataclass, checking every field on the way.

The dataclass is the schema: its annotations say what a field may hold. Understood are str, int, bool, Version,
Literal, X | None, tuple[X, ...], Mapping[K, V], other dataclasses, and Annotated with a Reference.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from .version import Version


@dataclasses.dataclass(frozen=True, slots=True)
class Reference:
    """Marks a field that names a row of another table; ``resolve`` maps the name to what is stored instead."""

    table: str


class FieldError(ValueError):
    """A field does not hold what its annotation asks for; ``path`` is the dotted path inside the row."""

    def __init__(self, path: str, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path}: {problem}")


# (referenced table, name) -> the value to keep; raises ValueError when there is no such row.
Resolver = Callable[[str, str], str]

_schemas: dict[type[Any], dict[str, tuple[Any, bool]]] = {}


def convert_row(row_type: type[Any], raw: object, resolve: Resolver) -> Any:
    """Build ``row_type`` from one row of a table; FieldError names the field that is wrong."""
    return _dataclass(row_type, raw, "", resolve)


def _dataclass(kind: type[Any], raw: object, path: str, resolve: Resolver) -> Any:
    if not isinstance(raw, dict):
        raise FieldError(path, f"expected a mapping, found {_kind(raw)}")
    fields = _schema(kind)
    for name in raw:
        if name not in fields:
            raise FieldError(_join(path, str(name)), "unknown key")
    values: dict[str, Any] = {}
    for name, (hint, required) in fields.items():
        if name in raw:
            values[name] = _value(hint, raw[name], _join(path, name), resolve)
        elif required:
            raise FieldError(_join(path, name), "missing")
    try:
        return kind(**values)
    except FieldError as error:
        raise FieldError(_join(path, error.path), error.problem) from error


def _schema(kind: type[Any]) -> dict[str, tuple[Any, bool]]:
    """Field name -> (annotation, whether it must be given)."""
    # Resolving annotations costs more than reading the rows.
    if kind not in _schemas:
        hints = get_type_hints(kind, include_extras=True)
        _schemas[kind] = {
            field.name: (
                hints[field.name],
                field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING,
            )
            for field in dataclasses.fields(kind)
            if not field.metadata.get("computed")
        }
    return _schemas[kind]


def _value(hint: Any, raw: object, path: str, resolve: Resolver) -> Any:
    origin = get_origin(hint)
    if origin is Annotated:
        return _annotated(hint, raw, path, resolve)
    if origin in (Union, types.UnionType):
        return _union(hint, raw, path, resolve)
    if origin is Literal:
        return _literal(hint, raw, path)
    if origin is tuple:
        return _sequence(hint, raw, path, resolve)
    if origin is Mapping:
        return _mapping(hint, raw, path, resolve)
    if dataclasses.is_dataclass(hint) and hint is not Version:
        return _dataclass(hint, raw, path, resolve)  # type: ignore[arg-type]
    return _scalar(hint, raw, path)


def _annotated(hint: Any, raw: object, path: str, resolve: Resolver) -> Any:
    base, *extras = get_args(hint)
    value = _value(base, raw, path, resolve)
    for extra in extras:
        if isinstance(extra, Reference):
            try:
                value = resolve(extra.table, value)
            except ValueError as error:
                raise FieldError(path, str(error)) from error
    return value


def _union(hint: Any, raw: object, path: str, resolve: Resolver) -> Any:
    arms = get_args(hint)
    if raw is None and type(None) in arms:
        return None
    arms = tuple(arm for arm in arms if arm is not type(None))
    problem = FieldError(path, f"{_kind(raw)} is none of the allowed types")
    for arm in arms:
        try:
            return _value(arm, raw, path, resolve)
        except FieldError as error:
            problem = error
    raise problem


def _literal(hint: Any, raw: object, path: str) -> Any:
    allowed = get_args(hint)
    for choice in allowed:
        if type(raw) is type(choice) and raw == choice:
            return choice
    raise FieldError(path, f"{raw!r} is not one of {', '.join(str(choice) for choice in allowed)}")


def _sequence(hint: Any, raw: object, path: str, resolve: Resolver) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        raise FieldError(path, f"expected a list, found {_kind(raw)}")
    item = get_args(hint)[0]
    return tuple(_value(item, value, f"{path}[{number}]", resolve) for number, value in enumerate(raw))


def _mapping(hint: Any, raw: object, path: str, resolve: Resolver) -> dict[Any, Any]:
    if not isinstance(raw, dict):
        raise FieldError(path, f"expected a mapping, found {_kind(raw)}")
    key_hint, value_hint = get_args(hint)
    return {
        _value(key_hint, key, path, resolve): _value(value_hint, value, _join(path, str(key)), resolve)
        for key, value in raw.items()
    }


def _scalar(hint: Any, raw: object, path: str) -> Any:
    if hint is Version:
        if not isinstance(raw, str):
            raise FieldError(path, f"expected a version in quotes, found {_kind(raw)}")
        try:
            return Version.parse(raw)
        except ValueError as error:
            raise FieldError(path, str(error)) from error
    # bool is an int to Python, but 'true' is never a build number.
    if hint is int and isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if hint is bool and isinstance(raw, bool):
        return raw
    if hint is str and isinstance(raw, str):
        if not raw.strip():
            raise FieldError(path, "empty")
        return raw
    raise FieldError(path, f"expected {getattr(hint, '__name__', hint)}, found {_kind(raw)}")


def _kind(raw: object) -> str:
    return "nothing" if raw is None else f"{type(raw).__name__} {str(raw)[:40]!r}"


def _join(path: str, name: str) -> str:
    return ".".join(part for part in (path, name) if part)

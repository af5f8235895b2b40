# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields as they are and as they should be."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

__all__ = ["as_sent", "differing", "stated", "diff_text"]

# AWX keeps these mappings as text, which somebody may have written as YAML.
_AS_TEXT = ("extra_vars",)
# What AWX answers for a field that nobody has set: the one or the other, from endpoint to endpoint.
_UNSET: tuple[Any, ...] = (None, "", {})
_LOGIN = re.compile(r"(?<=//)[^/@\s]+@")


def differing(found: Mapping[str, Any], fields: Mapping[str, Any], initial: Mapping[str, Any]) -> list[str]:
    """The names of the fields that are not as they should be.

    Of a mapping that has owner's parts (``initial``) only our parts count.
    """
    return [name for name, value in fields.items() if not _same(name, found.get(name), value, name in initial)]


def as_sent(
    found: Mapping[str, Any], fields: Mapping[str, Any], initial: Mapping[str, Any], names: list[str]
) -> dict[str, Any]:
    """The body of a request that sets these fields. What the owner has in a mapping stays there."""
    body = {}
    for name in names:
        value = fields[name] if name in fields else initial[name]
        if name in fields and isinstance(initial.get(name), Mapping):
            value = {**(found.get(name) or initial[name]), **fields[name]}
        body[name] = json.dumps(value) if name in _AS_TEXT else value
    return body


def stated(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a new object that have to be given: those that are not as AWX leaves them by itself."""
    return {name: value for name, value in fields.items() if value not in _UNSET}


def diff_text(name: str, value: Any) -> str:
    """A field's value for a diff. Of variables and nested things only the names: a value can be a secret."""
    if name in _AS_TEXT:
        value = _mapping(value)
    if isinstance(value, Mapping):
        return ", ".join(sorted(map(str, value)))
    return _LOGIN.sub("***@", str(value)) if isinstance(value, str) else json.dumps(value)


def _same(name: str, have: Any, want: Any, partly: bool) -> bool:
    if have in _UNSET and want in _UNSET:
        return True
    if name in _AS_TEXT:
        return bool(_mapping(have) == _mapping(want))
    if partly and isinstance(have, Mapping) and isinstance(want, Mapping):
        return all(have.get(key) == value for key, value in want.items())
    # True equals 1 for Python.
    return type(have) is type(want) and bool(have == want)


def _mapping(text: Any) -> Any:
    if not isinstance(text, str):
        return text or {}
    try:
        return yaml.safe_load(text) or {}
    except (yaml.YAMLError, RecursionError):
        return text

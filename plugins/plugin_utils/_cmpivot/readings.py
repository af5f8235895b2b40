# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a client's rows to the registry as a visit would have read it.

CMPivot does not tell the type of a value (a DWORD and a text of digits look alike), and gives no row for a key that is
absent or cannot be read. So a number is read as the type that the caller names, and a key is absent only when a list
of its siblings came back without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from .._data import schannel_algorithms
from .._data.schema_cmpivot import CmpivotQuery
from .._windows import snapshot as where
from .._windows.registry import UNREADABLE, Key, KeyReading, Presence, Registry, Value, View
from .answer import ClientAnswer
from .queries import key_of, queries

__all__ = ["NUMBER_TYPES", "registry_of"]

NUMBER_TYPES = ("REG_DWORD", "REG_SZ")
"""What a value that looks like a number can be: what Windows takes for one, and what it does not look at."""
_NUMBER = re.compile(r"-?[0-9]{1,10}")
_ALL_BITS = 0xFFFFFFFF
Readings = dict[tuple[View, Key], KeyReading]


def registry_of(answers: Mapping[str, ClientAnswer], numbers: str) -> Registry:
    """``answers``: by the id of the question. ``numbers``: one of NUMBER_TYPES."""
    readings: Readings = {}
    lists = {query.id: set(_keys(query, answers)) for query in queries() if query.ask == "keys"}
    for query in queries():
        if query.ask == "keys" and answers[query.id].whole:
            root, view = _root(query), View(query.view)
            _add_parents(readings, view, root, lists[query.id])
            # What the roll call lists between root and keys, and this list does not, has no keys below.
            for key in lists.get(query.listed_by, ()):
                if key.is_below(root) and key.path.count("\\") < query.path.count("\\"):
                    readings.setdefault((view, key), KeyReading(Presence.PRESENT))
    for query in queries():
        if query.ask == "values" and answers[query.id].whole:
            listed = {key for key in lists.get(query.listed_by, ()) if _matches(key, query)}
            for key, values in _values(query, answers[query.id], numbers, listed).items():
                known = readings.get((View(query.view), key), KeyReading(Presence.PRESENT, partial=True))
                readings[(View(query.view), key)] = replace(known, values={**known.values, **values})
    _doubt_slashes(readings)
    return Registry(readings)


def _doubt_slashes(readings: Readings) -> None:
    """PowerShell takes a slash in a key's name for a backslash. Where somebody has set ciphers, one with a slash that
    was not listed is not known.
    """
    listed = {key for view, key in readings if view is View.NATIVE}
    if not any(key.parent == where.SCHANNEL.child("Ciphers") for key in listed):
        return
    for row in schannel_algorithms():
        key = where.algorithm_key(row.id)
        if "/" in row.id and key not in listed:
            readings[(View.NATIVE, key)] = UNREADABLE


def _root(query: CmpivotQuery) -> Key:
    """The key above the first wildcard."""
    parts = query.path.split("\\")
    return Key("\\".join(parts[: next(number for number, part in enumerate(parts) if "*" in part)]))


def _keys(query: CmpivotQuery, answers: Mapping[str, ClientAnswer]) -> Iterator[Key]:
    for row in answers[query.id].rows:
        key = key_of(row.get("Key", ""), query)
        if key is not None and _matches(key, query):
            yield key


def _matches(key: Key, query: CmpivotQuery) -> bool:
    ours, asked = key.folded.split("\\"), query.path.lower().split("\\")
    return len(ours) == len(asked) and all(map(fnmatchcase, ours, asked))


def _add_parents(readings: Readings, view: View, root: Key, keys: set[Key]) -> None:
    """A list with at least one key is whole, on each level between the root and the keys. An empty one says nothing
    by itself: the site may not take its wildcards.
    """
    below: dict[Key, set[str]] = {}
    for key in keys:
        while key != root and (parent := key.parent) is not None:
            below.setdefault(parent, set()).add(key.name)
            key = parent
    for parent, names in below.items():
        known = readings.get((view, parent))
        names |= set(known.subkeys) if known else set()
        readings[(view, parent)] = KeyReading(Presence.PRESENT, {}, tuple(sorted(names)))


def _values(query: CmpivotQuery, answer: ClientAnswer, numbers: str, listed: set[Key]) -> dict[Key, dict[str, Value]]:
    found: dict[Key, dict[str, Value]] = {key: {} for key in listed}
    for row in answer.rows:
        key = key_of(row.get("Key", ""), query)
        if key is not None and _matches(key, query) and "Property" in row:
            found.setdefault(key, {})[row["Property"]] = _value(_text(row, query), numbers)
    return found


def _text(row: Mapping[str, str], query: CmpivotQuery) -> str:
    """A list of texts as a visit prints it."""
    text = row.get("Value", "")
    return text.replace(", ", r"\0") if query.joined else text


def _value(text: str, numbers: str) -> Value:
    if not _NUMBER.fullmatch(text) or not -(2**31) <= int(text) <= _ALL_BITS:
        return Value("REG_SZ", text)
    if numbers == "REG_DWORD":
        # The client writes the 32 bits as a signed number.
        return Value(numbers, int(text) & _ALL_BITS)
    return Value(numbers, text)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loader: a table is either exactly what its row type says, or an error that names file, row and field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import DataError, Version, load_table
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.convert import Reference
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.load import parse_table
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.rows import Row


@dataclass(frozen=True)
class Part:
    name: str
    size: int = 1


@dataclass(frozen=True, kw_only=True)
class Example(Row):
    id: str
    count: int
    colour: Literal["red", "green"] = "red"
    version: Version | None = None
    flag: bool = False
    parts: tuple[Part, ...] = ()
    sizes: Mapping[int, str] | None = None
    release: Annotated[str, Reference("windows")] | None = None


@dataclass(frozen=True, kw_only=True)
class ByNumber(Row):
    KEY: ClassVar[str] = "number"

    number: int


GOOD = {"id": "a", "count": 1, "sources": ["KB3135244"]}


def text_of(*rows: object, schema: object = 1) -> str:
    return yaml.safe_dump({"schema": schema, "rows": list(rows)})


def load(*rows: object) -> tuple[Example, ...]:
    return parse_table("example.yml", text_of(*rows), Example)


def test_a_full_row() -> None:
    (row,) = load(
        {
            **GOOD,
            "colour": "green",
            "version": "1.2.3.4",
            "flag": True,
            "parts": [{"name": "x"}, {"name": "y", "size": 2}],
            "sizes": {1: "one"},
            "release": "ws2022",
            "sources": ["https://example.com/page", "KB3135244"],
            "confidence": "low",
            "notes": ["n"],
            "uncertain": ["u"],
        }
    )
    assert row == Example(
        id="a",
        count=1,
        colour="green",
        version=Version(1, 2, 3, 4),
        flag=True,
        parts=(Part("x"), Part("y", 2)),
        sizes={1: "one"},
        release="ws2022",
        sources=("https://example.com/page", "KB3135244"),
        confidence="low",
        notes=("n",),
        uncertain=("u",),
    )


def test_a_source_id_becomes_its_address() -> None:
    (row,) = load({**GOOD, "sources": ["sql-tls"]})
    assert row.sources[0].startswith("https://learn.microsoft.com/")
    assert "tls-1-2-support-microsoft-sql-server" in row.sources[0]


@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        ({"size": 3}, "size", "unknown key"),
        ({"count": "1"}, "count", "expected int"),
        ({"count": True}, "count", "expected int"),
        ({"count": None}, "count", "found nothing"),
        ({"flag": 1}, "flag", "expected bool"),
        ({"colour": "blue"}, "colour", "not one of red, green"),
        ({"version": "eleven"}, "version", "not a version number"),
        ({"version": 11.0}, "version", "in quotes"),
        ({"parts": {"name": "x"}}, "parts", "expected a list"),
        ({"parts": [{"name": "x"}, {"size": 2}]}, "parts[1].name", "missing"),
        ({"parts": [{"name": "x", "colour": "red"}]}, "parts[0].colour", "unknown key"),
        ({"parts": ["x"]}, "parts[0]", "expected a mapping"),
        ({"sizes": ["one"]}, "sizes", "expected a mapping"),
        ({"sizes": {"1": "one"}}, "sizes", "expected int"),
        ({"sizes": {1: 1}}, "sizes.1", "expected str"),
        ({"release": "ws2099"}, "release", "'ws2099' is not a row of windows.yml"),
        ({"sources": []}, "sources", "at least one source"),
        ({"sources": ["somewhere"]}, "sources[0]", "'somewhere' is not a row of sources.yml"),
        ({"sources": ["http://example.com"]}, "sources[0]", "not a row of sources.yml"),
        ({"confidence": "sure"}, "confidence", "not one of high, medium, low"),
        ({"notes": "n"}, "notes", "expected a list"),
        ({"notes": [" "]}, "notes[0]", "empty"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, object], field: str, problem: str) -> None:
    with pytest.raises(DataError) as caught:
        load({**GOOD, **change})
    assert (caught.value.file, caught.value.row, caught.value.field) == ("example.yml", "a", field)
    assert problem in caught.value.problem
    assert str(caught.value).startswith(f"example.yml, row a, field {field}: ")


@pytest.mark.parametrize("missing", ["id", "count", "sources"])
def test_a_missing_field_is_named(missing: str) -> None:
    with pytest.raises(DataError) as caught:
        load({name: value for name, value in GOOD.items() if name != missing})
    assert (caught.value.field, caught.value.problem) == (missing, "missing")
    assert caught.value.row == ("number 1" if missing == "id" else "a")


def test_an_id_is_used_once() -> None:
    with pytest.raises(DataError) as caught:
        load(GOOD, {**GOOD, "id": "b"}, {**GOOD, "count": 2})
    assert (caught.value.row, caught.value.field) == ("a", "id")


def test_the_key_need_not_be_called_id() -> None:
    rows = text_of({"number": 1, "sources": ["KB3135244"]}, {"number": 1, "sources": ["KB3135244"]})
    with pytest.raises(DataError) as caught:
        parse_table("numbers.yml", rows, ByNumber)
    assert (caught.value.row, caught.value.field) == ("1", "number")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rows: [", "not YAML"),
        ("- 1", "expected a mapping with the keys rows, schema"),
        ("rows: []", "expected a mapping with the keys rows, schema"),
        ("{schema: 1, rows: [], more: 1}", "expected a mapping with the keys rows, schema"),
        ("{schema: 2, rows: [{}]}", "2 is not a schema"),
        ("{schema: 1, rows: []}", "expected a list of rows"),
        ("{schema: 1, rows: {a: 1}}", "expected a list of rows"),
        ("{schema: 1, rows: [a]}", "expected a mapping"),
        ("{schema: 1, rows: [!!python/object/apply:os.getcwd []]}", "not YAML"),
    ],
)
def test_a_wrong_file_is_named(text: str, problem: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_table("example.yml", text, Example)
    assert caught.value.file == "example.yml"
    assert problem in caught.value.problem


def test_a_table_that_is_not_there() -> None:
    with pytest.raises(DataError) as caught:
        load_table("no_such_table", Example)
    assert (caught.value.file, caught.value.problem) == ("no_such_table.yml", "no such table")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted({*Example.__dataclass_fields__, "other"})), PLAIN))
def test_any_row_is_loaded_or_named(row: dict[str, object]) -> None:
    try:
        rows = load(row)
    except DataError as error:
        assert error.file == "example.yml"
        return
    assert all(isinstance(loaded, Example) for loaded in rows)

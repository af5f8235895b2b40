# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No data that nobody reads: every field of every table is looked at by code."""

from __future__ import annotations

import ast
import dataclasses
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.conversation import Conversation
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.requirement import Requirement
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.data.tables import TABLES

# Read while the tables are loaded: a pattern is compiled, an address is what the name of a source stands for.
ON_LOAD = {"LogSignature.pattern", "SourceRow.url"}
PLUGINS = Path(__file__).resolve().parents[5] / "plugins"
# Where a row comes from and how far it can be relied on is for those who read the table.
FOR_READERS = {"sources", "source", "notes", "uncertain", "confidence"}


def attributes() -> set[str]:
    """Names that the plugins read of something; checks on load do not count."""
    found: set[str] = set()
    for file in PLUGINS.rglob("*.py"):
        todo: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
        while todo:
            node = todo.pop()
            if isinstance(node, ast.FunctionDef) and node.name == "__post_init__":
                continue
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                found.add(node.attr)
            todo += ast.iter_child_nodes(node)
    return found


READ = attributes()


def fields(row_type: type) -> Iterator[str]:
    hints = typing.get_type_hints(row_type)
    for field in dataclasses.fields(row_type):
        if field.metadata.get("computed"):
            continue
        yield f"{row_type.__name__}.{field.name}"
        for part in parts(hints[field.name]):
            yield from fields(part)


def parts(hint: object) -> Iterator[type]:
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        yield hint
    for inner in typing.get_args(hint):
        yield from parts(inner)


@pytest.mark.parametrize(
    "row_type", [*TABLES.values(), Conversation, Requirement], ids=lambda row_type: row_type.__name__
)
def test_every_field_is_read(row_type: type) -> None:
    names = [name for name in fields(row_type) if name.rpartition(".")[2] not in FOR_READERS and name not in ON_LOAD]
    assert names
    assert [name for name in names if name.rpartition(".")[2] not in READ] == []


def test_a_field_that_nobody_reads_is_found() -> None:
    assert "a_field_that_nobody_reads" not in READ and "configmgr_from" in READ

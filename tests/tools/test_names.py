# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A type has a name of its own: one name, one thing, in the whole collection and in the whole lab."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What the wire asks of a machine: a Protocol, which has the name of what fulfils it.
INTERFACES = "lab/configmgr_lab/wire/seam.py"
# Ansible looks for its plugins by these names.
OF_ANSIBLE = {"ActionModule", "ModuleDocFragment"}


def types(source: str) -> Iterator[str]:
    """The classes of a file and its names for types (``Rows = Sequence[Row]``), without leading underscores."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            yield node.name.lstrip("_")
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id.lstrip("_")
            if name[:1].isupper() and not name.isupper() and "_" not in name:
                yield name


def twice(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """The files, by the type that more than one of them defines."""
    files = defaultdict(list)
    for file, source in sources.items():
        for name in set(types(source)) - OF_ANSIBLE:
            files[name].append(file)
    return {name: where for name, where in files.items() if len(where) > 1}


@pytest.mark.parametrize("folder", ["plugins", "lab/configmgr_lab"])
def test_no_name_of_a_type_is_given_twice(folder: str) -> None:
    paths = [path for path in sorted((ROOT / folder).rglob("*.py")) if path != ROOT / INTERFACES]
    sources = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in paths}
    assert len(sources) > 100
    assert twice(sources) == {}


def test_what_is_given_twice_is_named() -> None:
    sources = {
        "a.py": "class Answer: ...\nclass Only: ...\nclass ActionModule: ...\nROW = 1\nRow = dict[str, int]\n",
        "b.py": "class _Answer: ...\nclass ActionModule: ...\nROW = 2\n_Row = tuple[int, ...]\nT = TypeVar('T')\n",
    }
    assert twice(sources) == {"Answer": ["a.py", "b.py"], "Row": ["a.py", "b.py"]}

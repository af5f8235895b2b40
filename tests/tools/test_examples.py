# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example in YAML, of the guides and of the modules' documentation, is one that Ansible takes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
MODULES = sorted((ROOT / "plugins" / "modules").glob("tls_*.py"))
_BLOCK = re.compile(r"^( *)```yaml\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
# Where a guide names a group: a file of variables, a pattern on the command line.
_GROUP = re.compile(r"group_vars/(\w+)|\bansible (?:-i \S+ )?(\w+) -m|configmgr_tls_hosts=(\w+)")
_GROUPS = {"all", "configmgr", "localhost"}
# Of collections that need not be there.
_OTHERS = ("community.", "ansible.windows.", "awx.")


def blocks(guide: Path) -> list[Any]:
    found = _BLOCK.findall(guide.read_text(encoding="utf-8"))
    return [
        yaml.safe_load("\n".join(line.removeprefix(indent) for line in text.splitlines())) for indent, text in found
    ]


def plays(content: Any) -> Iterator[dict[str, Any]]:
    """Plays as they are, tasks in a play of their own; nothing of what is neither."""
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        return
    for item in content:
        if any(str(name).startswith(_OTHERS) for name in item):
            continue
        if {"hosts", "import_playbook", "ansible.builtin.import_playbook"} & item.keys():
            yield item
        elif any("." in str(name) for name in item) or "block" in item:
            yield {"hosts": "all", "gather_facts": False, "tasks": [item]}


def check(made: list[dict[str, Any]], folder: Path) -> None:
    playbook = folder / "examples.yml"
    playbook.write_text(yaml.safe_dump(made, sort_keys=False), encoding="utf-8")
    command = [sys.executable, "-m", "ansible", "playbook", "--syntax-check", "-i", "localhost,", str(playbook)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_guides(tmp_path: Path) -> None:
    made = [play for guide in GUIDES for content in blocks(guide) for play in plays(content)]
    assert len(made) >= 3
    check(made, tmp_path)


def test_the_modules(tmp_path: Path) -> None:
    made = []
    for module in MODULES:
        texts = {
            node.targets[0].id: ast.literal_eval(node.value)
            for node in ast.parse(module.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        made += list(plays(yaml.safe_load(texts["EXAMPLES"])))
    assert len(made) >= len(MODULES)
    check(made, tmp_path)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_every_block_is_yaml(guide: Path) -> None:
    for content in blocks(guide):
        assert content is not None


def test_a_group_that_a_guide_names_is_one_that_inventories_have() -> None:
    rows = yaml.safe_load((ROOT / "plugins/plugin_utils/_data/roles.yml").read_text(encoding="utf-8"))
    named = {
        (guide.name, "".join(match.groups("")))
        for guide in GUIDES
        for match in _GROUP.finditer(guide.read_text(encoding="utf-8"))
    }
    assert ("people.md", "client") in named
    assert [row for row in named if row[1] not in _GROUPS | {role["id"] for role in rows["rows"]}] == []

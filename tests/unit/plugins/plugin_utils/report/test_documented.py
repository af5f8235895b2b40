# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/errors.md names every code that a task can fail with, docs/variables.md every variable; and none that is not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import ExitCode, load_table
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.errors import table
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.smb import REMEDIES

ROOT = Path(__file__).resolve().parents[5]
# Codes that the base of the actions and the playbooks give without a Failure.
OTHERS = {"bad_argument", "error", "reverted", "taken_back", "update_stopped"}
MAKERS = {"Failure", "refusal"}
# Codes out of tables: of SMB, and of what exit codes of installers mean.
TABLES = set(REMEDIES) | {f"installer_{row.means}" for row in load_table("exit_codes", ExitCode) if row.remedy}
# Variables without a default: one is needed before any host is known, one comes from the role.
WITHOUT_DEFAULT = {"configmgr_tls_hosts", "configmgr_tls_services"}


def refusals(tree: ast.AST) -> Iterator[str]:
    """The first argument of every call that makes a Failure or what becomes one, and each code that is handed down."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "code" and isinstance(node.value, ast.Constant):
            yield str(node.value.value)
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        first = node.args[0]
        # The code of another failure is handed on.
        if name not in MAKERS or getattr(first, "attr", getattr(first, "id", "")) == "code":
            continue
        if isinstance(first, ast.IfExp):
            first = first.orelse
        assert isinstance(first, ast.Constant), f"line {node.lineno}: the code of a Failure has to be a literal"
        yield str(first.value)


def test_errors_md_names_every_code() -> None:
    files = [*(ROOT / "plugins" / "action").glob("*.py"), *(ROOT / "plugins" / "plugin_utils").rglob("*.py")]
    ours = {code for file in files for code in refusals(ast.parse(file.read_text(encoding="utf-8")))}
    assert {"not_applied", "not_back", "conflict"} <= ours
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE))
    assert documented == ours | set(table()) | OTHERS | TABLES


def test_variables_md_names_every_variable() -> None:
    defaults = yaml.safe_load((ROOT / "roles" / "common" / "defaults" / "main.yml").read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "variables.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| ([^|]*configmgr_tls_[^|]*) \|", text, re.MULTILINE)
    documented = {name for cell in cells for name in re.findall(r"`(configmgr_tls_[a-z_]+)`", cell)}
    assert documented == set(defaults) | WITHOUT_DEFAULT

# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment: what is in it, and that it is all that plugins import. No image is built: that takes an
engine for containers.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = ROOT / "extensions" / "execution-environment"
# What ansible-core itself needs, or what libraries that are named bring along.
BROUGHT = {
    "ansible",
    "ansible_collections",
    "yaml",
    "jinja2",
    "markupsafe",
    "cryptography",
    "gssapi",
    "krb5",
    "urllib3",
}


def requirements() -> set[str]:
    lines = (ROOT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    names = {line.split(";")[0].strip() for line in lines if line.strip() and not line.startswith("#")}
    return {name.split("[")[0].split(">")[0].split("=")[0].strip().lower() for name in names}


def imported() -> set[str]:
    """Top-level names that plugins import and that are not Python's own."""
    found: set[str] = set()
    for file in (ROOT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names)


def test_everything_that_plugins_import_is_required() -> None:
    distributions = packages_distributions()
    wanted = {name: {each.lower() for each in distributions.get(name, [name])} for name in imported() - BROUGHT}
    missing = {name for name, packages in wanted.items() if not packages & requirements()}
    assert missing == set()


def test_create_writes_the_whole_context(tmp_path: Path) -> None:
    given = tmp_path / "given"
    shutil.copytree(DEFINITION, given)
    (given / "configmgr-tls.tar.gz").write_bytes(b"stands in for the artefact")
    command = [
        "ansible-builder",
        "create",
        "-f",
        str(given / "execution-environment.yml"),
        "-c",
        str(tmp_path / "made"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    # Its name depends on the engine that is found.
    (file,) = (tmp_path / "made").glob("*file")
    text = file.read_text(encoding="utf-8")
    assert "ansible-core>=2.19" in text and "configmgr-tls.tar.gz" in text
    assert (tmp_path / "made" / "_build" / "collections" / "configmgr-tls.tar.gz").is_file()


def test_introspect_finds_what_the_collection_needs(tmp_path: Path) -> None:
    place = tmp_path / "ansible_collections" / "configmgr" / "tls"
    place.mkdir(parents=True)
    shutil.copytree(ROOT / "meta", place / "meta")
    shutil.copy(ROOT / "galaxy.yml", place)
    written = [str(tmp_path / name) for name in ("python.txt", "system.txt")]
    command = ["ansible-builder", "introspect", str(tmp_path), "--write-pip", written[0], "--write-bindep", written[1]]
    subprocess.run(command, check=True, capture_output=True)
    python = Path(written[0]).read_text(encoding="utf-8").lower()
    assert all(name in python for name in requirements()) and "[kerberos]" in python
    assert "krb5" in Path(written[1]).read_text(encoding="utf-8")


def test_the_definition_names_no_registry() -> None:
    definition = yaml.safe_load((DEFINITION / "execution-environment.yml").read_text(encoding="utf-8"))
    assert "/" not in definition["images"]["base_image"]["name"]

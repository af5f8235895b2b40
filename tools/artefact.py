# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Galaxy artefact: built, unpacked where ansible wants a collection to lie, and checked.

    python tools/artefact.py      build it and check that what a user gets works on its own

The check deletes everything but meta/, plugins/, roles/ and playbooks/ from an unpacked copy (that is what a packager
may do), then imports every plugin, which has to bring every file of plugin_utils/ with it, has ansible-doc read every
documented plugin and ansible-playbook read every playbook by its full name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
KEPT = ("meta", "plugins", "roles", "playbooks", "MANIFEST.json", "FILES.json")
DOCUMENTED = {"modules": "module", "inventory": "inventory", "callback": "callback", "filter": "filter", "test": "test",
              "lookup": "lookup", "connection": "connection"}  # fmt: skip
IMPORT_ALL = """
import importlib, pathlib, sys
base = pathlib.Path(sys.argv[1])
names = sorted(".".join(path.relative_to(base).with_suffix("").parts) for path in base.rglob("*.py"))
names = [name.removesuffix(".__init__") for name in names if ".plugins." in name]
for name in names:
    if ".plugin_utils" not in name:
        importlib.import_module(name)
alone = [name for name in names if name not in sys.modules]
if alone:
    sys.exit("no plugin imports " + ", ".join(alone))
print(len(names), "files imported")
"""


class ArtefactFault(Exception):
    """The artefact cannot be built, or does not work on its own."""


def build(destination: Path) -> Path:
    """Builds the artefact into the folder and returns its path."""
    destination.mkdir(parents=True, exist_ok=True)
    command = [
        str(BIN / "ansible-galaxy"),
        "collection",
        "build",
        "--force",
        "--output-path",
        str(destination),
        str(ROOT),
    ]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    built = sorted(destination.glob("configmgr-tls-*.tar.gz"), key=lambda file: file.stat().st_mtime)
    if not built:
        raise ArtefactFault("ansible-galaxy built no artefact")
    return built[-1]


def unpack(artefact: Path, collections: Path) -> Path:
    """Unpacks below collections/ansible_collections/configmgr/tls and returns that folder."""
    folder = collections / "ansible_collections" / "configmgr" / "tls"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run(["tar", "-xzf", str(artefact), "-C", str(folder)], check=True)
    return folder


def _strip(collection: Path) -> None:
    for entry in collection.iterdir():
        if entry.name not in KEPT:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _documented_plugins(collection: Path) -> list[tuple[str, list[str]]]:
    """Pairs of plugin type and full names."""
    found = []
    for folder, kind in DOCUMENTED.items():
        files = [file for end in ("py", "yml") for file in (collection / "plugins" / folder).glob(f"*.{end}")]
        names = sorted({f"configmgr.tls.{file.stem}" for file in files if not file.stem.startswith("_")})
        if names:
            found.append((kind, names))
    return found


def check(collections: Path) -> None:
    """Raises ArtefactFault naming the first thing that does not work in the unpacked, stripped collection."""
    collection = collections / "ansible_collections" / "configmgr" / "tls"
    _strip(collection)
    environment = os.environ | {
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_HOME": str(collections / "home"),
        "PYTHONPATH": str(collections),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    commands: list[list[str | Path]] = [[sys.executable, "-c", IMPORT_ALL, collections]]
    for kind, names in _documented_plugins(collection):
        commands.append([BIN / "ansible-doc", "--json", "--type", kind, *names])
    playbooks = [f"configmgr.tls.{playbook.stem}" for playbook in sorted((collection / "playbooks").glob("*.yml"))]
    commands.append([BIN / "ansible-playbook", "--syntax-check", "--inventory", "localhost,", *playbooks])
    for command in commands:
        done = subprocess.run(
            command, env=environment, cwd=collections, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        shown = " ".join(str(part) for part in command if "\n" not in str(part))
        if done.returncode:
            raise ArtefactFault(f"{shown}\n{done.stdout}{done.stderr}")
        print(f"ok: {shown}")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="configmgr-tls-") as scratch:
        try:
            artefact = build(ROOT / "build")
            unpack(artefact, Path(scratch))
            check(Path(scratch))
        except (ArtefactFault, subprocess.CalledProcessError) as error:
            print(f"artefact: {error}", file=sys.stderr)
            return 1
    print(f"{artefact.relative_to(ROOT)} works on its own")
    return 0


if __name__ == "__main__":
    sys.exit(main())

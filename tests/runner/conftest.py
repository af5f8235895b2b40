# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab with few machines, and folders as ansible-runner and AWX lay them out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

from support import AT_ONCE, Site, collections_path, start_lab  # noqa: E402

MachineRoom = tuple[Site, Any]


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MachineRoom]:
    """A site whose machines need settings only, and the lab's own word on it."""
    work = tmp_path_factory.mktemp("runner")
    lab, client = start_lab(work / "lab", site="fabrikam")
    try:
        yield Site(work / "lab" / "inventory.yml", work, client), client
    finally:
        lab.__exit__(None, None, None)


@pytest.fixture
def job(room: MachineRoom, tmp_path: Path) -> Callable[..., Path]:
    """Makes the folder of a job; ``without`` leaves variables out of the inventory, as credentials bring them."""
    site, _lab = room

    def make(name: str = "job", without: tuple[str, ...] = (), **extra: Any) -> Path:
        folder = tmp_path / name
        inventory = yaml.safe_load(site.inventory.read_text(encoding="utf-8"))
        for row in inventory["all"]["hosts"].values():
            for variable in without:
                row.pop(variable, None)
        for part in ("inventory", "env"):
            (folder / part).mkdir(parents=True)
        (folder / "project").symlink_to(ROOT / "playbooks")
        (folder / "inventory" / "hosts.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
        environment = {"ANSIBLE_COLLECTIONS_PATH": collections_path(), "ANSIBLE_FORKS": "10"}
        (folder / "env" / "envvars").write_text(yaml.safe_dump(environment), encoding="utf-8")
        (folder / "env" / "extravars").write_text(yaml.safe_dump({**AT_ONCE, **extra}), encoding="utf-8")
        return folder

    return make

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One lab for the whole session, reset before each test that uses it.

CONFIGMGR_TLS_INVENTORY names an inventory of real machines to run the same tests on: those that need the lab's own
word are skipped then. The machines are changed and rolled back.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from support import WHOLE, Site, environment_of_ansible, start_lab, updated_contoso
from warm_ansible import WarmAnsible

from configmgr_lab.control.client import LabClient
from configmgr_lab.installers.packages import write_packages


@pytest.fixture(scope="session", autouse=True)
def warm_ansible(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The parent that forks ansible-playbook and ansible-inventory."""
    Site.warm = WarmAnsible(environment_of_ansible(tmp_path_factory.mktemp("ansible")))
    try:
        yield
    finally:
        Site.warm.close()
        Site.warm = None


@pytest.fixture(autouse=True)
def how_tasks_run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through ansible-playbook for the mark ``seam``, and for all tests where CONFIGMGR_TLS_WHOLE asks for it."""
    monkeypatch.setattr(Site, "whole", WHOLE or request.node.get_closest_marker("seam") is not None)


@pytest.fixture(scope="session")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    work = tmp_path_factory.mktemp("integration")
    if real := os.environ.get("CONFIGMGR_TLS_INVENTORY"):
        yield Site(Path(real).resolve(), work, None)
        return
    lab, client = start_lab(work / "lab")
    try:
        yield Site(work / "lab" / "inventory.yml", work, client)
    finally:
        lab.__exit__(None, None, None)


@pytest.fixture
def site(shared_site: Site) -> Site:
    """The machines as they were installed."""
    if shared_site.lab is not None:
        shared_site.lab.reset()
        shared_site.lab.clear_counters()
    return shared_site


@pytest.fixture
def lab(site: Site) -> LabClient:
    """The lab's own word on its machines, and its faults."""
    if site.lab is None:
        pytest.skip("needs the lab")
    return site.lab


@pytest.fixture
def updated_site(tmp_path: Path) -> Iterator[Site]:
    """A lab of its own, whose machines have every update."""
    if os.environ.get("CONFIGMGR_TLS_INVENTORY"):
        pytest.skip("needs the lab")
    lab, client = start_lab(tmp_path / "lab", site=str(updated_contoso(tmp_path)))
    try:
        yield Site(tmp_path / "lab" / "inventory.yml", tmp_path, client)
    finally:
        lab.__exit__(None, None, None)


@pytest.fixture(scope="session")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The owner's folder with every file, before there is a manifest."""
    folder = tmp_path_factory.mktemp("owner")
    write_packages(folder)
    return folder


@pytest.fixture
def source(site: Site, owner: Path) -> Path:
    """The owner's folder with a manifest."""
    if not (owner / "manifest.yml").exists():
        site.module("tls_update_manifest", {"folder": str(owner)}, limit=site.hosts[0]).expect_ok()
    return owner

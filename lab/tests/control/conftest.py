# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab of the shipped site, run inside the test process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from configmgr_lab.control.client import LabClient
from configmgr_lab.control.embedded import EmbeddedLab
from configmgr_lab.control.lab import LabSettings
from configmgr_lab.site import load_site


@pytest.fixture(scope="session")
def contoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabClient]:
    # Another half of the loopback network than the tests of the wire use, of this process only.
    network = f"127.{20 + os.getpid() % 57}"
    state: Path = tmp_path_factory.mktemp("contoso")
    with EmbeddedLab(load_site("contoso", network=network), LabSettings(network=network, state=state)) as client:
        yield client


@pytest.fixture
def lab(contoso: LabClient) -> LabClient:
    """The lab with every host as its image has it."""
    contoso.reset()
    return contoso

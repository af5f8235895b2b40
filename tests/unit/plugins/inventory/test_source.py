# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that names where an inventory comes from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader

from ansible_collections.configmgr.tls.plugins.inventory.configmgr import InventoryModule


def test_a_source_beyond_all_bounds_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "site.configmgr.yml"
    file.touch()
    os.truncate(file, 1024**3)
    with pytest.raises(AnsibleParserError, match="at most 1048576"):
        InventoryModule().parse(InventoryData(), DataLoader(), str(file))

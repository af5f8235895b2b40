# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as rows of the AdminService."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._estate.admin_service import _is_rows


@pytest.mark.parametrize(
    ("value", "are"),
    [
        ([], True),
        ([{"ResourceID": 7, "IPAddresses": ["10.0.0.1"]}, {"Name": "x"}], True),
        ([{"ResourceID": [7]}], False),
        ([{"ResourceID": {}}], False),
        ([7], False),
        ({}, False),
    ],
)
def test_rows(value: object, are: bool) -> None:
    assert _is_rows(value) is are

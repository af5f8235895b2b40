# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as rows of the AdminService, and what is said where it cannot be asked."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._estate.admin_service import AdminService, Login, _is_rows
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure


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


def test_a_missing_file_of_authorities_is_told_with_the_options_that_name_it() -> None:
    login = Login("basic", "reader", "secret")
    service = AdminService("https://127.0.0.1:1", login, verify="/nonexistent.pem", timeout=1, retries=0, page_size=10)
    with pytest.raises(Failure) as caught:
        service.rows("SMS_Site")
    assert caught.value.code == "ca_file_missing"
    assert "ca_path" in caught.value.remedy and "configmgr_tls_provider_ca_path" in caught.value.remedy

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API of AWX may answer without end."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._awx.client import AwxClient
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure


def test_a_list_without_a_last_page_is_an_error() -> None:
    client = AwxClient(lambda *_: (200, b'{"results": [{}], "next": "again"}'), "https://awx.corp.example", "/api/v2")
    with pytest.raises(Failure, match="more than 1000 pages") as caught:
        client.rows("hosts/")
    assert caught.value.code == "awx_answer"

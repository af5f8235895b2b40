# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole exchanges over real HTTP and TLS, through the stock connection plugins."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import Answer, open_session

PLUGINS = ("winrm", "psrp")


@pytest.mark.parametrize("name", PLUGINS)
def test_one_line_takes_five_requests(name: str, service: Any, connect: Any) -> None:
    service.output = b"#ok 1\r\n\xff"
    with open_session(connect(name, service), host="h1") as session:
        answer = session.run("ver", attempted="read")
        assert session.commands == 1
    assert answer == Answer(3, "#ok 1\r\n\ufffd", "")
    assert service.requests == ["Create", "Command", "Receive", "Signal", "Delete"]
    assert service.lines == ["ver"]

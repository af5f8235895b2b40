# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of logs: what they say, and when."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.lines import Stamp, message, stamp

CLIENT = (
    '<![LOG[Post failed with 0x80072f8f.]LOG]!><time="10:00:01.123+300" date="11-20-2026" component="CcmMessaging" '
    'context="" type="3" thread="4711" file="post.cpp:12">'
)
SERVER = "Post failed with 0x80072f8f.  $$<SMS_SRS_REPORTING_POINT><11-20-2026 10:00:01.123-060><thread=8 (0x8)>"
WSUS = "2026-11-20 10:00:01.123 UTC\tError\tw3wp.8\tPost failed"
SQL = "2026-11-20 10:00:01.12 spid9s      Post failed"
LOCAL = "2026-11-20 10:00:01"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CLIENT, Stamp(LOCAL, datetime(2026, 11, 20, 15, 0, 1, tzinfo=UTC))),
        (SERVER, Stamp(LOCAL, datetime(2026, 11, 20, 9, 0, 1, tzinfo=UTC))),
        (WSUS, Stamp(LOCAL, datetime(2026, 11, 20, 10, 0, 1, tzinfo=UTC))),
        (SQL, Stamp(LOCAL, None)),
        ("no time at all", None),
        ("2026-13-45 10:00:01 impossible", None),
        (SERVER.replace("11-20-2026", "2-30-2026"), None),
    ],
    ids=["client", "server", "wsus", "sql", "none", "impossible", "no such day"],
)
def test_the_time_of_a_line(text: str, expected: Stamp | None) -> None:
    assert stamp(text) == expected


@pytest.mark.parametrize("text", [CLIENT, SERVER])
def test_what_a_line_says_without_what_is_around_it(text: str) -> None:
    assert message(text) == "Post failed with 0x80072f8f."


@given(st.text(max_size=1000))
def test_any_line_is_short_and_on_one_line(text: str) -> None:
    assert len(message(text)) <= 160
    assert "\n" not in message(text)
    stamp(text)

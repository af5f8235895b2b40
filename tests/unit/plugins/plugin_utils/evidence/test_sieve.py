# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which logs take a search of their own: all but those that were surely seen to hold nothing."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import load_table
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_evidence import LogFile
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.folders import LogPlace
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.search import Search
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.sieve import read_sieve, sieve_parts

LOGS = {row.id: row for row in load_table("log_files", LogFile)}
FOLDER = r'"D:\Logs"'
MESSAGING = Search(LogPlace(LOGS["ccm-messaging"], FOLDER), ("[08001]",))
CATALOG = Search(LogPlace(LOGS["portal-website"], FOLDER), ("share a common algorithm",))
THERE = "#log 0\n#there\n#read\n#times\n"


def state(text: str, search: Search = MESSAGING) -> str:
    """Of the log; ``search`` when it takes one of its own."""
    (reading,) = read_sieve([search], text.replace("\n", "\r\n"))
    return reading.state if reading else "search"


def test_the_line_as_it_is_sent() -> None:
    files = '"CcmMessaging.log" "CcmMessaging.lo_" "CcmMessaging-2*.log"'
    (part,) = sieve_parts([MESSAGING, CATALOG])
    assert part == (
        r'(if exist "D:\Logs" echo #folder)&(cd /d "D:\Logs"&&(echo #log 0&(if exist "CcmMessaging.log" echo #there)&'
        '(if exist "CcmMessaging.lo_" echo #former 0)&(if exist "CcmMessaging-2*.log" echo #former 1)&'
        '(type "CcmMessaging.log">nul&&echo #read)&echo #log 1&(if exist "ServicePortalWebSite.svclog" echo #there)&'
        f'echo #times&findstr /m "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]" {files}&echo #texts&'
        f'findstr /i /l /m /c:"[08001]" {files}&(if errorlevel 0 if not errorlevel 2 echo #sifted)))2>nul&echo #done'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (THERE + "CcmMessaging.log\n#texts\n#sifted\n#done\n", "read"),
        (THERE + "CcmMessaging.log\n#texts\nCCMMESSAGING.LOG\n#sifted\n#done\n", "search"),
        (THERE + "CcmMessaging.log\n#texts\nCcmMessaging-20260101-1.log\n#sifted\n#done\n", "search"),
        (THERE + "#texts\n#sifted\n#done\n", "search"),
        ("#log 0\n#there\n#former 0\n#read\n#times\nCcmMessaging.log\n#texts\n#sifted\n#done\n", "search"),
        (THERE + "CcmMessaging.lo_\n#texts\n#sifted\n#done\n", "search"),
        (THERE + "CcmMessaging.log\n#texts\n#done\n", "search"),
        (THERE + "CcmMessaging.log\n#done\n", "search"),
        ("#log 0\n#there\n#times\n#texts\n#sifted\n#done\n", "unreadable"),
        ("#log 0\n#times\n#texts\n#sifted\n#done\n", "missing"),
        ("#done\n", "missing"),
        ("#folder\n#log 0\n#times\n#texts\n#sifted\n#done\n", "missing"),
        ("#folder\n#done\n", "unknown"),
        (THERE + "CcmMessaging.log\n#texts\n#sifted\n", "unknown"),
        ("", "unknown"),
    ],
    ids=[
        "nothing in it", "in it", "in a former one", "UTF-16, or not opened", "a former one in UTF-16",
        "only the former was opened", "an error",
        "cut off", "denied", "no log", "no folder", "an empty folder", "a folder that cannot be entered",
        "no end", "silence",
    ],
)  # fmt: skip
def test_what_is_known_of_a_log(text: str, expected: str) -> None:
    assert state(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("#log 0\n#there\n#done\n", "search"), ("#log 0\n#done\n", "missing")])
def test_a_log_whose_files_are_named_has_its_own_search(text: str, expected: str) -> None:
    assert state(text, CATALOG) == expected


def test_each_log_has_its_own_answer() -> None:
    text = "#log 0\n#there\n#read\n#log 1\n#there\n#times\nCcmMessaging.log\n#texts\n#sifted\n#done\n"
    settled, left = read_sieve([MESSAGING, CATALOG], text)
    assert (settled is not None and settled.state, left) == ("read", None)


def test_a_folder_with_many_logs_takes_several_parts() -> None:
    wanted = [Search(LogPlace(log, FOLDER), (f"text {number}" * 20,)) for number, log in enumerate(LOGS.values())]
    parts = sieve_parts(wanted)
    assert len(parts) > 1 and max(map(len, parts)) < 8150
    assert [reading and reading.state for reading in read_sieve(wanted, "#done\n" * len(parts))] == ["missing"] * len(
        wanted
    )

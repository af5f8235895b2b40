# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Searching logs: the line that is sent, and what is made of its answer. Silence is never taken for "nothing found"."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import load_table
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_evidence import LogFile
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.folders import LogPlace
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.search import (
    FIRST,
    LogLine,
    Reading,
    Search,
    count_parts,
    own_lines,
    read_counts,
    read_search,
    read_tail,
    search_parts,
    searches,
    tail_parts,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import join

LOGS = {row.id: row for row in load_table("log_files", LogFile)}
CONTROL = Search(LogPlace(LOGS["mpcontrol"], r'"%SystemDrive%\SMS\Logs"'), ("[08001]", "SslSecurityError"))
CATALOG = Search(LogPlace(LOGS["portal-website"], r'"C:\Catalog"'), ("share a common algorithm",))
PROBED = "1:1:#probe\r\n"
FOUND = "#log 0\r\n#there\r\n#read\r\n1:12:one SslSecurityError\r\n2:40:two\r\n#done\r\n"


def state(text: str, search: Search = CONTROL) -> str:
    return read_search([search], text, 2)[0].state


def test_the_lines_as_they_are_sent() -> None:
    probe, control = search_parts([CONTROL])
    assert probe == ('(echo #probe|findstr /i /l /n /c:"#probe"|findstr /n "^"|findstr /b "[1-9]: [1-2][0-9]:")2>nul')
    assert control == (
        r'(cd /d "%SystemDrive%\SMS\Logs"&&(echo #log 0&(if exist "mpcontrol.log" echo #there)&'
        '(type "mpcontrol.log">nul&&(echo #read&(if exist "mpcontrol.lo_" echo #former 0)&'
        '((if exist "mpcontrol.lo_" (type "mpcontrol.lo_"&echo(&echo #configmgr.tls: newer))&'
        'type "mpcontrol.log"&echo()|findstr /i /l /n /c:"#configmgr.tls: newer" /c:"[08001]" '
        '/c:"SslSecurityError"|findstr /n "^"|findstr /b "[1-9]: [1-2][0-9]:"))))2>nul&echo #done'
    )
    assert search_parts([CATALOG])[1] == (
        r'(cd /d "C:\Catalog"&&(echo #log 0&(if exist "ServicePortalWebSite.svclog" echo #there)&'
        '(findstr /m "." "ServicePortalWebSite.svclog">nul&&echo #read)&echo #text 0&'
        'findstr /i /l /m /c:"share a common algorithm" "ServicePortalWebSite.svclog"'
        '|findstr /n "^"|findstr /b "[1-9]: [1-2][0-9]:"))2>nul&echo #done'
    )


@pytest.mark.parametrize(
    ("role", "lines"), [("client", 3), ("management_point", 3), ("software_update_point", 1), ("site_server", 4)]
)
def test_the_search_of_a_role_fits_few_lines(role: str, lines: int) -> None:
    wanted = searches([LogPlace(log, rf'"D:\{log.folder}"') for log in LOGS.values() if role in log.roles])
    assert len(join(search_parts(wanted))) <= lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PROBED + FOUND, "read"),
        (PROBED + "#log 0\r\n#there\r\n#read\r\n#done\r\n", "read"),
        (PROBED + "#log 0\r\n#there\r\n#done\r\n", "unreadable"),
        (PROBED + "#log 0\r\n#done\r\n", "missing"),
        (PROBED + "#done\r\n", "unknown"),
        (PROBED, "unknown"),
        (FOUND, "unknown"),
        ("#log 0\r\n#done\r\n", "unknown"),
        ("", "unknown"),
    ],
    ids=["found", "nothing", "denied", "no log", "no folder", "cut off", "no tool", "no tool, no log", "silence"],
)
def test_what_an_answer_says_of_a_log(text: str, expected: str) -> None:
    assert state(text) == expected


def test_an_answer_that_was_cut_keeps_what_it_found_and_passes_for_nothing() -> None:
    whole = PROBED + FOUND
    for end in range(len(whole) - len("#done\r\n")):
        assert state(whole[:end]) == "unknown"
    (reading,) = read_search([CONTROL], whole.replace("#done\r\n", ""), 2)
    assert reading.lines == (LogLine(12, "one SslSecurityError"), LogLine(40, "two"))


def test_the_matching_lines_have_their_numbers() -> None:
    (reading,) = read_search([CONTROL], PROBED + FOUND, 2)
    assert reading.lines == (LogLine(12, "one SslSecurityError"), LogLine(40, "two"))
    assert not reading.cut


def test_only_files_are_named_where_lines_are_too_long() -> None:
    text = PROBED + "#log 0\r\n#there\r\n#read\r\n#text 0\r\n1:ServicePortalWebSite.svclog\r\n#done\r\n"
    (reading,) = read_search([CATALOG], text, 2)
    assert reading.named == {"share a common algorithm": ("ServicePortalWebSite.svclog",)}


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=40), max_size=28))
def test_what_a_log_says_is_never_a_marker(said: list[str]) -> None:
    lines = [f"{place}:{place * 3}:{text}" for place, text in enumerate(said, 1)]
    text = PROBED + "\r\n".join(["#log 0", "#there", "#read", *lines, "#done", ""])
    (reading,) = read_search([CONTROL], text, 2)
    assert (reading.state, len(reading.lines)) == ("read", len(said))


def long_reading() -> Reading:
    return Reading(CONTROL, "read", tuple(LogLine(number, "x") for number in range(FIRST)))


def test_a_full_answer_is_counted_and_its_newest_lines_are_read() -> None:
    cut = [long_reading()]
    assert cut[0].cut
    assert count_parts(cut)[0].endswith('|find /c ":"))2>nul&echo #done')
    assert read_counts(cut, "#log 0\r\n1234\r\n#done\r\n", 1) == [1234]
    (line,) = tail_parts(cut, [1234])
    assert (line.count("/c:"), '/c:"1234:"' in line, '/c:"1206:"' in line) == (FIRST + 3, True, True)
    (reading,) = read_tail(cut, [1234], "#log 0\r\n1234:9000:newest\r\n#done\r\n", 1)
    assert (reading.total, reading.lines[-1], reading.state) == (1234, LogLine(9000, "newest"), "read")
    (reading,) = read_tail(cut, [1234], "#log 0\r\n", 1)
    assert reading.state == "unknown"


@pytest.mark.parametrize("text", ["", "#log 0\r\n#done\r\n", "#log 0\r\nno number\r\n#done\r\n", "#log 0\r\n12\r\n"])
def test_a_count_that_was_not_told_is_none(text: str) -> None:
    assert read_counts([long_reading()], text, 1) == [None]


@given(st.integers(FIRST + 1, 100_000))
def test_oldest_and_newest_lines_never_overlap(total: int) -> None:
    (line,) = tail_parts([long_reading()], [total])
    places = [int(part.split(":")[0]) for part in line.split('/c:"')[4:]]
    assert min(places) > FIRST
    assert (max(places), len(places)) == (total, min(FIRST, total - FIRST))


def numbered(*lines: LogLine, formers: tuple[str, ...] = ("mpcontrol.lo_",)) -> Reading:
    return Reading(CONTROL, "read", lines, formers=formers)


TURN = "#configmgr.tls: newer"
TWO = ("CcmMessaging.lo_", "CcmMessaging-2*.log")


@pytest.mark.parametrize(
    ("reading", "lines"),
    [
        (
            numbered(LogLine(7, "old"), LogLine(20, TURN), LogLine(23, "new")),
            [LogLine(7, "old", former=True), LogLine(3, "new")],
        ),
        (numbered(LogLine(20, TURN), LogLine(23, "new")), [LogLine(3, "new")]),
        (numbered(LogLine(7, "old"), LogLine(20, TURN)), [LogLine(7, "old", former=True)]),
        (Reading(CONTROL, "read", (LogLine(7, "only"),)), [LogLine(7, "only")]),
        (
            numbered(
                LogLine(2, "oldest"),
                LogLine(4, TURN),
                LogLine(7, "old"),
                LogLine(20, TURN),
                LogLine(23, "new"),
                formers=TWO,
            ),
            [LogLine(2, "oldest", former=True), LogLine(7, "old", former=True), LogLine(3, "new")],
        ),
    ],
    ids=["both", "newer", "older", "no former", "two formers"],
)
def test_a_line_has_the_number_of_its_own_file(reading: Reading, lines: list[LogLine]) -> None:
    assert own_lines(reading) == lines


def test_a_number_that_cannot_be_told_is_not_told() -> None:
    oldest = [LogLine(number, "x") for number in range(1, FIRST + 1)]
    lines = own_lines(numbered(*oldest, LogLine(900, "newest")))
    assert [line.former for line in lines] == [True] * FIRST + [False]
    assert lines[-1].number == 0


def test_of_two_turns_the_second_can_be_missing() -> None:
    oldest = [LogLine(number, "x") for number in range(2, FIRST + 1)]
    lines = own_lines(numbered(LogLine(1, TURN), *oldest, LogLine(900, "newest"), formers=TWO))
    assert ([line.former for line in lines], lines[-1].number) == ([True] * (FIRST - 1) + [False], 0)


@pytest.mark.parametrize(
    ("log", "formers"),
    [
        ("smsdbmon", ("smsdbmon.lo_",)),
        ("ccm-messaging", TWO),
        ("mp-getauth", ("MP_GetAuth.lo_", "MP_GetAuth-2*.log")),
        ("ccmsetup", ("ccmsetup.lo_", "ccmsetup-2*.log")),
        ("software-center", ("SCClient_*.lo_",)),
        ("sql-errorlog", ("ERRORLOG.1",)),
        ("software-distribution", ("SoftwareDistribution.old",)),
        ("portal-website", ()),
        ("reporting-service", ()),
    ],
)
def test_what_a_full_log_is_renamed_to(log: str, formers: tuple[str, ...]) -> None:
    assert LOGS[log].formers == formers


def test_the_former_log_is_read_where_there_is_one() -> None:
    text = PROBED + f"#log 0\r\n#there\r\n#read\r\n#former 0\r\n1:2:old\r\n2:9:{TURN}\r\n3:12:new\r\n#done\r\n"
    (reading,) = read_search([CONTROL], text, 2)
    assert own_lines(reading) == [LogLine(2, "old", former=True), LogLine(3, "new")]

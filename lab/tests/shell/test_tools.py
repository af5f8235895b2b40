# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other tools: what they print, to which stream, and their exit codes."""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from configmgr_lab.machine.clock import ManualClock
from configmgr_lab.sample import USER, sample_machine
from configmgr_lab.shell.messages import table
from configmgr_lab.shell.process import split_arguments
from configmgr_lab.shell.tools import TOOLS
from configmgr_lab.shell.tools.event_query import BadQuery, parse_query

PRODUCTS = ["iis", "sql-2019", "winhttp-update-7-sp1"]
NAMESPACE = {"e": "http://schemas.microsoft.com/win/2004/08/events/event"}

# line, words on stdout, words on stderr, exit code
LINES = [
    ("sc query W3SVC", "STATE              : 4  RUNNING", "", 0),
    ("sc query nope", "FAILED 1060:", "", 1060),
    ("sc start W3SVC", "FAILED 1056:", "", 1056),
    ("sc stop BITS", "FAILED 1062:", "", 1062),
    ("sc stop MSSQLSERVER", "FAILED 1051:", "", 1051),
    ("sc stop nope", "[SC] OpenService FAILED 1060:", "", 1060),
    ("sc config BITS start= disabled & sc start BITS", "FAILED 1058:", "", 1058),
    ("sc config BITS start=auto & sc qc BITS", "START_TYPE         : 2   AUTO_START", "", 0),
    ("sc config BITS start= delayed-auto & sc qc BITS", "AUTO_START  (DELAYED)", "", 0),
    ("sc config BITS start= never", "syntax", "", 1639),
    ("sc stop W3SVC", "STATE              : 1  STOPPED", "", 0),
    ("sc stop SQLSERVERAGENT >nul & sc stop MSSQLSERVER", "STATE              : 1  STOPPED", "", 0),
    ('sc query state= all | find "SERVICE_NAME: BITS"', "SERVICE_NAME: BITS", "", 0),
    ('sc query | find "SERVICE_NAME: BITS"', "", "", 1),
    ("net stop W3SVC", "was stopped successfully", "", 0),
    ('net stop "World Wide Web Publishing Service"', "was stopped successfully", "", 0),
    ("net start BITS", "was started successfully", "", 0),
    ("net start W3SVC", "", "HELPMSG 2182", 2),
    ("net stop BITS", "", "HELPMSG 3521", 2),
    ("net start nope", "", "HELPMSG 2185", 2),
    ("net stop MSSQLSERVER", "SQL Server Agent (MSSQLSERVER)", "", 2),
    ("net stop MSSQLSERVER /y & sc query SQLSERVERAGENT", "1  STOPPED", "", 0),
    ("shutdown /r /t x", "", "Usage:", 1),
    ("shutdown", "", "Usage:", 1),
    ('shutdown /r /f /t 60 /d p:2:4 /c "a reason"', "", "", 0),
    ("wevtutil qe Nope /f:xml", "", "could not be found", 15007),
    ("wevtutil qe System /q:nonsense", "", "query is invalid", 15001),
    ("wevtutil qe System /nope:1", "", "Invalid option", 87),
    (
        'wmic datafile where name="C:\\\\Windows\\\\System32\\\\winhttp.dll" get Version /value',
        "Version=6.1.7601.23375\r\r\n",
        "",
        0,
    ),
    (
        "wmic datafile where \"name='C:\\\\Windows\\\\System32\\\\winhttp.dll'\" get Name,Version /value",
        "Name=C:\\Windows\\System32\\winhttp.dll\r\r\nVersion=6.1.7601.23375\r\r\n",
        "",
        0,
    ),
    ('wmic datafile where name="C:\\\\nope" get Version /value', "", "No Instance(s) Available.", 0),
    ("wmic nope get x", "", "Alias not found", 44124),
    ("wmic os get BuildNumber /value", "BuildNumber=7601", "", 0),
    ('find "x" C:\\nope', "", "File not found", 2),
    ("find x", "", "FIND: Parameter format not correct", 2),
    ("echo a.b|findstr /l .", "a.b", "", 0),
    ("echo ab|findstr /x a", "", "", 1),
    ('echo ab|findstr /c:"a b"', "", "", 1),
    ('echo ab|findstr "x ab"', "ab", "", 0),
    ("echo ab|findstr /r [", "", "Bad command line", 2),
]


@pytest.mark.parametrize(("line", "stdout", "stderr", "exit_code"), LINES)
def test_line(line: str, stdout: str, stderr: str, exit_code: int) -> None:
    completed = sample_machine("windows-7-sp1-x64", PRODUCTS).run(line, user=USER)
    assert stdout in completed.stdout.decode()
    assert stderr in completed.stderr.decode()
    assert (not stderr) == (not completed.stderr)
    assert completed.exit_code == exit_code


def test_boot_events_are_xml_newest_first() -> None:
    clock = ManualClock()
    machine = sample_machine(clock=clock)
    machine.restart()
    clock.advance(5)
    query = "*[System[Provider[@Name='Microsoft-Windows-Kernel-General'] and (EventID=12)]]"
    line = f'wevtutil qe System "/q:{query}" /rd:true /f:xml'
    lines = machine.run(line, user=USER).stdout.decode().splitlines()
    records = [ElementTree.fromstring(each).findtext("e:System/e:EventRecordID", None, NAMESPACE) for each in lines]
    assert records == ["6", "1"]
    only = machine.run(f"{line} /c:1", user=USER).stdout.decode().splitlines()
    assert only == lines[:1]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("*", [12, 6005]),
        ("*[System[(EventID=12 or EventID=6005)]]", [12, 6005]),
        ("*[System[EventID=6005]]", [6005]),
        ("Event[System[Level<=4 and EventRecordID>1]]", [6005]),
        ("*[System[Provider/@Name='EventLog']]", [6005]),
        ("*[System[Provider[@Name='EventLog' or @Name='Nope']]]", [6005]),
        ("*[System[TimeCreated[timediff(@SystemTime) <= 86400000]]]", []),
        ("*[System[TimeCreated[timediff(@SystemTime) >= 86400000]]]", [12, 6005]),
        ("*[System[TimeCreated[@SystemTime>='2000-01-01T00:00:00Z']]]", [12, 6005]),
        ("*[System[TimeCreated[@SystemTime>='2999-01-01T00:00:00.000Z']]]", []),
    ],
)
def test_event_queries(query: str, ids: list[int]) -> None:
    machine = sample_machine()
    wanted = parse_query(query, machine.clock.now())
    assert [event.event_id for event in machine.events.events if wanted(event)] == ids


WRONG_QUERIES = [
    "",
    "x",
    "*[",
    "*[System[]]",
    "*[System[EventID]]",
    "*[System[EventID='a']]",
    "*[System[EventID=1]",
    "*[EventData[Data=1]]",
    "*[System[EventID=1]] x",
    "*[System[#]]",
]


@pytest.mark.parametrize("query", WRONG_QUERIES)
def test_wrong_event_queries(query: str) -> None:
    with pytest.raises(BadQuery):
        parse_query(query, ManualClock().now())


def test_wmic_s_boot_time_moves_with_a_restart() -> None:
    clock = ManualClock()
    machine = sample_machine(clock=clock)
    line = "wmic os get LastBootUpTime /value"
    before = machine.run(line, user=USER).stdout
    machine.restart()
    clock.advance(timedelta(minutes=1).total_seconds())
    after = machine.run(line, user=USER).stdout
    assert re.search(rb"LastBootUpTime=\d{14}\.\d{6}\+000\r\r\n", after)
    assert before != after


@pytest.mark.parametrize(
    ("tail", "arguments"),
    [
        ("a b", ["a", "b"]),
        ('"a b" c', ["a b", "c"]),
        ('a"b c"d', ["ab cd"]),
        (r"a\b", [r"a\b"]),
        (r'"a\\" b', ["a\\", "b"]),
        (r'"a\" b"', ['a" b']),
        ('""', [""]),
        ('"a""b"', ['a"b']),
        ("  ", []),
    ],
)
def test_arguments_of_a_program(tail: str, arguments: list[str]) -> None:
    assert split_arguments(tail) == arguments


def test_every_language_has_the_same_messages_with_the_same_values() -> None:
    def fields(text: str) -> list[str]:
        return sorted(re.findall(r"\{\w+\}", text))

    english, german = table("en"), table("de")
    assert english.keys() == german.keys()
    for code, text in english.items():
        assert set(fields(text)) == set(fields(german[code])), code
    assert english != german


@pytest.mark.parametrize("line", ["reg query HKLM\\Nope", "sc query nope", "nope", "net stop nope", "echo a & ("])
def test_a_german_machine_says_it_differently_and_means_the_same(line: str) -> None:
    english, german = (sample_machine(locale=each).run(line, user=USER) for each in ("en", "de"))
    assert english.exit_code == german.exit_code
    assert english.stdout + english.stderr != german.stdout + german.stderr


def test_a_german_service_has_the_same_number() -> None:
    stdout = sample_machine(products=["iis"], locale="de").run("sc query W3SVC", user=USER).stdout.decode()
    assert re.search(r"STATE\s+: 4  WIRD AUSGEFÜHRT", stdout)


def test_every_tool_says_what_it_does() -> None:
    for tool in TOOLS.values():
        assert tool.features

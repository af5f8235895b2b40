# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is planted on a machine, and how findstr and wevtutil show it."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from configmgr_lab.control.plant import plant_events, plant_file
from configmgr_lab.machine.machine import Machine
from configmgr_lab.sample import USER, sample_machine

LOG = "C:\\Logs\\a.log"
SPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"

# encoding, line, what is printed
FOUND = [
    ("utf-8", 'findstr /i /n /l /c:"NEEDLE" C:\\Logs\\a.log', "2:a needle ü\r\n"),
    ("utf-8", 'findstr /i /m /l /c:"NEEDLE" C:\\Logs\\*.log', "C:\\Logs\\a.log\r\n"),
    ("utf-8", 'findstr /i /m /l /c:"other" C:\\Logs\\*.log', ""),
    (
        "utf-8",
        'findstr /i /l /c:"first" /c:"needle" C:\\Logs\\*.log',
        "C:\\Logs\\a.log:first\r\nC:\\Logs\\a.log:a needle ü\r\n",
    ),
    ("utf-16", "type C:\\Logs\\a.log|findstr needle", "a needle ü\r\n"),
    ("utf-16", "findstr needle C:\\Logs\\a.log", ""),
    ("utf-8", 'type C:\\Logs\\a.log|findstr /n "^"|findstr /b "[1-9]: [1-2][0-9]:"', "1:first\r\n2:a needle ü\r\n"),
]


@pytest.mark.parametrize(("encoding", "line", "printed"), FOUND, ids=[row[1] for row in FOUND])
def test_planted_lines_are_found(encoding: str, line: str, printed: str) -> None:
    machine = sample_machine()
    plant_file(machine, {"path": LOG, "text": "first\na needle ü\n", "encoding": encoding})
    assert machine.run(line, user=USER).stdout.decode() == printed


def test_a_long_line_is_found_in_a_file_and_not_in_a_pipe() -> None:
    machine = sample_machine()
    plant_file(machine, {"path": LOG, "text": "x" * 9000 + "needle"})
    assert machine.run("findstr /m needle C:\\Logs\\a.log", user=USER).exit_code == 0
    assert machine.run("type C:\\Logs\\a.log|findstr /m needle", user=USER).exit_code == 1


def test_padding_stands_before_the_text() -> None:
    machine = sample_machine()
    size = plant_file(machine, {"path": LOG, "text": "needle\n", "padding": 10_000})
    assert 9_000 < size < 10_100
    assert machine.files.read(LOG).endswith(b">\r\nneedle\r\n")


@pytest.mark.parametrize("data", [{"encoding": "ebcdic"}, {"padding": -1}])
def test_what_cannot_be_planted_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        plant_file(sample_machine(), {"path": LOG, "text": "", **data})


def machine_of_build(build: int) -> Machine:
    machine = sample_machine()
    machine.image = replace(machine.image, build=build)
    return machine


@pytest.mark.parametrize(
    ("build", "event_id", "names"),
    [
        (7601, 36880, "Type Protocol CipherSuite ExchangeStrength"),
        (9600, 36880, "Type Protocol CipherSuite ExchangeStrength"),
        (
            14393,
            36880,
            "Type Protocol CipherSuite ExchangeStrength ContextHandle TargetName LocalCertSubjectName "
            "RemoteCertSubjectName",
        ),
        (9600, 36888, "AlertDesc ErrorState"),
        (17763, 36888, "AlertDesc ErrorState TargetName"),
        (17763, 36871, "Type ErrorState"),
        (22631, 36871, "CallerProcessId CallerProcessImageName Type ErrorState"),
        (9600, 36886, ""),
    ],
)
def test_the_data_of_an_event_is_that_of_the_build(build: int, event_id: int, names: str) -> None:
    machine = machine_of_build(build)
    plant_events(machine, {"id": event_id})
    event = ElementTree.fromstring(machine.events.events[-1].xml())
    by_name = [item.get("Name") for item in event.iterfind(f"{SPACE}EventData/{SPACE}Data")]
    elements = [item.tag.partition("}")[2] for item in event.iterfind(f"{SPACE}UserData/{{LSA_NS}}EventXML/*")]
    assert (elements if event_id == 36880 else by_name) == names.split()
    assert bool(elements) == (event_id == 36880)


@pytest.mark.parametrize("data", [{"id": 1}, {"id": 36880, "fields": {"Protokoll": "TLS 1.0"}}])
def test_an_event_that_windows_does_not_write_is_not_planted(data: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        plant_events(sample_machine(), data)


@pytest.mark.parametrize(("count", "code"), [(19, 0), (20, 15001)])
def test_a_query_has_twenty_expressions_at_the_most(count: int, code: int) -> None:
    numbers = " or ".join(f"EventID={number}" for number in range(count))
    line = f"wevtutil qe System \"/q:*[System[Provider[@Name='x'] and ({numbers})]]\" /f:xml"
    assert sample_machine().run(line, user=USER).exit_code == code


def test_schannel_events_have_their_own_shape_and_the_newest_comes_first() -> None:
    machine = machine_of_build(17763)
    plant_events(machine, {"id": 36871, "fields": {"ErrorState": "10013"}, "seconds_ago": 600})
    plant_events(machine, {"id": 36880, "fields": {"Protocol": "TLS 1.0", "TargetName": "a<b"}, "count": 2})
    query = "wevtutil qe System \"/q:*[System[Provider[@Name='Schannel']]]\" /c:2 /rd:true /f:xml"
    lines = machine.run(query, user=USER).stdout.decode().splitlines()
    assert len(lines) == 2
    event = ElementTree.fromstring(lines[0])
    assert event.findtext(f"{SPACE}System/{SPACE}EventID") == "36880"
    data = event.find(f"{SPACE}UserData/{{LSA_NS}}EventXML")
    assert data is not None
    assert [(item.tag, item.text) for item in data if item.text] == [
        ("{LSA_NS}Protocol", "TLS 1.0"),
        ("{LSA_NS}TargetName", "a<b"),
    ]
    records = [each.record_id for each in machine.events.events]
    assert records == sorted(records)
    machine.reset()
    assert "36880" not in machine.run(query, user=USER).stdout.decode()

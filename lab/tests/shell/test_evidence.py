# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is planted on a machine, and how findstr and wevtutil show it."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from configmgr_lab.control.plant import plant_events, plant_file
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


def test_schannel_events_have_their_own_shape_and_the_newest_comes_first() -> None:
    machine = sample_machine()
    plant_events(machine, {"id": 36871, "fields": {"ErrorState": "10013"}, "seconds_ago": 600})
    plant_events(machine, {"id": 36880, "fields": {"Protocol": "TLS 1.0", "TargetName": "a<b"}, "count": 2})
    query = "wevtutil qe System \"/q:*[System[Provider[@Name='Schannel']]]\" /c:2 /rd:true /f:xml"
    lines = machine.run(query, user=USER).stdout.decode().splitlines()
    assert len(lines) == 2
    event = ElementTree.fromstring(lines[0])
    assert event.findtext(f"{SPACE}System/{SPACE}EventID") == "36880"
    data = event.find(f"{SPACE}UserData/{{LSA_NS}}EventXML")
    assert data is not None
    assert [(item.tag, item.text) for item in data] == [("{LSA_NS}Protocol", "TLS 1.0"), ("{LSA_NS}TargetName", "a<b")]
    records = [each.record_id for each in machine.events.events]
    assert records == sorted(records)
    machine.reset()
    assert "36880" not in machine.run(query, user=USER).stdout.decode()

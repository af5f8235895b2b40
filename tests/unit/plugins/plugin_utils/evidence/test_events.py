# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schannel events: what wevtutil prints, whatever else stands in it, and the counts that are made of it."""

from __future__ import annotations

import json
import re
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.diagnosis import EVENT_IDS
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.events import (
    Event,
    events_command,
    parse_events,
    protocol_name,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.usage import (
    HANDSHAKES,
    PROBLEMS,
    legacy_users,
    usage,
)

# Shape and names as Windows writes them: event 36880 in the test data of a log collector (see sources.yml).
REAL = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Schannel' "
    "Guid='{1f678132-5938-4686-9fdc-c8ff68f15c85}'/><EventID>36880</EventID><Version>0</Version><Level>4</Level>"
    "<Task>0</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords>"
    "<TimeCreated SystemTime='2026-09-21T10:00:00.0000000Z'/><EventRecordID>68584070</EventRecordID><Correlation/>"
    "<Execution ProcessID='920' ThreadID='3296'/><Channel>System</Channel><Computer>mp1.contoso.example</Computer>"
    "<Security UserID='S-1-5-18'/></System><UserData><EventXML xmlns='LSA_NS'><Type>server</Type>"
    "<Protocol>TLS 1.2</Protocol><CipherSuite>0xc030</CipherSuite><ExchangeStrength>384</ExchangeStrength>"
    "<ContextHandle>0x0</ContextHandle><TargetName></TargetName>"
    "<LocalCertSubjectName>CN=mp1.contoso.example</LocalCertSubjectName><RemoteCertSubjectName></RemoteCertSubjectName>"
    "</EventXML></UserData></Event>"
)
LIMIT = 10_240


def shaped(**fields: str) -> str:
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items())
    head, _begin, rest = REAL.partition("<EventXML xmlns='LSA_NS'>")
    return head + "<EventXML xmlns='LSA_NS'>" + inner + rest[rest.index("</EventXML>") :]


def handshake(protocol: str, side: str = "server", peer: str = "") -> Event:
    name = "TargetName" if side == "client" else "RemoteCertSubjectName"
    return Event(36880, "2026-11-20T10:00:00.0000000Z", {"Type": side, "Protocol": protocol, name: peer})


def test_the_real_shape_is_read() -> None:
    (event,) = parse_events(REAL, 10_000).events
    assert (event.id, event.time, event.protocol) == (36880, "2026-09-21T10:00:00.0000000Z", "TLS 1.2")
    assert event.text("LocalCertSubjectName") == "CN=mp1.contoso.example"
    assert (event.text("TargetName"), "TargetName" in event.fields) == ("", True)


@pytest.mark.parametrize(
    ("text", "count", "damaged"),
    [
        ("", 0, 0),
        ("nothing of ours", 0, 0),
        (REAL * 3, 3, 0),
        (REAL + "\r\n" + REAL, 2, 0),
        (REAL + REAL[:-20], 1, 0),
        (REAL.replace("<Type>", "<Typ>"), 0, 1),
        (REAL.replace("36880", "x"), 0, 1),
        (REAL.replace("<System>", "<!DOCTYPE x [<!ENTITY a 'b'>]><System>"), 0, 1),
        (REAL.replace("server", "a\x00b"), 0, 1),
    ],
    ids=["empty", "noise", "three", "two lines", "cut off", "not closed", "no number", "document type", "control"],
)
def test_what_is_no_event_is_counted_or_passed_over(text: str, count: int, damaged: int) -> None:
    found = parse_events(text, 100_000)
    assert (len(found.events), found.damaged, found.cut) == (count, damaged, False)


def test_the_limit_is_in_bytes_and_told() -> None:
    text = shaped(TargetName="ü" * 200) * 10
    size = len(text.encode())
    assert not parse_events(text, size).cut
    found = parse_events(text, size // 2)
    assert (len(found.events), found.cut) == (5, True)


@given(st.text(max_size=300))
def test_no_text_stops_the_reading(text: str) -> None:
    assert parse_events(text + REAL, 100_000).events[-1].id == 36880 or "<Event " in text


@given(st.dictionaries(st.sampled_from(["Type", "Protocol", "TargetName"]), st.text("abc<>&'\" ü", max_size=40)))
def test_fields_come_back(fields: dict[str, str]) -> None:
    (event,) = parse_events(shaped(**fields), 100_000).events
    assert dict(event.fields) == {name: " ".join(text.split()) for name, text in fields.items()}


def data(number: int, inner: str) -> str:
    """An event of the form that every Schannel event but 36880 has."""
    head, _begin, _rest = REAL.replace("36880", str(number)).partition("<UserData>")
    return f"{head}<EventData>{inner}</EventData></Event>"


@pytest.mark.parametrize(
    ("number", "inner", "fields"),
    [
        # https://github.com/microsoft/EventLogExpert/issues/397, Windows Server 2019
        (
            36871,
            '<Data Name="Type">client</Data><Data Name="ErrorState">10013</Data>',
            {"Type": "client", "ErrorState": "10013"},
        ),
        # https://github.com/jborean93/requests-credssp/issues/18
        (36874, "<Data Name='Protocol'>TLS 1.2</Data>", {"Protocol": "TLS 1.2"}),
        # https://github.com/dotnet/corefx/issues/1894
        (36887, "<Data Name='AlertDesc'>20</Data>", {"AlertDesc": "20"}),
        (
            36888,
            "<Data Name='AlertDesc'>40</Data><Data Name='ErrorState'>1205</Data>",
            {"AlertDesc": "40", "ErrorState": "1205"},
        ),
        (36888, "<Data>40</Data><Data>1205</Data>", {"AlertDesc": "40", "ErrorState": "1205"}),
        (36888, "<Data>70</Data><Data>105</Data><Data/>", {"AlertDesc": "70", "ErrorState": "105", "TargetName": ""}),
        (
            36871,
            r"<Data>712</Data><Data>C:\Windows\lsass.exe</Data><Data>server</Data><Data>10013</Data>",
            {
                "CallerProcessId": "712",
                "CallerProcessImageName": r"C:\Windows\lsass.exe",
                "Type": "server",
                "ErrorState": "10013",
            },
        ),
        (36887, "<Data>40</Data><Data>a</Data><Data>b</Data><Data>c</Data>", None),
        (36882, "<Data Name='__binLength'>3</Data><Data Name='certificateContext'>308201</Data>", {}),
        (36882, "<Data>3</Data><Data>308201</Data>", {}),
        (4711, "<Data>3</Data>", {"Data1": "3"}),
        (36886, "", {}),
    ],
)
def test_all_but_the_handshake_have_named_data(number: int, inner: str, fields: dict[str, str] | None) -> None:
    found = parse_events(data(number, inner), 10_000)
    assert (len(found.events), found.damaged) == (1, 0)
    if fields is not None:
        assert dict(found.events[0].fields) == fields


@pytest.mark.parametrize(
    ("side", "user"),
    [
        ("server", "from callers that this Windows does not name (TLS 1.0)"),
        ("client", "to servers that this Windows does not name (TLS 1.0)"),
    ],
)
def test_a_windows_that_does_not_tell_who_is_not_taken_for_a_caller_without_a_certificate(side: str, user: str) -> None:
    old = shaped(Type=side, Protocol="TLS 1.0", CipherSuite="0xc014", ExchangeStrength="384")
    assert legacy_users(parse_events(old, 10_000).events) == [user]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("TLS 1.0", "TLS 1.0"),
        ("TLSv1", "TLS 1.0"),
        ("tls1.2", "TLS 1.2"),
        ("SSL 3.0", "SSL 3.0"),
        ("0x301", "TLS 1.0"),
        ("771", "TLS 1.2"),
        ("0x40", "TLS 1.0"),
        ("0x2000", "TLS 1.3"),
        ("DTLS 1.2", "DTLS 1.2"),
        ("something", "something"),
        ("0x999", "0x999"),
        ("", ""),
    ],
)
def test_protocols_by_name_and_number(text: str, name: str) -> None:
    assert protocol_name(text) == name


def test_the_command_is_bounded_and_asks_for_one_provider() -> None:
    assert events_command((36871, 36874), 7, 1000) == (
        "wevtutil qe System \"/q:*[System[Provider[@Name='Schannel'] and (EventID=36871 or EventID=36874) and "
        'TimeCreated[timediff(@SystemTime) <= 604800000]]]" /c:1000 /rd:true /f:xml'
    )


@pytest.mark.parametrize("numbers", [HANDSHAKES, PROBLEMS, EVENT_IDS], ids=["handshakes", "problems", "signs"])
def test_the_query_stays_below_what_windows_takes(numbers: tuple[int, ...]) -> None:
    """Microsoft, "Consuming events": a query of more than 20 expressions has to be structured XML."""
    asked = events_command(numbers, 7, 1000)
    assert len(re.findall(r"[<>]?=", asked.split("*[", 1)[1])) <= 20
    for number in range(36860, 36900):
        ranges = re.findall(r"EventID>=(\d+) and EventID<=(\d+)", asked)
        single = [(each, each) for each in re.findall(r"EventID=(\d+)", asked)]
        told = any(int(first) <= number <= int(last) for first, last in [*ranges, *single])
        assert told == (number in numbers)


def test_only_completed_handshakes_with_old_protocols_are_legacy_use() -> None:
    events = [
        handshake("TLS 1.0"),
        handshake("0x301"),
        handshake("TLS 1.2", "server", "CN=new"),
        handshake("TLS 1.1", "client", "sql1"),
        Event(36874, "", {"Protocol": "TLS 1.0"}),
        Event(36871, "", {"ErrorState": "10013"}),
    ]
    assert legacy_users(events) == ["from callers without a certificate (TLS 1.0)", "to sql1 (TLS 1.1)"]


def test_counts_carry_the_first_and_the_last_time() -> None:
    events = [Event(36887, f"2026-11-{day:02d}T10:00:00.123Z", {"AlertDesc": "70"}) for day in (3, 1, 2)]
    assert usage(events)["alerts"]["rows"] == [
        {
            "id": 36887,
            "alert": "70",
            "target": "",
            "count": 3,
            "first": "2026-11-01T10:00:00Z",
            "last": "2026-11-03T10:00:00Z",
        }
    ]


def test_the_result_is_small_whatever_was_seen() -> None:
    events = [
        handshake("TLS 1.0", side, f"{number:03d}" * 100) for side in ("client", "server") for number in range(99)
    ]
    events += [
        Event(number, "2026-11-01T10:00:00.123Z", {"CallerProcessImageName": f"{index}" * 200, "AlertDesc": str(index)})
        for number in (36870, 36871, 36874, 36887, 36888, 36884)
        for index in range(50)
    ]
    shown = {**usage(events), "legacy_use": legacy_users(events)}
    assert len(json.dumps(shown)) < LIMIT
    assert shown["peers"]["left_out"] == 190
    assert sum(row["count"] for row in shown["events"]) == len(events)


@pytest.mark.parametrize(
    ("fields", "process"),
    [
        ({"CallerProcessImageName": r"C:\a b\agent.exe", "CallerProcessId": "4"}, "agent.exe"),
        ({"CallerProcessId": "4711"}, "process 4711"),
        ({}, ""),
    ],
)
def test_the_program_is_named_where_it_is_told(fields: dict[str, str], process: str) -> None:
    assert Event(36871, "", fields).process == process


@pytest.mark.parametrize("begin", ["<Event x>", "<Event "])
def test_begins_without_an_end_take_no_time(begin: str) -> None:
    """Were each looked at to the end of the text, this took hours."""
    assert parse_events(begin * 500_000, 8_000_000).events == ()
    assert parse_events(f"{begin * 500_000}</Event>", 8_000_000).events == ()

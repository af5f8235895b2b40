# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire's parts by themselves: reading HTTP and SOAP, handing out output, quotas, records, certificates."""

from __future__ import annotations

import asyncio
import contextlib
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configmgr_lab.wire import powershell, recorder, soap, soap_faults
from configmgr_lab.wire.authentication import CredentialStore
from configmgr_lab.wire.certificates import Authority
from configmgr_lab.wire.http import BadRequest, HttpAnswer, read_request
from configmgr_lab.wire.injection import FaultBox, UnknownFault, WireFault
from configmgr_lab.wire.shells import Command, Shells
from configmgr_lab.wire.soap_faults import SHAPES, SoapFault


def fed(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=1000)
    reader.feed_data(data)
    reader.feed_eof()
    return reader


@given(st.binary(max_size=2000) | st.binary(max_size=500).map(lambda rest: b"POST / HTTP/1.1\r\n" + rest + b"\r\n\r\n"))
def test_http_of_any_bytes_is_a_request_or_a_refusal(data: bytes) -> None:
    async def read() -> None:
        with contextlib.suppress(BadRequest, asyncio.IncompleteReadError):
            await read_request(fed(data))

    asyncio.run(read())


def test_requests_in_a_row_are_read_one_by_one() -> None:
    async def read() -> None:
        reader = fed(b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\nConnection: close\r\n\r\n")
        first, second = await read_request(reader), await read_request(reader)
        assert first is not None and second is not None
        assert (first.path, first.body, first.size, first.keep_alive) == ("/a", b"hi", 41, True)
        assert (second.path, second.body, second.keep_alive) == ("/b", b"", False)
        assert await read_request(reader) is None

    asyncio.run(read())


def test_an_answer_on_the_wire() -> None:
    answer = HttpAnswer(401, headers=(("WWW-Authenticate", "Negotiate"),))
    assert answer.encode() == (
        b"HTTP/1.1 401 \r\nServer: Microsoft-HTTPAPI/2.0\r\nWWW-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n"
    )


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_soap_of_any_bytes_is_refused_cleanly(data: bytes) -> None:
    with pytest.raises(soap.NotSoap):
        soap.parse(data)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT20S", 20), ("PT60.000S", 60), ("P0DT1H2M3.5S", 3723.5), ("P1D", 86400), ("PT", 7), ("", 7), ("20", 7)],
)
def test_durations(text: str, seconds: float) -> None:
    assert soap.seconds(text, 7) == seconds


@given(st.binary(max_size=2000), st.binary(max_size=2000), st.integers(1, 700))
def test_output_handed_out_in_pieces_is_the_output(stdout: bytes, stderr: bytes, room: int) -> None:
    command = Command("id", "line")
    command.finish(stdout, stderr, 0)
    pieces = [command.take(room)]
    while not command.drained:
        pieces.append(command.take(room))
    assert b"".join(piece["stdout"] for piece in pieces) == stdout
    assert b"".join(piece["stderr"] for piece in pieces) == stderr
    assert all(sum(map(len, piece.values())) <= room for piece in pieces)


def test_only_the_first_ending_of_a_command_counts() -> None:
    command = Command("id", "line")
    command.finish(b"", b"", 1)
    command.finish(b"late", b"", 0)
    assert (command.take(100), command.exit_code) == ({"stdout": b"", "stderr": b""}, 1)


def test_shells_end_when_idle_and_belong_to_their_user() -> None:
    now = [0.0]
    shells = Shells(lambda: now[0])
    first = shells.open("a", codepage=65001, environment={}, working_directory="")
    other = shells.open("b", codepage=65001, environment={}, working_directory="", idle=60)
    with pytest.raises(SoapFault):
        shells.get(first.shell_id, "b")
    now[0] = 59.0
    assert shells.get(other.shell_id.lower(), "b") is other
    now[0] = 59.0 + 60
    with pytest.raises(SoapFault):
        shells.get(other.shell_id, "b")
    now[0] = 7199.0
    assert shells.get(first.shell_id, "a") is first
    now[0] = 7199.0 + 7200
    with pytest.raises(SoapFault):
        shells.get(first.shell_id, "a")


def test_idle_shells_do_not_count_against_the_quota() -> None:
    now = [0.0]
    shells = Shells(lambda: now[0])
    for _ in range(30):
        shells.open("a", codepage=437, environment={}, working_directory="")
    with pytest.raises(SoapFault) as failure:
        shells.open("a", codepage=437, environment={}, working_directory="")
    assert failure.value.code == soap_faults.TOO_MANY_SHELLS
    assert shells.open("b", codepage=437, environment={}, working_directory="")
    now[0] = 7200.0
    assert shells.open("a", codepage=437, environment={}, working_directory="")
    assert len(shells) == 1


@pytest.mark.parametrize("code", [*SHAPES, 12345])
def test_every_fault_is_well_formed_and_names_its_code(code: int) -> None:
    request = soap.SoapRequest("a", "uuid:1", "r", "t", {}, {}, 60, 1, ET.Element("b"))
    answer = soap_faults.fault(request, "127.0.0.1", code)
    ET.fromstring(answer.body)
    assert answer.status == 500
    assert str(code).encode() in answer.body


def test_the_ring_forgets_and_the_counters_do_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "RING_SIZE", 3)
    kept = recorder.Recorder(tmp_path / "requests.jsonl")
    for _ in range(5):
        kept.request(
            host="A", port=1, connection=1, auth="basic", action="create", bytes_in=2, bytes_out=3, status=200,
            milliseconds=0.1,
        )  # fmt: skip
    kept.command(
        host="A", user="u", line="l" * 9000, exit_code=0, stdout_bytes=0, stderr_bytes=0, starts=2, milliseconds=0.1
    )
    kept.close()
    assert [row.sequence for row in kept.requests] == [3, 4, 5]
    assert (kept.of("A").requests, kept.of("A").bytes_out) == (5, 15)
    assert (kept.of("A").commands, kept.of("A").starts) == (1, 2)
    assert kept.of("A").actions == {"create": 5}
    assert len(kept.commands[0].line) == recorder.LINE_LIMIT
    assert len((tmp_path / "requests.jsonl").read_text().splitlines()) == 6


def test_the_authority_is_kept_and_its_key_is_private(tmp_path: Path) -> None:
    first, second = Authority.load_or_create(tmp_path), Authority.load_or_create(tmp_path)
    assert first.pem == second.pem
    assert (tmp_path / "ca.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("users", [{"a": "x:y"}, {"a:b": "x"}, {"a": "x\ny"}])
def test_a_password_that_ntlm_could_not_be_told_is_refused(tmp_path: Path, users: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="not supported"):
        CredentialStore(users, tmp_path / "logons")


@dataclass(frozen=True)
class LineCase:
    line: str
    is_powershell: bool
    waits: bool = False


@pytest.mark.parametrize(
    "case",
    [
        LineCase("PowerShell -NoProfile -EncodedCommand AA==", True),
        LineCase("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe -", True, True),
        LineCase('"powershell.exe" -', True, True),
        LineCase("reg query HKLM", False),
        LineCase("echo powershell", False),
        LineCase("", False),
    ],
)
def test_what_is_powershell(case: LineCase) -> None:
    assert powershell.is_powershell(case.line) is case.is_powershell
    assert powershell.waits_for_input(case.line) is case.waits


def test_a_fault_can_let_messages_pass_and_then_ends_after_its_count() -> None:
    box = FaultBox()
    box.add(WireFault.parse({"kind": "drop_after", "action": "command", "skip": 1, "count": 2}))
    taken = [box.take("drop_after", action) is not None for action in ("command", "create", *["command"] * 3)]
    assert taken == [False, False, True, True, False]


@pytest.mark.parametrize("fault", [{"kind": "port_closed", "skip": 1}, {"kind": "slow", "skip": -1}])
def test_a_skip_that_cannot_be_is_refused(fault: dict[str, object]) -> None:
    with pytest.raises(UnknownFault, match="skip"):
        WireFault.parse(fault)

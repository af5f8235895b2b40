# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PRELOGIN and its packets, and what SQL Server's builds can do."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configmgr_lab.endpoints import tds
from configmgr_lab.endpoints.protocols import Protocol
from configmgr_lab.endpoints.sql_server import SqlServer, sql_server
from configmgr_lab.machine.values import Value
from configmgr_lab.sample import sample_machine

small, large = st.integers(0, 255), st.integers(0, 65_535)
SETUP = "HKLM\\SOFTWARE\\Microsoft\\Microsoft SQL Server\\MSSQL15.MSSQLSERVER\\Setup"


class Collected:
    """A writer that keeps what is written."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    async def drain(self) -> None:
        pass


@given(st.tuples(small, small, large, large), st.integers(0, 3))
def test_prelogin_comes_back_as_it_went(version: tuple[int, int, int, int], encryption: int) -> None:
    message = tds.Prelogin(version, encryption)
    assert tds.Prelogin.decode(message.encode()) == message


@pytest.mark.parametrize("data", [b"", b"\x00\x00", b"\x00\x00\x10\x00\x06"])
def test_what_is_no_prelogin(data: bytes) -> None:
    with pytest.raises(tds.NotTds):
        tds.Prelogin.decode(data)


@given(st.binary(max_size=10_000))
def test_a_message_goes_in_packets_and_comes_back(content: bytes) -> None:
    async def there_and_back() -> tuple[bytes, bytes]:
        writer, reader = Collected(), asyncio.StreamReader()
        await tds.write_message(cast(asyncio.StreamWriter, writer), tds.PRELOGIN, content)
        reader.feed_data(writer.data)
        reader.feed_eof()
        return writer.data, await tds.read_message(reader, tds.PRELOGIN)

    data, back = asyncio.run(there_and_back())
    assert back == content
    while data:
        kind, status, length, *_ = tds.HEADER.unpack(data[: tds.HEADER.size])
        assert kind == tds.PRELOGIN and length <= tds.PACKET_SIZE
        data = data[length:]
        assert bool(status & tds.END_OF_MESSAGE) == (not data)


def test_a_packet_of_another_type_is_refused() -> None:
    async def read() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(tds.HEADER.pack(tds.TABULAR_RESULT, 1, 8, 0, 1, 0))
        await tds.read_message(reader, tds.PRELOGIN)

    with pytest.raises(tds.NotTds, match="type 0x4 where 0x12 belongs"):
        asyncio.run(read())


@pytest.mark.parametrize(
    ("version", "capable"),
    [
        ("8.0.2039.0", False),
        ("9.0.5000.0", False),
        ("10.0.6000.29", False),
        ("10.0.6547.0", True),
        ("10.50.4042.0", False),
        ("10.50.4344.0", True),
        ("10.50.6000.34", False),
        ("10.50.6542.0", True),
        ("11.0.2100.60", False),
        ("11.0.5058.0", False),
        ("11.0.5352.0", True),
        ("11.0.5548.0", False),
        ("11.0.5644.2", True),
        ("11.0.6020.0", False),
        ("11.0.6216.27", True),
        ("11.0.7001.0", True),
        ("12.0.2000.8", False),
        ("12.0.4439.1", True),
        ("12.0.5000.0", True),
        ("13.0.1601.5", True),
        ("16.0.1000.6", True),
    ],
)
def test_builds(version: str, capable: bool) -> None:
    major, minor, build, revision = (int(part) for part in version.split("."))
    server = SqlServer((major, minor, build, revision))
    assert server.is_capable == capable
    assert (Protocol.TLS12 in server.can_do) == capable
    assert Protocol.TLS10 in server.can_do
    assert Protocol.TLS13 not in server.can_do


@pytest.mark.parametrize(
    ("level", "version"),
    [("15.0.4298.1", "15.0.4298.1"), ("11.4.7001.0", "11.0.7001.0"), ("10.53.6000.34", "10.50.6000.34"), ("x", None)],
)
def test_the_service_pack_is_no_minor_version(level: str, version: str | None) -> None:
    machine = sample_machine("windows-server-2019", ["sql-2019"])
    machine.write_registry(SETUP, Value.text("PatchLevel", level))
    found = sql_server(machine.registry)
    assert (found.text if found else None) == version


def test_no_instance() -> None:
    assert sql_server(sample_machine("windows-server-2019").registry) is None

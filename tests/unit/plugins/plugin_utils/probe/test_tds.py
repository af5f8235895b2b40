# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.tds import (
    PreLogin,
    TdsError,
    packets,
    prelogin_request,
    read_prelogin,
    unwrap_records,
    wrap,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.probe import wire

BYTE, WORD = st.integers(0, 255), st.integers(0, 65535)
NAMES = {0: "off", 1: "on", 2: "not_supported", 3: "required"}


def options_of(packet: bytes) -> dict[int, bytes]:
    kind, status, length = struct.unpack_from("!BBH", packet)
    assert (kind, status, length) == (0x12, 1, len(packet))
    message, found, at = packet[8:], {}, 0
    while message[at] != 0xFF:
        token, offset, size = struct.unpack_from("!BHH", message, at)
        found[token] = message[offset : offset + size]
        at += 5
    return found


def test_the_request_asks_for_the_encryption_of_the_login() -> None:
    options = options_of(prelogin_request())
    assert list(options) == [0, 1, 2, 3]
    assert len(options[0]) == 6
    assert (options[1], options[2], len(options[3])) == (b"\x00", b"\x00", 4)


@given(BYTE, BYTE, WORD, WORD, st.sampled_from(sorted(NAMES)), st.sampled_from([0, 0x80]))
def test_an_answer_is_read(major: int, minor: int, build: int, revision: int, encryption: int, flag: int) -> None:
    packet = wire.tds_packet(wire.tds_prelogin_answer((major, minor, build, revision), encryption | flag))
    assert read_prelogin(packet) == PreLogin(f"{major}.{minor}.{build}.{revision}", NAMES[encryption])


@given(st.integers(1, 17))
def test_an_answer_in_two_packets_is_read(cut: int) -> None:
    message = wire.tds_prelogin_answer((16, 0, 4003, 1), 3)
    data = wire.tds_packet(message[:cut], last=False) + wire.tds_packet(message[cut:])
    assert read_prelogin(data) == PreLogin("16.0.4003.1", "required")
    assert all(read_prelogin(data[:length]) is None for length in range(len(data)))


def test_an_answer_without_a_version_still_tells_the_encryption() -> None:
    assert read_prelogin(wire.tds_packet(bytes.fromhex("01 0006 0001 ff 02"))) == PreLogin("", "not_supported")


@given(st.binary(max_size=20000))
def test_wrapping_and_unwrapping_give_the_same(payload: bytes) -> None:
    data = wrap(payload)
    assert unwrap_records(data) == payload
    found = list(packets(data))
    assert [last for _kind, last, _payload in found] == [False] * (len(found) - 1) + [True]
    assert all(len(part) <= 4096 - 8 for _kind, _last, part in found)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_waited_for_or_refused(data: bytes) -> None:
    for read in (read_prelogin, unwrap_records):
        try:
            read(data)
        except TdsError as problem:
            assert str(problem).startswith("not TDS: ")


@given(st.binary(max_size=200))
def test_any_message_in_a_sound_packet_is_read_or_refused(message: bytes) -> None:
    try:
        answer = read_prelogin(wire.tds_packet(message))
    except TdsError:
        return
    assert answer is not None
    assert answer.encryption in {"", *NAMES.values()}


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46\x00",
        wire.tds_packet(b"", kind=0x12),
        wire.tds_packet(b"\xff"),
        wire.tds_packet(bytes.fromhex("01 0006 0009 ff 02")),
        wire.tds_packet(bytes.fromhex("01 00")),
        b"\x04\x01\x00\x07\x00\x00\x01\x00",
    ],
)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(TdsError, match=r"^not TDS: "):
        read_prelogin(data)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API through its client, on the machines of the shipped site."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from configmgr_lab.control.client import LabClient, LabRefused, LabUnreachable

KEY = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework\\v4.0.30319"
VALUE = "SchUseStrongCrypto"


def query(lab: LabClient, host: str, view: str = "64") -> str:
    return str(lab.run(host, f'reg query "{KEY}" /v {VALUE} /reg:{view}')["stdout"])


@pytest.fixture
def host(lab: LabClient) -> str:
    return lab.hosts()[0]


def test_status_names_every_host_with_its_own_address(lab: LabClient) -> None:
    hosts = lab.status()["hosts"]
    assert len(hosts) >= 17
    assert len({host["address"] for host in hosts}) == len(hosts)
    assert all(host["up"] and host["listening"] for host in hosts)


def test_every_host_equals_its_image_after_a_reset(lab: LabClient, host: str) -> None:
    lab.run(host, f'reg add "{KEY}" /v {VALUE} /t REG_DWORD /d 1 /f /reg:64')
    assert lab.dump(host)["registry"] != lab.image(host)["registry"]
    assert lab.reset(host.lower()) == [host]
    assert lab.dump(host)["registry"] == lab.image(host)["registry"]


def test_a_value_changed_by_somebody_else(lab: LabClient, host: str) -> None:
    lab.set_value(host, KEY, VALUE, 0x10)
    assert "0x10" in query(lab, host)
    lab.set_value(host, KEY, VALUE, 0x20, view="32")
    assert "0x10" in query(lab, host)
    assert "0x20" in query(lab, host, "32")
    lab.delete_value(host, KEY, VALUE)
    assert query(lab, host).strip() == ""


@pytest.mark.parametrize(
    ("type", "data", "shown"),
    [
        ("REG_SZ", "a b", "a b"),
        ("REG_EXPAND_SZ", "%windir%", "%windir%"),
        ("REG_MULTI_SZ", ["a", "b"], "a\\0b"),
        ("REG_QWORD", 2**40, "0x10000000000"),
        ("REG_BINARY", "00ff", "00FF"),
    ],
)
def test_values_of_every_type(lab: LabClient, host: str, type: str, data: Any, shown: str) -> None:
    lab.set_value(host, KEY, VALUE, data, type=type)
    assert f"{VALUE}    {type}    {shown}" in query(lab, host)


def test_group_policy_sets_a_value_back(lab: LabClient, host: str) -> None:
    lab.set_fault(host, "group_policy", path=KEY, name=VALUE, type="REG_DWORD", data=7)
    lab.run(host, f'reg add "{KEY}" /v {VALUE} /t REG_DWORD /d 1 /f /reg:64')
    assert "0x7" in query(lab, host)
    assert lab.faults(host)["group_policy"][0]["name"] == VALUE


def test_a_key_that_is_denied(lab: LabClient, host: str) -> None:
    lab.set_fault(host, "deny", path=KEY, access="write")
    assert lab.run(host, f'reg add "{KEY}" /v {VALUE} /t REG_DWORD /d 1 /f')["exit_code"] == 1
    lab.clear_faults(host)
    assert lab.run(host, f'reg add "{KEY}" /v {VALUE} /t REG_DWORD /d 1 /f')["exit_code"] == 0


def test_a_restart_goes_down_and_comes_back(lab: LabClient, host: str) -> None:
    before = lab.restarts(host)
    lab.restart(host)
    assert lab.wait_for_power(host, up=True, restarts=before + 1)
    assert lab.restarts(host.lower()) == before + 1
    assert lab.run(host, "ver")["exit_code"] == 0


def test_a_restart_that_never_returns_ends_with_a_reset(lab: LabClient, host: str) -> None:
    lab.set_fault(host, "restart_never_returns")
    lab.restart(host)
    assert lab.wait_for_power(host, up=False)
    with pytest.raises(LabRefused, match="down"):
        lab.run(host, "ver")
    assert not lab.wait_for_power(host, up=True, seconds=1.5)
    lab.reset(host)
    assert lab.wait_for_power(host, up=True)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda lab, host: lab.dump("NOBODY"), "no host 'NOBODY'"),
        (lambda lab, host: lab.reset(host, "NOBODY"), "no host 'NOBODY'"),
        (lambda lab, host: lab.set_fault(host, "rain"), "unknown kind 'rain'"),
        (lambda lab, host: lab.set_fault(host, "deny"), "missing fields path"),
        (lambda lab, host: lab.set_fault(host, "deny", path=KEY, access="sell"), "sell"),
        (lambda lab, host: lab.set_fault(host, "deny", path=KEY, acess="read"), "unknown fields acess"),
        (lambda lab, host: lab.set_value(host, "HKXX\\A", "B", 1), "HKXX"),
        (lambda lab, host: lab.set_value(host, KEY, "B", 1, type="REG_FLOAT"), "REG_FLOAT"),
        (lambda lab, host: lab.delete_value(host, KEY, "Nothing"), "no value 'Nothing'"),
    ],
)
def test_mistakes_are_told_in_a_sentence(lab: LabClient, host: str, call: Any, said: str) -> None:
    with pytest.raises(LabRefused, match=said.replace("\\", "\\\\")):
        call(lab, host)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", b"", 404),
        ("POST", "/status", b"{}", 405),
        ("POST", "/reset", b"[1]", 400),
        ("POST", "/reset", b"{", 400),
        ("GET", "/requests?since=x", b"", 400),
    ],
)
def test_calls_that_make_no_sense(lab: LabClient, method: str, path: str, body: bytes, status: int) -> None:
    request = urllib.request.Request(lab.url + path, data=body or None, method=method)
    with pytest.raises(urllib.error.HTTPError) as failure:
        urllib.request.urlopen(request)
    assert failure.value.code == status
    assert json.load(failure.value)["error"]


def test_no_lab_no_answer() -> None:
    with pytest.raises(LabUnreachable, match="no lab answers"):
        LabClient("http://127.77.255.1:1").wait_until_ready(0)


def test_a_plain_user_plants_what_windows_lets_him(lab: LabClient, host: str) -> None:
    data = "C:\\ProgramData\\ours"
    # The first file there, on a disk that has nothing yet.
    assert lab.run(host, "echo one>C:\\Windows\\first.txt")["exit_code"] == 0
    owner = lab.plant(host, data)
    assert owner.startswith("S-1-5-21-")
    assert lab.plant(host, f"{data}\\journal.txt", text="forged\r\n") == owner
    assert lab.plant(host, f"{data}\\away", target="C:\\Windows") == owner
    assert lab.run(host, f"type {data}\\journal.txt")["stdout"] == "forged\r\n"
    for path in ("C:\\Windows\\x", f"{data}\\away\\x"):
        with pytest.raises(LabRefused, match="access is denied"):
            lab.plant(host, path, text="x")
    with pytest.raises(LabRefused, match="already"):
        lab.plant(host, data)
    administrator = lab.plant(host, "C:\\Windows\\x", user="SYSTEM")
    assert administrator == "S-1-5-32-544"
    assert lab.run(host, f"echo one>{data}\\away\\x\\y", user="mallory")["exit_code"] == 1
    lab.reset(host)
    assert lab.run(host, f"dir /b {data}")["exit_code"] == 1

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fault of the wire does what its line in the table says, once per count, and to its host only."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from winrm.exceptions import (
    InvalidCredentialsError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)
from winrm.protocol import Protocol

from configmgr_lab.control.client import LabRefused

LOST = (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)


@pytest.fixture
def connect(lab: Any) -> Callable[..., Protocol]:
    def connect(transport: Any = "basic", address: str | None = None, **options: Any) -> Protocol:
        scheme, port = ("http", 5985) if transport == "ntlm" else ("https", 5986)
        name, password = next(iter(lab.machine.users.items()))
        url = f"{scheme}://{address or lab.machine.address}:{port}/wsman"
        return Protocol(url, transport, name, password, ca_trust_path=lab.ca, **options)

    return connect


def wait_for(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


@pytest.mark.parametrize("kind", ["drop_before", "drop_middle", "drop_after"])
@pytest.mark.parametrize("action", ["create", "command", "receive", "signal", "delete"])
def test_a_dropped_connection(lab: Any, connect: Callable[..., Protocol], kind: str, action: str) -> None:
    lab.client.set_fault(lab.machine.name, kind, action=action, count=1)
    protocol, shell_id, command_id = connect(), "", ""
    steps: dict[str, Callable[[], Any]] = {
        "create": lambda: protocol.open_shell(),
        "command": lambda: protocol.run_command(shell_id, "say x"),
        "receive": lambda: protocol.get_command_output(shell_id, command_id),
        "signal": lambda: protocol.cleanup_command(shell_id, command_id),
        "delete": lambda: protocol.close_shell(shell_id),
    }
    for name, step in steps.items():
        if name == action:
            with pytest.raises(LOST):
                step()
            break
        result = step()
        shell_id = result if name == "create" else shell_id
        command_id = result if name == "command" else command_id
    if action == "create" or (action, kind) == ("command", "drop_before"):
        assert lab.machine.ran == []
    if action == "command" and kind == "drop_after":
        assert lab.machine.ran == ["say x"]
    if action == "command" and kind == "drop_middle":
        # It runs all the same, and must not do so in the next test.
        wait_for(lambda: lab.machine.ran)
    assert connect().open_shell()


def test_a_drop_after_the_command_waits_until_it_has_run(lab: Any, connect: Callable[..., Protocol]) -> None:
    lab.client.set_fault(lab.machine.name, "drop_after", action="command", count=1)
    protocol = connect()
    shell_id = protocol.open_shell()
    threading.Timer(0.05, lab.machine.held.set).start()
    since = lab.client.mark()
    with pytest.raises(LOST):
        protocol.run_command(shell_id, "hold")
    assert [row["line"] for row in lab.client.commands(since=since, host=lab.machine.name)] == ["hold"]
    assert [row["status"] for row in lab.client.requests(since=since, host=lab.machine.name)] == [0]


def test_an_idle_drop_is_harmless_with_basic(lab: Any, connect: Callable[..., Protocol]) -> None:
    protocol = connect()
    lab.client.set_fault(lab.machine.name, "idle_drop", action="create", count=1)
    shell_id = protocol.open_shell()
    assert protocol.run_command(shell_id, "say x")


def test_an_idle_drop_makes_the_next_sealed_message_unreadable(lab: Any, connect: Callable[..., Protocol]) -> None:
    protocol = connect("ntlm")
    lab.client.set_fault(lab.machine.name, "idle_drop", action="create", count=1)
    shell_id = protocol.open_shell()
    with pytest.raises(WinRMTransportError) as failure:
        protocol.run_command(shell_id, "say x")
    assert failure.value.code == 400


@pytest.mark.parametrize("code", [5, 2150859173, 2150859174, 2150858843])
def test_a_fault_code_once(lab: Any, connect: Callable[..., Protocol], code: int) -> None:
    lab.client.set_fault(lab.machine.name, "fault", action="create", code=code, count=1)
    protocol = connect()
    with pytest.raises(WSManFaultError) as failure:
        protocol.open_shell()
    assert code in {failure.value.wsman_fault_code, failure.value.wmierror_code}
    assert protocol.open_shell()


def test_an_operation_timeout_once_is_asked_again(lab: Any, connect: Callable[..., Protocol]) -> None:
    lab.client.set_fault(lab.machine.name, "fault", action="receive", code=2150858793, count=1)
    protocol = connect()
    shell_id = protocol.open_shell()
    command_id = protocol.run_command(shell_id, "say x")
    assert protocol.get_command_output(shell_id, command_id)[0] == b"x\r\n"


def test_a_long_command_runs_into_the_operation_timeout(lab: Any, connect: Callable[..., Protocol]) -> None:
    protocol = connect(operation_timeout_sec=1, read_timeout_sec=20)
    shell_id = protocol.open_shell()
    command_id = protocol.run_command(shell_id, "hold")
    with pytest.raises(WinRMOperationTimeoutError):
        protocol.get_command_output_raw(shell_id, command_id)
    lab.machine.held.set()
    assert protocol.get_command_output(shell_id, command_id)[0] == b"released"


@pytest.mark.parametrize("code", [500, 503])
def test_a_bare_status(lab: Any, connect: Callable[..., Protocol], code: int) -> None:
    lab.client.set_fault(lab.machine.name, "status", code=code, count=2)
    protocol = connect()
    for _ in range(2):
        with pytest.raises(WinRMTransportError) as failure:
            protocol.open_shell()
        assert failure.value.code == code
    assert protocol.open_shell()


@pytest.mark.parametrize("transport", ["basic", "ntlm"])
def test_every_logon_refused(lab: Any, connect: Callable[..., Protocol], transport: str) -> None:
    lab.client.set_fault(lab.machine.name, "unauthorized")
    with pytest.raises((InvalidCredentialsError, PermissionError)):
        connect(transport).open_shell()
    lab.client.clear_faults(lab.machine.name)
    assert connect(transport).open_shell()


def test_a_foreign_certificate(lab: Any, connect: Callable[..., Protocol]) -> None:
    lab.client.set_fault(lab.machine.name, "foreign_certificate")
    with pytest.raises(requests.exceptions.SSLError):
        connect().open_shell()
    lab.client.clear_faults()
    assert connect().open_shell()


def test_a_closed_port_takes_open_connections_with_it(lab: Any, connect: Callable[..., Protocol]) -> None:
    protocol = connect()
    protocol.open_shell()
    lab.client.set_fault(lab.machine.name, "port_closed")
    with pytest.raises(LOST, match="refused"):
        connect().open_shell()
    with pytest.raises(LOST):
        protocol.open_shell()
    lab.client.clear_faults()
    assert connect().open_shell()


def test_a_machine_that_goes_down_forgets_its_shells(lab: Any, connect: Callable[..., Protocol]) -> None:
    shell_id = connect().open_shell()
    lab.machine.switch(False)
    assert lab.client.wait_for_power(lab.machine.name, up=False)
    with pytest.raises(LOST, match="refused"):
        connect().open_shell()
    lab.machine.switch(True)
    assert lab.client.wait_for_power(lab.machine.name, up=True)
    with pytest.raises(WSManFaultError) as failure:
        connect().run_command(shell_id, "say x")
    assert failure.value.wsman_fault_code == 2150858843


def test_slowness_runs_into_the_read_timeout(lab: Any, connect: Callable[..., Protocol]) -> None:
    lab.client.set_fault(lab.machine.name, "slow", action="create", seconds=30, count=1)
    protocol = connect(operation_timeout_sec=1, read_timeout_sec=2)
    with pytest.raises(requests.exceptions.ReadTimeout):
        protocol.open_shell()


def test_a_fault_touches_no_other_host(lab: Any, connect: Callable[..., Protocol]) -> None:
    lab.client.set_fault(lab.machine.name, "drop_before")
    assert connect(address=lab.site.machines["W1"].address).open_shell()


def test_shell_and_command_that_are_not_there(lab: Any, connect: Callable[..., Protocol]) -> None:
    protocol = connect()
    shell_id = protocol.open_shell()
    unknown = "0D6FCA9D-2D40-44C3-B691-E665BE7AA687"
    calls: list[Callable[[], Any]] = [
        lambda: protocol.run_command(unknown, "say x"),
        lambda: protocol.get_command_output(shell_id, unknown),
    ]
    for call in calls:
        with pytest.raises(WSManFaultError) as failure:
            call()
        assert failure.value.wsman_fault_code == 2150858843


def test_the_thirty_first_shell_is_too_many(lab: Any, connect: Callable[..., Protocol]) -> None:
    protocol = connect()
    first, *_ = [protocol.open_shell() for _ in range(30)]
    with pytest.raises(WSManFaultError) as failure:
        protocol.open_shell()
    assert failure.value.wmierror_code == 2150859173
    protocol.close_shell(first, close_session=False)
    assert protocol.open_shell()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "nonsense"}, "unknown kind"),
        ({"kind": "slow", "action": "sing"}, "unknown action"),
        ({"kind": "fault"}, "needs a code"),
        ({"kind": "port_closed", "count": 1}, "lasts until cleared"),
        ({"kind": "slow", "count": 0}, "1 or more"),
        ({"kind": "slow", "second": 1}, "unknown fields"),
    ],
)
def test_a_fault_that_cannot_be_set_is_refused(lab: Any, fault: dict[str, Any], said: str) -> None:
    with pytest.raises(LabRefused, match=said):
        lab.client.set_fault(lab.machine.name, **fault)

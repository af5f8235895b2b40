# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole exchanges over real HTTP and TLS, through the stock connection plugins."""

from __future__ import annotations

import functools
import socket
import ssl
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import (
    CommandResult,
    RemoteError,
    factory,
    open_session,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.session import ShellSession

FOUR = ["Create", "Command", "Receive", "Delete"]


@pytest.fixture(params=["winrm", "psrp"])
def plugin(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses of the session, which are not waited for."""
    pauses: list[float] = []
    monkeypatch.setattr(factory, "ShellSession", functools.partial(ShellSession, sleep=pauses.append))
    return pauses


def run(connection: Any, resend: bool = True) -> CommandResult:
    with open_session(connection, host="h1") as session:
        return session.run("ver", attempted="read", resend=resend)


def failure(connection: Any, resend: bool = True) -> RemoteError:
    with pytest.raises(RemoteError) as raised:
        run(connection, resend)
    assert "s3cret" not in f"{raised.value} {raised.value.as_result()}"
    return raised.value


def test_one_line_takes_four_requests(plugin: str, service: Any, connect: Callable[..., Any]) -> None:
    service.output = b"#ok 1\r\n\xff"
    assert run(connect(plugin, service)) == CommandResult(3, "#ok 1\r\n\ufffd", "")
    assert service.requests == FOUR
    assert service.lines == ["ver"]


def test_two_lines_share_the_shell(plugin: str, service: Any, connect: Callable[..., Any]) -> None:
    with open_session(connect(plugin, service), host="h1") as session:
        session.run("ver", attempted="read")
        session.run("hostname", attempted="read")
        assert session.commands == 2
    assert service.requests == [*FOUR[:3], "Signal", *FOUR[1:]]


def test_the_plugin_has_nothing_left_to_close(plugin: str, service: Any, connect: Callable[..., Any]) -> None:
    connection = connect(plugin, service)
    run(connection)
    connection.close()
    assert service.requests == FOUR


def test_a_wrong_password_is_sent_once(plugin: str, service: Any, connect: Callable[..., Any]) -> None:
    raised = failure(connect(plugin, service, ansible_password="s3cret-wrong"))
    assert (raised.code, raised.unreachable) == ("auth_rejected", True)
    assert service.requests == ["Create"]


def test_a_closed_port(plugin: str, connect: Callable[..., Any]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        raised = failure(
            connect(
                plugin, ansible_port=free.getsockname()[1], ansible_winrm_transport=["basic"], ansible_psrp_auth="basic"
            )
        )
    assert (raised.code, raised.unreachable) == ("host_refused", True)


def test_an_untrusted_certificate(plugin: str, service: Any, connect: Callable[..., Any]) -> None:
    raised = failure(connect(plugin, service, ansible_winrm_ca_trust_path=None, ansible_psrp_ca_cert=None))
    assert (raised.code, raised.unreachable) == ("certificate_untrusted", True)
    assert service.requests == []


@pytest.mark.parametrize(
    ("settings", "code"),
    [({"days": -1}, "certificate_expired"), ({"address": "127.0.0.9"}, "certificate_name")],
)
def test_a_wrong_certificate(
    plugin: str, make_service: Any, connect: Callable[..., Any], settings: dict[str, Any], code: str
) -> None:
    assert failure(connect(plugin, make_service(**settings))).code == code


def test_a_host_before_tls_1_2(plugin: str, make_service: Any, connect: Callable[..., Any]) -> None:
    raised = failure(connect(plugin, make_service(maximum=ssl.TLSVersion.TLSv1)))
    assert (raised.code, raised.unreachable) == ("tls_no_common_protocol", True)


def test_a_port_without_tls(plugin: str, make_service: Any, connect: Callable[..., Any]) -> None:
    assert failure(connect(plugin, make_service(tls=False))).code == "tls_not_spoken"


def test_a_ca_file_that_is_not_there(plugin: str, service: Any, connect: Callable[..., Any]) -> None:
    missing = "/nowhere/ca.pem"
    raised = failure(connect(plugin, service, ansible_winrm_ca_trust_path=missing, ansible_psrp_ca_cert=missing))
    assert raised.code == "ca_file_missing"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "forbidden"),
        (404, "path_unknown"),
        (413, "request_too_large"),
        (500, "unencrypted_refused"),
        (400, "context_lost"),
    ],
)
def test_a_status_without_a_fault(
    plugin: str, service: Any, connect: Callable[..., Any], status: int, code: str, slept: list[float]
) -> None:
    service.plan["Create"] = deque([status])
    assert failure(connect(plugin, service)).code == code
    assert service.requests == ["Create"] and slept == []


@pytest.mark.parametrize(
    ("action", "steps", "requests"),
    [
        ("Create", [503, 503], ["Create", "Create", *FOUR]),
        ("Create", ["quota_shells"], ["Create", *FOUR]),
        ("Command", ["quota_operations"], ["Create", "Command", "Delete", *FOUR]),
        ("Command", ["shell_gone"], ["Create", "Command", "Delete", *FOUR]),
        ("Command", ["drop"], ["Create", "Command", *FOUR[1:]]),
        ("Receive", ["time_out", "time_out"], ["Create", "Command", "Receive", "Receive", *FOUR[2:]]),
        ("Receive", ["drop"], ["Create", "Command", "Receive", *FOUR[1:]]),
        ("Delete", ["drop"], FOUR),
    ],
)
def test_survived(
    plugin: str,
    service: Any,
    connect: Callable[..., Any],
    soap_faults: dict[str, str],
    action: str,
    steps: list[Any],
    requests: list[str],
) -> None:
    service.plan[action] = deque(soap_faults.get(step, step) for step in steps)
    assert run(connect(plugin, service)) == CommandResult(3, "#ok 1\r\n", "")
    assert service.requests == requests


@pytest.mark.parametrize(
    ("action", "step", "code"),
    [
        ("Create", "access_denied", "access_denied"),
        ("Command", "access_denied", "access_denied"),
        ("Command", "drop", "dropped"),
        ("Receive", "drop", "dropped"),
        ("Receive", "shell_gone", "dropped"),
        ("Receive", "other", "host_fault"),
    ],
)
def test_a_change_is_never_sent_twice(
    plugin: str,
    service: Any,
    connect: Callable[..., Any],
    soap_faults: dict[str, str],
    action: str,
    step: str,
    code: str,
) -> None:
    service.plan[action] = deque([soap_faults.get(step, step)])
    raised = failure(connect(plugin, service), resend=False)
    assert (raised.code, raised.unreachable) == (code, False)
    assert service.requests.count("Command") <= 1


def test_the_quota_stays_full(
    plugin: str, service: Any, connect: Callable[..., Any], soap_faults: dict[str, str], slept: list[float]
) -> None:
    service.plan["Create"] = deque([soap_faults["quota_shells"]] * 9)
    raised = failure(connect(plugin, service))
    assert (raised.code, raised.unreachable) == ("quota_shells", False)
    assert service.requests == ["Create"] * 5 and len(slept) == 4


def test_a_web_server_in_its_place(plugin: str, service: Any, connect: Callable[..., Any]) -> None:
    service.plan["Create"] = deque(["<html><br></html>"])
    assert failure(connect(plugin, service)).code in ("answer_unreadable", "connection_failed")


@pytest.mark.parametrize("auth", ["basic", "ntlm"])
@pytest.mark.parametrize("without", ["ansible_user", "ansible_password"])
def test_no_login(plugin: str, connect: Callable[..., Any], service: Any, auth: str, without: str) -> None:
    connection = connect(plugin, service, ansible_winrm_transport=[auth], ansible_psrp_auth=auth, **{without: None})
    raised = failure(connection)
    assert (raised.code, service.requests) == ("login_incomplete", [])


@pytest.mark.parametrize(("spared", "code"), [("", "proxy_failed"), ("127.0.0.1", None)])
def test_the_environment_keeps_its_say(
    plugin: str,
    service: Any,
    connect: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    spared: str,
    code: str | None,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("https_proxy", f"http://me:s3cret@127.0.0.1:{free.getsockname()[1]}")
        monkeypatch.setenv("no_proxy", spared)
        if code:
            assert failure(connect(plugin, service)).code == code
        else:
            run(connect(plugin, service))
            assert service.requests == FOUR


@pytest.mark.parametrize("message", ["Create", "Command", "Receive"])
def test_an_answer_without_end_is_an_error(
    plugin: str, service: Any, connect: Callable[..., Any], message: str
) -> None:
    """Also the first one: whoever is in between sends it before there is a login."""
    service.plan[message] = deque(["endless"])
    assert failure(connect(plugin, service)).code == "output_too_long"
    assert service.requests[-1] in (message, "Signal", "Delete")

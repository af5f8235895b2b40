# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A short look at the port: only a machine that does not answer at all is told. Nobody behind a proxy is looked for."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._connection import quick_look
from ansible_collections.configmgr.tls.plugins.plugin_utils._connection.quick_look import look_for
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import RemoteError

PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")


class Connection:
    """A connection plugin with its options set."""

    def __init__(self, transport: str, port: int, **options: Any) -> None:
        self.transport = transport
        place = {"remote_addr": "127.0.0.1", "host": "127.0.0.1", "port": port or None}
        self._options = {
            "_extras": {},
            "scheme": "http",
            "protocol": "http",
            "ssh_executable": "ssh",
            **place,
            **options,
        }

    def get_option(self, name: str) -> Any:
        return self._options.get(name)


def winrm(port: int, **options: Any) -> Connection:
    return Connection("winrm", port, **options)


def psrp(port: int, **options: Any) -> Connection:
    return Connection("psrp", port, **options)


def ssh(port: int, **options: Any) -> Connection:
    if shutil.which("ssh") is None:
        pytest.skip("needs ssh")
    return Connection("ssh", port, **{"ssh_args": "-F none", **options})


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def silent() -> Iterator[int]:
    """A port whose listener lets nobody wait any more: Linux drops what comes."""
    listener, *waiting = (socket.socket() for _number in range(3))
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    for each in waiting:
        each.setblocking(False)
        each.connect_ex(listener.getsockname())
    yield listener.getsockname()[1]
    for each in (listener, *waiting):
        each.close()


@pytest.mark.parametrize("make", [winrm, psrp, ssh])
def test_nothing_answers(make: Callable[..., Connection], silent: int) -> None:
    with pytest.raises(RemoteError) as caught:
        look_for(make(silent), host="PC10", seconds=0.1)
    assert (caught.value.code, caught.value.unreachable) == ("connect_time_out", True)
    assert caught.value.detail == f"nothing answered at 127.0.0.1:{silent} in 0.1 seconds"


@pytest.mark.parametrize("make", [winrm, psrp, ssh])
def test_a_port_that_refuses_or_answers_is_left_to_the_connection(make: Callable[..., Connection]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        look_for(make(listener.getsockname()[1]), host="PC10", seconds=1)
        port = listener.getsockname()[1]
    look_for(make(port), host="PC10", seconds=1)


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (winrm, {"_extras": {"ansible_winrm_proxy": "http://proxy:3128"}}),
        (psrp, {"proxy": "http://proxy:3128"}),
        (ssh, {"ssh_common_args": "-o ProxyJump=bastion"}),
        (ssh, {"ssh_extra_args": "-J bastion"}),
        (ssh, {"ssh_args": "-F none -o 'ProxyCommand=nc -X 5 %h %p'"}),
        (ssh, {"ssh_executable": "/no/such/ssh"}),
        (ssh, {"ssh_args": "-F /no/such/file"}),
    ],
)
def test_nobody_is_looked_for_by_another_way(
    make: Callable[..., Connection], options: dict[str, Any], silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick_look.socket, "create_connection", _never)
    look_for(make(silent, **options), host="PC10", seconds=1)


def test_a_proxy_of_the_environment_counts(silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setattr(quick_look.socket, "create_connection", _never)
    look_for(winrm(silent), host="PC10", seconds=1)
    look_for(psrp(silent), host="PC10", seconds=1)


def test_the_look_can_be_turned_off_and_knows_only_our_connections(silent: int) -> None:
    look_for(winrm(silent), host="PC10", seconds=0)
    look_for(Connection("local", silent), host="PC10", seconds=1)


def test_ssh_itself_says_where_it_would_connect(silent: int, tmp_path: Any) -> None:
    config = tmp_path / "config"
    config.write_text(f"Host far\n  HostName 127.0.0.1\n  Port {silent}\n", encoding="utf-8")
    with pytest.raises(RemoteError):
        look_for(ssh(0, host="far", ssh_args=f"-F {config}"), host="PC10", seconds=0.1)


def _never(*_given: Any) -> None:
    raise AssertionError("somebody was looked for")

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seams of the two libraries: what a channel leaves behind and how long it waits."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import RemoteError, open_session
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.psrp import PsrpChannel
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.winrm import WinrmChannel

PATIENCE = 5.0


class Session:
    closed = 0

    def close(self) -> None:
        self.closed += 1


class Transport:
    """The transport of either library, with a context that seals messages."""

    def __init__(self) -> None:
        self.session: Session | None = Session()
        self.encryption: object | None = object()
        self.read_timeout_sec = 30
        self.read_timeout = 30.0
        self.connection_timeout = 2.0

    def close_session(self) -> None:
        assert self.session is not None
        self.session.close()


class Library:
    """pywinrm's Protocol, pypsrp's WSMan, WinRS and Process in one: notes the time-outs in force at each message."""

    def __init__(self, failing: bool = False) -> None:
        self.transport = Transport()
        self.failing = failing
        self.waits: list[tuple[str, float, float, float]] = []

    def note(self, name: str) -> None:
        transport = self.transport
        self.waits.append((name, transport.read_timeout_sec, transport.read_timeout, transport.connection_timeout))
        if self.failing:
            raise OSError("gone")

    def cleanup_command(self, *_: Any) -> None:
        self.note("signal")

    def close_shell(self, *_: Any, **__: Any) -> None:
        self.note("delete")

    def signal(self, shell: str) -> None:
        self.note("signal")

    def close(self) -> None:
        self.note("delete")


def winrm_channel(library: Library) -> tuple[WinrmChannel, SimpleNamespace]:
    connection = SimpleNamespace(protocol=library, shell_id="S", _connected=True)
    connection.close = lambda: library.close_shell(connection.shell_id)
    return WinrmChannel(connection), connection


def psrp_channel(library: Library) -> PsrpChannel:
    channel = PsrpChannel(None)
    channel._wsman = SimpleNamespace(transport=library.transport, close=library.transport.close_session)
    channel._shell, channel._processes = library, {"C": library}
    return channel


@pytest.mark.parametrize("failing", [False, True])
@pytest.mark.parametrize("make", [lambda library: winrm_channel(library)[0], psrp_channel], ids=["winrm", "psrp"])
def test_last_words_are_short(make: Callable[[Library], Any], failing: bool) -> None:
    library = Library(failing)
    channel = make(library)
    for message in (lambda: channel.end("C", PATIENCE), lambda: channel.close(PATIENCE)):
        try:
            message()
        except OSError:
            assert failing
    channel.renew(PATIENCE)
    assert [wait[0] for wait in library.waits] == ["signal", "delete", "delete"]
    for winrm_read, psrp_read, connect in (wait[1:] for wait in library.waits):
        assert min(winrm_read, psrp_read) == PATIENCE and connect == 2.0
    restored = library.transport
    assert (restored.read_timeout_sec, restored.read_timeout, restored.connection_timeout) == (30, 30.0, 2.0)


@pytest.mark.parametrize("make", [lambda library: winrm_channel(library)[0], psrp_channel], ids=["winrm", "psrp"])
def test_reset_forgets_the_connection_and_its_context(make: Callable[[Library], Any]) -> None:
    library = Library()
    session = library.transport.session
    channel = make(library)
    assert channel.encrypted()
    channel.reset()
    assert (library.transport.session, library.transport.encryption) == (None, None)
    assert session is not None and session.closed == 1
    assert not channel.encrypted() and library.waits == []


def test_abandon_leaves_the_winrm_plugin_nothing_to_do() -> None:
    channel, connection = winrm_channel(Library())
    channel.abandon()
    assert (connection.shell_id, connection.protocol, connection._connected) == (None, None, False)


@pytest.mark.parametrize("name", ["winrm", "psrp"])
def test_the_shell_speaks_utf8(name: str, service: Any, connect: Callable[..., Any]) -> None:
    open_session(connect(name, service), host="h1").close()
    assert "WINRS_CODEPAGE" in service.messages[0] and ">65001<" in service.messages[0]


@pytest.mark.parametrize("name", ["winrm", "psrp"])
def test_a_failed_login_leaves_nothing_open(
    name: str, service: Any, connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    for kind in (WinrmChannel, PsrpChannel):
        monkeypatch.setattr(kind, "abandon", lambda self: closed.append(type(self).__name__))
    with pytest.raises(RemoteError):
        open_session(connect(name, service, ansible_password="wrong"), host="h1")
    assert closed == [f"{name.capitalize()}Channel"]


def test_the_library_prints_nothing() -> None:
    assert any(isinstance(handler, logging.NullHandler) for handler in logging.getLogger("pypsrp").handlers)

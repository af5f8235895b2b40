# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of a shell through the stock winrm connection plugin, whose authenticated pywinrm session is used."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from .bounded import bounding
from .classify import NotBound, evidence_of, row_for
from .environment import MOST_IN_A_MESSAGE
from .session import Output

# The strategy imports actions before it forks: imported here, the library is there for every host.
try:
    from winrm.exceptions import WinRMOperationTimeoutError
    from winrm.transport import Transport
except ImportError as missing:
    MISSING: ImportError | None = missing

    class WinRMOperationTimeoutError(Exception):  # type: ignore[no-redef]
        """Stands in for the class of the library that is not there."""

else:
    MISSING = None
    # The plugin makes the object and logs in with it in one call. No answer to anybody in this process is so long.
    Transport.build_session = bounding(Transport.build_session, MOST_IN_A_MESSAGE)

LIBRARY = "pywinrm"
_CODE_PAGE_UTF8 = 65001


class WinrmChannel:
    """A shell of the winrm plugin. The plugin reads its own options, so all of its variables keep their meaning."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def open(self) -> None:
        connection = self._connection
        try:
            connection._connect()  # logs in and opens a shell with code page 65001
        except Exception as refused:
            if row_for(evidence_of(refused)).code == "kerberos_refused" and _unbound(connection):
                raise NotBound("ansible_winrm_send_cbt is false") from refused
            raise
        if connection.shell_id is None:
            connection.shell_id = connection.protocol.open_shell(codepage=_CODE_PAGE_UTF8)

    def send(self, line: str) -> str:
        return str(self._connection.protocol.run_command(self._connection.shell_id, line))

    def receive(self, command: str, output: Output) -> None:
        protocol = self._connection.protocol
        # pywinrm 0.5 made the method public and kept the former name as an alias.
        receive = getattr(protocol, "get_command_output_raw", None) or protocol._raw_get_command_output
        try:
            stdout, stderr, exit_code, done = receive(self._connection.shell_id, command)
        except WinRMOperationTimeoutError:
            return  # no output within the operation time-out: the command is still running
        output.stdout += stdout
        output.stderr += stderr
        output.exit_code = exit_code if done else None

    def end(self, command: str, patience: float) -> None:
        with self._hurried(patience):
            self._connection.protocol.cleanup_command(self._connection.shell_id, command)

    def encrypted(self) -> bool:
        return getattr(getattr(self._connection.protocol, "transport", None), "encryption", None) is not None

    def reset(self) -> None:
        protocol = self._connection.protocol
        if protocol is not None:
            with contextlib.suppress(Exception):
                protocol.transport.close_session()
            protocol.transport.session = None
            protocol.transport.encryption = None

    def renew(self, patience: float) -> None:
        connection = self._connection
        if connection.protocol is not None and connection.shell_id is not None:
            with contextlib.suppress(Exception), self._hurried(patience):
                connection.protocol.close_shell(connection.shell_id, close_session=False)
        connection.shell_id = None

    def close(self, patience: float) -> None:
        with self._hurried(patience):
            self._connection.close()

    def abandon(self) -> None:
        self.reset()
        # Without these the plugin would try to delete the shell once more at the end of the task.
        self._connection.shell_id = None
        self._connection.protocol = None
        self._connection._connected = False

    @contextlib.contextmanager
    def _hurried(self, patience: float) -> Iterator[None]:
        transport = getattr(self._connection.protocol, "transport", None)
        if transport is None:
            yield
            return
        usual = transport.read_timeout_sec
        transport.read_timeout_sec = min(usual or patience, patience)
        try:
            yield
        finally:
            transport.read_timeout_sec = usual


def _unbound(connection: Any) -> bool:
    # pywinrm's own argument: the plugin hands on what begins with ansible_winrm_ and is no option of it.
    return connection._winrm_scheme == "https" and not boolean(connection._winrm_kwargs.get("send_cbt", True))


def channel(connection: Any) -> WinrmChannel:
    """The channel over a winrm connection plugin; nothing is sent before open."""
    return WinrmChannel(connection)

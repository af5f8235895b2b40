# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of a shell with pypsrp and the options of the stock psrp connection plugin.

The plugin itself would open a PowerShell runspace. Only its options are used: a cmd shell of the same service is opened
with them, by the same library.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from .bounded import bounding
from .classify import NotBound, evidence_of, row_for
from .environment import MOST_IN_A_MESSAGE
from .session import Output

# The strategy imports actions before it forks: imported here, the library is there for every host.
try:
    from pypsrp.shell import CommandState, Process, SignalCode, WinRS
    from pypsrp.wsman import WSMan
except ImportError as missing:
    MISSING: ImportError | None = missing
else:
    MISSING = None
    # pypsrp logs failures with a traceback, which Python prints where no handler is: they are reported as errors here.
    logging.getLogger("pypsrp").addHandler(logging.NullHandler())

LIBRARY = "pypsrp"
_CODE_PAGE_UTF8 = 65001
_BY_PASSWORD = ("basic", "ntlm", "credssp")

_AS_THEY_ARE = (
    "path",
    "auth",
    "connection_timeout",
    "read_timeout",
    "operation_timeout",
    "max_envelope_size",
    "proxy",
    "reconnection_retries",
    "certificate_key_pem",
    "certificate_pem",
    "certificate_key_password",
    "credssp_auth_mechanism",
    "credssp_disable_tlsv1_2",
    "credssp_minimum_version",
    "negotiate_send_cbt",
    "negotiate_delegate",
    "negotiate_hostname_override",
    "negotiate_service",
)
"""Options of the plugin that pypsrp takes under the same name."""


def options_of(connection: Any) -> dict[str, Any]:
    """The options of the plugin as arguments of WSMan. An option that this ansible-core does not have, or that is not
    set, is left to the library's default. Source: the option descriptions of ansible.builtin.psrp."""

    def option(name: str) -> Any:
        try:
            return connection.get_option(name)
        except KeyError:
            return None

    protocol, port = option("protocol"), option("port")
    if protocol is None:
        protocol = "http" if port is not None and int(port) == 5985 else "https"
    arguments: dict[str, Any] = {
        "server": option("remote_addr"),
        "port": int(port) if port is not None else (5986 if protocol == "https" else 5985),
        "username": option("remote_user"),
        "password": option("remote_password"),
        "ssl": protocol == "https",
        "encryption": option("message_encryption"),
        "no_proxy": bool(option("ignore_proxy")),
        "cert_validation": False if option("cert_validation") == "ignore" else option("ca_cert") or True,
    }
    if (backoff := option("reconnection_backoff")) is not None:
        arguments["reconnection_backoff"] = float(backoff)
    arguments.update((name, option(name)) for name in _AS_THEY_ARE)
    return {name: value for name, value in arguments.items() if value is not None}


def _require_login(options: Mapping[str, Any]) -> None:
    """pypsrp would send an empty login, or look for a ticket that these methods cannot use. In pywinrm's words."""
    missing = [name for name in ("username", "password") if options.get(name, "") == ""]
    if missing and options.get("auth") in _BY_PASSWORD:
        raise ValueError(f"auth method {options['auth']} requires a {missing[0]}")


class PsrpChannel:
    """A cmd shell that pypsrp opens. One Process per command line."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._wsman: Any = None
        self._shell: Any = None
        self._processes: dict[str, Any] = {}

    def open(self) -> None:
        if self._wsman is None:
            options = options_of(self._connection)
            _require_login(options)
            self._wsman = WSMan(**options)
            # Whoever answers at the port answers before there is a login.
            transport = self._wsman.transport
            transport._build_session = bounding(transport._build_session, MOST_IN_A_MESSAGE)
        shell = WinRS(self._wsman, codepage=_CODE_PAGE_UTF8)
        try:
            shell.open()
        except Exception as refused:
            bound = self._connection.get_option("negotiate_send_cbt")
            if not bound and row_for(evidence_of(refused)).code == "kerberos_refused":
                raise NotBound("ansible_psrp_negotiate_send_cbt is false") from refused
            raise
        self._shell = shell

    def send(self, line: str) -> str:
        process = Process(self._shell, line)
        process.begin_invoke()
        command = str(process.id)
        self._processes = {command: process}
        return command

    def receive(self, command: str, output: Output) -> None:
        process = self._processes[command]
        process.poll_invoke()  # an operation time-out is no error there
        # The library gathers, too.
        output.stdout += process.stdout[len(output.stdout) :]
        output.stderr += process.stderr[len(output.stderr) :]
        if process.state == CommandState.DONE:
            output.exit_code = -1 if process.rc is None else process.rc

    def end(self, command: str, patience: float) -> None:
        with self._hurried(patience):
            self._processes[command].signal(SignalCode.TERMINATE)

    def encrypted(self) -> bool:
        return getattr(getattr(self._wsman, "transport", None), "encryption", None) is not None

    def reset(self) -> None:
        if self._wsman is not None:
            with contextlib.suppress(Exception):
                self._wsman.close()
            self._wsman.transport.session = None
            self._wsman.transport.encryption = None

    def renew(self, patience: float) -> None:
        if self._shell is not None:
            with contextlib.suppress(Exception), self._hurried(patience):
                self._shell.close()
        self._shell = None

    def close(self, patience: float) -> None:
        if self._shell is not None:
            with self._hurried(patience):
                self._shell.close()

    def abandon(self) -> None:
        self.reset()
        self._shell = None

    @contextlib.contextmanager
    def _hurried(self, patience: float) -> Iterator[None]:
        transport = self._wsman.transport
        usual = transport.connection_timeout, transport.read_timeout
        transport.connection_timeout, transport.read_timeout = (min(value, patience) for value in usual)
        try:
            yield
        finally:
            transport.connection_timeout, transport.read_timeout = usual


def channel(connection: Any) -> PsrpChannel:
    """The channel with the options of a psrp connection plugin; nothing is sent before open."""
    return PsrpChannel(connection)

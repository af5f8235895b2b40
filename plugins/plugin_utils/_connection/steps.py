# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One step after the other towards a host, up to the first that fails: name, port, TLS, offers, login, a command."""

from __future__ import annotations

import email.utils
import http.client
import os
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .._remote import RemoteError, Session
from .._remote.classify import evidence_of, row_for
from .._remote.errors import Fault, table
from .controller import troubles
from .target import ConnectionTarget

__all__ = ["Examination", "ConnectionStep", "examine"]

# What Kerberos allows two clocks to differ. Source: Microsoft, Maximum tolerance for computer clock synchronization.
CLOCK_SECONDS = 300
_WORD = "configmgr.tls"
_OFFERED_BY = {"basic": "basic", "plaintext": "basic", "ssl": "basic", "credssp": "credssp"}
_CODES = {404: "path_unknown", 405: "path_unknown", 403: "forbidden", 503: "http_busy", 407: "proxy_failed"}


class Failed(Exception):
    """A step that found what is wrong: a row of the table of failures, and what was seen."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault, self.detail = fault, detail


@dataclass(frozen=True)
class ConnectionStep:
    """The result of one step of an examination.

    ``status``: ok, failed, or skipped with the reason in ``detail``.
    """

    name: str
    status: str
    seconds: float
    detail: str = ""
    fault: Fault | None = None

    def as_dict(self) -> dict[str, Any]:
        row = {"step": self.name, "status": self.status, "seconds": self.seconds, "detail": self.detail}
        return {**row, "code": self.fault.code, "remedy": self.fault.remedy} if self.fault else row


@dataclass
class Examination:
    """The examination of a connection, step by step.

    ``connect``: opens a session with the connection plugin; ``connect_unbound``: one whose login is not bound to
    TLS, where the plugin can do that.
    """

    target: ConnectionTarget
    timeout: float
    connect: Callable[[], Session]
    connect_unbound: Callable[[], Session] | None = None
    clock_difference: int | None = None
    """Seconds that the host's clock is ahead, as far as its answer tells."""
    _session: Session | None = None
    _offers: list[str] = field(default_factory=list)

    def controller(self) -> str:
        for fault, detail in troubles(self.target):
            raise Failed(fault, detail)
        return f"{self.target.connection}, {' or '.join(self.target.authentication)}"

    def name(self) -> str:
        rows = socket.getaddrinfo(self.target.host, self.target.port, type=socket.SOCK_STREAM)
        return ", ".join(dict.fromkeys(str(row[4][0]) for row in rows))

    def port(self) -> str:
        with self._plain() as opened:
            if self.target.scheme != "ssh":
                return f"{self.target.port} is open"
            banner = opened.recv(255).decode("ascii", "replace").strip()
        if not banner.startswith("SSH-"):
            raise Failed(table()["answer_unreadable"], f"no ssh server: {banner[:60]!r}")
        return f"{self.target.port} is open: {banner}"

    def tls(self) -> str:
        with self._secure() as opened:
            cipher = opened.cipher()
            return f"{opened.version()}, {cipher[0] if cipher else ''}"

    def offers(self) -> str:
        """What the service offers to a caller without a login."""
        with self._secure() if self.target.scheme == "https" else self._plain() as opened:
            line = http.client.HTTPConnection(self.target.host, self.target.port, timeout=self.timeout)
            line.sock = opened
            line.request("POST", f"/{self.target.path}", b"", {"Content-Type": "application/soap+xml;charset=UTF-8"})
            answer = line.getresponse()
            self._offers = [value for name, value in answer.getheaders() if name.lower() == "www-authenticate"]
            self.clock_difference = _difference(answer.getheader("Date"))
        if answer.status != 401:
            code = _CODES.get(answer.status, "answer_unreadable")
            raise Failed(table()[code], f"HTTP status {answer.status} to a caller without a login")
        offered = {word.strip().partition(" ")[0].lower() for value in self._offers for word in value.split(",")}
        wanted = [_OFFERED_BY.get(method, "negotiate") for method in self.target.authentication]
        shown = ", ".join(value.partition(" ")[0] for value in self._offers)
        if "certificate" not in self.target.authentication and not offered & {*wanted, "kerberos"}:
            raise Failed(table()["auth_not_offered"], f"the host offers {shown or 'nothing'}")
        return shown

    def login(self) -> str:
        try:
            self._session = self.connect()
        except RemoteError as error:
            raise self._explained(error) from None
        return f"as {self.target.user or 'the user of the ticket'}"

    def command(self) -> str:
        if self._session is None:
            raise AssertionError("a command is run after the login")
        answer = self._session.run(f"echo {_WORD}", attempted="run a command").stdout.strip()
        if answer != _WORD:
            raise Failed(table()["answer_unreadable"], f"echo gave {answer[:60]!r}")
        return "echo came back"

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def _explained(self, error: RemoteError) -> Failed:
        """A host that refuses a ticket does not say why: what can be seen from here does."""
        if error.code == "kerberos_refused":
            if abs(self.clock_difference or 0) > CLOCK_SECONDS:
                seen = f"the clock of the host differs from the controller's by {self.clock_difference} s; set it right"
                return Failed(table()["kerberos_clock"], seen)
            if self.target.scheme == "https" and self._works_unbound():
                return Failed(table()["tls_proxy"], "the same login is taken when it is not bound to the connection")
        return Failed(table()[error.code], error.detail)

    def _works_unbound(self) -> bool:
        if self.connect_unbound is None:
            return False
        try:
            self.connect_unbound().close()
        except RemoteError:
            return False
        return True

    def _plain(self) -> socket.socket:
        try:
            return socket.create_connection((self.target.host, self.target.port), self.timeout)
        except TimeoutError:
            raise Failed(table()["connect_time_out"], f"no answer in {self.timeout:.0f} s") from None

    def _secure(self) -> ssl.SSLSocket:
        plain = self._plain()
        try:
            return _context(self.target.verify).wrap_socket(plain, server_hostname=self.target.host)
        except TimeoutError:
            plain.close()
            raise Failed(table()["tls_not_spoken"], f"no answer to TLS in {self.timeout:.0f} s") from None
        except BaseException:
            plain.close()
            raise


def examine(examination: Examination) -> list[ConnectionStep]:
    """All steps; what comes after a failed one is skipped."""
    target, steps, failed = examination.target, [], ""
    acts: tuple[Callable[[], str], ...] = (
        examination.controller, examination.name, examination.port, examination.tls, examination.offers,
        examination.login, examination.command,
    )  # fmt: skip
    try:
        for act in acts:
            reason = f"{failed} failed" if failed else _needless(act.__name__, target)
            steps.append(ConnectionStep(act.__name__, "skipped", 0.0, reason) if reason else _tried(act))
            if steps[-1].fault is not None:
                failed = act.__name__
    finally:
        examination.close()
    return steps


def _tried(act: Callable[[], str]) -> ConnectionStep:
    begun = time.monotonic()
    fault = None
    try:
        detail = act()
    except Failed as failure:
        fault, detail = failure.fault, failure.detail
    except RemoteError as error:
        fault, detail = table()[error.code], error.detail
    except TimeoutError as problem:
        fault, detail = table()["read_time_out"], str(problem)
    except (OSError, http.client.HTTPException) as problem:
        fault, detail = row_for(evidence_of(problem)), f"{type(problem).__name__}: {problem}"
    return ConnectionStep(act.__name__, "failed" if fault else "ok", round(time.monotonic() - begun, 3), detail, fault)


def _needless(name: str, target: ConnectionTarget) -> str:
    if target.proxy and name in ("name", "port", "tls", "offers"):
        return "a proxy is used"
    if target.scheme == "ssh" and name in ("tls", "offers"):
        return "over ssh"
    return "over http" if target.scheme == "http" and name == "tls" else ""


def _context(verify: str | bool) -> ssl.SSLContext:
    """As requests, which pywinrm and pypsrp use, has it."""
    context = ssl.create_default_context()
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    file = verify if isinstance(verify, str) else os.environ.get("REQUESTS_CA_BUNDLE") or _bundle()
    if file:
        context.load_verify_locations(**({"capath": file} if Path(file).is_dir() else {"cafile": file}))
    return context


def _bundle() -> str:
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    return str(DEFAULT_CA_BUNDLE_PATH)


def _difference(date: str | None) -> int | None:
    if not date:
        return None
    try:
        return round((email.utils.parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine over as many sessions as it takes: a long wait outlives connections, and restarts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .._marks import HEARD
from .._remote import CommandResult, RemoteError, Session
from .._tls.journal import BootMarker
from .._windows.questions import Answers, Command, Query
from .asking import ask_machine
from .waiting import Waiter, shut_down, wait_until_back

__all__ = ["Machine"]

# What trying again does not mend: more tries lock an account.
_FINAL = ("authentication", "certificate")


class Machine:
    """A machine with a session that is opened on first use.

    ``connect`` opens a session; it is called when there is none.
    """

    def __init__(self, host: str, connect: Callable[[], Session], waiter: Waiter) -> None:
        self.host = host
        self.waiter = waiter
        self._connect = connect
        self._session: Session | None = None

    def session(self) -> Session:
        if self._session is None:
            self._session = self._connect()
        return self._session

    def run(self, line: str, attempted: str, *, resend: bool = True) -> CommandResult:
        return self.session().run(line, attempted=attempted, resend=resend)

    def ask(self, questions: Sequence[Query | Command], attempted: str) -> Answers:
        """All questions, in as few lines as it takes. RemoteError."""
        return ask_machine(self.session(), questions, attempted)

    def markers(self, line: str, attempted: str) -> set[str]:
        """Runs a line that ends its steps in markers of ours, once; the numbers of those that were printed."""
        text = self.run(line, attempted, resend=False).stdout
        return {row.strip().removeprefix(HEARD) for row in text.splitlines() if row.startswith(HEARD)}

    def patient_ask(self, questions: Sequence[Query | Command], attempted: str) -> Answers | None:
        """Asks a machine that may not answer yet.

        None while the machine does not answer: it may be restarting. RemoteError when waiting cannot help.
        """
        try:
            return self.ask(questions, attempted)
        except RemoteError as error:
            self.close()
            if error.kind in _FINAL:
                raise
            return None

    def restart(self, before: BootMarker, message: str, delay: int, down_timeout: int, up_timeout: int) -> None:
        """Restart it and wait until it is back. ``before``: the uptime that ends."""
        shut_down(self.session(), delay, message)
        self.close()
        self.waiter.sleep(float(delay))
        self.wait_for_restart(before, down_timeout, up_timeout)

    def wait_for_restart(self, before: BootMarker, down_timeout: int, up_timeout: int) -> None:
        """Wait until a restart that is under way is over."""
        self.close()
        wait_until_back(self._connect, before, down_timeout, up_timeout, self.waiter)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

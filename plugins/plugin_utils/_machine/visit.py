# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One visit to a machine: the command line that reads everything, and what is made of its answer."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .._data import sql_clients
from .._failure import Failure
from .._remote import Session, join
from .._tls.build import host_state
from .._tls.plan import COMPONENTS, LEGACY_PROTOCOLS, registry_after, settings_plan
from .._tls.state import HostState
from .._windows.questions import Command, Query
from .._windows.registry import Registry
from .._windows.snapshot import Snapshot, snapshot_commands, snapshot_questions

__all__ = ["Visit", "journal_path", "prepare", "read_machine"]


@dataclass(frozen=True)
class Visit:
    """What was read: the snapshot as it is, and the state that it comes to."""

    snapshot: Snapshot
    state: HostState

    @property
    def registry(self) -> Registry:
        return self.snapshot.registry

    def enabled_state(self) -> HostState:
        """The state that the enable stage leads to."""
        windows = self.state.windows
        if windows.release is None:
            return self.state
        plan = settings_plan(
            self.registry, windows.release, "enable", COMPONENTS, LEGACY_PROTOCOLS, x64=windows.has_wow
        )
        return host_state(replace(self.snapshot, registry=registry_after(self.registry, plan.changes)))


def journal_path(location: str) -> str:
    return rf"{location}\journal.txt"


def prepare(location: str) -> None:
    """Work out what the first visit of a process works out for all of them."""
    host_state(Snapshot.parse(_questions(location)[0], ""))


@functools.lru_cache(maxsize=4)
def _questions(location: str) -> tuple[tuple[Query | Command, ...], str]:
    keys = [client.registry_key for client in sql_clients() if client.registry_key]
    questions = snapshot_questions(keys, journal_path(location))
    lines = join(snapshot_commands(questions))
    return tuple(questions), lines[0]


def read_machine(session: Session, location: str) -> Visit:
    """Read the TLS state with one command line. ``location`` is where our backups and the journal are."""
    questions, line = _questions(location)
    answer = session.run(line, attempted="read the TLS state", resend=True)
    snapshot = Snapshot.parse(questions, answer.stdout)
    if not snapshot.complete:
        raise Failure(
            "no_answer",
            f"the machine answered nothing that could be read (exit code {answer.exit_code}).",
            "Check that this is a Windows machine and that reg.exe may run in a remote command shell.",
            {"output": _excerpt((answer.stdout, answer.stderr))},
        )
    return Visit(snapshot, host_state(snapshot))


def _excerpt(texts: Sequence[str]) -> str:
    return " ".join(" ".join(texts).split())[:200]

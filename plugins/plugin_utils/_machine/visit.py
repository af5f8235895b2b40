# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One visit to a machine: the command line that reads everything, and what is made of its answer."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from .._data import sql_clients
from .._failure import Failure
from .._remote import Session
from .._tls.build import host_state
from .._tls.enabled import enabled_state
from .._tls.state import HostState
from .._windows.further import further_questions, last_questions
from .._windows.location import DEFAULT, Location
from .._windows.questions import Answers, Command, Query
from .._windows.registry import Registry
from .._windows.snapshot import Snapshot, snapshot_questions
from .asking import ask_text, question_lines
from .place import Place, place_of

__all__ = ["Visit", "read_machine"]


@dataclass(frozen=True)
class Visit:
    """What was read: the snapshot as it is, and the state that it comes to."""

    snapshot: Snapshot
    state: HostState
    place: Place

    @property
    def registry(self) -> Registry:
        return self.snapshot.registry

    def enabled_state(self) -> HostState:
        """The state that the enable stage leads to."""
        return enabled_state(self.snapshot, self.state)


@functools.lru_cache(maxsize=4)
def _questions(location: Location, changing: bool) -> tuple[tuple[Query | Command, ...], tuple[str, ...]]:
    questions = (*snapshot_questions(location.journal, changing=changing), *location.questions())
    return questions, tuple(question_lines(questions))


@functools.lru_cache(maxsize=1)
def _sql_client_keys() -> tuple[str, ...]:
    return tuple(client.registry_key for client in sql_clients() if client.registry_key)


def read_machine(session: Session, location: Location, *, changing: bool = False) -> Visit:
    """Read the TLS state. ``location`` is where our backups and the journal are; ``changing``: a change or a restart
    may follow, so that both signs of the uptime are wanted.

    Failure no_answer, location_not_safe, journal_unreadable.
    """
    questions, lines = _questions(location, changing)
    printed = [session.run(line, attempted="read the TLS state") for line in lines]
    answers = Answers.parse(questions, "\n".join(answer.stdout for answer in printed))
    if not answers.answered:
        raise Failure(
            "no_answer",
            f"the machine answered nothing that could be read (exit code {printed[-1].exit_code}).",
            "Check that this is a Windows machine and that reg.exe may run in a remote command shell.",
            {"output": _excerpt([text for answer in printed for text in (answer.stdout, answer.stderr)])},
        )
    for more in (lambda seen: further_questions(seen, _sql_client_keys()), last_questions):
        if asked := more(answers):
            answers = answers.and_then(asked, ask_text(session, asked, "read the TLS state"))
    snapshot = Snapshot.of(answers)
    return Visit(snapshot, host_state(snapshot), place_of(location, answers.commands))


def _excerpt(texts: Sequence[str]) -> str:
    return " ".join(" ".join(texts).split())[:200]


# What the first visit of a process works out is the same for all: made on import, it is there in every worker.
for _changing in (False, True):
    _questions(Location(DEFAULT), _changing)

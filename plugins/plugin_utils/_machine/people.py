# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is logged on to a machine, and what time it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timezone

from .._remote import Session
from .._tls.restart_policy import LoggedOn
from .._windows.people import (
    HIVES_QUESTIONS,
    clock_bias,
    configmgr_restarts,
    loaded_users,
    session_questions,
    sessions_of,
)
from .asking import ask_machine

__all__ = ["Around", "look_around", "somebody_there"]

_ATTEMPTED = "see who is logged on"


@dataclass(frozen=True)
class Around:
    """Who and what is around a restart: people, clocks and ConfigMgr's own plans.

    ``people``: who is logged on, None when it could not be told. ``clocks``: the time by the controller's clock and
    by the machine's, which is the controller's in the zone of the machine, and missing when that is not known.
    ``configmgr_pending``: whether ConfigMgr's client is seen to have a restart of its own pending.
    """

    people: list[LoggedOn] | None
    clocks: dict[str, datetime]
    configmgr_pending: bool = False


def look_around(session: Session) -> Around:
    """Reads who is logged on, the clocks, and whether ConfigMgr has a restart pending. Raises RemoteError."""
    answers = ask_machine(session, HIVES_QUESTIONS, _ATTEMPTED)
    now = datetime.now(UTC)
    clocks, bias = {"controller": now.astimezone()}, clock_bias(answers)
    if bias is not None:
        clocks["machine"] = now.astimezone(timezone(-bias))
    users = loaded_users(answers)
    pending = configmgr_restarts(answers)
    if users is None:
        return Around(None, clocks, pending)
    found = ask_machine(session, session_questions(users), _ATTEMPTED) if users else None
    people = [LoggedOn(*row) for row in sessions_of(users, found)] if found else []
    return Around(people, clocks, pending)


def somebody_there(session: Session) -> bool:
    """Whether anybody is logged on, or that could not be told. RemoteError."""
    people = look_around(session).people
    return people is None or len(people) > 0

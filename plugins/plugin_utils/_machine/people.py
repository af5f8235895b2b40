# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is logged on to a machine, and what time it is there."""

from __future__ import annotations

from datetime import UTC, datetime, timezone

from .._remote import Session
from .._tls.restart_policy import LoggedOn
from .._windows.people import HIVES_QUESTIONS, clock_bias, loaded_users, session_questions, sessions_of
from .asking import ask_machine

__all__ = ["look_around", "somebody_there"]

_ATTEMPTED = "see who is logged on"


def look_around(session: Session) -> tuple[list[LoggedOn] | None, dict[str, datetime]]:
    """Who is logged on, None when it could not be told; and the time by the controller's and the machine's clock.

    The machine's is the controller's in the zone of the machine, and missing when that is not known. RemoteError.
    """
    answers = ask_machine(session, HIVES_QUESTIONS, _ATTEMPTED)
    now = datetime.now(UTC)
    clocks, bias = {"controller": now.astimezone()}, clock_bias(answers)
    if bias is not None:
        clocks["machine"] = now.astimezone(timezone(-bias))
    users = loaded_users(answers)
    if users is None:
        return None, clocks
    found = ask_machine(session, session_questions(users), _ATTEMPTED) if users else None
    return [LoggedOn(*row) for row in sessions_of(users, found)] if found else [], clocks


def somebody_there(session: Session) -> bool:
    """Whether anybody is logged on, or that could not be told. RemoteError."""
    people, _clocks = look_around(session)
    return people is None or len(people) > 0

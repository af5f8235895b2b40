# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a machine with people in front of it may be restarted: policy, who is logged on, and the time.

What Windows does to people, by Microsoft's pages on shutdown and InitiateShutdown: a delay above 0 implies force, so
that at its end what is not saved is lost; only a restart at once and without force is refused while somebody is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from .maintenance import Opening

__all__ = ["POLICIES", "Act", "Decision", "LoggedOn", "decide"]


class Act(Enum):
    """What is done to the machine now."""

    AT_ONCE = "at once"
    IF_NOBODY = "at once, unless Windows knows of somebody"
    AFTER_NOTICE = "after the notice, and the run waits for it"
    ANNOUNCE = "after the notice, and the run goes on"
    WAIT = "not by this run"


# policy: with nobody there, with somebody there
_TABLE = {
    "machine": (Act.AT_ONCE, Act.AT_ONCE),
    "now": (Act.AT_ONCE, Act.AFTER_NOTICE),
    "when_nobody": (Act.IF_NOBODY, Act.WAIT),
    "notice": (Act.AT_ONCE, Act.ANNOUNCE),
    "configmgr": (Act.WAIT, Act.WAIT),
}
POLICIES = tuple(_TABLE)
_WITH_NOTICE = (Act.AFTER_NOTICE, Act.ANNOUNCE)


@dataclass(frozen=True)
class LoggedOn:
    """Somebody who is logged on. ``session``: as Windows names it, such as Console; it may be disconnected."""

    user: str
    session: str


@dataclass(frozen=True)
class Decision:
    """What is done about a restart, and why.

    ``waits_for``: C(people), C(window) or C(configmgr), None when nothing is waited for.
    """

    act: Act
    waits_for: str | None
    opening: Opening


def decide(
    policy: str, people: Sequence[LoggedOn] | None, notice: timedelta, window: Callable[[timedelta], Opening]
) -> Decision:
    """Decides whether and how a machine is restarted now.

    ``people``: None when it could not be told, which counts as somebody. ``window``: whether there is room for what
    takes so long.
    """
    act = _TABLE[policy][people is None or len(people) > 0]
    room = window(notice if act in _WITH_NOTICE else timedelta(0))
    if act is Act.WAIT:
        return Decision(act, "configmgr" if policy == "configmgr" else "people", room)
    return Decision(act, None, room) if room.is_open else Decision(Act.WAIT, "window", room)

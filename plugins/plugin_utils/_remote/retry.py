# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a request is sent again. Pure: the failure, the stage and the count go in, the next step comes out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class RequestStage(Enum):
    """What a request was for: until the command line is sent nothing can have run on the host."""

    OPEN = "open"
    COMMAND = "command"
    RECEIVE = "receive"


class Again(Enum):
    """What to repeat."""

    NOTHING = "nothing"  # the failure stands
    UNKNOWN = "unknown"  # it stands, and whether the command line ran is not known
    REQUEST = "request"  # the same message
    LINE = "line"  # the whole command line


@dataclass(frozen=True)
class Policy:
    """How often and how patiently. Delays in seconds."""

    tries: int = 5
    first_delay: float = 1.0
    longest_delay: float = 8.0
    longest_command: float = 900.0
    shortest_pause: float = 0.05
    longest_pause: float = 2.0
    most_output: int = 8 * 1024 * 1024
    """Bytes that a command line may print; the longest of ours, a search of logs, is bounded to a tenth of it."""
    full_message: int = 16 * 1024
    """A Receive that brings so many bytes was ended by its size, not by the machine: the next one has more at once."""
    last_words: float = 5.0
    """How long an answer to the closing messages may take: nothing depends on it any more."""


@dataclass(frozen=True)
class NextStep:
    """The next step: what to repeat, what to renew before it, and how many seconds to wait first."""

    again: Again
    reset: bool = False
    renew: bool = False
    delay: float = 0.0


def first_pause(asked: int, pace: float | None, policy: Policy) -> float:
    """Seconds before the first Receive of a line with so many questions. ``pace``: seconds that one took in the line
    before it, None when there was none: the first output then tells.
    """
    return min(asked * pace, policy.longest_pause) if pace else 0.0


def pause(elapsed: float, asked: int, answered: int, policy: Policy) -> float:
    """Seconds before the next Receive of a line that has run for ``elapsed`` and answered so many of its questions.

    WinRM answers Receive as soon as there is anything, which is after every program: a wait lets one message bring the
    output of many. The shell's own start is one more than the questions that were answered, and of those that are
    left about one in seven is answered by the shell itself.
    """
    rest = elapsed / (answered + 1) * (asked - answered) * 6 / 7 if answered else elapsed / 2
    return min(max(rest, policy.shortest_pause), policy.longest_pause)


def delay_before(tries: int, policy: Policy, chance: float) -> float:
    """Seconds to wait before try number tries + 1: doubled each time, spread over its upper half by chance (0 to 1)."""
    whole = min(policy.first_delay * 2.0 ** (tries - 1), policy.longest_delay)
    return whole * (0.5 + chance / 2)


def next_step(
    retry: str,
    *,
    stage: RequestStage,
    resend: bool,
    encrypted: bool,
    refused: bool,
    tries: int,
    policy: Policy,
    chance: float,
) -> NextStep:
    """What follows a failed request.

    retry: the column of the table; resend: whether the command line may run twice; encrypted: whether messages are
    sealed by a security context; refused: whether it is certain that the host did not begin (it said so, or the
    request never reached it); tries: requests of this command line that have failed so far, this one included.
    """
    sent = stage is RequestStage.RECEIVE or (stage is RequestStage.COMMAND and (retry == "reconnect" or not refused))
    lost = NextStep(Again.UNKNOWN if sent and not resend else Again.NOTHING)
    if retry == "never":
        return NextStep(Again.NOTHING) if refused else lost
    # A login that is dropped twice was never an idle connection: more tries would only hide a refusal.
    most = min(policy.tries, 2) if retry == "reconnect" and stage is RequestStage.OPEN else policy.tries
    if (retry == "reset" and not encrypted) or tries >= most:
        return lost if retry == "reconnect" or not refused else NextStep(Again.NOTHING)
    if retry == "reset":
        return NextStep(Again.REQUEST, reset=True)
    delay = delay_before(tries, policy, chance)
    # What the host gave out for a Receive may be lost behind a proxy that answers in its place, and is not given again.
    if retry == "wait" and stage is not RequestStage.RECEIVE:
        return NextStep(Again.REQUEST, delay=delay)
    if sent and not resend:
        return lost
    again = Again.REQUEST if stage is RequestStage.OPEN else Again.LINE
    if retry == "renew":
        return NextStep(again, renew=stage is not RequestStage.OPEN, delay=delay)
    return NextStep(again, reset=True, delay=delay)

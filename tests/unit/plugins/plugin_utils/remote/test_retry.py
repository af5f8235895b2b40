# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a request is sent again: the policy as a table, and what must hold for every entry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.errors import RETRIES
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.retry import (
    Again,
    NextStep,
    Policy,
    RequestStage,
    delay_before,
    first_pause,
    next_step,
    pause,
)

POLICY = Policy()
OPEN, COMMAND, RECEIVE = RequestStage.OPEN, RequestStage.COMMAND, RequestStage.RECEIVE


def step(
    retry: str, stage: RequestStage, resend: bool = True, refused: bool = True, tries: int = 1, sealed: bool = False
) -> NextStep:
    return next_step(
        retry, stage=stage, resend=resend, encrypted=sealed, refused=refused, tries=tries, policy=POLICY, chance=1.0
    )


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        # A refusal (wrong password, access denied) stands, whatever the stage.
        (step("never", OPEN), NextStep(Again.NOTHING)),
        (step("never", COMMAND, resend=False), NextStep(Again.NOTHING)),
        (step("never", RECEIVE, resend=False), NextStep(Again.NOTHING)),
        # Silence after the line was sent.
        (step("never", COMMAND, resend=True, refused=False), NextStep(Again.NOTHING)),
        (step("never", COMMAND, resend=False, refused=False), NextStep(Again.UNKNOWN)),
        (step("never", RECEIVE, resend=False, refused=False), NextStep(Again.UNKNOWN)),
        (step("never", OPEN, resend=False, refused=False), NextStep(Again.NOTHING)),
        # The host refused to begin: the same again, even when the line must not run twice.
        (step("wait", OPEN), NextStep(Again.REQUEST, delay=1.0)),
        (step("wait", COMMAND, resend=False, tries=3), NextStep(Again.REQUEST, delay=4.0)),
        (step("wait", RECEIVE), NextStep(Again.LINE, reset=True, delay=1.0)),
        (step("wait", RECEIVE, resend=False), NextStep(Again.UNKNOWN)),
        (step("wait", COMMAND, tries=5), NextStep(Again.NOTHING)),
        # A shell that cannot be used.
        (step("renew", COMMAND, resend=False), NextStep(Again.LINE, renew=True, delay=1.0)),
        (step("renew", RECEIVE, resend=True), NextStep(Again.LINE, renew=True, delay=1.0)),
        (step("renew", RECEIVE, resend=False), NextStep(Again.UNKNOWN)),
        (step("renew", OPEN), NextStep(Again.REQUEST, delay=1.0)),
        # 400 means "could not decrypt" only where messages are sealed.
        (step("reset", COMMAND, resend=False, sealed=True), NextStep(Again.REQUEST, reset=True)),
        (step("reset", RECEIVE, resend=False, sealed=True), NextStep(Again.REQUEST, reset=True)),
        (step("reset", COMMAND), NextStep(Again.NOTHING)),
        # A lost connection.
        (step("reconnect", OPEN, refused=False), NextStep(Again.REQUEST, reset=True, delay=1.0)),
        (step("reconnect", OPEN, refused=False, tries=2), NextStep(Again.NOTHING)),
        (step("reconnect", COMMAND, refused=False), NextStep(Again.LINE, reset=True, delay=1.0)),
        (step("reconnect", COMMAND, refused=False, resend=False), NextStep(Again.UNKNOWN)),
        (step("reconnect", RECEIVE, refused=False, resend=False), NextStep(Again.UNKNOWN)),
        (step("reconnect", RECEIVE, refused=False, tries=5), NextStep(Again.NOTHING)),
        # An operation time-out is the host's answer, and yet the command may run.
        (step("reconnect", COMMAND, refused=True, resend=False), NextStep(Again.UNKNOWN)),
    ],
)
def test_policy(actual: NextStep, expected: NextStep) -> None:
    assert actual == expected


@given(
    retry=st.sampled_from(sorted(RETRIES)),
    stage=st.sampled_from(RequestStage),
    refused=st.booleans(),
    encrypted=st.booleans(),
    resend=st.booleans(),
    tries=st.integers(1, 20),
    chance=st.floats(0, 1),
)
def test_what_always_holds(
    retry: str, stage: RequestStage, refused: bool, encrypted: bool, resend: bool, tries: int, chance: float
) -> None:
    found = next_step(
        retry,
        stage=stage,
        resend=resend,
        encrypted=encrypted,
        refused=refused,
        tries=tries,
        policy=POLICY,
        chance=chance,
    )
    assert 0 <= found.delay <= POLICY.longest_delay
    if tries >= POLICY.tries or retry == "never":
        assert found.again in (Again.NOTHING, Again.UNKNOWN)
    if found.again is Again.UNKNOWN:
        assert not resend and stage is not OPEN
    if not resend and stage is RECEIVE:
        assert found.again is not Again.LINE
    if not resend and stage is COMMAND and not refused and retry in ("reconnect", "never"):
        assert found.again is Again.UNKNOWN


@given(chance=st.floats(0, 1), tries=st.integers(1, 30))
def test_delays_grow_and_stay_bounded(chance: float, tries: int) -> None:
    assert POLICY.first_delay / 2 <= delay_before(tries, POLICY, chance) <= POLICY.longest_delay
    assert delay_before(tries, POLICY, chance) <= delay_before(tries + 1, POLICY, chance)


@pytest.mark.parametrize(
    ("elapsed", "asked", "answered", "seconds"),
    [
        (0.04, 36, 1, 0.6),  # two starts in 40 ms, and 30 of the 35 that are left are programs
        (0.62, 37, 30, 0.12),
        (0.7, 35, 35, 0.05),
        (0.02, 2, 1, 0.05),
        (3.0, 35, 1, 2.0),
        (1.0, 0, 0, 0.5),  # a line without questions
        (600.0, 0, 0, 2.0),  # however long it runs, its end is soon seen
    ],
)
def test_the_pace_of_receiving(elapsed: float, asked: int, answered: int, seconds: float) -> None:
    assert pause(elapsed, asked, answered, POLICY) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("asked", "pace", "seconds"), [(20, None, 0.0), (20, 0.02, 0.4), (20, 0.0, 0.0), (0, 0.02, 0.0), (20, 5.0, 2.0)]
)
def test_the_first_wait_of_a_line(asked: int, pace: float | None, seconds: float) -> None:
    assert first_pause(asked, pace, POLICY) == pytest.approx(seconds)

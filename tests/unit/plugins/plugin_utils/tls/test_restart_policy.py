# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a machine with people is restarted: every policy, whoever is there, inside a window and outside."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.maintenance import Opening
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.restart_policy import (
    POLICIES,
    Act,
    LoggedOn,
    decide,
)

NOTICE, EVENING = timedelta(minutes=15), datetime(2026, 11, 28, 20, tzinfo=UTC)
# What the keys of a user's hive tell: a disconnected session looks like the one that it was.
PEOPLE: dict[str, Sequence[LoggedOn] | None] = {
    "nobody": [],
    "console": [LoggedOn(r"CONTOSO\ann", "Console")],
    "disconnected": [LoggedOn(r"CONTOSO\bob", "RDP-Tcp#3")],
    "not told": None,
}
OPEN = {
    ("machine", "nobody"): Act.AT_ONCE,
    ("machine", "console"): Act.AT_ONCE,
    ("machine", "disconnected"): Act.AT_ONCE,
    ("machine", "not told"): Act.AT_ONCE,
    ("now", "nobody"): Act.AT_ONCE,
    ("now", "console"): Act.AFTER_NOTICE,
    ("now", "disconnected"): Act.AFTER_NOTICE,
    ("now", "not told"): Act.AFTER_NOTICE,
    ("when_nobody", "nobody"): Act.IF_NOBODY,
    ("when_nobody", "console"): "people",
    ("when_nobody", "disconnected"): "people",
    ("when_nobody", "not told"): "people",
    ("notice", "nobody"): Act.AT_ONCE,
    ("notice", "console"): Act.ANNOUNCE,
    ("notice", "disconnected"): Act.ANNOUNCE,
    ("notice", "not told"): Act.ANNOUNCE,
    ("configmgr", "nobody"): "configmgr",
    ("configmgr", "console"): "configmgr",
    ("configmgr", "disconnected"): "configmgr",
    ("configmgr", "not told"): "configmgr",
}


@pytest.mark.parametrize(("policy", "who", "is_open"), [*itertools.product(POLICIES, PEOPLE, [True, False])])
def test_every_policy(policy: str, who: str, is_open: bool) -> None:
    room = Opening(is_open, None if is_open else EVENING)
    decision = decide(policy, PEOPLE[who], NOTICE, lambda lasts: room)
    expected = OPEN[policy, who]
    if isinstance(expected, str):
        assert (decision.act, decision.waits_for) == (Act.WAIT, expected)
    elif is_open:
        assert (decision.act, decision.waits_for, decision.opening.until) == (expected, None, None)
    else:
        assert (decision.act, decision.waits_for, decision.opening.until) == (Act.WAIT, "window", EVENING)


@pytest.mark.parametrize(("policy", "who", "room"), [("notice", "console", NOTICE), ("notice", "nobody", timedelta(0))])
def test_there_has_to_be_room_for_the_notice(policy: str, who: str, room: timedelta) -> None:
    asked = []
    decide(policy, PEOPLE[who], NOTICE, lambda lasts: asked.append(lasts) or Opening(True))
    assert asked == [room]

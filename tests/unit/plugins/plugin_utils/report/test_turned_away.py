# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that comes back after older protocols are off, and cannot talk: found by the servers' events."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.events import Event
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.usage import usage
from ansible_collections.configmgr.tls.plugins.plugin_utils._report import RENDERERS, HostRecord, build_document
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.summary import summary_text
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.turned_away import turned_away
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.documents import (
    ORIGIN,
    facts,
    passed,
    server,
)

WHEN = "2026-11-28T08:00:00.5Z"
OLD_CALLER = Event(36874, WHEN, {"Protocol": "TLS 1.0"})
ALERT = Event(36888, WHEN, {"AlertDesc": "70"})
SEEN = {"read_at": "2026-11-08T08:00:00+00:00", "read_by": "visit", "days": 20, "stands": False}
OLD = {"winhttp": {"enable": ["TLS 1.0", "TLS 1.2"], "now": ["TLS 1.0"]}}
GOOD = {"winhttp": {"enable": ["TLS 1.2"]}, "dotnet4": {"enable": ["TLS 1.2"], "now": []}}
FIRST = "MP1 turned away callers with TLS 1.0, 1 time, last 2026-11-28T08:00:00Z"


def pc(name: str, stacks: dict[str, Any] | None, seen: bool = True) -> HostRecord:
    told = None if stacks is None else facts([passed("winhttp-update")], stacks=stacks)
    return HostRecord(name, told, seen={**SEEN, "last_start": None, "last_change": None} if seen else None)


def document(*clients: HostRecord, events: tuple[Event, ...] = (OLD_CALLER,)) -> dict[str, Any]:
    told = {"days": 7, "legacy_use": None, "truncated": False, **usage(events)}
    return build_document(ORIGIN, [server("MP1", "management_point", events=told), *clients])


@pytest.mark.parametrize(
    ("client", "named"),
    [
        (pc("PC1", OLD), ["  PC1: seen 20 days ago by a visit"]),
        (pc("PC1", None, seen=False), ["  PC1: never seen"]),
        (pc("PC1", OLD, seen=False), ["  PC1: read by this run"]),
        (pc("PC1", GOOD), []),
        (pc("PC1", GOOD, seen=False), []),
    ],
)
def test_machines_that_cannot_do_better_are_named(client: HostRecord, named: list[str]) -> None:
    nobody = "No machine of this report is known to be without TLS 1.2: somebody else asked."
    lead = "Without TLS 1.2, and thus perhaps turned away:" if named else nobody
    assert list(turned_away(document(client))) == [FIRST, lead, *named]


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (ALERT, True),
        (Event(36888, WHEN, {"AlertDesc": "40"}), False),
        (Event(36874, WHEN, {"Protocol": "TLS 1.2"}), False),
        (Event(36871, WHEN, {"ErrorState": "10013"}), False),
    ],
)
def test_only_a_caller_without_a_protocol_is_meant(event: Event, told: bool) -> None:
    assert bool(list(turned_away(document(pc("PC1", OLD), events=(event,))))) is told


def test_everybody_who_reads_the_report_hears_of_it() -> None:
    made = document(pc("PC1", OLD))
    assert f"{FIRST}\nWithout TLS 1.2, and thus perhaps turned away:\n  PC1: seen 20 days ago" in summary_text(made)
    for name in ("html", "markdown"):
        assert "turned away callers with TLS 1" in RENDERERS[name].render(made).replace("\\", "")

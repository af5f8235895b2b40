# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines that were not read: whose record may stand for a visit, and whom an owner may leave out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.absence import Absent
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.gate import Gate, Observed
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.record import of_facts
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.waiver import Waiver
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.stage.test_gate import (
    MODERN_CLIENT,
    OLD_PC,
    TODAY,
    finding,
    gate,
    host,
    shut_by,
    site,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
READY_PC = host("client", stacks=MODERN_CLIENT)


def absent(
    facts: dict[str, Any] | None = READY_PC,
    days: float = 20,
    *,
    changed: float | None = None,
    roles: tuple[str, ...] = ("client",),
    silent: bool = True,
    inactive: bool = False,
) -> Absent:
    def ago(number: float) -> str:
        return (NOW - timedelta(days=number)).isoformat()

    last = None
    if facts is not None:
        told = {**facts, "read_at": ago(days), "read_by": "visit"}
        last = of_facts("PC2", told, None if changed is None else ago(changed))
    return Absent(frozenset(roles), silent, NOW, last, inactive)


def asked(one: Absent, *waivers: Waiver, seen_days: float = 0, others: int = 0, **more: Any) -> Gate:
    """The gate of a site whose PC2 is away, and so many like it; everybody else is there, and ready."""
    names = ["PC2", *(f"AWAY{number}" for number in range(others))]
    facts = {name: one.seen.facts if one.seen and one.stands(seen_days) else None for name in names}
    observed = Observed(absent=dict.fromkeys(names, one), seen_days=seen_days, **more)
    return gate(site(**facts), *waivers, observed=observed)


@pytest.mark.parametrize(
    ("one", "seen_days", "stands"),
    [
        (absent(days=20), 30, True),
        (absent(days=20), 20, True),
        (absent(days=20.1), 20, False),
        (absent(days=0), 0, False),
        (absent(None), 30, False),
        (absent(days=20, changed=21), 30, True),
        (absent(days=20, changed=19), 30, False),
        (absent(days=20, silent=False), 30, False),
        (absent(site()["MP1"], roles=()), 30, True),
    ],
    ids=["young", "just", "old", "as ever", "never seen", "changed before", "changed after", "answers", "a server"],
)
def test_whose_record_stands_for_a_visit(one: Absent, seen_days: float, stands: bool) -> None:
    assert one.stands(seen_days) is stands
    found = asked(one, seen_days=seen_days)
    assert found.is_open is stands
    assert shut_by(found) == ([] if stands else [("not_reached", "PC2")])


def test_what_keeps_the_gate_shut_in_a_record_does_so_and_says_its_age() -> None:
    found = asked(absent(OLD_PC), seen_days=30)
    assert shut_by(found) == [("winhttp-update", "PC2"), ("conversation:client-management-point", "PC2")]
    assert found.reasons[0].phrase.startswith("as it was seen 20 days ago: ")


@pytest.mark.parametrize("fix", ["settings", "restart"])
def test_a_prediction_mends_nothing_on_a_machine_that_is_away(fix: str) -> None:
    lacking = host("client", stacks=MODERN_CLIENT, found=[finding("dotnet-v4-settings", fix=fix)])
    assert not asked(absent(lacking), seen_days=30, mended=("settings", "restart")).is_open


def test_the_reason_says_when_a_machine_was_seen_last() -> None:
    (reason,) = asked(absent(days=40), seen_days=30).reasons
    assert "last seen 40 days ago" in reason.phrase
    (reason,) = asked(absent(days=3, changed=2), seen_days=30).reasons
    assert "last seen 3 days ago, and was changed after that" in reason.phrase
    (reason,) = asked(absent(days=1, silent=False), seen_days=30).reasons
    assert "last seen yesterday, and it answers now" in reason.phrase


def waiver(condition: str = "`true`", number: int = 10, expires: Any = TODAY) -> Waiver:
    return Waiver("w1", "not_reached", condition, "in a drawer", "Ada", expires, number)


@pytest.mark.parametrize(
    ("one", "given", "open_"),
    [
        (absent(None), waiver(), True),
        (absent(days=99), waiver(), True),
        (absent(None), waiver(expires=TODAY - timedelta(days=1)), False),
        (absent(None), waiver("name == 'PC7'"), False),
        (absent(None), waiver("contains(facts.roles, 'client')"), False),
        (absent(days=99), waiver("contains(facts.roles, 'client')"), True),
        (absent(None, roles=()), waiver(), False),
        (absent(None, roles=("client", "management_point")), waiver(), False),
        (absent(host("client", "distribution_point")), waiver(), False),
        (absent(None, roles=("client", "admin_console")), waiver(), True),
        (absent(None, roles=("client", "?")), waiver(), False),
    ],
    ids=["never seen", "seen once", "over", "another", "nothing known", "by what is known", "role not known",
         "a server", "a server once seen", "a console", "a role that is not read"],
)  # fmt: skip
def test_only_clients_may_be_accepted_unseen(one: Absent, given: Waiver, open_: bool) -> None:
    found = asked(one, given)
    assert found.is_open is open_
    assert [name for _reason, name in found.waived] == (["w1"] if open_ else [])


@pytest.mark.parametrize(("others", "open_"), [(9, True), (10, False)])
def test_a_waiver_accepts_so_many_machines_or_none(others: int, open_: bool) -> None:
    found = asked(absent(None), waiver(number=10), others=others)
    assert (found.is_open, len(found.reasons)) == (open_, 0 if open_ else others + 1)
    assert (found.exceeded, found.unused) == (() if open_ else ("w1",), ())


@pytest.mark.parametrize(
    ("one", "leaves_out", "left_out"),
    [
        (absent(None, inactive=True), True, True),
        (absent(None, inactive=True), False, False),
        (absent(None), True, False),
        (absent(None, roles=("management_point",), inactive=True), True, False),
        (absent(None, roles=(), inactive=True), True, False),
    ],
    ids=["inactive", "not asked for", "active", "a server", "role not known"],
)
def test_inactive_clients_may_be_left_out_and_are_named(one: Absent, leaves_out: bool, left_out: bool) -> None:
    found = asked(one, leaves_out_inactive=leaves_out)
    assert (found.is_open, found.left_out) == (left_out, ("PC2",) if left_out else ())


def test_an_inactive_client_that_was_seen_counts_as_it_was_seen() -> None:
    found = asked(absent(OLD_PC, inactive=True), seen_days=30, leaves_out_inactive=True)
    assert not found.is_open and found.left_out == ()

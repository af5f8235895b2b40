# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines that were not read: whose record may stand for a visit, and whom an owner may leave out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.absence import Absent
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.foreseen import Foreseen
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.gate import Gate, Observed
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.record import Record, of_facts
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
READY_PC = MappingProxyType(host("client", stacks=MODERN_CLIENT))
BASELINE = "configmgr.tls enable 12345678"


def absent(
    facts: Mapping[str, Any] | None = READY_PC,
    days: float = 20,
    *,
    changed: float | None = None,
    roles: tuple[str, ...] = ("client",),
    silent: bool = True,
    inactive: bool = False,
    told: dict[str, Any] | None = None,
) -> Absent:
    def ago(number: float) -> str:
        return (NOW - timedelta(days=number)).isoformat()

    last = None
    if facts is not None:
        read = {**facts, "read_at": ago(days), "read_by": "visit"}
        last = of_facts("PC2", read, None if changed is None else ago(changed))
    if told is not None:
        # Times are days ago; what is not given is not known.
        times = {name: told.get(name) for name in ("told_at", "mended_at", "started_at")}
        row = {"by": "baseline", "baseline": BASELINE, **told}
        row |= {name: None if days_ is None else ago(days_) for name, days_ in times.items()}
        last = replace(last or Record("PC2"), compliance=[row])
    return Absent(frozenset(roles), silent, NOW, last, inactive, BASELINE)


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
    found = {**finding("dotnet-v4-settings", fix=fix), "evidence": [{"path": "KEY", "value": "absent"}]}
    lacking = host("client", stacks=MODERN_CLIENT, found=[found])
    foreseen = Foreseen(frozenset({"KEY"}), restarted=True)
    assert foreseen.mends(found) and not asked(absent(lacking), seen_days=30, foreseen={"PC2": foreseen}).is_open


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


UNSET = [finding("dotnet-v4-settings", fix="settings"), finding("schannel-tls12-client", "unknown", fix="settings")]
WINDOWS_10, WINDOWS_7 = ({"build": build, "product": "client"} for build in (19045, 7601))
UNSET_PC = host("client", stacks=MODERN_CLIENT, found=UNSET, windows=WINDOWS_10)
MENDED_SINCE = {"state": "compliant", "told_at": 5, "mended_at": 12, "started_at": 8}
"""Of a machine that was read 20 days ago."""
WITHOUT_WINHTTP = finding("winhttp-protocols", fix="settings")


def told(**changed: Any) -> dict[str, Any]:
    return MENDED_SINCE | changed


@pytest.mark.parametrize(
    ("row", "changed", "open_"),
    [
        (told(), 12, True),
        (told(mended_at=None, told_at=12), None, True),
        (told(mended_at=25, told_at=12), None, True),
        (told(mended_at=None), None, False),
        (told(state="not_compliant"), 12, False),
        (told(state="error"), 12, False),
        (told(state="not_told"), 12, False),
        (told(state="not_told", told_at=None, mended_at=None), None, False),
        (told(state="fine"), 12, False),
        (told(told_at=None), 12, False),
        (told(baseline="configmgr.tls enable 87654321"), 12, False),
        (told(by="somebody"), 12, False),
        (told(started_at=None), 12, False),
        (told(started_at=13), 12, False),
        (told(started_at=11.5), 12, False),
        (told(told_at=13), 12, False),
        (told(told_at=21, mended_at=22, started_at=19), None, False),
        (told(), 11, False),
        (None, None, False),
    ],
    ids=["mended and started", "set by others and started", "mended before, set again by others", "set when it told",
         "not compliant", "error", "not told", "never told", "no known state", "without a time", "another revision",
         "somebody else", "start not known", "started before", "within a zone", "mended after it told",
         "told before it was read", "changed after the baseline", "no baseline"],
)  # fmt: skip
def test_what_a_baseline_has_set_since_counts_when_it_is_in_force(
    row: dict[str, Any] | None, changed: float | None, open_: bool
) -> None:
    one = absent(UNSET_PC, changed=changed, told=row)
    assert asked(one, seen_days=30).is_open is open_
    assert not asked(one, seen_days=0).is_open and not asked(one, seen_days=19).is_open


@pytest.mark.parametrize(
    ("facts", "more"),
    [
        (host("client", stacks=MODERN_CLIENT, found=[finding("winhttp-update")], windows=WINDOWS_10), {}),
        (host("client", stacks=MODERN_CLIENT, found=[finding("restart-pending", "warn", "restart")]), {}),
        (host("client", stacks=MODERN_CLIENT, found=[WITHOUT_WINHTTP], windows=WINDOWS_10), {}),
        (host("client", stacks=MODERN_CLIENT, found=[WITHOUT_WINHTTP]), {}),
        (host("client", "distribution_point", stacks=MODERN_CLIENT, found=UNSET, windows=WINDOWS_10), {}),
        (UNSET_PC, {"roles": ("management_point",)}),
        (UNSET_PC, {"silent": False}),
    ],
    ids=["an update", "a pending restart", "WinHTTP's value that is not in it", "Windows not known", "a server",
         "a server by the inventory", "one that answers"],
)  # fmt: skip
def test_a_baseline_proves_nothing_but_its_own_values_on_a_client_that_is_away(
    facts: dict[str, Any], more: dict[str, Any]
) -> None:
    assert not asked(absent(facts, changed=12, told=MENDED_SINCE, **more), seen_days=30).is_open


def test_where_winhttp_needs_its_value_the_baseline_sets_it() -> None:
    facts = host("client", stacks=MODERN_CLIENT, found=[WITHOUT_WINHTTP], windows=WINDOWS_7)
    assert asked(absent(facts, changed=12, told=MENDED_SINCE), seen_days=30).is_open


@pytest.mark.parametrize(
    ("row", "phrase"),
    [
        (told(state="not_compliant"), "; ConfigMgr's baseline was not compliant 5 days ago"),
        (told(state="error", told_at=1), "; ConfigMgr's baseline was error yesterday"),
        (told(state="error", told_at=None), "; it has told nothing of ConfigMgr's baseline"),
    ],
)
def test_what_was_told_after_the_reading_takes_a_good_record_away(row: dict[str, Any], phrase: str) -> None:
    found = asked(absent(told=row), seen_days=30)
    assert shut_by(found) == [("not_reached", "PC2")] and found.reasons[0].phrase.endswith(phrase)
    # Told before, it is the reading that counts.
    if row["told_at"] is not None:
        assert asked(absent(told={**row, "told_at": 21}), seen_days=30).is_open


def test_a_client_that_was_never_read_is_not_ready_for_what_it_told() -> None:
    found = asked(absent(None, told=MENDED_SINCE), seen_days=30)
    assert shut_by(found) == [("not_reached", "PC2")]
    assert found.reasons[0].phrase.endswith(
        "nothing was ever read of it; ConfigMgr's baseline was compliant 5 days ago"
    )
    found = asked(absent(None, told={"state": "not_told"}), seen_days=30)
    assert found.reasons[0].phrase.endswith("it has told nothing of ConfigMgr's baseline")

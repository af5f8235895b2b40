# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is changed together and who comes first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import roles
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.order import (
    BatchSize,
    BatchSizeError,
    order,
    stage_is_done,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.sites import SiteVariables

ROLES = {role.id: role for role in roles()}
QUARTER = BatchSize(25, percent=True)


def host(*names: str, **facts: Any) -> dict[str, Any]:
    """Facts of a machine on which the older protocols are on."""
    group = max((ROLES[name].restart_group for name in names), default=0)
    effects = {side: dict.fromkeys(LEGACY_PROTOCOLS, "on") for side in ("client", "server")}
    return {"roles": list(names), "restart_group": group, "restart_required": False, "protocols": effects, **facts}


def off(*names: str, **facts: Any) -> dict[str, Any]:
    effects = {side: dict.fromkeys(LEGACY_PROTOCOLS, "off") for side in ("client", "server")}
    return host(*names, **{"protocols": effects, **facts})


def batches(facts: dict[str, Any], stage: Any = "disable", size: BatchSize = QUARTER, **options: Any) -> list[str]:
    found = order(facts, stage, size, **{"protocols": LEGACY_PROTOCOLS, **options})
    return [f"{batch.restart_group} {batch.kind} {' '.join(batch.hosts)}" for batch in found.batches]


SITE = {
    "MP2": host("management_point"),
    "MP1": host("management_point"),
    "SQLA": host("site_database"),
    "SQLB": host("site_database"),
    "CM2": host("passive_site_server"),
    "CM1": host("site_server", "sms_provider"),
    **{f"PC{number}": host("client") for number in range(9)},
    "DP1": host("distribution_point"),
    "DP2": host("distribution_point"),
}
REPLICAS = {"SQLA": "primary", "SQLB": "secondary"}


def test_the_disable_stage_begins_each_group_with_a_canary_and_takes_some_roles_one_by_one() -> None:
    assert batches(SITE, replicas=REPLICAS) == [
        "0 canary PC0",
        "0 batch PC1 PC2",
        "0 batch PC3 PC4",
        "0 batch PC5 PC6",
        "0 batch PC7 PC8",
        "20 single SQLB",
        "20 single SQLA",
        "40 single CM2",
        "50 single CM1",
        "60 single MP1",
        "60 single MP2",
        "70 canary DP1",
        "70 batch DP2",
    ]


def test_the_lowest_sites_of_a_group_go_first() -> None:
    parents = {"CAS": "", "PS1": "CAS", "PS2": "CAS", "S01": "PS1"}
    facts = {f"{role}-{site}": host(name) for role, name in (("DP", "distribution_point"), ("PC", "client"))
             for site in parents}  # fmt: skip
    told = {name: SiteVariables(name[3:], parent=parents[name[3:]]) for name in facts}
    assert batches(facts, "enable", told=told) == [
        "0 batch PC-S01 PC-PS1 PC-PS2 PC-CAS",
        "70 batch DP-S01 DP-PS1 DP-PS2 DP-CAS",
    ]
    servers = {site: host("site_server") for site in parents}
    told = {site: SiteVariables(site, parent=parent) for site, parent in parents.items()}
    assert batches(servers, told=told) == ["50 single S01", "50 single PS1", "50 single PS2", "50 single CAS"]


def test_the_enable_stage_takes_a_group_at_once_and_needs_no_canary() -> None:
    assert batches(SITE, "enable", replicas=REPLICAS) == [
        "0 batch PC0 PC1 PC2 PC3 PC4 PC5 PC6 PC7 PC8",
        "20 single SQLB",
        "20 single SQLA",
        "40 single CM2",
        "50 single CM1",
        "60 single MP1",
        "60 single MP2",
        "70 batch DP1 DP2",
    ]


@pytest.mark.parametrize(
    ("facts", "done"),
    [
        (host(), False),
        (off(), True),
        (off(restart_required=True), False),
        (off(restart_required=None), False),
        (off(protocols={"client": {}, "server": {}}), False),
        (off(settings={"WinHTTP DefaultSecureProtocols": 0x800}), True),
        (off(settings={"WinHTTP DefaultSecureProtocols": 0xAA0}), False),
        (off(settings={"WinHTTP 32-bit DefaultSecureProtocols": 0x880}), False),
        (off(settings={"WinHTTP DefaultSecureProtocols": "REG_SZ x"}), False),
    ],
)
def test_a_machine_is_done_when_everything_older_is_off_and_in_force(facts: dict[str, Any], done: bool) -> None:
    assert stage_is_done(facts, LEGACY_PROTOCOLS) is done


def test_one_protocol_that_is_still_on_is_enough_to_be_visited() -> None:
    for side in ("client", "server"):
        for protocol in LEGACY_PROTOCOLS:
            facts = off()
            facts["protocols"][side][protocol] = "on_request"
            assert not stage_is_done(facts, LEGACY_PROTOCOLS)
            others = [name for name in LEGACY_PROTOCOLS if name != protocol]
            assert stage_is_done(facts, others)


def test_a_run_that_was_cut_short_goes_on_where_it_was() -> None:
    half = {**SITE, "PC0": off("client"), "PC1": off("client"), "PC2": off("client", restart_required=True)}
    found = order(half, "disable", QUARTER, protocols=LEGACY_PROTOCOLS)
    assert found.done == ("PC0", "PC1")
    assert found.batches[0].hosts == ("PC2",)


def test_a_passive_site_server_goes_before_the_active_one_even_when_its_registry_shows_both_roles() -> None:
    servers = {"CM1": host("site_server"), "CM2": host("passive_site_server", "site_server")}
    for stage in ("enable", "disable"):
        assert batches(servers, stage) == ["50 single CM2", "50 single CM1"]


def test_a_machine_of_which_nothing_is_known_has_no_place() -> None:
    assert batches({"A": None, "B": host("client")}) == ["0 canary B"]
    assert order({}, "disable", QUARTER).batches == ()


@pytest.mark.parametrize(
    ("text", "machines", "expected"),
    [("10", 100, 10), ("10", 3, 10), ("25%", 100, 25), ("25%", 3, 1), ("100%", 7, 7), (" 5 % ", 100, 5), ("1%", 0, 1)],
)
def test_batch_sizes(text: str, machines: int, expected: int) -> None:
    assert BatchSize.parse(text).of(machines) == expected


@pytest.mark.parametrize("text", ["", "0", "-1", "0%", "101%", "a", "2.5", "%"])
def test_batch_sizes_that_make_no_sense(text: str) -> None:
    with pytest.raises(BatchSizeError):
        BatchSize.parse(text)


MACHINES = st.dictionaries(
    st.text("ABC123", min_size=1, max_size=4),
    st.lists(st.sampled_from(sorted(ROLES)), max_size=3, unique=True).flatmap(
        lambda names: st.sampled_from([host(*names), off(*names), None])
    ),
    max_size=20,
)
SIZES = st.one_of(st.integers(1, 9).map(BatchSize), st.integers(1, 100).map(lambda n: BatchSize(n, percent=True)))


@given(MACHINES, SIZES, st.sampled_from(["enable", "disable"]))
def test_every_machine_has_exactly_one_place_and_groups_never_go_back(
    facts: dict[str, Any], size: BatchSize, stage: Any
) -> None:
    found = order(facts, stage, size, protocols=LEGACY_PROTOCOLS)
    placed = [name for batch in found.batches for name in batch.hosts]
    assert sorted([*placed, *found.done]) == sorted(name for name, host in facts.items() if host)
    assert [batch.restart_group for batch in found.batches] == sorted(batch.restart_group for batch in found.batches)
    for batch in found.batches:
        assert {facts[name]["restart_group"] for name in batch.hosts} == {batch.restart_group}
        alone = any(ROLES[role].one_at_a_time for name in batch.hosts for role in facts[name]["roles"])
        assert (batch.kind == "single") == alone
        assert len(batch.hosts) == 1 or not alone
    for group in (
        {batch.restart_group for batch in found.batches if batch.kind == "batch"} if stage == "disable" else ()
    ):
        kinds = [batch.kind for batch in found.batches if batch.restart_group == group]
        assert (kinds[0], kinds.count("canary")) == ("canary", 1)


OLD = {"findings": [{"id": "dotnet-release", "status": "fail", "fix": "update"}]}
SET = {"findings": [{"id": "dotnet-v4-settings", "status": "fail", "fix": "settings"}]}


def test_the_update_stage_takes_those_that_need_one_behind_a_canary() -> None:
    facts = {name: {**facts, **(SET if name in ("PC0", "DP1") else OLD)} for name, facts in SITE.items()}
    assert batches(facts, "update", BatchSize(4), replicas=REPLICAS) == [
        "0 canary PC1",
        "0 batch PC2 PC3 PC4 PC5",
        "0 batch PC6 PC7 PC8",
        "20 single SQLB",
        "20 single SQLA",
        "40 single CM2",
        "50 single CM1",
        "60 single MP1",
        "60 single MP2",
        "70 canary DP2",
    ]
    assert set(order(facts, "update", QUARTER).done) == {"PC0", "DP1"}
    assert order(facts, "update", QUARTER, everybody=True).done == ()

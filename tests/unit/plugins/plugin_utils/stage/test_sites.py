# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who meets whom in a hierarchy: a central site with PS1 and PS2, S01 and S02 below them; FAB is apart."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import roles
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.conversation import Conversation, conversations
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.forecast import Forecast, ForecastRow, forecast
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.sites import Reach, Sites, SiteVariables
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.stacks import STACKS

PARENTS = {"CAS": "", "PS1": "CAS", "PS2": "CAS", "S01": "PS1", "S02": "PS2", "FAB": ""}
TLS12 = {"enable": ["TLS 1.0", "TLS 1.2"]}
OLD = {"enable": ["TLS 1.0"], "cause": "winhttp-update"}
# Between two different sites; within a site everybody meets.
ACROSS: dict[Reach, set[tuple[str, str]]] = {
    "site": set(),
    "upstream": {("PS1", "CAS"), ("PS2", "CAS"), ("S01", "PS1"), ("S02", "PS2")},
    "neighbours": {
        ("PS1", "CAS"), ("PS2", "CAS"), ("S01", "PS1"), ("S02", "PS2"),
        ("CAS", "PS1"), ("CAS", "PS2"), ("PS1", "S01"), ("PS2", "S02"),
    },
    "hierarchy": set(itertools.permutations(("CAS", "PS1", "PS2", "S01", "S02"), 2)),
}  # fmt: skip


def host(*names: str, site: str = "", assigned: str = "", **more: Any) -> dict[str, Any]:
    """A machine that can do everything, of a site as its own registry tells it."""
    own = {"role_site": site, "assigned_site": assigned} | ({"parent_site": PARENTS[site]} if site else {})
    stacks = dict.fromkeys(STACKS, TLS12) | more.pop("stacks", {})
    return {"roles": list(names), "stacks": stacks, "findings": [], "configmgr": own, **more}


SITE_SERVERS = {
    f"CM-{site}": host("secondary_site" if site.startswith("S") else "site_server", site=site) for site in PARENTS
}
# What the registry of the site servers tells, without a conversation of their own being looked at.
TOLD = {f"X-{site}": SiteVariables(site, parent=parent) for site, parent in PARENTS.items()}


def foreseen(facts: dict[str, Any], told: dict[str, SiteVariables] | None = None) -> Forecast:
    return forecast(facts, LEGACY_PROTOCOLS, told=told)


def pairs(rows: Iterable[ForecastRow]) -> set[tuple[str, str, str]]:
    return {
        (row.conversation.id, caller, callee)
        for row in rows
        for caller in row.caller.hosts
        for callee in row.callee.hosts
        if not (row.conversation.among_equals and caller == callee)
    }


@pytest.mark.parametrize("conversation", [row for row in conversations() if row.within], ids=lambda row: row.id)
def test_every_conversation_takes_place_between_the_sites_it_reaches_and_no_others(conversation: Conversation) -> None:
    client_side = {"client", "admin_console"}

    def end(role: str, site: str) -> dict[str, Any]:
        return host(role, assigned=site) if role in client_side else host(role, site=site)

    facts = {f"A-{site}": end(conversation.caller_role, site) for site in PARENTS}
    facts |= {f"B-{site}": end(conversation.callee_role, site) for site in PARENTS}
    told = {f"{end}-{site}": SiteVariables(parent=None) for end in "AB" for site in PARENTS}
    told |= {f"B-{site}": SiteVariables(site, parent=parent) for site, parent in PARENTS.items()}
    found = pairs(row for row in foreseen(facts, told).rows if row.conversation.id == conversation.id)
    met = {(caller, callee) for _name, caller, callee in found if caller[0] == "A" and callee[0] == "B"}
    within = {(site, site) for site in PARENTS}
    wanted = {(f"A-{caller}", f"B-{callee}") for caller, callee in within | ACROSS[conversation.reach]}
    assert met == (set() if conversation.tls == "never" else wanted)


# Who is never called over TLS, whoever calls: nobody but the roles named as callers in conversations.
NEVER_CALLED = {
    "pull_distribution_point": "it is called as a distribution_point",
    "client": "RPC, remote control and wake-up only",
    "admin_console": "nobody calls a console",
    "passive_site_server": "SMB and RPC",
    "secondary_site": "SMB and RPC; its database is a site_database",
    "site_server": "SMB and RPC",
    "service_connection_point": "SMB and RPC; it calls Microsoft",
    "fallback_status_point": "HTTP by design",
    "endpoint_protection_point": "SMB and RPC",
    "asset_intelligence": "SMB and RPC; it calls Microsoft",
    "cmg_connection_point": "SMB and RPC; it calls the gateway",
    "data_warehouse": "SMB and RPC; its database is another role",
    "enrollment_proxy_point": "devices only, which are no machines of the inventory",
    "certificate_registration_point": "the policy module of a server that is no site system",
}
# Of those that are called over TLS, who calls; source: the list of ports. All others never do.
CALLED_BY = {
    "management_point": "client distribution_point cmg_connection_point",
    "distribution_point": "client pull_distribution_point",
    "state_migration_point": "client",
    "application_catalog": "client",
    "software_update_point": "client site_server passive_site_server secondary_site software_update_point "
    "cmg_connection_point",
    "reporting_services_point": "site_server passive_site_server admin_console",
    "sms_provider": "admin_console",
    "enrollment_point": "enrollment_proxy_point",
    "site_database": "management_point site_server passive_site_server secondary_site sms_provider site_database "
    "software_update_point state_migration_point service_connection_point reporting_services_point application_catalog "
    "endpoint_protection_point data_warehouse enrollment_point asset_intelligence certificate_registration_point",
    "component_database": "software_update_point site_server reporting_services_point data_warehouse",
}


def test_every_pair_of_roles_either_talks_or_is_declared_never_to() -> None:
    known = [role.id for role in roles()]
    assert NEVER_CALLED.keys() | CALLED_BY.keys() == set(known) and not NEVER_CALLED.keys() & CALLED_BY.keys()
    talk = {(row.caller_role, row.callee_role) for row in conversations() if row.within and row.tls != "never"}
    for caller, callee in itertools.product(known, known):
        assert ((caller, callee) in talk) == (caller in CALLED_BY.get(callee, "").split()), (caller, callee)


def test_clients_meet_the_systems_of_a_secondary_site() -> None:
    facts = SITE_SERVERS | {
        "PC1": host("client", assigned="PS1"),
        "DP-S01": host("distribution_point", site="S01"),
        "MP-S01": host("management_point", site="S01"),
    }
    found = pairs(foreseen(facts).rows)
    assert {("client-distribution-point", "PC1", "DP-S01"), ("client-management-point", "PC1", "MP-S01")} <= found


def test_a_secondary_site_meets_its_parent_when_sql_server_runs_on_the_site_server() -> None:
    facts = {
        "CM1": host("site_server", "site_database", site="PS1"),
        "SEC1": host("secondary_site", "site_database", site="S01"),
    }
    found = pairs(foreseen(facts).rows)
    assert ("secondary-site-parent", "SEC1", "CM1") in found
    assert ("site-server-database", "CM1", "SEC1") in found
    assert {("database-neighbours", "CM1", "SEC1"), ("database-neighbours", "SEC1", "CM1")} <= found


def test_a_site_system_belongs_to_the_site_of_its_roles_and_not_to_that_of_its_client() -> None:
    sites = Sites(SITE_SERVERS | {"MP": host("management_point", "client", site="S01", assigned="PS1")})
    assert (sites.of("MP", "management_point"), sites.of("MP", "client")) == ("S01", "PS1")
    # Its client alone does not tell to which site its roles belong.
    sites = Sites(SITE_SERVERS | {"DP": host("distribution_point", "client", assigned="PS1")})
    assert (sites.of("DP", "distribution_point"), sites.of("DP", "client")) == ("", "PS1")


def test_the_inventory_comes_before_the_machine_and_names_no_site_for_a_client_on_a_server() -> None:
    facts = {"MP": host("management_point", "client", site="PS1", assigned="PS1"), "PC": host("client")}
    told = {"MP": SiteVariables("S01", parent="PS1"), "PC": SiteVariables("PS2", parent="CAS")}
    sites = Sites(facts, told)
    assert (sites.of("MP", "management_point"), sites.of("MP", "client"), sites.of("PC", "client")) == (
        "S01", "PS1", "PS2",
    )  # fmt: skip
    assert sites.parents == {"S01": "PS1", "PS2": "CAS"}


@pytest.mark.parametrize(
    ("parents", "caller", "callee", "reach", "met"),
    [
        ({}, "PS1", "PS2", "site", False),
        ({}, "", "PS2", "site", True),
        ({}, "PS1", "", "site", True),
        ({}, "S01", "PS1", "upstream", True),
        ({"PS1": "S01"}, "S01", "PS1", "upstream", False),
        ({"S01": "PS2"}, "S01", "PS1", "upstream", False),
        ({"S01": "PS1"}, "PS1", "S01", "upstream", False),
        ({"S01": "PS1", "PS1": ""}, "PS1", "S01", "upstream", False),
        ({"S01": "PS1", "PS1": ""}, "PS1", "S01", "neighbours", True),
    ],
)
def test_what_is_not_known_of_sites_may_be_anything(
    parents: dict[str, str], caller: str, callee: str, reach: Reach, met: bool
) -> None:
    told = {site: SiteVariables(site, parent=parent) for site, parent in parents.items()}
    assert Sites({site: host() for site in parents}, told).meet(caller, callee, reach) is met


def test_hosts_of_a_hierarchy_whose_top_is_not_known_meet_everybody() -> None:
    facts = {"PC1": host("client", assigned="PS9"), "DP": host("distribution_point", site="FAB")}
    assert ("client-distribution-point", "PC1", "DP") in pairs(foreseen(facts).rows)
    circle = {"A": SiteVariables("AAA", parent="BBB"), "B": SiteVariables("BBB", parent="AAA")}
    assert Sites({"A": host(), "B": host()}, circle).top("AAA") == ""


def test_who_meets_nobody_is_named_and_pairs_are_counted() -> None:
    facts = SITE_SERVERS | {
        "PC1": host("client", assigned="PS1"),
        "PC2": host("client", assigned="FAB"),
        "DP1": host("distribution_point", site="S01"),
        "FSP": host("fallback_status_point", site="PS1"),
    }
    found = foreseen(facts)
    assert {"PC2", *SITE_SERVERS} == set(found.alone), "a role that is never called over TLS misses nobody"
    assert found.alone_phrase.startswith("Nobody here talks with CM-CAS, CM-FAB, CM-PS1, CM-PS2, CM-S01 and 2 more")
    counted: Counter[str] = Counter()
    for row in found.rows:
        counted[row.conversation.id] += row.pairs
    assert counted == {
        "client-distribution-point": 1,
        "boot-image-distribution-point": 1,
        "site-server-microsoft": 4,
    }
    assert found.pairs == 6


def test_a_machine_does_not_call_itself_in_its_own_role() -> None:
    alike = {f"SUP{number}": host("software_update_point", site="PS1") for number in range(3)}
    alone = foreseen({"SUP0": alike["SUP0"]})
    assert "software-update-point-upstream" not in {row.conversation.id for row in alone.rows}
    (row,) = (row for row in foreseen(alike).rows if row.conversation.id == "software-update-point-upstream")
    assert row.pairs == 6


def test_a_pull_distribution_point_does_not_pull_from_itself() -> None:
    puller = host("distribution_point", "pull_distribution_point", site="PS1")
    alone = foreseen({"DP1": puller})
    assert "pull-distribution-point" not in {row.conversation.id for row in alone.rows}
    both = foreseen({"DP1": puller, "DP2": host("distribution_point", site="PS1")})
    assert [row.pairs for row in both.rows if row.conversation.id == "pull-distribution-point"] == [1]


@pytest.mark.parametrize(
    ("conversation", "role"),
    [
        ("client-gateway", "cmg_connection_point"),
        ("boot-image-management-point", "distribution_point"),
    ],
)
def test_an_end_outside_is_there_with_the_role_that_brings_it(conversation: str, role: str) -> None:
    facts = {"PC1": host("client", assigned="PS1"), "MP1": host("management_point", site="PS1")}
    assert conversation not in {row.conversation.id for row in foreseen(facts).rows}
    facts["NEW"] = host(role, site="PS1")
    assert conversation in {row.conversation.id for row in foreseen(facts).rows}


def test_sql_server_of_an_old_build_breaks_replication_in_both_directions() -> None:
    old = {"sql_server": {"enable": ["TLS 1.0"]}, "sql_endpoint": {"enable": ["TLS 1.0"]}}
    facts = {
        "CM1": host("site_server", "site_database", site="PS1"),
        "SEC1": host("secondary_site", "site_database", site="S01", stacks=old),
    }
    broken = pairs(foreseen(facts).broken("disable"))
    assert {
        ("database-service-broker", "CM1", "SEC1"),
        ("database-service-broker", "SEC1", "CM1"),
        ("database-neighbours", "CM1", "SEC1"),
        ("site-server-database", "CM1", "SEC1"),
    } <= broken


def test_a_row_names_the_sites_of_its_ends() -> None:
    facts = SITE_SERVERS | {"SQL1": host("site_database", site="PS1"), "PC": host("client", assigned="PS1")}
    rows = {(row["conversation"], row["caller"]): row for row in (found.as_dict() for found in foreseen(facts).rows)}
    parent = rows["secondary-site-parent", "CM-S01"]
    assert (parent["caller_scope"], parent["callee_scope"]) == ("S01", "PS1")

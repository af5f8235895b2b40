# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the rows of the SMS Provider to hosts, groups and variables."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import roles
from ansible_collections.configmgr.tls.plugins.plugin_utils._estate.hosts import hosts_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._estate.records import Rows, estate_of, server_name

SITE = {"SiteCode": "PS1", "ServerName": "CM01.corp.example", "Type": 2, "Version": "5.00.9122.1000"}


def resource(server: str, role: str, **changed: Any) -> dict[str, Any]:
    path = rf"\\{server}"
    return {"SiteCode": "PS1", "NALType": "Windows NT Server", "NetworkOSPath": path, "RoleName": role, **changed}


def roles_by_name(*rows: dict[str, Any], **more: Any) -> dict[str, list[str]]:
    estate = estate_of(Rows([SITE], more.pop("definitions", []), rows, **more))
    return {server.name: server.roles for server in estate.servers.values()}


@pytest.mark.parametrize(("name", "role"), [(name, role.id) for role in roles() for name in role.configmgr_names])
def test_every_name_of_configmgr_is_a_role(name: str, role: str) -> None:
    if name == "SMS Site Server":
        role = "site_server"
    assert role in roles_by_name(resource("x1.corp.example", name))["x1.corp.example"]


def test_what_every_server_has_is_no_role_and_a_stranger_is_kept() -> None:
    rows = [resource("x1.corp.example", name) for name in ("SMS Site System", "SMS Component Server", "SMS Brew Point")]
    server = estate_of(Rows([SITE], [], rows)).servers["x1.corp.example"]
    assert (server.roles, server.unknown_roles) == ([], ["SMS Brew Point"])
    (host,) = hosts_of(estate_of(Rows([SITE], [], rows)), [], short=False)
    assert host.variables["configmgr_tls_roles"] == ["SMS Brew Point"]


def test_the_site_server_that_is_not_the_sites_own_is_the_passive_one() -> None:
    rows = [resource(f"CM0{number}.corp.example", "SMS Site Server") for number in (1, 2)]
    monitored = [{"SiteCode": "PS1", "SiteServerName": f"cm0{number}.corp.example"} for number in (1, 2)]
    assert roles_by_name(*rows, monitored=monitored) == {
        "cm01.corp.example": ["site_server"],
        "cm02.corp.example": ["passive_site_server"],
    }


def test_a_secondary_site_has_a_parent_and_another_role() -> None:
    second = {"SiteCode": "SEC", "ServerName": "s1", "Type": 1, "Version": "5.00.9122.1000", "ReportingSiteCode": "PS1"}
    rows = Rows([SITE, second], [], [resource("s1.corp.example", "SMS Site Server", SiteCode="SEC")])
    estate = estate_of(rows)
    assert estate.servers["s1.corp.example"].roles == ["secondary_site"]
    assert (estate.sites["SEC"].type, estate.sites["SEC"].parent) == ("secondary", "PS1")


def test_a_cloud_role_and_a_row_without_a_server_name_no_machine() -> None:
    cloud = resource("cmg.cloudapp.net", "SMS Cloud Proxy", NALType="Windows Azure")
    assert roles_by_name(cloud, resource("", "SMS Management Point"), {"RoleName": None}) == {}


@pytest.mark.parametrize(
    ("path", "name"),
    [(r"\\CM01.corp.example", "cm01.corp.example"), (r"\\cm01\share", "cm01"), ("cm01", "cm01"), ("", "")],
)
def test_the_machine_of_a_path(path: str, name: str) -> None:
    assert server_name(path) == name


def client(name: str, **changed: Any) -> dict[str, Any]:
    return {"Name": name, "ResourceNames": [f"{name}.corp.example"], "SMSAssignedSites": ["PS1"], **changed}


def test_a_server_that_is_a_client_has_both_roles() -> None:
    rows = Rows(
        [SITE], [], [resource("mp1.corp.example", "SMS Management Point")], clients=[client("MP1"), client("PC1")]
    )
    hosts = {host.name: host for host in hosts_of(estate_of(rows), [], short=True)}
    assert hosts["MP1"].groups == ("management_point", "client", "site_PS1", "restart_group_60")
    assert hosts["PC1"].groups == ("client", "site_PS1", "restart_group_0")
    assert hosts["PC1"].variables["configmgr_release"] == 2309


@pytest.mark.parametrize(
    ("told", "variables"),
    [
        ({"ClientActiveStatus": 1}, {"configmgr_client_active": True}),
        ({"ClientActiveStatus": 0}, {"configmgr_client_active": False}),
        ({"ClientActiveStatus": None}, {}),
        ({"ClientActiveStatus": "?"}, {}),
        ({}, {}),
    ],
)
def test_whether_the_site_calls_a_client_active(told: dict[str, Any], variables: dict[str, bool]) -> None:
    (host,) = hosts_of(estate_of(Rows([SITE], [], [], clients=[client("PC1", **told)])), [], short=True)
    assert {name: value for name, value in host.variables.items() if name == "configmgr_client_active"} == variables


def test_what_else_the_site_knows_of_a_client_where_it_was_asked() -> None:
    told = {
        "ResourceID": 7,
        "CNIsOnline": False,
        "LastActiveTime": "2026-11-28T12:00:00Z",
        "UserName": "",
        "DeviceOSBuild": None,
    }
    (host,) = hosts_of(estate_of(Rows([SITE], [], [], clients=[client("PC1", **told)])), [], short=True)
    named = {
        name: value for name, value in host.variables.items() if "client_" in name or name == "configmgr_resource_id"
    }
    assert named == {
        "configmgr_resource_id": 7,
        "configmgr_client_online": False,
        "configmgr_client_last_active": "2026-11-28T12:00:00Z",
    }
    (host,) = hosts_of(estate_of(Rows([SITE], [], [], clients=[client("PC1", ResourceID=7)])), [], short=True)
    assert "configmgr_resource_id" not in host.variables and "configmgr_last_user" not in host.variables


def test_short_names_are_only_used_where_they_are_unique() -> None:
    rows = Rows([SITE], [], [], clients=[client("PC1"), client("PC1", ResourceNames=["pc1.other.example"])])
    names = {host.name for host in hosts_of(estate_of(rows), [], short=True)}
    assert names == {"pc1.corp.example", "pc1.other.example"}


def test_other_sites_can_be_left_out() -> None:
    rows = Rows([SITE], [], [], clients=[client("PC1"), client("PC2", SMSAssignedSites=["XYZ"])])
    assert [host.name for host in hosts_of(estate_of(rows), ["PS1"], short=True)] == ["PC1"]


def prop(name: str, value: Any) -> dict[str, Any]:
    return {"PropertyName": name, "Value": value, "Value1": "", "Value2": ""}


def test_a_client_on_a_server_of_a_secondary_site_is_assigned_to_the_primary_one() -> None:
    second = {"SiteCode": "S01", "ServerName": "s1", "Type": 1, "Version": "5.00.9122.1000", "ReportingSiteCode": "PS1"}
    rows = Rows([SITE, second], [], [resource("mp1.corp.example", "SMS Management Point", SiteCode="S01")],
                clients=[client("MP1")])  # fmt: skip
    (host,) = hosts_of(estate_of(rows), [], short=True)
    wanted = {"configmgr_site_code": "S01", "configmgr_parent_site": "PS1", "configmgr_assigned_site": "PS1"}
    assert wanted.items() <= host.variables.items()


def test_a_distribution_point_that_pulls_has_a_second_role() -> None:
    rows = [resource(f"dp{pulls}.corp.example", "SMS Distribution Point", Props=[prop("IsPullDP", pulls)])
            for pulls in (0, 1)]  # fmt: skip
    assert roles_by_name(*rows) == {
        "dp0.corp.example": ["distribution_point"],
        "dp1.corp.example": ["distribution_point", "pull_distribution_point"],
    }


@pytest.mark.parametrize(
    ("name", "changed", "told"),
    [
        ("SMS Management Point", {"SslState": 1}, {"configmgr_ssl_state": {"management_point": 1}}),
        ("SMS Management Point", {"SslState": 0}, {"configmgr_ssl_state": {"management_point": 0}}),
        ("SMS Management Point", {}, {}),
        (
            "SMS Software Update Point",
            {"Props": [prop("SSLWSUS", 1), prop("WSUSIISSSLPort", "443")]},
            {"configmgr_tls_port_software_update_point": 443},
        ),
        # Without HTTPS the port says nothing: whether anybody listens there is seen on the machine.
        ("SMS Software Update Point", {"Props": [prop("SSLWSUS", 0), prop("WSUSIISSSLPort", "8531")]}, {}),
        ("SMS Software Update Point", {"Props": None}, {}),
    ],
)
def test_what_a_site_knows_of_how_its_roles_are_reached(name: str, changed: dict[str, Any], told: Any) -> None:
    (host,) = hosts_of(estate_of(Rows([SITE], [], [resource("x1.corp.example", name, **changed)])), [], short=True)
    known = {"configmgr_ssl_state", "configmgr_tls_port_software_update_point"}
    assert {key: value for key, value in host.variables.items() if key in known} == told


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    "Props",
    "SslState",
    "SiteCode",
    "RoleName",
    "NALType",
    "NetworkOSPath",
    "Name",
    "ResourceNames",
    "ServerName",
    "Type",
    "Version",
]
ROWS = st.lists(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6), max_size=4)


@given(sites=ROWS, definitions=ROWS, resources=ROWS, monitored=ROWS, clients=ROWS)
def test_no_answer_of_the_right_shape_stops_it(**rows: Any) -> None:
    for host in hosts_of(estate_of(Rows(**rows)), [], short=True):
        assert host.name and host.groups


@pytest.mark.parametrize(
    "name", ["-oproxycommand=touch x", "a b", "a;b", "{{x}}", "a\nb", "x" * 300, "a/b", "*", "a%b", "münchen", "."]
)
def test_what_no_machine_can_be_called_is_passed_over_and_told(name: str) -> None:
    rows = Rows([SITE], [], [resource(name, "SMS Management Point")], clients=[{"Name": name, "SiteCode": "PS1"}])
    estate = estate_of(rows)
    assert (dict(estate.servers), dict(estate.clients)) == ({}, {})
    assert len(estate.strange) == 2


@pytest.mark.parametrize("code", ["a:!b {{x}}", "PS", "PS12", "P-1", "{{x", None, 7])
def test_what_is_no_site_code_makes_no_group(code: object) -> None:
    site = {**SITE, "SiteCode": code}
    estate = estate_of(Rows([site], [], [resource("x1.corp.example", "SMS Management Point", SiteCode=code)]))
    assert not estate.sites
    (host,) = hosts_of(estate, (), short=False)
    assert not [group for group in host.groups if group.startswith("site_")]

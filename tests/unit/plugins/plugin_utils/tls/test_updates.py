# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which packages a machine gets: a table of states, the order, and what is left open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import Version, package, packages
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.audit import audit
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.build import host_state
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.state import (
    HostState,
    SqlClientState,
    SqlInstance,
    WsusState,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.updates import (
    Installed,
    Selection,
    is_installed,
    select,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts

EVERYTHING = {row.id for row in packages()}
RUNTIME = Installed({"x64": Version.parse("14.40.33810.0"), "x86": Version.parse("14.40.33810.0")})


def state_of(
    build: int, product: str = "Server", architecture: str = "AMD64", dotnet: int | None = 528049
) -> HostState:
    machine = hosts.windows(build, product, architecture=architecture, dotnet=dotnet)
    return host_state(hosts.snapshot(machine))


def chosen(state: HostState, *roles: str, release: int | None = None, **how: object) -> Selection:
    given = {"installed": RUNTIME, "available": EVERYTHING, "sql_server": True, "roles": roles, **how}
    return select(state, audit(state, roles, release), release, **given)  # type: ignore[arg-type]


def ids(selection: Selection) -> list[str]:
    return [need.package.id for need in selection.needs]


def with_sql(state: HostState, *versions: str, express: bool = False) -> HostState:
    instances = [
        SqlInstance(f"I{number}", f"MSSQL.I{number}", Version.parse(text), express)
        for number, text in enumerate(versions)
    ]
    return replace(state, sql_instances=tuple(instances))


def with_client(state: HostState, client: str, version: str) -> HostState:
    return replace(state, sql_clients=(SqlClientState(client, Version.parse(version), version),))


def with_file(state: HostState, name: str, version: str) -> HostState:
    return replace(state, file_versions={**state.file_versions, name: Version.parse(version)})


def with_wsus(state: HostState, version: str) -> HostState:
    return replace(state, wsus=WsusState(Version.parse(version), True))


OLD_7, NEW_7 = "6.1.7601.17514", "6.1.7601.23375"


@pytest.mark.parametrize(
    ("state", "roles", "release", "expected"),
    [
        (with_file(state_of(7601, "Client"), "winhttp", OLD_7), ("client",), None, ["winhttp-7-x64"]),
        (with_file(state_of(7601, "Client", "x86"), "winhttp", OLD_7), ("client",), None, ["winhttp-7-x86"]),
        # A later rollup brought a newer file: nothing is missing, whatever its number is.
        (with_file(state_of(7601, "Client"), "winhttp", "6.1.7601.24000"), ("client",), None, []),
        (with_file(state_of(9200), "winhttp", "6.2.9200.16384"), ("distribution_point",), None, ["winhttp-2012-x64"]),
        (state_of(9600, dotnet=379893), ("management_point",), 2403, ["dotnet-4.8"]),
        (state_of(9600, dotnet=379893), ("client",), 2403, ["dotnet-4.8"]),
        (state_of(14393, dotnet=394802), ("management_point",), 2403, ["dotnet-4.8"]),
        # Recommended only: nothing is installed for it.
        (state_of(14393, dotnet=394802), ("management_point",), 2309, []),
        (state_of(9600, dotnet=379893), ("distribution_point",), 2403, []),
        (state_of(14393, dotnet=394802), ("client",), 2603, []),
        (with_sql(state_of(9600), "11.2.5058.0"), ("site_database",), None, ["sql-2012-sp4"]),
        (with_sql(state_of(9600), "11.4.7001.0"), ("site_database",), None, []),
        (with_sql(state_of(9600), "12.0.2000.8"), ("site_database",), None, ["sql-2014-sp3"]),
        (with_sql(state_of(7601), "10.50.2500.0"), ("site_database",), None, ["sql-2008-r2-sp3"]),
        (with_sql(state_of(7601), "10.53.6000.34"), ("site_database",), None, ["sql-2008-r2-tls"]),
        # KB3146034: has TLS 1.2 and stops now and then.
        (with_sql(state_of(7601), "10.53.6537.0"), ("site_database",), None, ["sql-2008-r2-tls"]),
        (with_sql(state_of(7601), "10.3.5500.0"), ("site_database",), None, ["sql-2008-sp4"]),
        (with_sql(state_of(9600), "11.2.5058.0", "12.0.2000.8"), (), None, ["sql-2012-sp4", "sql-2014-sp3"]),
        (with_sql(state_of(14393), "13.0.1601.5", express=True), ("secondary_site",), None, ["sql-2016-sp3"]),
        (with_wsus(state_of(9600), "6.3.9600.16384"), ("software_update_point",), None, ["wsus-2012-r2-x64"]),
        (with_wsus(state_of(9600), "6.3.9600.20000"), ("software_update_point",), None, []),
        (with_wsus(state_of(9200), "6.2.9200.16384"), ("software_update_point",), None, ["wsus-2012-x64"]),
    ],
)
def test_what_a_machine_gets(
    state: HostState, roles: tuple[str, ...], release: int | None, expected: list[str]
) -> None:
    wanted = [name for name in ids(chosen(state, *roles, release=release)) if not name.startswith(("native", "odbc"))]
    if "winhttp-2012-x64" not in expected:
        wanted = [name for name in wanted if name != "winhttp-2012-x64"]
    assert wanted == expected


def test_drivers_of_a_management_point() -> None:
    state = state_of(17763)
    assert ids(chosen(state, "management_point", release=2503)) == ["native-client-11-x64", "odbc18-x64"]
    # From 2603 on the Native Client is not needed any more.
    assert ids(chosen(state, "management_point", release=2603)) == ["odbc18-x64"]
    bad = with_client(state, "odbc18", "18.6.1.1")
    assert ids(chosen(bad, "management_point", release=2603)) == ["odbc18-x64"]
    assert is_installed(package("odbc18-x64"), bad, RUNTIME) is False
    good = with_client(state, "odbc18", "18.5.2.1")
    assert ids(chosen(good, "management_point", release=2603)) == []


def test_the_runtime_of_a_driver_comes_first_and_is_named_for_it() -> None:
    selection = chosen(state_of(17763), "management_point", release=2603, installed=Installed())
    assert [(need.package.id, need.reasons) for need in selection.needs] == [
        ("visual-cpp-x64", ("odbc18-x64",)),
        ("odbc18-x64", ("sql-odbc18",)),
    ]


def test_without_the_runtime_the_driver_is_left_open() -> None:
    selection = chosen(
        state_of(17763), "management_point", release=2603, installed=Installed(), available={"odbc18-x64"}
    )
    assert ids(selection) == [] and [row.code for row in selection.open] == ["no_file"]
    assert "vc_redist.x64.exe" in selection.open[0].remedy


def test_sql_server_is_left_open_unless_asked_for() -> None:
    selection = chosen(with_sql(state_of(9600), "11.2.5058.0"), "site_database", sql_server=False)
    assert ids(selection) == [] and [row.code for row in selection.open] == ["sql_server_not_asked"]


def test_sql_server_is_left_open_also_when_its_package_is_named() -> None:
    state = with_sql(state_of(14393), "13.0.1601.5")
    named = chosen(state, requested=["sql-2016-sp3"], sql_server=False)
    assert ids(named) == [] and [row.code for row in named.open] == ["sql_server_not_asked"]
    assert ids(chosen(state, requested=["sql-2016-sp3"])) == ["sql-2016-sp3"]


@pytest.mark.parametrize("sql_server", [True, False])
def test_an_instance_of_a_failover_cluster_is_left_open(sql_server: bool) -> None:
    state = with_sql(state_of(9600), "11.2.5058.0", "12.0.2000.8")
    clustered = Installed(clustered={"MSSQL.I0"})
    found = chosen(state, "site_database", installed=clustered, sql_server=sql_server)
    assert ids(found) == (["sql-2014-sp3"] if sql_server else [])
    assert [row.code for row in found.open] == ["sql_server_cluster", *([] if sql_server else ["sql_server_not_asked"])]
    named = chosen(state, "site_database", requested=["sql-2012-sp4"], installed=clustered, sql_server=sql_server)
    assert ids(named) == [] and {row.code for row in named.open} == {"sql_server_cluster"}


def test_without_a_file_the_finding_is_left_open() -> None:
    selection = chosen(state_of(9600, dotnet=379893), "client", release=2309, available=set())
    assert ids(selection) == []
    assert {(row.subject, row.code) for row in selection.open} == {("dotnet-release", "no_file")}


def test_the_owner_may_have_another_version_that_is_enough() -> None:
    state = state_of(9600, dotnet=379893)
    only = {"dotnet-4.6.2"}
    assert ids(chosen(state, "client", release=2603, available=only)) == ["dotnet-4.6.2"]
    assert ids(chosen(state, "admin_console", release=2603, available=only)) == []


def test_where_no_package_fits_the_finding_says_so() -> None:
    selection = chosen(state_of(10240, "Client", dotnet=379893), "admin_console", release=2603)
    assert "dotnet-release" in {row.subject for row in selection.open if row.code == "no_package"}


def test_what_a_package_goes_after_is_installed_where_it_is_at_hand_and_not_listed() -> None:
    state = state_of(7601, "Client", dotnet=379893)

    def got(**how: object) -> list[str]:
        return ids(chosen(state, "client", requested=["dotnet-4.8"], **how))

    assert got() == ["servicing-7-x64", "sha2-7-x64", "dotnet-4.8"]
    assert got(available={"dotnet-4.8", "servicing-7-x64"}) == ["dotnet-4.8"]
    assert got(installed=Installed(updates={"KB4474419"})) == ["dotnet-4.8"]
    needs = chosen(state, "client", requested=["dotnet-4.8"]).needs
    assert [need.reasons for need in needs] == [("sha2-7-x64",), ("dotnet-4.8",), ("dotnet-release",)]
    newer = state_of(9200, dotnet=379893)
    assert ids(chosen(newer, "distribution_point", requested=["dotnet-4.8"])) == ["dotnet-4.8"]


def test_only_what_was_requested() -> None:
    state = with_file(state_of(7601, "Client", dotnet=379893), "winhttp", OLD_7)
    assert ids(chosen(state, "client", requested=["dotnet-4.8"]))[-1:] == ["dotnet-4.8"]
    assert ids(chosen(state, "client", requested=["net35-7-x64"])) == ["net35-7-x64"]
    there = Installed(updates={"KB3154518"})
    assert ids(chosen(state, "client", requested=["net35-7-x64"], installed=there)) == []
    assert ids(chosen(state, "client", requested=["net35-2012-x64"])) == []


@pytest.mark.parametrize("row", packages(), ids=lambda row: row.id)
def test_a_machine_that_cannot_tell_is_not_taken_for_done(row: object) -> None:
    state = replace(state_of(7601), file_versions={}, wsus=None)
    answer = is_installed(row, state, Installed())  # type: ignore[arg-type]
    assert answer is not True or row.component in ("dotnet", "sql_server")  # type: ignore[attr-defined]

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL client components: where they are found, from when they speak TLS 1.2, and what ConfigMgr asks for."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import (
    Version,
    known_bad,
    load_table,
    sql_client,
    sql_client_requirement,
    sql_client_requirements,
    sql_client_tls12,
    sql_clients,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_configmgr import ConfigMgrRelease

CLIENTS = {
    "snac9": (None, "never"),
    "snac10": ("SQLNCLI10", "from_version"),
    "snac11": ("SQLNCLI11", "from_version"),
    "odbc11": ("MSODBCSQL11", "from_version"),
    "odbc13": ("MSODBCSQL13", "always"),
    "odbc17": ("MSODBCSQL17", "always"),
    "odbc18": ("MSODBCSQL18", "always"),
    "oledb18": ("MSOLEDBSQL", "always"),
    "oledb19": ("MSOLEDBSQL19", "always"),
    "mdac": (None, "windows"),
}


def test_the_components() -> None:
    assert {row.id: (row.registry_key, row.tls12) for row in sql_clients()} == CLIENTS
    assert {row.value for row in sql_clients()} == {"InstalledVersion"}


@pytest.mark.parametrize(
    ("client", "version", "expected"),
    [
        ("snac9", "9.0.5000.0", False),
        ("snac10", "10.0.6542.0", False),
        ("snac10", "10.0.6543.0", True),
        ("snac10", "10.4.6543.0", True),
        ("snac10", "10.50.6536.0", False),
        ("snac10", "10.50.6537.0", True),
        ("snac10", "10.51.6537.0", True),
        ("snac10", "10.53.6560.0", True),
        ("snac10", "10.51.2500.0", False),
        ("snac11", "11.0.2100.60", False),
        ("snac11", "11.2.5058.0", False),
        ("snac11", "11.3.6537.9", False),
        ("snac11", "11.3.6538.0", True),
        ("snac11", "11.4.7001.0", True),
        ("snac11", "11.4.7462.6", True),
        ("odbc11", "12.0.2000.8", False),
        ("odbc11", "12.0.4219.0", True),
        ("odbc11", "12.2.5543.11", True),
        ("odbc13", "14.0.1000.169", True),
        ("odbc17", "17.10.5.1", True),
        ("odbc18", "18.1.1.1", True),
        ("oledb18", "18.6.7.0", True),
        ("oledb19", "19.3.2.0", True),
        ("mdac", "10.0.1.1", None),
    ],
)
def test_tls12_by_version(client: str, version: str, expected: bool | None) -> None:
    assert sql_client_tls12(client, Version.parse(version)) is expected


@pytest.mark.parametrize(("client", "expected"), [("odbc18", True), ("snac9", False), ("snac11", None), ("mdac", None)])
def test_tls12_without_a_version(client: str, expected: bool | None) -> None:
    assert sql_client_tls12(client, None) is expected


def test_the_driver_of_windows() -> None:
    assert sql_client("mdac").windows_builds == {17763: 1554, 18362: 1198, 18363: 1198, 19041: 610, 19042: 610}


# Release, what Native Client 11 must be, what ODBC 18 must be; None: not needed.
REQUIREMENTS = [
    (1702, "11.0.6538.0", None),
    (1806, "11.0.6538.0", None),
    (1810, "11.0.7001.0", None),
    (2303, "11.0.7001.0", None),
    (2309, "11.0.7001.0", "18.1.0.0"),
    (2403, "11.0.7001.0", "18.1.0.0"),
    (2409, "11.0.7001.0", "18.1.0.0"),
    (2503, "11.0.7001.0", "18.4.1.1"),
    (2509, "11.0.7001.0", "18.4.1.1"),
    (2603, None, "18.4.1.1"),
    (9999, None, "18.4.1.1"),
]


@pytest.mark.parametrize(("configmgr", "native_client", "odbc"), REQUIREMENTS)
def test_what_a_release_asks_for(configmgr: int, native_client: str | None, odbc: str | None) -> None:
    rows = {row.client: row for row in sql_client_requirements(configmgr)}
    for client, wanted in (("snac11", native_client), ("odbc18", odbc)):
        assert rows[client].needed is (wanted is not None)
        assert (str(rows[client].min) if rows[client].min else None) == wanted
        assert sql_client_requirement(client, configmgr) == rows[client]


def test_an_unknown_release_asks_for_the_most_that_a_supported_one_does() -> None:
    supported = [row.release for row in load_table("configmgr", ConfigMgrRelease) if row.supported]
    asked = [(row.client, row.min) for release in supported for row in sql_client_requirements(release) if row.min]
    most = {
        client: max((least for name, least in asked if name == client), key=sql_client(client).key)
        for client, _least in asked
    }
    assert {row.client: row.min for row in sql_client_requirements(None)} == most
    assert {name: str(least) for name, least in most.items()} == {"snac11": "11.0.7001.0", "odbc18": "18.4.1.1"}


def test_releases_before_the_table_ask_for_nothing() -> None:
    assert sql_client_requirements(1511) == ()


@pytest.mark.parametrize(
    ("installed", "enough"),
    [
        ("11.4.7001.0", True),
        ("11.0.7001.0", True),
        ("11.4.7462.6", True),
        ("11.3.6538.0", False),
        ("11.4.7000.9", False),
    ],
)
def test_native_client_is_compared_without_the_minor(installed: str, enough: bool) -> None:
    row = sql_client_requirement("snac11", 2509)
    assert row is not None
    assert row.min is not None
    client = sql_client("snac11")
    assert (client.key(Version.parse(installed)) >= client.key(row.min)) is enough


@pytest.mark.parametrize(
    ("installed", "enough"),
    [("18.4.1.1", True), ("18.5.2.1", True), ("18.6.1.1", True), ("18.3.3.1", False), ("17.10.6.1", False)],
)
def test_odbc_is_compared_with_the_minor(installed: str, enough: bool) -> None:
    row = sql_client_requirement("odbc18", 2509)
    assert row is not None
    assert row.min is not None
    client = sql_client("odbc18")
    assert (client.key(Version.parse(installed)) >= client.key(row.min)) is enough


def test_odbc_18_6_1_1_must_go() -> None:
    bad = known_bad("odbc18", Version.parse("18.6.1.1"))
    assert bad is not None
    assert [str(version) for version in bad.alternatives] == ["18.6.2.1", "18.5.2.1", "18.4.1.1"]
    for version in ("18.6.2.1", "18.5.2.1", "18.4.1.1"):
        assert known_bad("odbc18", Version.parse(version)) is None
    assert known_bad("odbc17", Version.parse("18.6.1.1")) is None


def test_an_unknown_component_is_an_error() -> None:
    with pytest.raises(KeyError):
        sql_client("odbc99")

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL Server and its client components."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.stacks import stack_offer
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import (
    findings,
    judged,
    state_of,
    verdict,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import (
    site,
    sql_client,
    sql_instance,
    windows,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import text

SNAC, ODBC = "sql-native-client", "sql-odbc18"


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("9.0.5000.0", "fail sql_too_old"),
        ("10.0.6000.29", "fail sql_too_old"),
        ("10.0.6543.0", "fail sql_too_old"),
        ("10.0.6547.0", "pass"),
        ("10.50.6000.34", "fail sql_too_old"),
        ("10.50.6537.0", "fail sql_too_old"),
        ("10.50.6542.0", "pass"),
        ("10.53.6542.0", "pass"),
        ("11.0.3000.0", "fail sql_too_old"),
        ("11.0.5058.0", "fail sql_too_old"),
        ("11.0.5352.0", "pass"),
        ("11.0.5500.0", "fail sql_too_old"),
        ("11.0.5644.2", "pass"),
        ("11.0.6020.0", "fail sql_too_old"),
        ("11.0.6216.27", "pass"),
        ("11.4.7001.0", "pass"),
        ("12.0.2000.8", "fail sql_too_old"),
        ("12.0.2271.0", "pass"),
        ("12.0.2300.0", "fail sql_too_old"),
        ("12.0.4050.0", "fail sql_too_old"),
        ("12.0.4100.1", "fail sql_too_old"),
        ("12.0.4219.0", "pass"),
        ("12.0.4400.0", "fail sql_too_old"),
        ("12.0.4439.1", "pass"),
        ("12.0.5000.0", "pass"),
        ("12.3.6024.0", "pass"),
        ("13.0.1601.5", "pass"),
        ("14.0.1000.169", "pass"),
        ("15.0.2000.5", "pass"),
        ("16.0.1000.6", "pass"),
        ("99.0.1.1", "warn sql_newer"),
        ("8.0.2039.0", "unknown sql_build_unknown"),
        ("no version", "unknown sql_build_unknown"),
    ],
)
def test_the_build_of_an_instance(version: str, expected: str) -> None:
    assert judged(sql_instance(windows(), version), "sql-server-build") == expected


@pytest.mark.parametrize("name", ["MICROSOFT##WID", "MICROSOFT##SSEE", "Microsoft##wid"])
def test_the_database_that_is_a_part_of_windows_is_passed_over(name: str) -> None:
    machine = sql_instance(windows(), "11.0.2100.60", name)
    assert judged(machine, "sql-server-build") == "not_applicable"
    assert judged(sql_instance(machine, "15.0.4043.16"), "sql-server-build") == "pass"


@pytest.mark.parametrize(
    ("version", "release", "expected"),
    [
        ("11.4.7001.0", 2603, "does not support SQL Server 2012"),
        ("12.3.6024.0", 2603, "ended on 2024-07-09"),
        ("13.3.6300.2", 2603, "ended on 2026-07-14"),
        ("14.0.3006.16", 2603, "from build 14.0.3008.27 on"),
        ("15.0.4043.16", 2603, None),
        ("16.0.1000.6", 2211, "from 2303 on"),
        ("16.0.1000.6", None, None),
        ("17.0.1000.7", 2509, "from 2603 on"),
        ("17.0.1000.7", 2603, None),
        ("18.0.1.1", 2603, "newer than what is known"),
    ],
)
def test_what_configmgr_supports(version: str, release: int | None, expected: str | None) -> None:
    finding = findings(sql_instance(windows(), version), ["site_database"], release)["sql-server-supported"]
    assert verdict(finding) == ("pass" if expected is None else "warn sql_unsupported")
    assert expected is None or expected in finding.outcome.reasons[0].phrase


def test_express_of_a_secondary_site_has_rows_of_its_own() -> None:
    machine = sql_instance(windows(), "12.3.6024.0", "CONFIGMGRSEC")
    finding = findings(machine, ["secondary_site"], 2603)["sql-server-supported"]
    assert "does not support SQL Server 2014 Express" in finding.outcome.reasons[0].phrase


def test_a_driver_newer_than_all_is_said_to_be_so() -> None:
    machine = windows().set(
        r"SOFTWARE\ODBC\ODBCINST.INI\ODBC Drivers", "ODBC Driver 19 for SQL Server", text("Installed")
    )
    assert judged(machine, "sql-odbc18", ["management_point"], 2603) == "warn driver_newer"
    assert "TLS 1.2" in stack_offer(state_of(machine), "sql_client", 2603).sure
    old = sql_client(machine, "MSODBCSQL18", "18.5.2.1")
    assert judged(old, "sql-odbc18", ["management_point"], 2603) == "pass"


def test_kb3146034_is_named_as_the_build_that_is_needed() -> None:
    finding = findings(sql_instance(windows(), "10.50.6537.0"))["sql-server-build"]
    assert "10.50.6542.0" in finding.outcome.reasons[0].phrase


def test_every_instance_has_to_be_good() -> None:
    machine = sql_instance(sql_instance(windows(), "13.0.5026.0"), "11.0.3000.0", "OLD")
    finding = findings(machine)["sql-server-build"]
    assert [reason.phrase.split()[1] for reason in finding.outcome.reasons] == ["OLD"]
    assert finding.outcome.evidence[0].path.endswith(r"MSSQL11.OLD\Setup\PatchLevel")
    sql_instance(machine, "no version", "ODD")
    assert judged(machine, "sql-server-build") == "fail sql_too_old sql_build_unknown"


def test_a_site_database_without_an_instance_is_not_passed_over() -> None:
    assert judged(windows(), "sql-server-build") == "not_applicable"
    assert judged(windows(), "sql-server-build", ["site_database"]) == "unknown instance_not_found"


def test_instances_that_cannot_be_read() -> None:
    machine = sql_instance(windows(), "13.0.5026.0").deny(rf"{hosts.SQL}\MSSQL13.MSSQLSERVER\Setup")
    assert judged(machine, "sql-server-build") == "unknown sql_build_unknown"
    hidden = sql_instance(windows(), "13.0.5026.0").deny(rf"{hosts.SQL}\Instance Names\SQL")
    assert judged(hidden, "sql-server-build", ["site_database"]) == "unknown instance_not_found"


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("13.0.5026.0", "pass"),
        ("13.2.5026.0", "pass"),
        ("14.0.1000.169", "pass"),
        ("13.0.4001.0", "fail sql_too_old"),
        ("13.2.4001.0", "fail sql_too_old"),
        ("12.0.6024.0", "fail sql_too_old"),
        ("", "unknown sql_build_unknown"),
    ],
)
def test_sql_express_of_a_secondary_site(version: str, expected: str) -> None:
    machine = windows().set(rf"{hosts.SQL}\Instance Names\SQL", "CONFIGMGRSEC", text("MSSQL13.CONFIGMGRSEC"))
    if version:
        machine.set(rf"{hosts.SQL}\MSSQL13.CONFIGMGRSEC\Setup", "PatchLevel", text(version))
    assert judged(machine, "sql-express-build", ["secondary_site"]) == expected
    assert judged(machine, "sql-express-build", ["site_server"]) == "not_applicable"


def test_a_secondary_site_with_a_full_sql_server() -> None:
    machine = sql_instance(windows(), "12.0.2000.8")
    assert judged(machine, "sql-express-build", ["secondary_site"]) == "not_applicable"


@pytest.mark.parametrize(
    ("version", "release", "expected"),
    [
        ("11.4.7001.0", 2309, "pass"),
        ("11.0.7001.0", 2309, "pass"),
        ("11.4.7462.6", 2309, "pass"),
        ("11.4.7001.0", 2509, "pass"),
        ("11.3.6540.0", 2509, "fail client_too_old"),
        ("11.3.6540.0", 1810, "fail client_too_old"),
        ("11.3.6540.0", 1806, "pass"),
        ("11.3.6518.0", 1806, "fail client_too_old"),
        (None, 2509, "fail client_missing"),
        (None, 2309, "fail client_missing"),
        (None, 2603, "not_applicable"),
        ("11.0.2100.60", 2603, "not_applicable"),
        ("eleven", 2309, "unknown version_unknown"),
        ("11.4.7001.0", None, "pass"),
        (None, None, "warn release_unknown"),
        ("11.3.6540.0", None, "warn release_unknown"),
        ("11.0.2100.60", None, "fail client_too_old"),
    ],
)
def test_native_client(version: str | None, release: int | None, expected: str) -> None:
    machine = windows() if version is None else sql_client(windows(), "SQLNCLI11", version)
    assert judged(machine, SNAC, ["management_point"], release) == expected


@pytest.mark.parametrize(
    ("version", "release", "expected"),
    [
        (None, 2303, "not_applicable"),
        (None, 2309, "fail client_missing"),
        ("18.1.0.0", 2309, "pass"),
        ("18.0.1.1", 2309, "fail client_too_old"),
        ("18.4.1.1", 2309, "pass"),
        ("18.1.2.1", 2409, "pass"),
        ("18.1.2.1", 2503, "fail client_too_old"),
        ("18.4.1.0", 2503, "fail client_too_old"),
        ("18.4.1.1", 2503, "pass"),
        ("18.5.2.1", 2603, "pass"),
        (None, 2603, "fail client_missing"),
        ("eighteen", 2503, "unknown version_unknown"),
        (None, None, "warn release_unknown"),
        ("18.1.2.1", None, "warn release_unknown"),
        ("18.4.1.1", None, "pass"),
    ],
)
def test_odbc_18(version: str | None, release: int | None, expected: str) -> None:
    machine = windows() if version is None else sql_client(windows(), "MSODBCSQL18", version)
    assert judged(machine, ODBC, ["management_point"], release) == expected


def test_a_driver_that_is_listed_without_a_version() -> None:
    machine = windows().set(
        r"SOFTWARE\ODBC\ODBCINST.INI\ODBC Drivers", "ODBC Driver 18 for SQL Server", text("Installed")
    )
    assert judged(machine, ODBC, ["management_point"], 2503) == "unknown version_unknown"
    assert judged(machine, "sql-client-known-bad", ["management_point"], 2503) == "unknown version_unknown"


def test_the_release_of_the_site_server_itself_decides() -> None:
    assert judged(site(windows(), 9106), ODBC) == "not_applicable"
    assert judged(site(windows(), 9122), ODBC) == "fail client_missing"


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("18.6.1.1", "fail known_bad"),
        ("18.6.1.2", "pass"),
        ("18.5.2.1", "pass"),
        ("18.4.1.1", "pass"),
        (None, "pass"),
    ],
)
def test_a_version_that_breaks_the_site(version: str | None, expected: str) -> None:
    machine = windows() if version is None else sql_client(windows(), "MSODBCSQL18", version)
    assert judged(machine, "sql-client-known-bad", ["site_server"], 2503) == expected
    assert judged(machine, "sql-client-known-bad", ["client"]) == "not_applicable"


def test_what_to_take_instead_is_named() -> None:
    reasons = findings(sql_client(windows(), "MSODBCSQL18", "18.6.1.1"), ["site_server"])[
        "sql-client-known-bad"
    ].outcome.reasons
    assert "18.5.2.1" in reasons[0].phrase


@pytest.mark.parametrize(
    ("key", "version", "expected"),
    [
        ("SQLNCLI10", "10.0.6543.0", "pass"),
        ("SQLNCLI10", "10.0.6542.0", "warn driver_without_tls12"),
        ("SQLNCLI10", "10.50.6537.0", "pass"),
        ("SQLNCLI10", "10.50.6536.0", "warn driver_without_tls12"),
        ("SQLNCLI10", "10.51.6537.0", "pass"),
        ("SQLNCLI10", "ten", "warn driver_without_tls12"),
        ("MSODBCSQL11", "12.0.4219.0", "pass"),
        ("MSODBCSQL11", "12.0.2000.8", "warn driver_without_tls12"),
        ("MSODBCSQL13", "14.0.1000.169", "pass"),
        ("MSODBCSQL17", "17.1.0.1", "pass"),
        ("MSOLEDBSQL", "18.0.0.0", "pass"),
        ("SQLNCLI11", "11.4.7001.0", "pass"),
        ("SQLNCLI11", "11.0.2100.60", "warn driver_without_tls12"),
    ],
)
def test_drivers_of_other_software(key: str, version: str, expected: str) -> None:
    assert judged(sql_client(windows(), key, version), "sql-client-others") == expected
    assert judged(windows(), "sql-client-others") == "not_applicable"


@pytest.mark.parametrize(
    ("role", "release", "expected"),
    [
        ("site_server", 2509, "pass"),
        ("site_server", None, "pass"),
        ("site_server", 2603, "warn driver_without_tls12"),
        ("distribution_point", 2509, "warn driver_without_tls12"),
        ("client", 2509, "warn driver_without_tls12"),
        ("component_database", 2509, "warn driver_without_tls12"),
    ],
)
def test_an_old_native_client_is_judged_in_one_place_or_the_other(
    role: str, release: int | None, expected: str
) -> None:
    machine = sql_client(windows(), "SQLNCLI11", "11.0.2100.60")
    assert judged(machine, "sql-client-others", [role], release) == expected
    assert judged(machine, "sql-native-client", [role], release).startswith("fail") == (expected == "pass")


WSUS_2012, WSUS_2012_R2 = "6.2.9200.22167", "6.3.9600.18694"


@pytest.mark.parametrize(
    ("build", "version", "expected"),
    [
        (9200, WSUS_2012, "pass"),
        (9200, "6.2.9200.22166", "fail update_missing"),
        (9200, "6.2.9200.16384", "fail update_missing"),
        (9200, None, "unknown file_version_unknown"),
        (9600, WSUS_2012_R2, "pass"),
        (9600, "6.3.9600.18000", "fail update_missing"),
        (9600, "6.3.9600.20000", "pass"),
        (9600, None, "unknown file_version_unknown"),
        (14393, None, "pass"),
        (17763, None, "pass"),
        (6003, None, "fail wsus_without_tls12"),
        (7601, None, "fail wsus_without_tls12"),
        (5000, None, "unknown windows_unknown"),
    ],
)
def test_wsus(build: int, version: str | None, expected: str) -> None:
    assert judged(hosts.wsus(windows(build), version), "wsus-update") == expected


@pytest.mark.parametrize(
    ("build", "roles", "expected"),
    [
        (9600, ["software_update_point"], "unknown wsus_not_found"),
        (9200, ["software_update_point"], "unknown wsus_not_found"),
        (7601, ["software_update_point"], "unknown wsus_not_found"),
        (7601, ["management_point"], "not_applicable"),
        (17763, ["software_update_point"], "not_applicable"),
        (9600, ["management_point"], "not_applicable"),
    ],
)
def test_a_software_update_point_on_which_wsus_is_not_seen(build: int, roles: list[str], expected: str) -> None:
    assert judged(windows(build), "wsus-update", roles) == expected


def test_wsus_that_cannot_be_read_is_not_passed_over() -> None:
    machine = hosts.wsus(windows(9600), WSUS_2012_R2).deny(rf"{hosts.MICROSOFT}\Update Services\Server\Setup")
    assert judged(machine, "wsus-update", ["software_update_point"]) == "unknown wsus_not_found"
    assert judged(machine, "state-readable") == "unknown unreadable"

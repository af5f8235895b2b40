# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ConfigMgr: release numbers, and what is known of each role."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import (
    config_files,
    configmgr_release,
    configmgr_row,
    configmgr_supported,
    role,
    roles,
    roles_named,
)

RELEASES = {
    8325: 1511, 8355: 1602, 8412: 1606, 8458: 1610, 8498: 1702, 8540: 1706, 8577: 1710, 8634: 1802, 8692: 1806,
    8740: 1810, 8790: 1902, 8853: 1906, 8913: 1910, 8968: 2002, 9012: 2006, 9040: 2010, 9049: 2103, 9058: 2107,
    9068: 2111, 9078: 2203, 9088: 2207, 9096: 2211, 9106: 2303, 9122: 2309, 9128: 2403, 9132: 2409, 9135: 2503,
    9141: 2509, 9146: 2603,
}  # fmt: skip


@pytest.mark.parametrize(("build", "release"), RELEASES.items())
def test_release(build: int, release: int) -> None:
    assert configmgr_release(build) == release
    row = configmgr_row(build)
    assert row is not None
    assert not row.assumed


@pytest.mark.parametrize(("build", "release"), [(8326, 1511), (9123, 2309), (9145, 2509), (9999, 2603)])
def test_an_unknown_build_is_the_older_neighbour(build: int, release: int) -> None:
    row = configmgr_row(build)
    assert row is not None
    assert (row.release, row.assumed) == (release, True)
    assert configmgr_release(build) == release


@pytest.mark.parametrize("build", [0, 7711, 8324])
def test_before_current_branch_there_is_no_release(build: int) -> None:
    assert configmgr_release(build) is None
    assert configmgr_row(build) is None


@pytest.mark.parametrize(
    ("release", "supported"),
    [(1511, False), (2409, False), (2503, False), (2509, True), (2603, True), (2609, True), (1500, False)],
)
def test_what_microsoft_supports_in_november_2026(release: int, supported: bool) -> None:
    assert configmgr_supported(release) is supported


# Role, restart group, sides, .NET, SQL client, and what else it needs.
ROLES = [
    ("site_server", 50, "cs", "full", "yes", ""),
    ("passive_site_server", 40, "cs", "full", "yes", ""),
    ("secondary_site", 30, "cs", "full", "yes", "sql_express_min"),
    ("site_database", 20, "cs", "base", "yes", "sql_build"),
    ("component_database", 20, "cs", "no", "no", "sql_build"),
    ("sms_provider", 45, "cs", "full", "yes", ""),
    ("management_point", 60, "cs", "full", "yes", "winhttp"),
    ("distribution_point", 70, "cs", "recommended", "conditional", "winhttp"),
    ("pull_distribution_point", 70, "cs", "recommended", "no", "winhttp"),
    ("software_update_point", 65, "cs", "full", "yes", "wsus_build cipher_suites"),
    ("reporting_services_point", 75, "cs", "full", "yes", ""),
    ("service_connection_point", 80, "c", "full", "yes", "cipher_suites"),
    ("state_migration_point", 75, "cs", "base", "yes", ""),
    ("fallback_status_point", 75, "c", "recommended", "no", ""),
    ("endpoint_protection_point", 75, "c", "base", "yes", ""),
    ("enrollment_point", 75, "cs", "full", "yes", ""),
    ("enrollment_proxy_point", 75, "cs", "full", "no", ""),
    ("cmg_connection_point", 80, "c", "base", "no", "cipher_suites"),
    ("data_warehouse", 75, "c", "full", "yes", ""),
    ("asset_intelligence", 75, "c", "full", "yes", ""),
    ("certificate_registration_point", 75, "cs", "full", "yes", ""),
    ("application_catalog", 75, "cs", "base", "yes", ""),
    ("admin_console", 10, "c", "full", "no", "cipher_suites"),
    ("client", 0, "c", "base", "no", "winhttp"),
]


def test_the_roles() -> None:
    found = []
    for row in roles():
        needs = row.needs
        also = [
            name
            for name in ("winhttp", "sql_build", "wsus_build", "sql_express_min", "cipher_suites")
            if getattr(needs, name)
        ]
        sides = "".join(side[0] for side in needs.schannel)
        found.append((row.id, row.restart_group, sides, needs.dotnet, needs.sql_client, " ".join(also)))
    assert found == ROLES


def test_clients_go_first_and_the_internet_last() -> None:
    order = [row.id for row in sorted(roles(), key=lambda row: row.restart_group)]
    assert order[:4] == ["client", "admin_console", "site_database", "component_database"]
    assert set(order[-2:]) == {"service_connection_point", "cmg_connection_point"}


NAMES = {
    "SMS Site Server": {"site_server", "passive_site_server", "secondary_site"},
    "SMS SQL Server": {"site_database"},
    "SMS Provider": {"sms_provider"},
    "SMS Management Point": {"management_point"},
    "SMS Device Management Point": {"management_point"},
    "SMS Distribution Point": {"distribution_point"},
    "SMS Multicast Service Point": {"distribution_point"},
    "SMS Software Update Point": {"software_update_point"},
    "SMS SRS Reporting Point": {"reporting_services_point"},
    "SMS Dmp Connector": {"service_connection_point"},
    "SMS State Migration Point": {"state_migration_point"},
    "SMS Fallback Status Point": {"fallback_status_point"},
    "SMS Endpoint Protection Point": {"endpoint_protection_point"},
    "SMS Enrollment Server": {"enrollment_point"},
    "SMS DM Enrollment Service": {"enrollment_point"},
    "SMS Enrollment Web Site": {"enrollment_proxy_point"},
    "SMS Cloud Proxy Connector": {"cmg_connection_point"},
    "Data Warehouse Service Point": {"data_warehouse"},
    "AI Update Service Point": {"asset_intelligence"},
    "SMS Certificate Registration Point": {"certificate_registration_point"},
    "SMS Portal Web Site": {"application_catalog"},
    "SMS Application Web Service": {"application_catalog"},
    # Every site system has these three; they say nothing about a role.
    "SMS Site System": set(),
    "SMS Component Server": set(),
    "SMS Notification Server": set(),
}


@pytest.mark.parametrize(("name", "expected"), NAMES.items())
def test_names_that_configmgr_uses(name: str, expected: set[str]) -> None:
    assert {row.id for row in roles_named(name)} == expected
    assert {row.id for row in roles_named(name.upper())} == expected


def test_every_name_is_tested() -> None:
    assert {name for row in roles() for name in row.configmgr_names} == {name for name, ids in NAMES.items() if ids}


SMS = r"HKLM\SOFTWARE\Microsoft\SMS"
# What one visit to a machine reads: a detection row can only use these.
READ = {
    (SMS, 64),
    (SMS + r"\Identification", 64),
    (SMS + r"\Setup", 64),
    (SMS + r"\SQL Server", 64),
    (SMS + r"\Mobile Client", 64),
    (SMS + r"\DP", 64),
    (SMS + r"\COMPONENTS\SMS_EXECUTIVE\Threads", 64),
    (r"HKLM\SOFTWARE\Microsoft\CCM\CcmExec", 64),
    (r"HKLM\SOFTWARE\Microsoft\ConfigMgr10", 32),
    (r"HKLM\SOFTWARE\Microsoft\Update Services\Server\Setup", 64),
    (r"HKLM\SOFTWARE\Microsoft\Microsoft SQL Server\Instance Names\SQL", 64),
    (r"HKLM\SOFTWARE\Microsoft\Microsoft SQL Server\Instance Names\SQL", 32),
}


def test_detection_uses_only_what_a_visit_reads() -> None:
    assert {(row.key, row.view) for each in roles() for row in each.detection} <= READ


def test_every_role_but_two_leaves_a_trace() -> None:
    assert {row.id for row in roles() if not row.detection} == {"passive_site_server", "component_database"}


def test_a_site_server_and_a_secondary_site_are_never_both_found() -> None:
    (primary,), (secondary,) = role("site_server").detection, role("secondary_site").detection
    assert (primary.key, primary.value, primary.data) == (secondary.key, secondary.value, secondary.data)
    assert (primary.test, secondary.test) == ("not_equals", "equals")
    assert primary.data == 2


def test_no_trace_belongs_to_two_roles_but_that_of_a_secondary_site_which_holds_its_database() -> None:
    assert [row.data for row in role("site_database").detection] == [2]
    found = [each for each in roles() if each.id != "site_database"]
    traces = [(row.key, row.view, row.test, row.value, row.data) for each in found for row in each.detection]
    assert len(set(traces)) == len(traces)


@pytest.mark.parametrize(
    ("name", "state", "removed_in"),
    [
        ("application_catalog", "removed", 1910),
        ("certificate_registration_point", "removed", 2203),
        ("enrollment_point", "deprecated", None),
        ("asset_intelligence", "deprecated", None),
        ("management_point", "current", None),
    ],
)
def test_roles_that_are_going(name: str, state: str, removed_in: int | None) -> None:
    assert (role(name).state, role(name).removed_in) == (state, removed_in)


def test_the_files_of_a_role() -> None:
    (catalog,) = config_files("application_catalog")
    assert catalog.path.endswith("W2SP.exe.config")
    assert catalog.content == "W2SP.exe.config"
    (wsus,) = config_files("software_update_point")
    assert wsus.path.endswith("w3wp.exe.config") and wsus.content is None
    assert config_files("client") == ()


def test_an_unknown_role_is_an_error() -> None:
    with pytest.raises(KeyError):
        role("site_serve")

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requirements are asked of which role: Microsoft's table of features and what came after it."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import roles
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.finding import Status
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import findings
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import windows

EVERY_MACHINE = {
    "state-readable",
    "windows-known",
    "windows-supported",
    "windows-revision",
    "schannel-tls12-client",
    "schannel-tls12-server",
    "schannel-tls13-keys",
    "schannel-cipher-suites",
    "schannel-algorithms",
    "schannel-fips",
    "dotnet-v4-settings",
    "dotnet-v2-settings",
    "dotnet-35-update",
    "winhttp-protocols",
    "winhttp-update",
    "sql-server-build",
    "sql-client-others",
    "configmgr-release",
    "restart-after-change",
    "restart-pending",
}
DOTNET = {"dotnet-release"}
CLOUD = {"cloud-suites"}
IIS = {"tls13-client-certificates"}
SQL_CLIENT = {"sql-native-client", "sql-odbc18", "sql-client-known-bad"}

ASKED = {
    "site_server": DOTNET | SQL_CLIENT,
    "passive_site_server": DOTNET | SQL_CLIENT,
    "secondary_site": DOTNET | SQL_CLIENT | {"sql-express-build"} | {"sql-server-supported"},
    "site_database": DOTNET | SQL_CLIENT | {"sql-server-supported"},
    "component_database": set(),
    "sms_provider": DOTNET | SQL_CLIENT,
    "management_point": DOTNET | SQL_CLIENT | IIS,
    "distribution_point": DOTNET | IIS,
    "pull_distribution_point": DOTNET,
    "software_update_point": DOTNET | SQL_CLIENT | {"wsus-update"} | IIS | CLOUD,
    "reporting_services_point": DOTNET | SQL_CLIENT,
    "service_connection_point": DOTNET | SQL_CLIENT | CLOUD,
    "state_migration_point": DOTNET | SQL_CLIENT | IIS,
    "fallback_status_point": DOTNET,
    "endpoint_protection_point": DOTNET | SQL_CLIENT,
    "enrollment_point": DOTNET | SQL_CLIENT | {"enrolled-devices"},
    "enrollment_proxy_point": DOTNET | {"enrolled-devices"} | IIS,
    "cmg_connection_point": DOTNET | CLOUD,
    "data_warehouse": DOTNET | SQL_CLIENT,
    "asset_intelligence": DOTNET | SQL_CLIENT,
    "certificate_registration_point": DOTNET | SQL_CLIENT,
    "application_catalog": DOTNET | SQL_CLIENT | {"application-catalog"},
    "admin_console": DOTNET | CLOUD,
    "client": DOTNET,
}


def asked(*names: str) -> set[str]:
    found = findings(windows(), names)
    nobody = {
        one.id
        for one in found.values()
        if one.status is Status.NOT_APPLICABLE and one.outcome.actual == "no role asks for it"
    }
    return set(found) - nobody


@pytest.mark.parametrize("role", sorted(ASKED))
def test_what_a_role_is_asked(role: str) -> None:
    assert asked(role) == EVERY_MACHINE | ASKED[role]


def test_every_role_is_in_the_table() -> None:
    assert {role.id for role in roles()} == set(ASKED)


def test_a_machine_without_a_role_is_asked_what_every_machine_is() -> None:
    assert asked() == EVERY_MACHINE


def test_roles_add_up() -> None:
    assert asked("client", "software_update_point", "secondary_site") == (
        EVERY_MACHINE | ASKED["software_update_point"] | ASKED["secondary_site"]
    )


def test_the_disable_stage_has_a_requirement_of_its_own() -> None:
    assert set(findings(windows(), legacy_off=True)) - set(findings(windows())) == {"legacy-protocols"}


def test_a_role_that_nobody_knows_is_named_and_changes_nothing_else() -> None:
    found = findings(windows(), ["client", "managment_point", "x"])
    stranger = found.pop("roles-known")
    assert (stranger.status, stranger.outcome.actual) == (Status.WARN, "managment_point, x")
    assert [reason.code for reason in stranger.outcome.reasons] == ["role_unknown", "role_unknown"]
    assert set(found) == set(findings(windows(), ["client"]))

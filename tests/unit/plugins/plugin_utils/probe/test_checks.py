# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.checks import (
    HealthCheckError,
    find_check,
    health_checks,
    parse_health_checks,
)

ROW: dict[str, Any] = {
    "id": "one",
    "role": "management_point",
    "title": "One",
    "port": 443,
    "path": "/x",
    "healthy": [200],
    "limited": [],
    "hints": {},
    "source": "somewhere",
    "uncertain": False,
}

# What Microsoft's pages and public tools name, written down apart from the table.
EXPECTED = {
    "mplist": ("management_point", 443, "/SMS_MP/.sms_aut?mplist", {200}, {403}),
    "mpcert": ("management_point", 443, "/SMS_MP/.sms_aut?mpcert", {200}, {403}),
    "distribution_point": ("distribution_point", 443, "/SMS_DP_SMSPKG$", {200}, {401, 403}),
    "wsus_client": ("software_update_point", 8531, "/ClientWebService/client.asmx", {200}, {403}),
    "wsus_authorization": ("software_update_point", 8531, "/SimpleAuthWebService/SimpleAuth.asmx", {200}, {403}),
    "wsus_api": ("software_update_point", 8531, "/ApiRemoting30/WebService.asmx", {200}, {401, 403}),
    "report_server": ("reporting_services_point", 443, "/ReportServer", {200}, {401}),
    "admin_service": ("sms_provider", 443, "/AdminService/wmi/SMS_Identification", {200}, {401, 403}),
    "state_migration": ("state_migration_point", 443, "/SMSSMP/.sms_SMP?op=KeyInfo", {200}, {403}),
}


def test_the_table_holds_the_known_checks() -> None:
    rows = {
        check.id: (check.role, check.port, check.path, set(check.healthy), set(check.limited))
        for check in health_checks().values()
    }
    assert rows == EXPECTED


def test_no_status_is_both_healthy_and_limited_and_every_hint_is_for_something_else() -> None:
    for check in health_checks().values():
        assert not check.healthy & check.limited
        assert not check.healthy & set(check.hints)


def test_an_unknown_check_names_the_known_ones() -> None:
    with pytest.raises(HealthCheckError, match="no health check 'mplisst'; known are mplist, mpcert"):
        find_check("mplisst")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"path": "x"}, "row 1: the path must begin with a slash"),
        ({"source": ""}, "row 1: the source is empty"),
        ({"port": "443"}, "row 1: port must be of type int"),
        ({"port": True}, "row 1: port must be of type int"),
        ({"healthy": ["200"]}, "row 1: a status must be a number"),
        ({"hints": {"500": "broken"}}, "row 1: a status must be a number"),
        ({"extra": 1}, "row 1: its fields must be id, role"),
    ],
)
def test_a_wrong_row_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(HealthCheckError, match=words):
        parse_health_checks({"schema": 1, "checks": [{**ROW, **change}]})


@pytest.mark.parametrize("document", [None, [], {}, {"schema": 2, "checks": [ROW]}, {"schema": 1, "checks": None}])
def test_another_document_is_refused(document: object) -> None:
    with pytest.raises(HealthCheckError, match="no list of checks"):
        parse_health_checks(document)


def test_an_id_that_is_there_twice_is_refused() -> None:
    with pytest.raises(HealthCheckError, match="row 2: the id one is there twice"):
        parse_health_checks({"schema": 1, "checks": [ROW, copy.deepcopy(ROW)]})

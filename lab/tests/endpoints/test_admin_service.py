# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AdminService of the SMS Provider, asked as programs ask it."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from typing import Any

import pytest


def ask(running: Any, path: str, authorization: str = "") -> tuple[int, Any]:
    address, port = running.place("CM1", 443)
    context = ssl.create_default_context(cafile=running.ca)
    connection = http.client.HTTPSConnection(address, port, context=context, timeout=20)
    connection.request("GET", path, headers={"Authorization": authorization} if authorization else {})
    answer = connection.getresponse()
    body = answer.read()
    return answer.status, json.loads(body) if body else None


@pytest.fixture
def basic() -> str:
    return "Basic " + base64.b64encode(b"svc-tls:Lab-Only-7Pz!contoso").decode()


def test_nobody_is_told_without_a_logon(running: Any) -> None:
    assert ask(running, "/AdminService/wmi/SMS_Site")[0] == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/AdminService/wmi/SMS_Site", 200),
        ("/adminservice/WMI/SMS_Site", 200),
        ("/AdminService/wmi/sms_site", 404),
        ("/AdminService/wmi/SMS_Nothing", 404),
        ("/AdminService/wmi/SMS_SCI_SysResUse", 200),
        ("/AdminService/wmi/SMS_SCI_SysResUse?$select=RoleName", 500),
    ],
)
def test_names_have_their_case(running: Any, basic: str, path: str, status: int) -> None:
    assert ask(running, path, basic)[0] == status


def test_rows_come_in_pages_and_by_a_filter(running: Any, basic: str) -> None:
    _status, whole = ask(running, "/AdminService/wmi/SMS_SCI_SysResUse", basic)
    _status, part = ask(running, "/AdminService/wmi/SMS_SCI_SysResUse?$top=5&$skip=3", basic)
    assert part["value"] == whole["value"][3:8]
    filtered = "/AdminService/wmi/SMS_SCI_SysResUse?$filter=RoleName%20eq%20'SMS%20Management%20Point'"
    _status, points = ask(running, filtered, basic)
    assert [row["NetworkOSPath"] for row in points["value"]] == ["\\\\MP1.contoso.example", "\\\\MP2.contoso.example"]


def test_a_small_page_links_to_the_next(running: Any, basic: str) -> None:
    running.client.admin_service_reset(page=4)
    try:
        _status, first = ask(running, "/AdminService/wmi/SMS_R_System", basic)
    finally:
        running.client.admin_service_reset()
    assert len(first["value"]) == 4 and first["@odata.nextLink"].endswith("/AdminService/wmi/SMS_R_System?$skip=4")

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tls_facts: one visit, a plain and small result."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.action import tls_facts
from ansible_collections.configmgr.tls.plugins.plugin_utils._data import load
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.judged import JUDGED
from ansible_collections.configmgr.tls.tests.unit.plugins.action.fake import Bench
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import (
    enabled,
    site,
    windows,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import dword, text


def facts(place: Bench, arguments: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    result = place.run(tls_facts, arguments, **more)
    assert result["changed"] is False
    known: dict[str, Any] = result["ansible_facts"]["configmgr_tls"]
    return known


@pytest.mark.parametrize("check", [False, True])
def test_one_visit_that_changes_nothing(bench: Callable[..., Bench], check: bool) -> None:
    machine = windows(7601, "Client")
    before = machine.dump()
    place = bench(machine)
    assert facts(place, check=check)["compliant"] is False
    # This Windows is asked for a file's version, in a second line of the same session.
    assert (place.session.commands, place.session.opened, place.session.closed) == (2, 1, 1)
    assert place.session.resend == [True, True]
    assert (machine.dump(), machine.files) == (before, {})


def test_a_machine_in_order(bench: Callable[..., Bench]) -> None:
    shown = facts(bench(site(enabled(windows()), 9106)), {"roles": ["client"]})
    assert shown["roles"] == ["client", "site_server"]
    assert shown["restart_group"] == 50
    assert shown["configmgr"]["release"] == 2303
    assert shown["windows"] == {
        "build": 17763,
        "revision": 1,
        "name": "Windows Server 2019 Standard",
        "product": "server",
        "architecture": "x64",
    }
    assert shown["protocols"]["client"]["TLS 1.2"] == "on"
    assert (shown["restart_required"], shown["pending_restart"], shown["unreadable"], shown["runs"]) == (
        False,
        [],
        [],
        [],
    )
    failed = [finding["id"] for finding in shown["findings"] if finding["status"] in ("fail", "unknown")]
    assert failed == ["sql-native-client"]


def test_compliance(bench: Callable[..., Bench]) -> None:
    assert facts(bench(enabled(windows())))["compliant"] is True
    assert facts(bench(enabled(windows())), {"legacy": "off"})["compliant"] is False


def test_values_as_they_were_read(bench: Callable[..., Bench]) -> None:
    machine = windows(9200).set(hosts.WINHTTP, "DefaultSecureProtocols", dword(0xA0), 32)
    machine.set(hosts.protocol("TLS 1.2", "Client"), "Enabled", text("1"))
    machine.set(hosts.protocol("TLS 1.2", "Server")).deny(hosts.protocol("TLS 1.2", "Server"))
    settings = facts(bench(machine))["settings"]
    assert settings["WinHTTP 32-bit DefaultSecureProtocols"] == 0xA0
    assert settings["TLS 1.2 client Enabled"] == "REG_SZ 1"
    assert settings["TLS 1.2 server Enabled"] == "unreadable"
    assert "WinHTTP DefaultSecureProtocols" not in settings


@pytest.mark.parametrize(
    ("groups", "given", "expected"),
    [
        (["all", "management_point"], [], ["management_point"]),
        (["configmgr_management_point"], [], ["management_point"]),
        (["configmgr_management_point"], ["client"], ["client", "management_point"]),
        (["management_points", "webservers"], [], []),
        ([], ["management_point", "management_point"], ["management_point"]),
    ],
)
def test_roles_from_groups_and_options(
    bench: Callable[..., Bench], groups: list[str], given: list[str], expected: list[str]
) -> None:
    assert facts(bench(windows()), {"roles": given}, variables={"group_names": groups})["roles"] == expected


def test_the_release_is_an_option(bench: Callable[..., Bench]) -> None:
    def odbc(release: int) -> str:
        shown = facts(bench(windows()), {"roles": ["management_point"], "configmgr_version": release})
        return next(str(finding["status"]) for finding in shown["findings"] if finding["id"] == "sql-odbc18")

    assert [odbc(2303), odbc(2309)] == ["not_applicable", "fail"]


def test_changes_of_ours_that_are_still_there(bench: Callable[..., Bench]) -> None:
    machine = windows()
    machine.files[hosts.JOURNAL] = [f"1 job-1 enable {machine.boot},-", f"2 job-2 disable {machine.boot},-"]
    shown = facts(bench(machine))
    assert shown["runs"] == [{"run": "job-1", "stage": "enable"}, {"run": "job-2", "stage": "disable"}]
    assert shown["restart_required"] is True


@pytest.mark.parametrize(
    ("build", "product", "names"),
    [
        (7601, "Server", ["site_server", "management_point", "distribution_point"]),
        (9200, "Server", ["site_server", "management_point", "fallback_status_point"]),
        (9600, "Server", ["site_server", "reporting_services_point", "state_migration_point"]),
        (7601, "Client", ["client", "admin_console"]),
    ],
)
def test_facts_of_a_machine_on_which_everything_is_still_to_be_done_stay_small(
    bench: Callable[..., Bench], build: int, product: str, names: list[str]
) -> None:
    arguments = {"roles": names, "configmgr_version": 2503, "legacy": "off"}
    shown = facts(bench(windows(build, product, dotnet=None)), arguments)
    assert len([finding for finding in shown["findings"] if finding["status"] == "fail"]) >= 4
    size = len(json.dumps(shown))
    assert size <= 11_000, f"{size} bytes"


def test_a_machine_that_hides_everything_is_named_in_few_words(bench: Callable[..., Bench]) -> None:
    machine = windows()
    for name in ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"):
        for side in ("Client", "Server"):
            machine.set(hosts.protocol(name, side)).deny(hosts.protocol(name, side))
    (readable,) = [finding for finding in facts(bench(machine))["findings"] if finding["id"] == "state-readable"]
    assert (readable["status"], readable["actual"], len(readable["reasons"])) == ("unknown", "12 not readable", 5)


def test_no_table_is_read_in_a_worker(bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    at_hand = {*JUDGED, "conversations", "machine_requirements"}
    monkeypatch.setattr(load, "_tables", {key: rows for key, rows in load._tables.items() if key[0] in at_hand})
    monkeypatch.setattr(load, "_raw_rows", lambda name: pytest.fail(f"{name} is read for every machine"))
    assert facts(bench(site(windows(), 9106)), {"roles": ["management_point"]})["roles"]

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine itself: Windows, restarts, roles, and what could not be read."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.readiness import blocking_findings
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import findings, judged, verdict
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import site, windows
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import dword, text


@pytest.mark.parametrize(
    ("build", "product", "expected"),
    [
        (17763, "Server", "pass"),
        (7601, "Client", "pass"),
        (6002, "Server", "pass"),
        (26100, "Client", "pass"),
        (17800, "Server", "warn windows_assumed"),
        (30000, "Client", "warn windows_assumed"),
        (5000, "Server", "unknown windows_unknown"),
        (3790, "Client", "unknown windows_unknown"),
    ],
)
def test_the_build(build: int, product: str, expected: str) -> None:
    assert judged(windows(build, product), "windows-known") == expected


@pytest.mark.parametrize(
    ("build", "product", "roles", "release", "expected"),
    [
        (17763, "Server", ["site_server"], 2309, "pass"),
        (14393, "Server", ["management_point"], 2309, "pass"),
        (9600, "Server", ["management_point"], 2309, "warn windows_unsupported"),
        (9600, "Server", ["distribution_point", "client"], 2309, "warn windows_unsupported"),
        (9200, "Server", ["management_point"], 2403, "warn windows_unsupported"),
        (7601, "Client", ["client"], None, "warn windows_unsupported"),
        (9600, "Client", ["client"], None, "warn windows_unsupported"),
        (9600, "Client", [], None, "warn windows_unsupported"),
        (9600, "Server", ["client"], None, "pass"),
        (19045, "Client", ["client"], None, "warn windows_unsupported"),
        (19045, "Client", ["admin_console"], None, "warn windows_unsupported"),
        (22631, "Client", ["client"], 2603, "warn windows_unsupported"),
        (26100, "Client", ["client"], 2409, "pass"),
        (26100, "Client", ["client"], 2403, "warn windows_unsupported"),
        (26200, "Client", ["client"], 2509, "pass"),
        (26200, "Client", ["client"], 2503, "warn windows_unsupported"),
        (28000, "Client", ["client"], 2603, "warn windows_unsupported"),
        (26100, "Server", ["management_point"], 2409, "pass"),
        (26100, "Server", ["management_point"], 2403, "warn windows_unsupported"),
        (26100, "Server", ["management_point"], None, "pass"),
        (26100, "Server", ["enrollment_point"], 2603, "warn windows_unsupported"),
        (20348, "Server", ["management_point"], 2103, "warn windows_unsupported"),
        (19045, "Client", ["distribution_point"], None, "pass"),
        (19045, "Client", ["distribution_point", "client"], None, "pass"),
        (19045, "Client", ["management_point"], None, "warn windows_unsupported"),
        (19045, "Client", ["distribution_point", "management_point"], None, "warn windows_unsupported"),
        (5000, "Server", ["management_point"], None, "not_applicable"),
    ],
)
def test_support(build: int, product: str, roles: list[str], release: int | None, expected: str) -> None:
    assert judged(windows(build, product), "windows-supported", roles, release) == expected


@pytest.mark.parametrize(
    ("release", "said"), [(2309, "does not support"), (2403, "2403 and later cannot be installed")]
)
def test_where_configmgr_itself_refuses_that_is_said(release: int, said: str) -> None:
    finding = findings(windows(9600, "Server"), ["management_point"], release)["windows-supported"]
    assert said in finding.outcome.reasons[0].phrase


NOW, BEFORE = "2026-01-01T08:00:00.000000000Z", "2025-12-01T08:00:00.000000000Z"


@pytest.mark.parametrize(
    ("journal", "expected"),
    [
        ([], "pass"),
        (["something else"], "pass"),
        ([f"1 run enable {BEFORE},-"], "pass"),
        ([f"1 run enable {NOW},-"], "fail not_restarted"),
        ([f"1 run enable {BEFORE},-", f"2 run rollback=1 {NOW},-"], "fail not_restarted"),
        (["1 run enable -,-"], "unknown boot_unknown"),
        (["1 run enable -,00FF"], "unknown boot_unknown"),
    ],
)
def test_settings_are_in_force_after_a_restart(journal: list[str], expected: str) -> None:
    machine = windows()
    machine.files[hosts.JOURNAL] = journal
    assert judged(machine, "restart-after-change") == expected


def test_a_pending_restart_warns_and_says_why() -> None:
    assert judged(windows(), "restart-pending") == "pass"
    machine = windows().set(rf"{hosts.MICROSOFT}\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired")
    finding = findings(machine)["restart-pending"]
    assert (finding.status.value, finding.outcome.actual) == ("warn", "Windows Update")


PENDING = (
    rf"{hosts.MICROSOFT}\Windows\CurrentVersion\Component Based Servicing\RebootPending",
    rf"{hosts.MICROSOFT}\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired",
    rf"{hosts.CONTROL}\Session Manager",
    rf"{hosts.MICROSOFT}\ServerManager",
)


@pytest.mark.parametrize("server", [True, False])
def test_a_restart_that_cannot_be_read_of_may_be_pending(*, server: bool) -> None:
    for reason, key in enumerate(PENDING[: 4 if server else 3]):
        machine = windows() if server else windows(19045, "Client")
        machine.set(key, "CurrentRebootAttempts", text("1")).deny(key)
        assert judged(machine, "restart-pending") == "unknown pending_unknown", key
        machine.set(PENDING[1 if reason != 1 else 0])
        assert judged(machine, "restart-pending") == "warn restart_pending", key


def test_what_could_not_be_read_is_named_up_to_five() -> None:
    machine = windows()
    for name in ("TLS 1.0", "TLS 1.1", "TLS 1.2"):
        for side in ("Client", "Server"):
            machine.set(hosts.protocol(name, side)).deny(hosts.protocol(name, side))
    outcome = findings(machine)["state-readable"].outcome
    assert (outcome.status.value, outcome.actual, len(outcome.reasons)) == ("unknown", "6 not readable", 5)
    assert judged(windows(), "state-readable") == "pass"


def test_a_machine_that_does_not_tell_its_architecture_is_not_fully_read() -> None:
    assert judged(windows(architecture=""), "state-readable") == "unknown unreadable"


@pytest.mark.parametrize(
    ("roles", "release", "expected"),
    [
        (["management_point"], 2309, "pass"),
        (["management_point"], None, "warn release_unknown"),
        (["client", "admin_console"], None, "not_applicable"),
        ([], None, "not_applicable"),
        (["client"], 2309, "pass"),
    ],
)
def test_the_release(roles: list[str], release: int | None, expected: str) -> None:
    assert judged(windows(), "configmgr-release", roles, release) == expected


def test_a_machine_knows_its_release_better_than_the_caller() -> None:
    assert findings(site(windows(), 9141), [], 2309)["configmgr-release"].outcome.actual == "2509"


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        (1906, "warn catalog_legacy"),
        (None, "warn catalog_legacy"),
        (1910, "fail catalog_removed_product"),
        (2309, "fail catalog_removed_product"),
    ],
)
def test_the_application_catalog(release: int | None, expected: str) -> None:
    assert judged(windows(), "application-catalog", ["application_catalog"], release) == expected
    assert judged(windows(), "application-catalog", ["management_point"], release) == "not_applicable"


@pytest.mark.parametrize("role", ["enrollment_point", "enrollment_proxy_point"])
def test_enrolled_devices(role: str) -> None:
    assert judged(windows(), "enrolled-devices", [role]) == "warn platform_without_tls12_only"
    assert judged(windows(), "enrolled-devices", ["management_point"]) == "not_applicable"


def test_a_machine_that_says_nothing_of_itself_passes_nothing_that_depends_on_it() -> None:
    machine = windows().set(hosts.WINDOWS, "CurrentBuild", text("?"))
    shown = {name: finding.status.value for name, finding in findings(machine, ["client"]).items()}
    assert shown["windows-known"] == shown["schannel-tls12-client"] == shown["schannel-tls12-server"] == "unknown"


@pytest.mark.parametrize(
    ("build", "edition", "expected"),
    [
        (17763, "Enterprise", "warn windows_unsupported"),
        (17763, "EnterpriseS", "pass"),
        (19044, "IoTEnterpriseS", "pass"),
        (19045, "Professional", "warn windows_unsupported"),
        (14393, "EnterpriseS", "warn windows_unsupported"),
    ],
)
def test_editions_with_long_term_servicing_are_supported_for_longer(build: int, edition: str, expected: str) -> None:
    machine = windows(build, "Client").set(hosts.WINDOWS, "EditionID", text(edition))
    assert judged(machine, "windows-supported", ["client"]) == expected


@pytest.mark.parametrize(
    ("build", "revision", "expected"),
    [
        (14393, 3541, "warn update_missing"),
        (14393, 3542, "pass"),
        (17763, 1553, "warn update_missing"),
        (17763, 1554, "pass"),
        (19042, 609, "warn update_missing"),
        (9600, 1, "not_applicable"),
        (20348, 1, "not_applicable"),
    ],
)
def test_updates_that_the_revision_of_windows_shows(build: int, revision: int, expected: str) -> None:
    machine = windows(build, "Client" if build == 19042 else "Server").set(hosts.WINDOWS, "UBR", dword(revision))
    assert judged(machine, "windows-revision") == expected


def test_a_build_newer_than_all_is_said_to_be_so_and_stands_in_no_way() -> None:
    finding = findings(windows(99999))["windows-known"]
    assert (
        verdict(finding) == "warn windows_assumed"
        and "counts as Windows Server 2025" in finding.outcome.reasons[0].phrase
    )
    assert blocking_findings([finding.as_dict()]) == []


@pytest.mark.parametrize(
    ("build", "expected"),
    [(9141, "pass"), (9146, "pass"), (9150, "warn release_newer"), (9132, "warn release_unsupported")],
)
def test_the_release_of_a_site(build: int, expected: str) -> None:
    assert judged(site(windows(), build), "configmgr-release") == expected


def test_a_newer_release_counts_as_the_newest_that_is_known() -> None:
    machine = site(windows(dotnet=461814), 9999)
    assert judged(machine, "dotnet-release") == "fail dotnet_too_old"
    assert judged(machine, "sql-native-client") == "not_applicable"

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The .NET Framework: release numbers, what ConfigMgr asks for, and the updates of older Windows."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import (
    dotnet_requirement,
    dotnet_version,
    load_table,
    net35_update,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema import DotnetRelease, DotnetRequirement
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_configmgr import ConfigMgrRelease

# Every Release number that Microsoft's page lists, and the first and last number around each step.
RELEASES = [
    (378389, "4.5"),
    (378674, "4.5"),
    (378675, "4.5.1"),
    (378758, "4.5.1"),
    (379893, "4.5.2"),
    (393294, "4.5.2"),
    (393295, "4.6"),
    (393297, "4.6"),
    (394254, "4.6.1"),
    (394271, "4.6.1"),
    (394801, "4.6.1"),
    (394802, "4.6.2"),
    (394806, "4.6.2"),
    (460798, "4.7"),
    (460805, "4.7"),
    (461308, "4.7.1"),
    (461310, "4.7.1"),
    (461808, "4.7.2"),
    (461814, "4.7.2"),
    (528039, "4.7.2"),
    (528040, "4.8"),
    (528049, "4.8"),
    (528372, "4.8"),
    (528449, "4.8"),
    (533320, "4.8.1"),
    (533325, "4.8.1"),
    (533509, "4.8.1"),
]


@pytest.mark.parametrize(("release", "version"), RELEASES)
def test_version(release: int, version: str) -> None:
    row = dotnet_version(release)
    assert row is not None
    assert row.version == version


@pytest.mark.parametrize("release", [0, 378388])
def test_below_4_5_is_not_a_version(release: int) -> None:
    assert dotnet_version(release) is None


def test_every_version_begins_at_a_listed_number() -> None:
    tested = dict(RELEASES)
    for row in load_table("dotnet", DotnetRelease):
        assert tested[row.min_release] == row.version


@pytest.mark.parametrize(
    ("configmgr", "full", "base"),
    [
        (1511, "4.5.2 guidance", "4.5.2 guidance"),
        (1702, "4.5.2 guidance", "4.5.2 guidance"),
        (2103, "4.5.2 guidance", "4.5.2 guidance"),
        (2107, "4.6.2 warning", "4.6.2 warning"),
        (2111, "4.6.2 error", "4.6.2 error"),
        (2211, "4.6.2 error", "4.6.2 error"),
        (2303, "4.8 recommended", "4.6.2 error"),
        (2309, "4.8 recommended", "4.6.2 error"),
        (2403, "4.8 required", "4.6.2 error"),
        (2603, "4.8 required", "4.6.2 error"),
        (None, "4.8 required", "4.6.2 error"),
    ],
)
def test_requirement(configmgr: int | None, full: str, base: str) -> None:
    rows = [dotnet_requirement(configmgr, full=each) for each in (True, False)]
    assert [f"{row.version} {row.level}" for row in rows] == [full, base]


def test_an_unknown_release_asks_for_the_most_that_a_supported_one_does() -> None:
    supported = [row.release for row in load_table("configmgr", ConfigMgrRelease) if row.supported]
    for full in (True, False):
        most = max(dotnet_requirement(release, full=full).min_release for release in supported)
        assert dotnet_requirement(None, full=full).min_release == most


def test_where_the_requirements_begin() -> None:
    rows = load_table("dotnet_requirements", DotnetRequirement)
    assert [row.configmgr_from for row in rows] == [1702, 2107, 2111, 2303, 2403]


def test_requirements_agree_with_the_versions() -> None:
    for configmgr in (1702, 2107, 2111, 2303, 2403):
        row = dotnet_requirement(configmgr, full=True)
        version = dotnet_version(row.min_release)
        assert version is not None
        assert (version.version, version.min_release) == (row.version, row.min_release)


@pytest.mark.parametrize(
    ("windows", "net35"),
    [
        ("ws2008sp2", "KB3154517"),
        ("win7_ws2008r2", "KB3154518"),
        ("win8_ws2012", "KB3154519"),
        ("win81_ws2012r2", "KB3154520"),
        ("win10_1511", "KB3156421"),
        ("win10_1607_ws2016", None),
        ("win10_1809_ws2019", None),
        ("ws2025", None),
    ],
)
def test_updates(windows: str, net35: str | None) -> None:
    assert getattr(net35_update(windows), "kb", None) == net35

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
    net45_update,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema import DotnetRelease, DotnetRequirement

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


def test_every_listed_number_means_its_own_version() -> None:
    tested = dict(RELEASES)
    for row in load_table("dotnet", DotnetRelease):
        for number in row.release_values.values():
            assert tested[number] == row.version


@pytest.mark.parametrize(
    ("configmgr", "version", "min_release", "level"),
    [
        (1511, "4.5.2", 379893, "guidance"),
        (1702, "4.5.2", 379893, "guidance"),
        (2103, "4.5.2", 379893, "guidance"),
        (2107, "4.6.2", 394802, "warning"),
        (2111, "4.6.2", 394802, "error"),
        (2211, "4.6.2", 394802, "error"),
        (2303, "4.8", 528040, "required"),
        (2309, "4.8", 528040, "required"),
        (2403, "4.8", 528040, "required"),
        (2603, "4.8", 528040, "required"),
        (None, "4.6.2", 394802, "error"),
    ],
)
def test_requirement(configmgr: int | None, version: str, min_release: int, level: str) -> None:
    row = dotnet_requirement(configmgr)
    assert (row.version, row.min_release, row.level) == (version, min_release, level)


def test_where_the_requirements_begin() -> None:
    rows = load_table("dotnet_requirements", DotnetRequirement)
    assert [row.configmgr_from for row in rows] == [1702, 2107, 2111, 2303, 2403]


def test_requirements_agree_with_the_versions() -> None:
    for configmgr in (1702, 2107, 2111, 2303, 2403):
        row = dotnet_requirement(configmgr)
        version = dotnet_version(row.min_release)
        assert version is not None
        assert (version.version, version.min_release) == (row.version, row.min_release)


@pytest.mark.parametrize(
    ("windows", "net35", "net45"),
    [
        ("ws2008sp2", "KB3154517", None),
        ("win7_ws2008r2", "KB3154518", None),
        ("win8_ws2012", "KB3154519", "KB3099844"),
        ("win81_ws2012r2", "KB3154520", "KB3099842"),
        ("win10_1511", "KB3156421", None),
        ("win10_1607_ws2016", None, None),
        ("win10_1809_ws2019", None, None),
        ("ws2025", None, None),
    ],
)
def test_updates(windows: str, net35: str | None, net45: str | None) -> None:
    assert getattr(net35_update(windows), "kb", None) == net35
    assert getattr(net45_update(windows), "kb", None) == net45

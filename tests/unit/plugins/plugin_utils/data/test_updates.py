# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates: what they are for and how it shows that they are there."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import (
    revision_updates,
    update,
    updates,
    windows_releases,
    wsus_update,
)

# KB, component, Windows rows, what shows that it is there, restart.
UPDATES = [
    ("KB4019276", "schannel", ["ws2008sp2"], "", "windows"),
    ("KB3140245", "winhttp", ["win7_ws2008r2", "win8_ws2012"], "version", "windows"),
    ("KB3154517", "net35", ["ws2008sp2"], "", "windows"),
    ("KB3154518", "net35", ["win7_ws2008r2"], "", "windows"),
    ("KB3154519", "net35", ["win8_ws2012"], "", "windows"),
    ("KB3154520", "net35", ["win81_ws2012r2"], "", "windows"),
    ("KB3099844", "net45", ["win8_ws2012"], "", "windows"),
    ("KB3099842", "net45", ["win81_ws2012r2"], "", "windows"),
    ("KB3156421", "net35", ["win10_1511"], "revision", "windows"),
    ("KB4022721", "wsus", ["win8_ws2012"], "version", "windows"),
    ("KB4022720", "wsus", ["win81_ws2012r2"], "version", "windows"),
    ("KB3135244", "sql_server", [], "", "sql_server"),
    ("KB3135852", "sql_server", [], "", "sql_server"),
    ("KB3146034", "sql_server", [], "", "sql_server"),
    ("KB4557473", "dhe", ["win10_1607_ws2016"], "revision", "windows"),
    ("KB5017811", "policy", ["win10_1809_ws2019", "win10_1903_22h2"], "", "none"),
    ("KB4490628", "signing", ["win7_ws2008r2"], "", "none"),
    ("KB4474419", "signing", ["win7_ws2008r2"], "", "windows"),
]


def test_the_updates() -> None:
    found = []
    for row in updates():
        shown = "version" if row.detect.min_versions else "revision" if row.detect.min_revisions else ""
        found.append((row.kb, row.component, list(row.windows), shown, row.restart))
    assert found == UPDATES


@pytest.mark.parametrize(
    ("kb", "build", "version"),
    [
        ("KB3140245", 7601, "6.1.7601.23375"),
        ("KB3140245", 9200, "6.2.9200.21797"),
        ("KB4022721", 9200, "6.2.9200.22167"),
        ("KB4022720", 9600, "6.3.9600.18694"),
    ],
)
def test_the_file_version_that_proves_it(kb: str, build: int, version: str) -> None:
    assert str(update(kb).detect.min_versions[build]) == version


@pytest.mark.parametrize(
    ("kb", "build", "revision"),
    [("KB3156421", 10586, 318), ("KB4557473", 14393, 3542)],
)
def test_the_revision_that_proves_it(kb: str, build: int, revision: int) -> None:
    assert update(kb).detect.min_revisions[build] == revision


def test_which_of_them_a_machine_is_asked_for() -> None:
    assert [row.kb for row in revision_updates(14393)] == ["KB4557473"]
    assert revision_updates(10586) == () and revision_updates(17763) == ()


@pytest.mark.parametrize(
    ("windows", "kb"),
    [("win8_ws2012", "KB4022721"), ("win81_ws2012r2", "KB4022720"), ("win10_1607_ws2016", None), ("ws2022", None)],
)
def test_what_wsus_needs(windows: str, kb: str | None) -> None:
    assert getattr(wsus_update(windows), "kb", None) == kb


def test_the_builds_of_a_detection_belong_to_its_windows() -> None:
    builds = {release.id: set(release.builds) for release in windows_releases()}
    for row in updates():
        allowed = set().union(*(builds[name] for name in row.windows))
        assert {*row.detect.min_versions, *row.detect.min_revisions} <= allowed, row.kb


def test_every_winhttp_update_is_for_that_windows() -> None:
    for release in windows_releases():
        if release.winhttp.update:
            assert release.id in update(release.winhttp.update).windows


def test_an_unknown_update_is_an_error() -> None:
    with pytest.raises(KeyError):
        update("KB1")

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All tables together: they load, every row says where it comes from, and they fit each other."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import (
    SourceRow,
    load_table,
    protocols,
    roles,
    sql_clients,
    updates,
    windows_releases,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.data.tables import TABLES

PACKAGE = "ansible_collections.configmgr.tls.plugins.plugin_utils._data"
# Tables whose row types live with the code that uses them.
ELSEWHERE = {"machine_requirements", "conversations"}


def test_every_file_is_a_known_table() -> None:
    files = {
        entry.name.removesuffix(".yml") for entry in resources.files(PACKAGE).iterdir() if entry.name.endswith(".yml")
    }
    assert files - ELSEWHERE == set(TABLES)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_row_has_a_source(name: str) -> None:
    for row in load_table(name, TABLES[name]):
        assert row.sources, row
        for source in row.sources:
            assert source.startswith(("https://", "KB")), row


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_row_that_is_not_sure_says_of_what(name: str) -> None:
    for row in load_table(name, TABLES[name]):
        assert row.confidence == "high" or row.uncertain or row.notes, row


def test_a_table_is_read_once() -> None:
    assert load_table("windows", TABLES["windows"]) is load_table("windows", TABLES["windows"])


def test_every_source_is_cited() -> None:
    files = [entry for entry in resources.files(PACKAGE).iterdir() if entry.name.endswith(".yml")]
    text = " ".join(entry.read_text(encoding="utf-8") for entry in files if entry.name != "sources.yml")
    cited = set(re.findall(r"[\w-]+(?:\.\w+)*", text))
    assert [row.id for row in load_table("sources", SourceRow) if row.id not in cited] == []


def test_the_protocols_of_every_windows_row_are_the_known_ones() -> None:
    known = {row.id for row in protocols()}
    for release in windows_releases():
        assert set(release.protocols) == known, release.id


def test_ids_are_unique_across_spellings() -> None:
    for names in ([row.id for row in sql_clients()], [row.id for row in roles()], [row.kb for row in updates()]):
        assert len({name.casefold() for name in names}) == len(names)

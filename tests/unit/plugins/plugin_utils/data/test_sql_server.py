# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQL Server builds: which have TLS 1.2, which must not be trusted with it, in both spellings of a version."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import (
    Version,
    load_table,
    sql_branch,
    sql_fault,
    sql_newer,
    sql_support,
    sql_tls12,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema import SqlBranch

# Branch, its first build with TLS 1.2, and the build right below it.
MINIMUMS = [
    ("sql2008-sp3-gdr", "10.0.5545.0", "10.0.5544.9"),
    ("sql2008-sp3-cu", "10.0.5896.0", "10.0.5895.0"),
    ("sql2008-sp4", "10.0.6547.0", "10.0.6546.0"),
    ("sql2008r2-sp2-gdr", "10.50.4047.0", "10.50.4046.9"),
    ("sql2008r2-sp2-cu", "10.50.4344.0", "10.50.4343.9"),
    ("sql2008r2-sp3", "10.50.6542.0", "10.50.6541.0"),
    ("sql2012-sp2-gdr", "11.0.5352.0", "11.0.5351.0"),
    ("sql2012-sp2-cu", "11.0.5644.2", "11.0.5644.1"),
    ("sql2012-sp3-gdr", "11.0.6216.27", "11.0.6216.26"),
    ("sql2014-rtm-gdr", "12.0.2271.0", "12.0.2270.0"),
    ("sql2014-rtm-cu", "12.0.2564.0", "12.0.2563.0"),
    ("sql2014-sp1-gdr", "12.0.4219.0", "12.0.4218.0"),
    ("sql2014-sp1-cu", "12.0.4439.1", "12.0.4439.0"),
]
# Branches that have it from their first build on.
FROM_THE_START = [
    ("sql2012-sp3-cu", "11.0.6518.0"),
    ("sql2012-sp4", "11.0.7001.0"),
    ("sql2014-sp2", "12.0.5000.0"),
    ("sql2014-sp2", "12.0.6024.0"),
    ("sql2016", "13.0.1601.5"),
    ("sql2017", "14.0.1000.169"),
    ("sql2019", "15.0.2000.5"),
    ("sql2022", "16.0.1000.6"),
    ("sql2025", "17.0.1000.7"),
]
NEVER = [
    ("sql2005", "9.0.5000.0"),
    ("sql2008-old", "10.0.1600.22"),
    ("sql2008-old", "10.0.2531.0"),
    ("sql2008r2-old", "10.50.1600.1"),
    ("sql2008r2-old", "10.51.2500.0"),
    ("sql2012-old", "11.0.2100.60"),
    ("sql2012-old", "11.1.3000.0"),
]
FAULTY = ["10.0.6543.0", "10.0.5544.0", "10.0.5894.0", "10.50.6537.0", "10.50.4046.0", "10.50.4343.0"]


def verdict(text: str) -> tuple[bool | None, str | None]:
    supported, branch = sql_tls12(Version.parse(text))
    return supported, branch.id if branch else None


@pytest.mark.parametrize(("branch", "minimum", "below"), MINIMUMS)
def test_the_first_build_of_a_branch(branch: str, minimum: str, below: str) -> None:
    assert verdict(minimum) == (True, branch)
    assert verdict(below) == (False, branch)


@pytest.mark.parametrize(("branch", "build"), FROM_THE_START)
def test_branches_that_always_had_it(branch: str, build: str) -> None:
    assert verdict(build) == (True, branch)


@pytest.mark.parametrize(("branch", "build"), NEVER)
def test_branches_that_never_get_it(branch: str, build: str) -> None:
    assert verdict(build) == (False, branch)


def test_no_branch_is_left_out_above() -> None:
    tested = {row[0] for row in [*MINIMUMS, *FROM_THE_START, *NEVER]}
    assert tested == {row.id for row in load_table("sql_server", SqlBranch)}


@pytest.mark.parametrize("build", FAULTY)
def test_faulty_builds_are_refused_with_the_reason(build: str) -> None:
    version = Version.parse(build)
    fault = sql_fault(version)
    assert fault is not None
    assert fault.update == "KB3146034"
    assert "stops" in fault.reason
    assert sql_tls12(version)[0] is False


def test_a_good_build_has_no_fault() -> None:
    assert sql_fault(Version.parse("10.0.6547.0")) is None
    assert sql_fault(Version.parse("99.0.1.0")) is None


@pytest.mark.parametrize(
    ("registry", "product", "supported"),
    [
        ("11.2.5058.0", "2012", False),
        ("11.3.6020.0", "2012", False),
        ("11.3.6518.0", "2012", True),
        ("11.4.7001.0", "2012", True),
        ("11.4.7507.2", "2012", True),
        ("12.1.4100.1", "2014", False),
        ("12.3.6024.0", "2014", True),
        ("13.2.5026.0", "2016", True),
        ("10.4.6000.29", "2008", False),
        ("10.4.6556.0", "2008", True),
        ("10.53.6000.34", "2008 R2", False),
        ("10.53.6560.0", "2008 R2", True),
    ],
)
def test_the_registry_spelling_keeps_the_service_pack_in_the_minor(
    registry: str, product: str, supported: bool
) -> None:
    assert sql_tls12(Version.parse(registry))[0] is supported
    branch = sql_branch(Version.parse(registry))
    assert branch is not None
    assert branch.product == product


@given(st.integers(0, 9), st.integers(0, 9999), st.integers(0, 99))
def test_2008_and_2008_r2_are_told_apart_by_the_minor(minor: int, build: int, revision: int) -> None:
    older, newer = sql_branch(Version(10, minor, build, revision)), sql_branch(Version(10, 50 + minor, build, revision))
    assert older is not None
    assert newer is not None
    assert (older.product, newer.product) == ("2008", "2008 R2")


@given(st.sampled_from([11, 12, 13, 14, 15, 16]), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9999))
def test_the_minor_does_not_count_otherwise(major: int, one: int, other: int, build: int) -> None:
    assert sql_tls12(Version(major, one, build)) == sql_tls12(Version(major, other, build))


@pytest.mark.parametrize("build", ["8.0.2039.0", "10.10.1.0", "10.49.1.0", "10.60.1.0"])
def test_unknown_products_are_not_known(build: str) -> None:
    assert sql_tls12(Version.parse(build)) == (None, None)


@pytest.mark.parametrize("build", ["18.0.1.0", "99.0.0.0"])
def test_a_product_newer_than_all_counts_as_the_newest(build: str) -> None:
    version = Version.parse(build)
    capable, branch = sql_tls12(version)
    assert capable is True and sql_newer(version) and branch is not None and branch.product == "2025"
    assert not sql_newer(Version.parse("17.0.9999.0"))


SUPPORT = [
    ("2014", "site_database", None, None, 2409, "2024-07-09"),
    ("2016", "site_database", None, None, None, "2026-07-14"),
    ("2017", "site_database", "14.0.3008.27", None, None, None),
    ("2019", "site_database", "15.0.4043.16", None, None, None),
    ("2022", "site_database", "16.0.0.0", 2303, None, None),
    ("2025", "site_database", "17.0.1000.0", 2603, None, None),
    ("2016", "secondary_site", "13.0.5026.0", None, None, "2026-07-14"),
    ("2017", "secondary_site", "14.0.3008.27", None, None, None),
    ("2019", "secondary_site", "15.0.4043.16", None, None, None),
    ("2022", "secondary_site", "16.0.0.0", 2303, None, None),
    ("2025", "secondary_site", "17.0.1000.0", 2603, None, None),
]


def test_what_configmgr_supports() -> None:
    for product, use, build, since, deprecated, ended in SUPPORT:
        row = sql_support(product, use)
        assert row is not None
        found = (str(row.min_build) if row.min_build else None, row.configmgr_from, row.deprecated_from, row.ended)
        assert found == (build, since, deprecated, ended)
    assert sql_support("2012", "site_database") is None and sql_support("2014", "secondary_site") is None

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Version numbers: what is read, what is refused, and the two orders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import Version

PART = st.integers(min_value=0, max_value=999_999_999)
VERSIONS = st.builds(Version, PART, PART, PART, PART)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("11.4.7001.0", Version(11, 4, 7001, 0)),
        ("18.4.1.1", Version(18, 4, 1, 1)),
        ("10.0.6000", Version(10, 0, 6000, 0)),
        ("4.8", Version(4, 8, 0, 0)),
        ("  6.1.7601.23375 ", Version(6, 1, 7601, 23375)),
        ("6, 1, 7601, 23375", Version(6, 1, 7601, 23375)),
        ("5.00.9122.1000", Version(5, 0, 9122, 1000)),
    ],
)
def test_reads(text: str, version: Version) -> None:
    assert Version.parse(text) == version


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "11",
        "11.",
        ".1",
        "11.0.6020.0.1",
        "11..6020",
        "a.b",
        "11.0.x",
        "-1.0",
        "1.-1",
        "1.0 RTM",
        "1.1234567890",
        "١.٢",
    ],
)
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="not a version number"):
        Version.parse(text)


@given(VERSIONS)
def test_text_is_read_back(version: Version) -> None:
    assert Version.parse(str(version)) == version


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        version = Version.parse(text)
    except ValueError:
        return
    assert Version.parse(str(version)) == version


@given(VERSIONS, VERSIONS)
def test_the_product_order_leaves_the_minor_out(one: Version, other: Version) -> None:
    swapped = Version(one.major, other.minor, one.build, one.revision)
    assert swapped.product_key == one.product_key
    assert (one.product_key < other.product_key) == (
        [one.major, one.build, one.revision] < [other.major, other.build, other.revision]
    )


@given(VERSIONS, VERSIONS)
def test_the_full_order_counts_every_part(one: Version, other: Version) -> None:
    assert (one.full_key == other.full_key) == (one == other)
    assert (one.full_key < other.full_key) == (
        [one.major, one.minor, one.build, one.revision] < [other.major, other.minor, other.build, other.revision]
    )


def test_the_orders_differ_where_it_matters() -> None:
    service_pack_4, later_in_product_spelling = Version.parse("11.4.7001.0"), Version.parse("11.0.7462.6")
    assert service_pack_4.product_key < later_in_product_spelling.product_key
    assert service_pack_4.full_key > later_in_product_spelling.full_key
    assert Version.parse("18.4.1.1").full_key < Version.parse("18.6.1.1").full_key


def test_there_is_no_order_by_accident() -> None:
    with pytest.raises(TypeError):
        sorted([Version(1, 0), Version(2, 0)])  # type: ignore[type-var]

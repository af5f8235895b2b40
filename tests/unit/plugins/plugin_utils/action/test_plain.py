# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain types at the boundary."""

from __future__ import annotations

from collections import OrderedDict
from enum import IntEnum
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._plain import plain


class Tagged(str):
    __slots__ = ()


class Level(IntEnum):
    HIGH = 3


class Other:
    def __str__(self) -> str:
        return "other"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (0, 0),
        (1.5, 1.5),
        (Tagged("text"), "text"),
        (Level.HIGH, 3),
        ((1, Tagged("x")), [1, "x"]),
        (frozenset({1}), [1]),
        (OrderedDict(a=OrderedDict(b=[Tagged("c")])), {"a": {"b": ["c"]}}),
        ({Tagged("key"): Level.HIGH, 1: None}, {"key": 3, "1": None}),
        (Other(), "other"),
    ],
)
def test_a_value(value: Any, expected: Any) -> None:
    made = plain(value)
    assert made == expected
    assert only_plain(made)


def only_plain(value: Any) -> bool:
    kind = value.__class__
    if kind is dict:
        return all(key.__class__ is str and only_plain(item) for key, item in value.items())
    if kind is list:
        return all(only_plain(item) for item in value)
    return kind in (None.__class__, bool, int, float, str)


def test_what_ansible_gives_is_freed_of_its_tags() -> None:
    datatag = pytest.importorskip("ansible.module_utils._internal._datatag")
    tags = pytest.importorskip("ansible._internal._datatag._tags")
    tagged = datatag.AnsibleTagHelper.tag({"a": ["b"]}, tags.TrustedAsTemplate())
    tagged["c"] = datatag.AnsibleTagHelper.tag("d", tags.TrustedAsTemplate())
    assert tagged["c"].__class__ is not str
    assert only_plain(plain(tagged))

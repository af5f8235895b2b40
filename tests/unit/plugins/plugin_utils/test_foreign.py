# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others wrote, beyond any bound."""

from __future__ import annotations

import io

import pytest
import yaml

from ansible_collections.configmgr.tls.plugins.plugin_utils._foreign import TooMuch, json_of, short_file, yaml_of


def test_json_within_bounds() -> None:
    assert json_of(b'{"value": [1, {"a": "b"}]}') == {"value": [1, {"a": "b"}]}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"[" * 10_000 + b"]" * 10_000, "nested too deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested too deep"),
        (b"[" + b"{}," * 600_000 + b"{}]", "more than 1000000 values"),
    ],
)
def test_json_beyond_them(text: bytes, why: str) -> None:
    with pytest.raises(TooMuch, match=why):
        json_of(text)


@pytest.mark.parametrize("text", [b"", b"{", b"<html>", b"\xff", b'{"a": 1} x'])
def test_what_is_not_json(text: bytes) -> None:
    with pytest.raises(ValueError) as caught:
        json_of(text)
    assert not isinstance(caught.value, TooMuch)


def test_yaml() -> None:
    assert yaml_of("a: [1, b]") == {"a": [1, "b"]}
    with pytest.raises(TooMuch, match="nested too deep"):
        yaml_of("[" * 10_000)


def test_yaml_with_more_values_than_text() -> None:
    lists = "".join(f"l{n}: &l{n} [{','.join([f'*l{n - 1}'] * 10)}]\n" for n in range(1, 10))
    with pytest.raises(yaml.YAMLError, match="aliases"):
        yaml_of(f"l0: &l0 lol\n{lists}")


def test_files() -> None:
    assert short_file(io.BytesIO("ä".encode()), 2) == "ä"
    with pytest.raises(TooMuch, match="longer than 2 bytes"):
        short_file(io.BytesIO(b"abc"), 2)
    with pytest.raises(ValueError):
        short_file(io.BytesIO(b"\xff"), 2)

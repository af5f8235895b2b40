# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON, YAML and files that others wrote: bounded in length, depth and number of values before they are believed."""

from __future__ import annotations

import json
from typing import Any, BinaryIO, Final

import yaml

__all__ = ["MOST_IN_A_FILE", "TooMuch", "json_of", "short_file", "yaml_of"]

MOST_IN_A_FILE: Final = 1024 * 1024
"""Bytes of a file that somebody writes by hand or a module of ours made: hundreds of times what any of them has."""
MOST_VALUES: Final = 1_000_000
_SIGNS: Final = b",[{"


class TooMuch(ValueError):
    """What was read has more than anybody would send; the message completes "the answer cannot be used: "."""


def json_of(text: bytes, most: int = MOST_VALUES) -> Any:
    """What the text says.

    ValueError when it is not JSON, TooMuch when it has more than ``most`` values or is nested too deep.
    """
    if sum(text.count(sign) for sign in _SIGNS) > most:
        raise TooMuch(f"it has more than {most} values")
    try:
        return json.loads(text)
    except RecursionError:
        raise TooMuch("it is nested too deep") from None


def yaml_of(text: str) -> Any:
    """What the text says. yaml.YAMLError when it is not YAML or has an alias, TooMuch when it is nested too deep.

    A few aliases of aliases are a line of text and more values than a controller has memory for.
    """
    try:
        return yaml.load(text, _NoAliases)
    except RecursionError:
        raise TooMuch("it is nested too deep") from None


class _NoAliases(yaml.SafeLoader):
    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read here")
        return super().compose_node(parent, index)


def short_file(stream: BinaryIO, most: int = MOST_IN_A_FILE) -> str:
    """The text of a file. ValueError when it is not UTF-8, or longer than ``most`` bytes."""
    data = stream.read(most + 1)
    if len(data) > most:
        raise TooMuch(f"it is longer than {most} bytes")
    return data.decode("utf-8")

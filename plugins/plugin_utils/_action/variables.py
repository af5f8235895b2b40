# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of the playbooks may be, from variables.yml; its columns are described there."""

from __future__ import annotations

import functools
import importlib.resources
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from ansible.module_utils.common.validation import check_type_float, check_type_int

__all__ = ["Rule", "rules"]

_TRUTH = {"true", "yes", "on", "1", "false", "no", "off", "0"}
"""What Ansible's filter bool knows, in lower case."""
_LISTS = ("list", "words")
_NUMBERS = {"int": check_type_int, "float": check_type_float}
_PHRASES = {
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "text": "a text",
    "path": "the path of a file or folder",
    "dict": "a dictionary",
    "list": "a list",
    "words": "a list",
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What one variable may be."""

    variable: str
    type: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: float = math.inf
    empty: bool = False
    check: str = ""
    secret: bool = False

    @property
    def allowed(self) -> str:
        """For people, in the middle of a sentence."""
        if self.type in _LISTS:
            items = f" out of {', '.join(self.choices)}" if self.choices else ""
            return f"{_PHRASES[self.type]}{items}{', not an empty one' if self.least else ''}"
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        return f"{_PHRASES[self.type]}{f' from {self.least} to {self.most}' if self.type in _NUMBERS else ''}"

    def takes(self, value: Any) -> bool:
        """Whether a value, rendered and plain, is of the type, among the choices and within the limits."""
        if self.empty and value == "":
            return True
        if self.type == "dict":
            return isinstance(value, Mapping)
        if self.type in _LISTS:
            return self._takes_list(value)
        if isinstance(value, (list, dict)) or value is None:
            return False
        if self.type == "bool":
            return str(value).lower() in _TRUTH
        if self.type in _NUMBERS:
            return self._takes_number(value)
        return not self.choices or str(value) in self.choices

    def _takes_list(self, value: Any) -> bool:
        if isinstance(value, str) and self.type == "words":
            value = [item.strip() for item in value.split(",")]
        return (
            isinstance(value, list)
            and len(value) >= self.least
            and (not self.choices or all(item in self.choices for item in value))
        )

    def _takes_number(self, value: Any) -> bool:
        try:
            return not isinstance(value, bool) and self.least <= _NUMBERS[self.type](value) <= self.most
        except (TypeError, ValueError):
            return False


@functools.cache
def rules() -> dict[str, Rule]:
    """By variable."""
    text = importlib.resources.files(__package__).joinpath("variables.yml").read_text(encoding="utf-8")
    found: dict[str, Rule] = {}
    for row in yaml.safe_load(text):
        row["choices"] = tuple(row.get("choices", ()))
        found |= {name: Rule(variable=name, **row) for name in row.pop("variables")}
    return found

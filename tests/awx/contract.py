# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX takes: how its own API describes each endpoint (OPTIONS, an AWX of October 2024), reduced to types, choices
and limits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

CONTRACT: dict[str, dict[str, dict[str, Any]]] = json.loads(
    (Path(__file__).parent / "contract.json").read_text(encoding="utf-8")
)
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "id": int,
    "choice": (str, int, type(None)),
    "json": (dict, list, str),
}
_SURVEY = {"question_name", "question_description", "variable", "type", "required", "default", "min", "max", "choices"}
_QUESTIONS = {"text", "textarea", "password", "integer", "float", "multiplechoice", "multiselect"}


def mistakes(endpoint: str, body: Mapping[str, Any], *, whole: bool = True) -> Iterator[str]:
    """What AWX would refuse. ``whole``: a new object, for which fields are required."""
    fields = CONTRACT[endpoint]
    for name, value in body.items():
        if name not in fields:
            yield f"{endpoint}: there is no field {name}"
        else:
            yield from (f"{endpoint}.{name}: {problem}" for problem in _problems(fields[name], value))
    if whole:
        missing = [name for name, field in fields.items() if field.get("required") and name not in body]
        yield from (f"{endpoint}: {name} is missing" for name in missing)


def _problems(field: Mapping[str, Any], value: Any) -> Iterator[str]:
    wanted = _TYPES[field["type"]]
    if value is None and (field.get("default", "") is None or field["type"] == "id") and not field.get("required"):
        return
    if not isinstance(value, wanted) or (isinstance(value, bool) and field["type"] in ("integer", "id")):
        yield f"{value!r} is no {field['type']}"
        return
    if "choices" in field and value not in field["choices"]:
        yield f"{value!r} is none of {field['choices']}"
    if isinstance(value, str) and len(value) > field.get("max_length", 1 << 30):
        yield f"{len(value)} characters are too many"
    if isinstance(value, int) and not field.get("min_value", value) <= value <= field.get("max_value", value):
        yield f"{value} is out of range"


def survey_mistakes(survey: Mapping[str, Any]) -> Iterator[str]:
    if set(survey) != {"name", "description", "spec"}:
        yield f"a survey has name, description and spec, not {sorted(survey)}"
        return
    variables = [question.get("variable") for question in survey["spec"]]
    yield from (f"{name} is asked twice" for name in {name for name in variables if variables.count(name) > 1})
    for question in survey["spec"]:
        if set(question) != _SURVEY or question["type"] not in _QUESTIONS:
            yield f"{question.get('variable')}: the fields or the type of the question are wrong"
        elif question["type"] == "multiplechoice" and question["default"] not in question["choices"]:
            yield f"{question['variable']}: the default {question['default']!r} is no choice"
        elif question["type"] == "integer" and not isinstance(question["default"], int):
            yield f"{question['variable']}: the default is no number"

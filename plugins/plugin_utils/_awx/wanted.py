# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wanted in AWX: the tables of this folder with the owner's settings in them."""

from __future__ import annotations

import functools
import importlib.resources
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

__all__ = ["LINKS", "Everything", "WorkflowNode", "Settings", "AwxObject", "load"]

Settings = Mapping[str, Any]
"""The options of the module by name."""

_SETTING = re.compile(r"\$([a-z_]+)")


@dataclass(frozen=True)
class AwxObject:
    """An object and its fields. The columns are described in objects.yml and job_templates.yml."""

    endpoint: str
    name: str
    fields: Mapping[str, Any]
    initial: Mapping[str, Any] = field(default_factory=dict)
    within: Mapping[str, str] = field(default_factory=dict)
    made_by: str = "organization"
    made: bool = True
    or_found: bool = False
    credentials: tuple[str, ...] = ()
    survey: Mapping[str, Any] | None = None
    failed: str | None = None

    @property
    def key(self) -> str:
        return f"{self.endpoint}/{self.name}"

    @property
    def title(self) -> str:
        return f"{self.endpoint} {self.name}"


@dataclass(frozen=True)
class WorkflowNode:
    """A node of the workflow: a template or an approval, and by kind of link the nodes that follow."""

    identifier: str
    fields: Mapping[str, Any]
    approval: Mapping[str, Any] | None
    links: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Everything:
    """In the order of making."""

    objects: tuple[AwxObject, ...]
    templates: tuple[AwxObject, ...]
    workflow: AwxObject
    nodes: tuple[WorkflowNode, ...]
    schedules: tuple[AwxObject, ...]


LINKS = ("success", "failure", "always")


def load(settings: Settings) -> Everything:
    """Everything, with the settings in it."""
    objects = tuple(_wanted(row, settings) for row in _table("objects"))
    jobs = _table("job_templates")
    templates = tuple(_template(row, jobs["common"], settings) for row in jobs["templates"])
    table = _table("workflow")
    workflow = _wanted(table["workflow"], settings)
    nodes = tuple(_node(row, table["unanswered"], settings) for row in table["nodes"])
    schedules = tuple(_schedule(row, table["unanswered"], settings) for row in table["schedules"])
    return Everything(objects, templates, workflow, nodes, schedules)


@functools.cache
def _table(name: str) -> Any:
    file = importlib.resources.files(__package__).joinpath(f"{name}.yml")
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _wanted(row: Mapping[str, Any], settings: Settings) -> AwxObject:
    needs = row.get("needs")
    return AwxObject(
        row["endpoint"],
        _filled(row["name"], settings),
        _filled(row["fields"], settings),
        _filled(row.get("initial", {}), settings),
        _filled(row.get("within", {}), settings),
        row.get("made_by", "organization"),
        needs is None or bool(settings[needs]),
        row.get("or_found", False),
        tuple(_filled(row.get("credentials", []), settings)),
    )


def _template(row: Mapping[str, Any], common: Mapping[str, Any], settings: Settings) -> AwxObject:
    return AwxObject(
        "job_templates",
        row["name"],
        _filled({**common, **row["fields"]}, settings),
        within={"organization": f"organizations/{settings['organization']}"},
        credentials=tuple(_filled(row.get("credentials", []), settings)),
        survey=_survey(row["survey"]) if "survey" in row else None,
        failed=row.get("failed"),
    )


def _survey(name: str) -> dict[str, Any]:
    table = _table("surveys")
    row = table["surveys"][name]
    spec = [question for group in row["questions"] for question in table["questions"][group]]
    return {"name": row["name"], "description": row["description"], "spec": spec}


def _node(row: Mapping[str, Any], unanswered: Mapping[str, Any], settings: Settings) -> WorkflowNode:
    fields = {**unanswered, "all_parents_must_converge": False}
    if "template" in row:
        fields["unified_job_template"] = {"id_of": f"job_templates/{row['template']}"}
    approval = _filled(row["approval"], settings) if "approval" in row else None
    return WorkflowNode(row["identifier"], fields, approval, {kind: tuple(row.get(kind, ())) for kind in LINKS})


def _schedule(row: Mapping[str, Any], unanswered: Mapping[str, Any], settings: Settings) -> AwxObject:
    template = {"unified_job_template": {"id_of": f"job_templates/{row['template']}"}}
    return AwxObject("schedules", row["name"], {**template, **unanswered, **_filled(row["fields"], settings)})


def _filled(value: Any, settings: Settings) -> Any:
    """The value with its settings; one that is nothing but a setting keeps the setting's type."""
    if isinstance(value, Mapping):
        return {name: _filled(each, settings) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, settings) for each in value]
    if not isinstance(value, str):
        return value
    if whole := _SETTING.fullmatch(value):
        return settings[whole[1]]
    return _SETTING.sub(lambda found: str(settings[found[1]]), value)

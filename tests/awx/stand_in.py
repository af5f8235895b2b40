# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An AWX in memory: the endpoints that we use, strict as the contract is, and with what the contract does not tell: how
objects depend on each other, rights, and time. All of it is as an AWX of October 2024 answered, or as its source says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from .contract import CONTRACT, mistakes, survey_mistakes

Answer = tuple[int, Any]

# Tokens by kind of user.
SYSTEM, ORGANIZATION, OPERATOR = "Only-For-Tests-System-1", "Only-For-Tests-Organization-1", "Only-For-Tests-Operator-1"
LINKS = ("success_nodes", "failure_nodes", "always_nodes")
# Fields that a filter may name, beside those of the contract.
_FILTERS = {"job_templates": {"organization"}}
_PROMPTS = ("scm_branch", "limit", "job_tags", "skip_tags")
_PLAYBOOKS = ("audit", "enforce_tls12", "verify", "rollback", "diagnose", "not_turned_off")


class Awx:
    """objects: by endpoint and id. writes: every request that was not a question.

    sync_reads: how often a project is read before its sync has ended, as ``sync_outcome``. repository: the playbooks
    that a sync finds.
    """

    def __init__(self) -> None:
        self.objects: dict[str, dict[int, dict[str, Any]]] = {endpoint: {} for endpoint in CONTRACT}
        self.attached: dict[str, list[int]] = {}
        self.surveys: dict[int, Any] = {}
        self.writes: list[tuple[str, str]] = []
        self.requests = 0
        self.sync_reads, self.sync_outcome = 0, "successful"
        self.repository = {f"playbooks/{name}.yml" for name in _PLAYBOOKS}
        self.synced: dict[int, set[str]] = {}
        self._left: dict[int, int] = {}
        self._next = 1
        self.organization = self.add("organizations", {"name": "Default"})

    # What a test puts there, or looks at.

    def add(self, endpoint: str, fields: dict[str, Any]) -> int:
        number, self._next = self._next, self._next + 1
        defaults = {name: field.get("default", _nothing(field["type"])) for name, field in CONTRACT[endpoint].items()}
        self.objects[endpoint][number] = {**json.loads(json.dumps(defaults)), **fields, "id": number}
        if endpoint == "projects":
            self._sync(number)
        return number

    def named(self, endpoint: str, name: str) -> dict[str, Any]:
        return next(row for row in self.objects[endpoint].values() if name in (row.get("name"), row.get("identifier")))

    def link(self, source: str, kind: str, target: str) -> None:
        nodes = "workflow_job_template_nodes"
        path = f"{nodes}/{self.named(nodes, source)['id']}/{kind}_nodes"
        self.attached.setdefault(path, []).append(self.named(nodes, target)["id"])

    def links(self) -> set[tuple[str, str, str]]:
        nodes = self.objects["workflow_job_template_nodes"]
        return {
            (row["identifier"], kind.removesuffix("_nodes"), nodes[target]["identifier"])
            for number, row in nodes.items()
            for kind in LINKS
            for target in self._related("workflow_job_template_nodes", number, kind)
        }

    # What the API does.

    def answer(self, token: str, method: str, path: str, query: dict[str, str], body: Any) -> Answer:
        self.requests += 1
        if token not in (SYSTEM, ORGANIZATION, OPERATOR):
            return 401, {"detail": "Authentication credentials were not provided."}
        if method != "GET":
            self.writes.append((method, path))
        endpoint, *rest = path.strip("/").split("/")
        if endpoint not in self.objects or (rest and int(rest[0]) not in self.objects[endpoint]):
            return 404, {"detail": "Not found."}
        number = int(rest[0]) if rest else 0
        if not self._may(token, method, endpoint, number, body, rest[1:]):
            return 403, {"detail": "You do not have permission to perform this action."}
        if not rest:
            return self._list(endpoint, query) if method == "GET" else self._make(endpoint, body)
        if len(rest) == 1:
            whole: dict[str, Callable[[], Answer]] = {
                "GET": lambda: (200, self._shown(endpoint, number)),
                "PATCH": lambda: self._change(endpoint, number, body),
                "DELETE": lambda: self._delete(endpoint, number),
            }
            return whole[method]()
        return self._part(endpoint, number, rest[1], method, body)

    def _may(self, token: str, method: str, endpoint: str, number: int, body: Any, part: list[str]) -> bool:
        if method == "GET" or token == SYSTEM:
            return True
        if token == OPERATOR:
            return part == ["launch"]
        if endpoint in ("organizations", "credential_types"):
            return False
        if endpoint == "execution_environments":
            row = self.objects[endpoint][number] if number else body
            return row.get("organization") is not None
        return True

    def _list(self, endpoint: str, query: dict[str, str]) -> Answer:
        page, size = int(query.pop("page", 1)), int(query.pop("page_size", 25))
        known = {*CONTRACT[endpoint], *_FILTERS.get(endpoint, ()), "id"}
        for name in query:
            if name.removesuffix("__in") not in known:
                return 400, {"detail": f"{endpoint} has no field named '{name}'"}
        rows = [self._shown(endpoint, number) for number in self.objects[endpoint]]
        rows = [row for row in rows if all(_matches(row, name, value) for name, value in query.items())]
        last = page * size >= len(rows)
        part = rows[(page - 1) * size : page * size]
        following = None if last else f"/api/v2/{endpoint}/?page={page + 1}"
        return 200, {"count": len(rows), "next": following, "results": part}

    def _shown(self, endpoint: str, number: int) -> dict[str, Any]:
        """The row as AWX answers it, with what it adds to the fields."""
        row = {**self.objects[endpoint][number]}
        if endpoint == "job_templates":
            project = self.objects["projects"].get(row["project"] or 0, {})
            row["organization"] = project.get("organization")
        if endpoint == "projects":
            row["status"] = self._status(number)
        if endpoint == "workflow_job_template_nodes":
            row.update((kind, list(self._related(endpoint, number, kind))) for kind in LINKS)
            approval = row["unified_job_template"] in self.objects["workflow_approval_templates"]
            kind = "workflow_approval" if approval else "job"
            row["summary_fields"] = {"unified_job_template": {"unified_job_type": kind}}
        return row

    def _make(self, endpoint: str, body: Any) -> Answer:
        problems = list(mistakes(endpoint, body))
        if problems:
            return 400, {"detail": problems}
        if endpoint != "job_templates" and self._twins(endpoint, body):
            return 400, {"__all__": ["An object with this name already exists."]}
        if refusal := self._refusal(endpoint, body):
            return 400, refusal
        return 201, self._shown(endpoint, self.add(endpoint, body))

    def _twins(self, endpoint: str, body: Any) -> bool:
        unique = ("name", "organization", "inventory", "unified_job_template", "identifier", "workflow_job_template")
        key = {name: body[name] for name in unique if name in body and name in CONTRACT[endpoint]}
        if not {"name", "identifier"} & key.keys():
            return False
        if endpoint == "execution_environments":
            key = {"name": body["name"]}  # of all organizations
        if endpoint == "workflow_job_template_nodes":
            key = {name: key[name] for name in ("identifier", "workflow_job_template") if name in key}
        return any(
            all(row.get(name) == value for name, value in key.items()) for row in self.objects[endpoint].values()
        )

    def _change(self, endpoint: str, number: int, body: Any) -> Answer:
        row = self.objects[endpoint][number]
        if problems := list(mistakes(endpoint, body, whole=False)):
            return 400, {"detail": problems}
        if endpoint == "execution_environments" and body.get("organization") not in (None, row["organization"]):
            return 400, {"organization": "Cannot change the organization of an execution environment"}
        if refusal := self._refusal(endpoint, {**row, **body}):
            return 400, refusal
        if endpoint == "workflow_job_template_nodes":
            body.pop("workflow_job_template", None)  # read only once it is made
        if endpoint == "workflow_job_templates":
            self._keep_prompts(row, body)
        resync = endpoint == "projects" and any(
            row[name] != body[name] for name in ("scm_url", "scm_branch", "scm_type") if name in body
        )
        row.update(body)
        if resync:
            self._sync(number)
        return 200, self._shown(endpoint, number)

    def _keep_prompts(self, row: dict[str, Any], body: dict[str, Any]) -> None:
        """Four fields of a workflow are one for AWX, which is written when a value comes for any of them: a null alone
        changes nothing.
        """
        given = {name: body.pop(name) for name in _PROMPTS if name in body}
        if kept := {name: value for name, value in given.items() if value is not None}:
            row.update({**dict.fromkeys(_PROMPTS), **kept})

    def _delete(self, endpoint: str, number: int) -> Answer:
        del self.objects[endpoint][number]
        for path, related in self.attached.items():
            if path.startswith(f"{endpoint}/"):
                related[:] = [each for each in related if each != number]
        return 204, None

    def _refusal(self, endpoint: str, row: dict[str, Any]) -> dict[str, Any] | None:
        """What depends on other objects."""
        if endpoint == "job_templates":
            if row.get("project") is None:
                return {"project": ["Job Templates must have a project assigned."]}
            if row["playbook"] not in self.synced.get(row["project"], set()):
                return {"playbook": ["Playbook not found for project."]}
        if endpoint == "schedules":
            missing = self._unanswered(row["unified_job_template"], row.get("extra_data") or {})
            if missing:
                return {"variables_needed_to_start": missing}
        return None

    def _unanswered(self, template: int, answers: dict[str, Any]) -> list[str]:
        """A required question is unanswered even when it has a default."""
        survey = self.surveys.get(template) or {"spec": ()}
        if not self.objects["job_templates"].get(template, {}).get("survey_enabled"):
            return []
        asked = (question["variable"] for question in survey["spec"] if question["required"])
        return [f"'{name}' value missing" for name in asked if name not in answers]

    def _sync(self, project: int) -> None:
        self._left[project] = self.sync_reads
        if not self.sync_reads:
            self._end_sync(project)

    def _end_sync(self, project: int) -> None:
        if self.sync_outcome == "successful":
            self.synced[project] = set(self.repository)

    def _status(self, project: int) -> str:
        if self._left[project] > 0:
            self._left[project] -= 1
            if not self._left[project]:
                self._end_sync(project)
            return "running" if self._left[project] % 2 else "pending"
        return self.sync_outcome

    def _related(self, endpoint: str, number: int, part: str) -> list[int]:
        return self.attached.setdefault(f"{endpoint}/{number}/{part}", [])

    def _part(self, endpoint: str, number: int, part: str, method: str, body: Any) -> Answer:
        if part == "survey_spec":
            return self._survey(number, method, body)
        if part == "launch":
            return self._launch(number, body or {})
        if part == "create_approval_template":
            if problems := list(mistakes("workflow_approval_templates", body)):
                return 400, {"detail": problems}
            approval = self.add("workflow_approval_templates", body)
            self.objects[endpoint][number]["unified_job_template"] = approval
            return 201, {"id": approval}
        related = self._related(endpoint, number, part)
        rows = self.objects[{"credentials": "credentials"}.get(part, _target(part))]
        if method == "GET":
            return 200, {"count": len(related), "next": None, "results": [rows[each] for each in related]}
        if body.get("disassociate"):
            related[:] = [each for each in related if each != body["id"]]
            return 204, None
        if body["id"] not in rows:
            return 400, {"detail": "there is no such object"}
        if refusal := self._no_place(endpoint, number, part, body["id"]):
            return 400, refusal
        related.append(body["id"])
        return 204, None

    def _no_place(self, endpoint: str, number: int, part: str, other: int) -> dict[str, str] | None:
        if part == "credentials":
            kinds = [self.objects[part][each]["credential_type"] for each in self._related(endpoint, number, part)]
            if self.objects[part][other]["credential_type"] in kinds:
                return {"error": "Cannot assign multiple Machine credentials."}
        if part in LINKS:
            if any(other in self._related(endpoint, number, kind) for kind in LINKS if kind != part):
                return {"Error": "Relationship not allowed."}
            if number in self._after(other):
                return {"Error": "Cycle detected."}
        return None

    def _after(self, node: int) -> Iterator[int]:
        yield node
        for kind in LINKS:
            for following in self._related("workflow_job_template_nodes", node, kind):
                yield from self._after(following)

    def _survey(self, number: int, method: str, body: Any) -> Answer:
        if method == "GET":
            return 200, self.surveys.get(number, {})
        if problems := list(survey_mistakes(body)):
            return 400, {"error": problems[0]}
        self.surveys[number] = body
        return 200, None

    def _launch(self, number: int, body: dict[str, Any]) -> Answer:
        if missing := self._unanswered(number, body.get("extra_vars") or {}):
            return 400, {"variables_needed_to_start": missing}
        spec = (self.surveys.get(number) or {"spec": ()})["spec"]
        return 201, {"id": 1, "extra_vars": {q["variable"]: q["default"] for q in spec if q["default"] != ""}}


def _nothing(kind: str) -> Any:
    """What AWX answers for a field without a default."""
    return {"string": "", "boolean": False, "integer": None, "choice": "", "json": ""}.get(kind)


def _target(part: str) -> str:
    return "workflow_job_template_nodes" if part in LINKS else "notification_templates"


def _matches(row: dict[str, Any], name: str, value: str) -> bool:
    if name.endswith("__in"):
        return str(row.get(name.removesuffix("__in"))) in value.split(",")
    return str(row.get(name)) == value

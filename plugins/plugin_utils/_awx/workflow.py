# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflow's nodes and links: exactly the wanted ones. Any other can be a way past the approval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .changes import AwxChange
from .compare import differing, stated
from .run import UNMADE, Run
from .wanted import AwxObject, WorkflowNode

__all__ = ["ensure_nodes"]

_APPROVALS = "workflow_approval_templates"


def ensure_nodes(run: Run, workflow: AwxObject, nodes: tuple[WorkflowNode, ...]) -> None:
    """What is too much goes first: AWX takes a link only where no other kind joins the same two nodes."""
    number = run.ids[workflow.key]
    path = "workflow_job_template_nodes/"
    rows = run.client.rows(path, workflow_job_template=number) if number != UNMADE else []
    found = {str(row.get("identifier")): row for row in rows}
    names = {row["id"]: name for name, row in found.items()}
    wanted = {node.identifier: node for node in nodes}
    for name, row in found.items():
        if name not in wanted:
            run.write(AwxChange("taken away", f"{workflow.title}, node {name}"), "DELETE", f"{path}{row['id']}/")
        else:
            _cut(run, workflow, row, _links(wanted[name]), names)
    ids = {node.identifier: _node(run, workflow, node, found.get(node.identifier)) for node in nodes}
    for node in nodes:
        _join(run, workflow, node, ids, found.get(node.identifier, {}), names)


def _node(run: Run, workflow: AwxObject, node: WorkflowNode, row: Mapping[str, Any] | None) -> int:
    subject = f"{workflow.title}, node {node.identifier}"
    fields = run.resolved(node.fields)
    if row is None:
        given = stated(fields)
        body = {"identifier": node.identifier, "workflow_job_template": run.ids[workflow.key], **given}
        row = run.write(AwxChange("made", subject, {}, given), "POST", "workflow_job_template_nodes/", body)
    elif names := differing(row, fields, {}):
        after = {name: fields[name] for name in names}
        change = AwxChange("changed", subject, {name: row.get(name) for name in names}, after)
        run.write(change, "PATCH", f"workflow_job_template_nodes/{row['id']}/", after)
    number = int(row.get("id", UNMADE))
    if node.approval is not None:
        _approval(run, f"{subject}, approval", node.approval, number, row)
    return number


def _approval(run: Run, subject: str, wanted: Mapping[str, Any], node: int, row: Mapping[str, Any]) -> None:
    summary = (row.get("summary_fields") or {}).get("unified_job_template") or {}
    if row.get("unified_job_template") is None or summary.get("unified_job_type") != "workflow_approval":
        # This puts the approval in the place of whatever the node ran.
        path = f"workflow_job_template_nodes/{node}/create_approval_template/"
        run.write(AwxChange("made", subject, {}, wanted), "POST", path, wanted)
        return
    path = f"{_APPROVALS}/{row['unified_job_template']}/"
    found = run.client.get(path)
    if names := differing(found, wanted, {}):
        after = {name: wanted[name] for name in names}
        run.write(AwxChange("changed", subject, {name: found.get(name) for name in names}, after), "PATCH", path, after)


def _cut(
    run: Run, workflow: AwxObject, row: Mapping[str, Any], wanted: set[tuple[str, str]], names: Mapping[int, str]
) -> None:
    for kind, target in _found_links(row):
        name = names.get(target, str(target))
        if (kind, name) not in wanted:
            change = AwxChange("taken away", f"{workflow.title}, link {row['identifier']} {kind} {name}")
            path = f"workflow_job_template_nodes/{row['id']}/{kind}_nodes/"
            run.write(change, "POST", path, {"id": target, "disassociate": True})


def _join(
    run: Run,
    workflow: AwxObject,
    node: WorkflowNode,
    ids: Mapping[str, int],
    row: Mapping[str, Any],
    names: Mapping[int, str],
) -> None:
    there = {(kind, names.get(target)) for kind, target in _found_links(row)}
    for kind, target in sorted(_links(node) - there):
        change = AwxChange("attached", f"{workflow.title}, link {node.identifier} {kind} {target}")
        path = f"workflow_job_template_nodes/{ids[node.identifier]}/{kind}_nodes/"
        run.write(change, "POST", path, {"id": ids[target]})


def _links(node: WorkflowNode) -> set[tuple[str, str]]:
    return {(kind, target) for kind, targets in node.links.items() for target in targets}


def _found_links(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Of every kind, those that a later AWX may add as well."""
    for name, targets in row.items():
        if name.endswith("_nodes") and isinstance(targets, list):
            yield from ((name.removesuffix("_nodes"), target) for target in targets)

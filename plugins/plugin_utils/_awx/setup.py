# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything in its order: credentials are looked for, objects made and mended, the workflow, its schedule."""

from __future__ import annotations

from collections.abc import Mapping

from .._failure import Failure
from .objects import AwxRow, ensure, find, find_credential
from .run import UNMADE, Run
from .sync import UNDER_WAY, wait_for_sync
from .wanted import AwxObject, Everything, Settings, load
from .workflow import ensure_nodes

__all__ = ["set_up"]


def set_up(run: Run, settings: Settings) -> None:
    """Make AWX as the tables want it; in check mode say what would be done.

    The changes are in ``run``, also when a Failure ends it.
    """
    wanted = load(settings)
    organization = next(each for each in wanted.objects if each.endpoint == "organizations")
    found = find(run, organization)
    _require_project(run, wanted, organization, found)
    ensure(run, organization, found)
    for name in dict.fromkeys((settings["machine_credential"], settings["inventory_credential"])):
        find_credential(run, name, run.ids[organization.key])
    for each in wanted.objects:
        if each is not organization and (each.made or each.or_found):
            row = ensure(run, each, find(run, each))
            if each.endpoint == "projects" and row is not None:
                _wait(run, each, row, settings["sync_timeout"])
    rows = _templates(run, wanted)
    for each in wanted.templates:
        ensure(run, each, rows.get(each.name))
    ensure(run, wanted.workflow, find(run, wanted.workflow))
    ensure_nodes(run, wanted.workflow, wanted.nodes)
    for each in wanted.schedules:
        ensure(run, each, _schedule(run, wanted, each))


def _require_project(run: Run, wanted: Everything, organization: AwxObject, found: AwxRow | None) -> None:
    """Nothing is made where the templates would have no project."""
    (project,) = (each for each in wanted.objects if each.endpoint == "projects")
    if project.made:
        return
    if found is not None:
        run.ids[organization.key] = found["id"]
        if find(run, project) is not None:
            return
    raise Failure(
        "awx_no_project",
        f"{run.client.place}: there is no project {project.name} in the organization {organization.name}.",
        "Give configmgr_tls_awx_project_url the address of the repository with your playbooks and inventory file.",
    )


def _wait(run: Run, project: AwxObject, row: AwxRow, limit: float) -> None:
    """For a sync that this run caused, or that is under way."""
    ours = any(change.subject == project.title for change in run.changes)
    if not run.check_mode and (ours or row.get("status") in UNDER_WAY):
        wait_for_sync(run.client, row["id"], limit)


def _templates(run: Run, wanted: Everything) -> Mapping[str, AwxRow]:
    """All of them in one question."""
    (within,) = {tuple(each.within.items()) for each in wanted.templates}
    ids = {field: run.ids[key] for field, key in within}
    if UNMADE in ids.values():
        return {}
    names = ",".join(each.name for each in wanted.templates)
    return {row["name"]: row for row in run.client.rows("job_templates/", name__in=names, **ids)}


def _schedule(run: Run, wanted: Everything, schedule: AwxObject) -> AwxRow | None:
    """The schedule of that name that starts one of our templates: another organization's has the same name."""
    ours = {run.ids[each.key] for each in wanted.templates}
    rows = run.client.rows("schedules/", name=schedule.name)
    return next((row for row in rows if row["name"] == schedule.name and row["unified_job_template"] in ours), None)

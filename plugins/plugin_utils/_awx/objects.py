# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One object with its survey, credentials and notifications: looked for, made or mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._failure import Failure
from .changes import AwxChange
from .compare import as_sent, differing, stated
from .run import UNMADE, Run
from .wanted import AwxObject

__all__ = ["ensure", "find", "find_credential"]

AwxRow = dict[str, Any]


def ensure(run: Run, wanted: AwxObject, row: AwxRow | None) -> AwxRow | None:
    """``row``: the object as it was found. Returns it as it is now; None where it was not made."""
    if not wanted.made:
        if row is not None and wanted.or_found:
            run.ids[wanted.key] = row["id"]
        return row
    fields, initial = run.resolved(wanted.fields), run.resolved(wanted.initial)
    _require_ours(run, wanted, row or {}, initial)
    if row is None:
        row = _make(run, wanted, fields, initial)
    elif names := differing(row, fields, initial):
        change = AwxChange(
            "changed", wanted.title, {name: row.get(name) for name in names}, {name: fields[name] for name in names}
        )
        body = as_sent(row, fields, initial, names)
        answer = run.write(change, "PATCH", f"{wanted.endpoint}/{row['id']}/", body, _made_by(wanted, row))
        row = {**row, **answer}
    run.ids[wanted.key] = row["id"]
    _survey(run, wanted, row["id"])
    _attach_all(run, wanted, row["id"])
    return row


def find(run: Run, wanted: AwxObject) -> AwxRow | None:
    """The object, None where it is not there. One whose surroundings are not made yet is not."""
    within = {name: run.ids.get(key, UNMADE) for name, key in wanted.within.items()}
    if UNMADE in within.values():
        return None
    rows = run.client.rows(f"{wanted.endpoint}/", name=wanted.name, **within)
    return next((row for row in rows if row["name"] == wanted.name), None)


def find_credential(run: Run, name: str, organization: int) -> None:
    """Note the number of a credential that a person made. The organization's own comes before others."""
    rows = run.client.rows("credentials/", name=name)
    ours = [row for row in rows if row.get("organization") == organization] or rows
    if len(ours) > 1:
        raise Failure(
            "awx_ambiguous",
            f"{run.client.place}: there are {len(ours)} credentials {name}.",
            "Give the one that is meant a name of its own, and that name to configmgr_tls_awx_machine_credential or "
            "configmgr_tls_awx_inventory_credential.",
        )
    if ours:
        run.ids[f"credentials/{name}"] = ours[0]["id"]
        run.credential_types[f"credentials/{name}"] = ours[0].get("credential_type")
    else:
        run.notes.append(
            f"There is no credential {name}. Make it in AWX (docs/awx.md says with which fields) and run this playbook "
            "again; until then the templates are without it."
        )


def _attach_all(run: Run, wanted: AwxObject, number: int) -> None:
    """Credentials, and the notification of a failed job."""
    keys = [f"credentials/{name}" for name in wanted.credentials if f"credentials/{name}" in run.ids]
    if keys:
        _attach(run, wanted, number, "credentials", keys)
    if wanted.failed in run.ids:
        _attach(run, wanted, number, "notification_templates_error", [str(wanted.failed)])


def _attach(run: Run, wanted: AwxObject, number: int, relation: str, keys: list[str]) -> None:
    """Others stay, but for a credential of the same type: AWX takes one of each, so it is in the place of ours."""
    path = f"{wanted.endpoint}/{number}/{relation}/"
    there = run.client.rows(path) if number != UNMADE else []
    for key in keys:
        if run.ids[key] in [row["id"] for row in there]:
            continue
        kind = run.credential_types.get(key)
        for row in there:
            if kind is not None and row.get("credential_type") == kind:
                gone = AwxChange("taken away", f"{wanted.title}, credential {row.get('name')}")
                run.write(gone, "POST", path, {"id": row["id"], "disassociate": True})
        run.write(
            AwxChange("attached", f"{wanted.title}, {key.replace('/', ' ', 1)}"), "POST", path, {"id": run.ids[key]}
        )


def _make(run: Run, wanted: AwxObject, fields: AwxRow, initial: AwxRow) -> AwxRow:
    given = stated(fields)
    body = as_sent({}, given, initial, [*given, *(name for name in initial if name not in given)])
    change = AwxChange("made", wanted.title, {}, given)
    answer = run.write(change, "POST", f"{wanted.endpoint}/", {"name": wanted.name, **body}, wanted.made_by)
    return {"id": UNMADE, **answer}


def _require_ours(run: Run, wanted: AwxObject, row: AwxRow, initial: AwxRow) -> None:
    """Of some endpoints AWX knows a name once for all organizations."""
    if row.get("organization") not in (None, initial.get("organization", row.get("organization"))):
        raise Failure(
            "awx_taken",
            f"{run.client.place}: {wanted.title} belongs to another organization, and AWX knows that name only once.",
            "Leave configmgr_tls_awx_image out, and give the templates an execution environment in AWX; it stays.",
        )


def _made_by(wanted: AwxObject, row: AwxRow) -> str:
    """An object of no organization is the system administrator's, too."""
    return "system" if "organization" in wanted.initial and row.get("organization") is None else wanted.made_by


def _survey(run: Run, wanted: AwxObject, number: int) -> None:
    if wanted.survey is None:
        return
    path = f"job_templates/{number}/survey_spec/"
    found = run.client.get(path) if number != UNMADE else {}
    if found == wanted.survey:
        return
    before = _questions(found)
    after = _questions(wanted.survey)
    differ = {name for name in (*before, *after) if before.get(name) != after.get(name)}
    change = AwxChange(
        "changed" if found else "made",
        f"{wanted.title}, survey",
        {"questions": {name: None for name in before if name in differ}},
        {"questions": {name: None for name in after if name in differ}},
    )
    run.write(change, "POST", path, wanted.survey)


def _questions(survey: Mapping[str, Any]) -> dict[str, Any]:
    return {str(question.get("variable")): question for question in survey.get("spec") or ()}

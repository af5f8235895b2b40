# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody changes by hand is mended, or listed in the guide as the owner's own: every writable field of every
object that we make, and the workflow's nodes and links.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure

from . import stand_in
from .contract import CONTRACT
from .core import ROOT, made, run
from .stand_in import Awx

NODES = "workflow_job_template_nodes"
# An object with another name, or in another place, is another object: ours is made anew.
IDENTITY = {
    "projects": {"name", "organization"},
    "inventories": {"name", "organization"},
    "inventory_sources": {"name", "inventory"},
    "notification_templates": {"name", "organization"},
    "workflow_job_templates": {"name", "organization"},
    "job_templates": {"name"},
    "schedules": {"name"},
    "credential_types": {"name"},
    "execution_environments": {"name"},
    NODES: {"identifier"},
}
# AWX does not let it be changed.
FIXED = {(NODES, "workflow_job_template")}
# The execution environment is then another organization's: it is left alone, and that is said.
REFUSED = {("execution_environments", "organization"), ("organizations", "name")}
OTHER = 4711


def owners() -> set[tuple[str, str]]:
    """The fields that the guide lists as the owner's."""
    guide = (ROOT / "docs" / "awx.md").read_text(encoding="utf-8")
    table = guide.partition("| object | fields that stay as you set them |\n|---|---|\n")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (\w+) \| (.+) \|$", table, re.MULTILINE)
    return {(endpoint, name) for endpoint, names in rows for name in names.split(", ")}


def every_field() -> Iterator[tuple[str, str]]:
    for endpoint, rows in made().objects.items():
        if rows and endpoint != "credentials":
            yield from ((endpoint, name) for name in CONTRACT[endpoint])


FIELDS = sorted(every_field())


def other(field: dict[str, Any], value: Any) -> Any:
    """Another value that the field takes."""
    if "choices" in field:
        return next(choice for choice in field["choices"] if choice not in (value, None, ""))
    if isinstance(value, bool) or field["type"] == "boolean":
        return not value
    if field["type"] in ("integer", "id"):
        return OTHER
    if isinstance(value, dict):
        return {**value, "by_hand": "x"} if "url" not in value else {**value, "url": "https://elsewhere.example"}
    return '{"by_hand": 1}' if isinstance(value, str) and value.startswith("{") else f"{value or ''}/by hand"


@pytest.fixture(scope="module")
def whole() -> Awx:
    """With another project, so that a template has where to be moved."""
    awx = made()
    awx.add("projects", {"name": "another", "organization": awx.organization})
    return awx


def moved(awx: Awx, name: str, value: Any) -> int:
    """Another object for a field that AWX refuses to leave without one."""
    if name == "project":
        return int(awx.named("projects", "another")["id"])
    templates = (awx.named("job_templates", f"ConfigMgr TLS {each}")["id"] for each in ("disable", "rollback"))
    return next(number for number in templates if number != value)


def seen(awx: Awx, value: Any) -> Any:
    """One approval is as good as another: a new one takes the place of one that was lost. So is one kind of nothing."""
    if value in ("", {}, "{}"):
        return None
    return "an approval" if isinstance(value, int) and value in awx.objects["workflow_approval_templates"] else value


@pytest.mark.parametrize(("endpoint", "name"), FIELDS)
def test_every_writable_field_is_mended_or_the_owners(whole: Awx, endpoint: str, name: str) -> None:
    awx = copy.deepcopy(whole)
    rows = copy.deepcopy({number: row for number, row in awx.objects[endpoint].items() if row.get("name") != "another"})
    if name in ("project", "unified_job_template"):
        changed = {number: moved(awx, name, row[name]) for number, row in rows.items()}
    else:
        changed = {number: other(CONTRACT[endpoint][name], row[name]) for number, row in rows.items()}
    for number, value in changed.items():
        awx.objects[endpoint][number][name] = value
    if (endpoint, name) in REFUSED:
        with pytest.raises(Failure) as caught:
            run(awx)
        assert caught.value.code == "awx_taken"
        return
    done = run(awx)
    if (endpoint, name) in FIXED:
        return
    if name in IDENTITY.get(endpoint, ()):
        assert all(any(row[name] == old[name] for row in awx.objects[endpoint].values()) for old in rows.values())
        return
    now = {number: awx.objects[endpoint][number][name] for number in rows}
    if (endpoint, name) in owners():
        assert (now, done.changes) == (changed, []), "the guide lists it as the owner's"
    else:
        assert [seen(awx, value) for value in now.values()] == [seen(whole, row[name]) for row in rows.values()]
        assert len(awx.objects[endpoint]) == len(whole.objects[endpoint])
        assert {field for change in done.changes if change.action == "changed" for field in change.fields} == {name}
    assert run(awx).changes == []


def test_the_guide_lists_only_fields_that_there_are() -> None:
    assert owners() <= set(FIELDS) and len(owners()) > 20


def test_what_the_owner_adds_to_the_notification_stays() -> None:
    awx = made()
    row = awx.named("notification_templates", "ConfigMgr TLS compliance")
    row["notification_configuration"].update(headers={"X-Key": "$encrypted$"}, username="u", password="$encrypted$")
    kept = copy.deepcopy(row["notification_configuration"])
    assert run(awx).changes == []
    run(awx, webhook="https://hooks.example/other")
    assert row["notification_configuration"] == {**kept, "url": "https://hooks.example/other"}


@pytest.mark.parametrize("text", ['{"configmgr_tls_disable_legacy": true}', "---\nconfigmgr_tls_disable_legacy: yes\n"])
def test_variables_are_compared_by_what_they_say(text: str) -> None:
    awx = made()
    awx.named("job_templates", "ConfigMgr TLS disable")["extra_vars"] = text
    assert run(awx).changes == []


@pytest.mark.parametrize("change", ["question", "gone"])
def test_a_survey_is_mended(change: str) -> None:
    awx = made()
    number = awx.named("job_templates", "ConfigMgr TLS disable")["id"]
    kept = copy.deepcopy(awx.surveys[number])
    if change == "gone":
        awx.surveys[number] = {}
    else:
        awx.surveys[number]["spec"][0]["default"] = "100%"
    (told,) = run(awx).changes
    assert awx.surveys[number] == kept and told.subject == "job_templates ConfigMgr TLS disable, survey"


# The way of the workflow


@pytest.mark.parametrize(
    ("source", "kind", "target"),
    [
        ("verify", "success", "disable"),
        ("enable", "success", "disable"),
        ("audit", "always", "disable"),
        ("approve", "failure", "disable"),
        ("not-turned-off", "always", "verify-again"),
    ],
)
def test_a_way_past_the_approval_is_taken_away_and_named(source: str, kind: str, target: str) -> None:
    awx = made()
    wanted = awx.links()
    awx.link(source, kind, target)
    told = [each.line(check_mode=True) for each in run(awx, check_mode=True).changes]
    assert told == [f"would take away workflow_job_templates ConfigMgr TLS 1.2, link {source} {kind} {target}"]
    run(awx)
    assert awx.links() == wanted and run(awx).changes == []


def test_a_link_of_another_kind_is_replaced() -> None:
    """AWX refuses a second link between the same two nodes."""
    awx = made()
    wanted = awx.links()
    verify, approve = (awx.named(NODES, name)["id"] for name in ("verify", "approve"))
    awx.attached[f"{NODES}/{verify}/success_nodes"].remove(approve)
    awx.link("verify", "always", "approve")
    assert [each.action for each in run(awx).changes] == ["taken away", "attached"]
    assert awx.links() == wanted


def test_links_that_lead_the_other_way_go_first() -> None:
    """AWX refuses a circle."""
    awx = made()
    wanted = awx.links()
    awx.attached.clear()
    awx.link("disable", "success", "verify")
    run(awx)
    assert awx.links() == wanted


def test_a_kind_of_link_that_a_later_awx_has_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    awx = made()
    monkeypatch.setattr(stand_in, "LINKS", ("success_nodes", "failure_nodes", "always_nodes", "changed_nodes"))
    awx.link("verify", "changed", "disable")
    (told,) = run(awx).changes
    assert told.subject.endswith("link verify changed disable")


def test_a_node_of_somebody_else_is_taken_away_and_named() -> None:
    awx = made()
    wanted = awx.links()
    template = awx.named("job_templates", "ConfigMgr TLS disable")["id"]
    workflow = awx.named("workflow_job_templates", "ConfigMgr TLS 1.2")["id"]
    awx.add(NODES, {"identifier": "shortcut", "unified_job_template": template, "workflow_job_template": workflow})
    awx.link("audit", "success", "shortcut")
    told = [each.line(check_mode=False) for each in run(awx).changes]
    assert "taken away workflow_job_templates ConfigMgr TLS 1.2, node shortcut" in told
    assert awx.links() == wanted and "shortcut" not in [row["identifier"] for row in awx.objects[NODES].values()]


def test_a_template_in_the_place_of_the_approval_is_replaced_by_one() -> None:
    awx = made()
    node = awx.named(NODES, "approve")
    node["unified_job_template"] = awx.named("job_templates", "ConfigMgr TLS audit")["id"]
    run(awx)
    assert node["unified_job_template"] in awx.objects["workflow_approval_templates"]
    assert run(awx).changes == []


def test_another_time_for_the_approval_is_set_in_a_later_run() -> None:
    awx = made()
    (change,) = run(awx, approval_timeout=60).changes
    assert (change.fields, awx.named("workflow_approval_templates", "Turn the older protocols off")["timeout"]) == (
        ["timeout"],
        60,
    )

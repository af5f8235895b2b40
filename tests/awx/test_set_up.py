# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs against an AWX as AWX is: the first, the second, those of users with fewer rights, those that have to wait."""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._awx import set_up, sync
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure

from .contract import mistakes, survey_mistakes
from .core import CLOUD, MACHINE, PLACE, a_run, made, run, settings, with_credentials
from .stand_in import OPERATOR, ORGANIZATION, SYSTEM, Awx

WORKFLOW = {
    ("audit", "success", "enable"),
    ("enable", "success", "verify"),
    ("verify", "success", "approve"),
    ("approve", "success", "disable"),
    ("disable", "success", "verify-again"),
    ("disable", "failure", "reopen"),
    ("verify-again", "failure", "reopen"),
    ("reopen", "always", "not-turned-off"),
}


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between two looks at a sync; the clock goes on by them."""
    pauses: list[float] = []
    clock = SimpleNamespace(monotonic=lambda: sum(pauses), sleep=pauses.append)
    monkeypatch.setattr(sync, "time", clock)
    return pauses


def state(awx: Awx) -> Any:
    return copy.deepcopy((awx.objects, {key: rows for key, rows in awx.attached.items() if rows}, awx.surveys))


def failed(awx: Awx, **given: Any) -> Failure:
    with pytest.raises(Failure) as caught:
        run(awx, **given)
    return caught.value


def test_the_first_run_makes_everything_as_the_api_describes_it() -> None:
    awx = made()
    counts = {endpoint: len(rows) for endpoint, rows in awx.objects.items() if rows}
    assert counts == {
        "organizations": 1,
        "credentials": 2,
        "credential_types": 1,
        "execution_environments": 1,
        "projects": 1,
        "inventories": 1,
        "inventory_sources": 1,
        "notification_templates": 1,
        "job_templates": 10,
        "workflow_job_templates": 1,
        "workflow_approval_templates": 1,
        "workflow_job_template_nodes": 8,
        "schedules": 1,
    }
    assert awx.links() == WORKFLOW
    for endpoint, rows in awx.objects.items():
        for row in rows.values():
            fields = {name: value for name, value in row.items() if name != "id"}
            assert endpoint in ("organizations", "credentials") or list(mistakes(endpoint, fields)) == []
    assert len(awx.surveys) == 8
    assert [problem for survey in awx.surveys.values() for problem in survey_mistakes(survey)] == []


def test_the_second_run_asks_little_and_writes_nothing() -> None:
    awx = made()
    again = run(awx)
    assert (awx.writes, again.changes) == ([], [])
    assert awx.requests < 40


@pytest.mark.parametrize("prepared", [with_credentials, made])
def test_check_mode_says_what_a_run_then_does(prepared: Any) -> None:
    awx = prepared()
    changed = {"image": "registry.example/other:2", "webhook": "https://hooks.example/other"}
    before = state(awx)
    told = run(awx, check_mode=True, **changed)
    assert (awx.writes, state(awx)) == ([], before)
    done = run(awx, **changed)
    assert told.changes and [each.as_result() for each in told.changes] == [each.as_result() for each in done.changes]


def test_a_change_is_told_by_its_object_and_fields_and_its_values_only_in_the_diff() -> None:
    awx = made()
    told = run(awx, check_mode=True, image="registry.example/other:2", webhook="https://hooks.example/secret")
    assert [each.line(check_mode=True) for each in told.changes] == [
        "would change execution_environments ConfigMgr TLS: image",
        "would change notification_templates ConfigMgr TLS compliance: notification_configuration",
    ]
    image, webhook = (each.as_diff() for each in told.changes)
    assert "image: registry.example/configmgr-tls:1" in image["before"]
    assert "image: registry.example/other:2" in image["after"]
    assert "hooks.example" not in str(webhook)


def test_a_diff_shows_no_variable_and_no_login() -> None:
    awx = made()
    awx.named("job_templates", "ConfigMgr TLS audit")["extra_vars"] = '{"ansible_password": "s3cret"}'
    awx.named("projects", "ConfigMgr TLS")["scm_url"] = "https://me:s3cret@git.example/site.git"
    text = str([each.as_diff() for each in run(awx).changes])
    assert "s3cret" not in text and "ansible_password" in text and "***@git.example" in text


# Questions that are required


def test_a_schedule_and_a_launch_need_no_answers() -> None:
    awx = made()
    for number, row in awx.objects["job_templates"].items():
        status, answer = awx.answer(OPERATOR, "POST", f"job_templates/{number}/launch/", {}, {})
        if row["name"] == "ConfigMgr TLS updates":
            assert answer == {"variables_needed_to_start": ["'configmgr_tls_update_source' value missing"]}
        else:
            assert status == 201


# The project's sync


def test_templates_wait_for_the_sync_of_the_project(paused: list[float]) -> None:
    awx = Awx()
    awx.sync_reads = 5
    run(with_credentials(awx))
    assert len(awx.objects["job_templates"]) == 10 and len(paused) >= 3


def test_a_sync_that_is_under_way_is_waited_for(paused: list[float]) -> None:
    awx = made()
    awx._left[awx.named("projects", "ConfigMgr TLS")["id"]] = 4
    assert run(awx).changes == [] and paused


@pytest.mark.parametrize("outcome", ["failed", "error", "canceled"])
def test_a_sync_that_fails_is_named(paused: list[float], outcome: str) -> None:
    awx = with_credentials()
    awx.sync_reads, awx.sync_outcome = 3, outcome
    failure = failed(awx)
    assert failure.code == "awx_sync" and f"ended as {outcome}" in str(failure)
    number = awx.named("projects", "ConfigMgr TLS")["id"]
    assert f"{PLACE}/#/projects/{number}" in failure.remedy
    assert awx.objects["job_templates"] == {}


def test_a_sync_that_does_not_end_is_given_up(paused: list[float]) -> None:
    awx = with_credentials()
    awx.sync_reads = 10**6
    failure = failed(awx, sync_timeout=20.0)
    assert failure.code == "awx_sync" and "after 20 s" in str(failure)
    assert 20 <= sum(paused) < 30


def test_check_mode_waits_for_nothing(paused: list[float]) -> None:
    awx = made()
    awx.sync_reads = 10**6
    run(awx, check_mode=True, project_url="https://git.example/moved.git")
    awx._left[awx.named("projects", "ConfigMgr TLS")["id"]] = 10**6
    run(awx, check_mode=True)
    assert paused == []


def test_a_playbook_that_is_not_in_the_project_is_told_with_the_setting() -> None:
    failure = failed(with_credentials(), playbooks="elsewhere")
    assert failure.code == "awx_playbook" and "elsewhere/audit.yml" in str(failure)
    assert "configmgr_tls_awx_playbooks" in failure.remedy


# Rights


def test_the_first_run_takes_a_system_administrator_and_later_ones_do_not() -> None:
    awx = with_credentials()
    failure = failed(awx, token=ORGANIZATION)
    assert failure.code == "awx_rights" and "credential_types ConfigMgr AdminService" in str(failure)
    assert "a system administrator of AWX" in failure.remedy
    run(awx, token=SYSTEM)
    assert run(awx, token=ORGANIZATION).changes == []
    awx.named("job_templates", "ConfigMgr TLS audit")["job_type"] = "run"
    assert [each.fields for each in run(awx, token=ORGANIZATION, image="other").changes] == [["image"], ["job_type"]]


def test_the_rest_an_administrator_of_the_organization_can_make() -> None:
    awx = with_credentials()
    failed(awx, token=ORGANIZATION)
    awx.add("credential_types", made().named("credential_types", "ConfigMgr AdminService"))
    assert len(run(awx, token=ORGANIZATION).changes) > 50


def test_an_execution_environment_of_nobody_is_a_system_administrators() -> None:
    awx = made()
    awx.named("execution_environments", "ConfigMgr TLS")["organization"] = None
    assert run(awx, token=ORGANIZATION).changes == [], "AWX would not let it change the organization"
    assert "system administrator" in failed(awx, token=ORGANIZATION, image="other").remedy
    assert len(run(awx, token=SYSTEM, image="other").changes) == 1


def test_an_execution_environment_of_another_organization_is_let_alone() -> None:
    """AWX knows each name of one once."""
    awx = made()
    before = copy.deepcopy(awx.objects["execution_environments"])
    failure = failed(awx, organization="Second", image="other")
    assert failure.code == "awx_taken" and "configmgr_tls_awx_image" in failure.remedy
    assert awx.objects["execution_environments"] == before


def test_an_operator_is_told_who_may() -> None:
    awx = made()
    assert run(awx, token=OPERATOR).changes == []
    awx.named("job_templates", "ConfigMgr TLS audit")["verbosity"] = 3
    failure = failed(awx, token=OPERATOR)
    assert failure.code == "awx_rights" and "administrator of the organization" in failure.remedy


def test_what_was_made_before_a_failure_is_in_the_run() -> None:
    awx = with_credentials()
    begun = a_run(awx)
    with pytest.raises(Failure):
        set_up(begun, settings(playbooks="elsewhere"))
    assert [each.subject for each in begun.changes][:2] == [
        "credential_types ConfigMgr AdminService",
        "execution_environments ConfigMgr TLS",
    ]


# What people made


@pytest.mark.parametrize("check_mode", [True, False])
def test_without_an_address_the_project_has_to_be_there(check_mode: bool) -> None:
    awx = with_credentials()
    failure = failed(awx, project_url="", check_mode=check_mode)
    assert failure.code == "awx_no_project" and awx.writes == []
    assert "configmgr_tls_awx_project_url" in failure.remedy


def test_a_project_that_is_there_is_used_as_it_is() -> None:
    awx = with_credentials()
    own = {"name": "ConfigMgr TLS", "organization": awx.organization, "scm_type": "svn", "scm_url": "svn://x"}
    number = awx.add("projects", own)
    run(awx, project_url="")
    assert awx.named("job_templates", "ConfigMgr TLS audit")["project"] == number
    assert awx.named("projects", "ConfigMgr TLS")["scm_type"] == "svn"


def test_missing_credentials_are_named_no_hindrance_and_attached_later() -> None:
    awx = Awx()
    notes = run(awx).notes
    assert [note.partition(". ")[0] for note in notes] == [
        "There is no credential ConfigMgr machines",
        "There is no credential ConfigMgr AdminService",
    ]
    attached = [each.line(check_mode=False) for each in run(with_credentials(awx)).changes]
    assert len(attached) == 10 and all(line.startswith("attached") for line in attached)


def test_the_organizations_own_credential_comes_before_another_and_two_are_one_too_many() -> None:
    awx = Awx()
    awx.add("credentials", {"name": "ConfigMgr machines", "credential_type": MACHINE})
    with_credentials(awx)
    run(awx)
    template = awx.named("job_templates", "ConfigMgr TLS audit")["id"]
    (attached,) = awx.attached[f"job_templates/{template}/credentials"]
    assert awx.objects["credentials"][attached]["organization"] == awx.organization
    with_credentials(awx)
    assert failed(awx).code == "awx_ambiguous"


def test_a_credential_in_the_place_of_ours_goes_and_others_stay() -> None:
    awx = made()
    template = awx.named("job_templates", "ConfigMgr TLS disable")["id"]
    attached = awx.attached[f"job_templates/{template}/credentials"]
    ours = attached[0]
    vault = awx.add("credentials", {"name": "vault", "credential_type": 7})
    attached[:] = [awx.add("credentials", {"name": "other", "credential_type": MACHINE}), vault]
    told = [each.line(check_mode=False) for each in run(awx).changes]
    assert told == [
        "taken away job_templates ConfigMgr TLS disable, credential other",
        "attached job_templates ConfigMgr TLS disable, credentials ConfigMgr machines",
    ]
    assert sorted(attached) == sorted([vault, ours])


def test_another_organizations_objects_of_the_same_names_are_let_alone() -> None:
    awx = made()
    before = state(awx)
    run(awx, organization="Second", image="")
    for endpoint in ("projects", "inventories", "job_templates", "workflow_job_templates", "schedules"):
        assert len(awx.objects[endpoint]) == 2 * len(before[0][endpoint])
        for number, row in before[0][endpoint].items():
            assert awx.objects[endpoint][number] == row
    assert run(awx, organization="Second", image="").changes == [] and run(awx).changes == []
    assert {row["credential_type"] for row in awx.objects["credentials"].values()} == {MACHINE, CLOUD}

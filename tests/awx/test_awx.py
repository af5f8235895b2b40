# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions for AWX: what the API would take, and a playbook that makes them once."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from .contract import mistakes, survey_mistakes
from .server import TOKEN, Awx, running

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK = ROOT / "playbooks" / "awx.yml"
WHOLE = {
    "configmgr_tls_awx_image": "registry.example/configmgr-tls:1",
    "configmgr_tls_awx_project_url": "https://git.example/site.git",
    "configmgr_tls_awx_webhook": "https://hooks.example/tls",
}


@pytest.fixture
def awx() -> Iterator[tuple[Awx, str]]:
    server = Awx()
    for name in ("ConfigMgr machines", "ConfigMgr AdminService"):
        server.add("credentials", {"name": name})
    with running(server) as address:
        yield server, address


def run(address: str, *options: str, token: str = TOKEN, **variables: Any) -> subprocess.CompletedProcess[str]:
    given = {"configmgr_tls_awx_url": address, "configmgr_tls_awx_token": token, **WHOLE, **variables}
    command = [sys.executable, "-m", "ansible", "playbook", str(PLAYBOOK), "-e", json.dumps(given), *options]
    environment = {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "0"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def recap(done: subprocess.CompletedProcess[str]) -> str:
    return next(line for line in done.stdout.splitlines() if line.startswith("localhost"))


@pytest.fixture(scope="module")
def made() -> Iterator[tuple[Awx, str, subprocess.CompletedProcess[str]]]:
    """An AWX after the first run of the playbook."""
    server = Awx()
    for name in ("ConfigMgr machines", "ConfigMgr AdminService"):
        server.add("credentials", {"name": name})
    with running(server) as address:
        done = run(address)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        yield server, address, done


Made = tuple[Awx, str, subprocess.CompletedProcess[str]]


def test_the_first_run_makes_everything(made: Made) -> None:
    server, _address, _done = made
    counts = {endpoint: len(rows) for endpoint, rows in server.objects.items() if rows}
    assert counts == {
        "organizations": 1,
        "credentials": 2,
        "credential_types": 1,
        "execution_environments": 1,
        "projects": 1,
        "inventories": 1,
        "inventory_sources": 1,
        "notification_templates": 1,
        "job_templates": 9,
        "workflow_job_templates": 1,
        "workflow_job_template_nodes": 7,
        "schedules": 1,
    }


def test_every_object_is_as_the_api_describes_it(made: Made) -> None:
    server, _address, _done = made
    kept = {"id", "approval"}
    for endpoint, rows in server.objects.items():
        for row in rows.values():
            if endpoint not in ("organizations", "credentials"):
                body = {name: value for name, value in row.items() if name not in kept and value is not None}
                assert list(mistakes(endpoint, body)) == []
    assert len(server.surveys) == 8
    for survey in server.surveys.values():
        assert list(survey_mistakes(survey)) == []


def test_the_second_run_changes_nothing(made: Made) -> None:
    server, address, _done = made
    server.writes.clear()
    again = run(address)
    assert again.returncode == 0, again.stdout[-3000:]
    assert server.writes == [] and "changed=0" in recap(again)


def test_what_somebody_changed_is_mended(made: Made) -> None:
    server, address, _done = made
    server.named("job_templates", "ConfigMgr TLS audit")["job_type"] = "run"
    server.writes.clear()
    run(address)
    number = server.named("job_templates", "ConfigMgr TLS audit")["id"]
    assert server.writes == [("PATCH", f"job_templates/{number}/")]
    assert server.named("job_templates", "ConfigMgr TLS audit")["job_type"] == "check"


def test_check_mode_writes_nothing(awx: tuple[Awx, str]) -> None:
    server, address = awx
    done = run(address, "--check")
    assert done.returncode == 0, done.stdout[-3000:]
    assert server.writes == []


def test_a_missing_credential_is_named_and_no_hindrance() -> None:
    server = Awx()
    with running(server) as address:
        done = run(address)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "There is no credential ConfigMgr machines" in done.stdout


@pytest.mark.parametrize(
    ("status", "token", "told"),
    [
        (0, "wrong", "Check the token"),
        (403, TOKEN, "administrator of the organization"),
        (500, TOKEN, "HTTP status 500"),
    ],
)
def test_a_refusal_is_told_without_the_token(awx: tuple[Awx, str], status: int, token: str, told: str) -> None:
    server, address = awx
    server.status = status
    done = run(address, "-vvv", token=token)
    assert done.returncode != 0
    assert told in done.stdout and address in done.stdout
    assert TOKEN not in done.stdout + done.stderr


def test_nobody_there(awx: tuple[Awx, str]) -> None:
    done = run("http://127.0.0.1:9")
    assert done.returncode != 0 and "nobody answered" in done.stdout


def test_without_an_address_nothing_is_tried() -> None:
    done = run("")
    assert done.returncode != 0 and "CONTROLLER_HOST" in done.stdout


def load(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((PLAYBOOK.parent / "awx_objects" / name).read_text(encoding="utf-8")))


def test_an_operator_is_asked_for_variables_that_exist() -> None:
    described = (ROOT / "docs" / "variables.md").read_text(encoding="utf-8")
    described += (ROOT / "docs" / "diagnose.md").read_text(encoding="utf-8")
    described += (ROOT / "playbooks" / "diagnose.yml").read_text(encoding="utf-8")
    surveys = load("surveys.yml")
    questions = [row for name, rows in surveys.items() if name.endswith("_questions") for row in rows]
    questions += surveys["configmgr_tls_awx_surveys"]["diagnose"]["spec"]
    assert all(row["variable"] in described for row in questions)
    check = (ROOT / "roles" / "common" / "tasks" / "check.yml").read_text(encoding="utf-8")
    for row in questions:
        if row["type"] == "multiplechoice" and row["choices"] != ["false", "true"]:
            assert f"{row['variable']} in {json.dumps(row['choices'])}" in check


def test_every_template_has_its_playbook_and_only_an_audit_is_cut() -> None:
    for row in load("job_templates.yml")["configmgr_tls_awx_job_templates"]:
        playbook = row["fields"]["playbook"].rpartition("/")[2]
        assert (ROOT / "playbooks" / playbook).is_file(), playbook
        assert row["fields"]["job_slice_count"] == 1 or playbook == "audit.yml"
        if row["fields"]["job_type"] == "check":
            assert playbook in ("audit.yml", "verify.yml", "diagnose.yml")
        if "disable" in row["name"]:
            assert row["fields"]["ask_limit_on_launch"] is False, "the gate has to see the whole hierarchy"


def test_the_workflow_is_a_way_with_one_end_and_a_branch_back() -> None:
    nodes = {node["identifier"]: node for node in load("workflow.yml")["configmgr_tls_awx_nodes"]}
    links = [
        (name, kind, target)
        for name, node in nodes.items()
        for kind in ("success", "failure", "always")
        for target in node.get(kind, ())
    ]
    assert all(target in nodes for _name, _kind, target in links)
    assert {kind for _name, kind, target in links if target == "reopen"} == {"failure"}
    reached, waiting = set(), ["audit"]
    while waiting:
        name = waiting.pop()
        assert name not in reached or name == "reopen", "no way leads round"
        reached.add(name)
        waiting += [target for source, _kind, target in links if source == name]
    assert reached == set(nodes)
    order = ["audit", "enable", "verify", "approve", "disable", "verify-again"]
    assert [(a, "success", b) for a, b in itertools.pairwise(order)] == [row for row in links if row[1] == "success"]


def test_no_definition_holds_a_secret() -> None:
    for file in (PLAYBOOK.parent / "awx_objects").iterdir():
        text = file.read_text(encoding="utf-8")
        assert "Bearer {{" in text or "Bearer" not in text

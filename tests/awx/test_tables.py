# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of what is wanted: templates, surveys and the workflow, beside the playbooks and variables there are."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.spec import argument_spec
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.variables import rules
from ansible_collections.configmgr.tls.plugins.plugin_utils._awx.wanted import Everything, load

from .core import ROOT, settings

TABLES = ROOT / "plugins" / "plugin_utils" / "_awx"
SURVEYS = yaml.safe_load((TABLES / "surveys.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wanted() -> Everything:
    return load(settings())


def test_an_operator_is_asked_for_variables_that_exist() -> None:
    described = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("variables.md", "diagnose.md"))
    described += (ROOT / "playbooks" / "diagnose.yml").read_text(encoding="utf-8")
    for row in itertools.chain.from_iterable(SURVEYS["questions"].values()):
        assert row["variable"] in described
        if row["type"] == "multiplechoice" and row["choices"] != ["false", "true"]:
            assert tuple(row["choices"]) == rules()[row["variable"]].choices


def test_only_a_question_without_a_valid_default_is_required() -> None:
    for row in itertools.chain.from_iterable(SURVEYS["questions"].values()):
        least = row["min"] if row["type"] == "text" else 0
        assert row["required"] == (len(str(row["default"])) < least), row["variable"]


def test_every_group_of_questions_is_asked() -> None:
    asked = {group for survey in SURVEYS["surveys"].values() for group in survey["questions"]}
    assert asked == set(SURVEYS["questions"])


def test_every_template_has_its_playbook_and_only_an_audit_is_cut(wanted: Everything) -> None:
    guide = (ROOT / "docs" / "awx.md").read_text(encoding="utf-8")
    for row in wanted.templates:
        playbook = row.fields["playbook"].rpartition("/")[2]
        assert (ROOT / "playbooks" / playbook).is_file() and f"`{playbook}`" in guide
        assert f"| {row.name} | {row.fields['job_type']} |" in guide
        assert row.fields["job_slice_count"] == 1 or playbook == "audit.yml"
        if row.fields["job_type"] == "check":
            assert playbook in ("audit.yml", "verify.yml", "diagnose.yml", "not_turned_off.yml")
        assert row.fields["survey_enabled"] == (row.survey is not None)


def test_nobody_gets_past_the_survey_or_hides_a_machine_from_the_gate(wanted: Everything) -> None:
    for row in wanted.templates:
        asks = {name for name, value in row.fields.items() if name.startswith("ask_") and value}
        assert asks <= {"ask_limit_on_launch"}, row.name
    (disable,) = (row for row in wanted.templates if row.fields["extra_vars"].get("configmgr_tls_disable_legacy"))
    assert (disable.fields["ask_limit_on_launch"], disable.fields["limit"]) == (False, "")


def test_the_workflow_is_a_way_with_a_branch_back_that_ends_in_red(wanted: Everything) -> None:
    nodes = {node.identifier: node for node in wanted.nodes}
    links = [
        (name, kind, target)
        for name, node in nodes.items()
        for kind, targets in node.links.items()
        for target in targets
    ]
    assert {kind for _name, kind, target in links if target == "reopen"} == {"failure"}
    order = ["audit", "enable", "verify", "approve", "disable", "verify-again"]
    assert [(a, "success", b) for a, b in itertools.pairwise(order)] == [row for row in links if row[1] == "success"]
    assert [name for name in nodes if name not in {target for _name, _kind, target in links}] == ["audit"]
    # AWX calls a workflow successful when each failure had a way out.
    ends = {name for name, node in nodes.items() if not any(node.links.values())}
    assert ends == {"not-turned-off"} and [row for row in links if row[0] == "reopen"] == [
        ("reopen", "always", "not-turned-off")
    ]


def test_names_are_safe_in_the_question_for_all_of_them(wanted: Everything) -> None:
    """The list of names is joined by commas."""
    assert not any("," in row.name for row in wanted.templates)


def test_the_playbook_has_a_variable_for_each_option() -> None:
    (play,) = yaml.safe_load((ROOT / "playbooks" / "awx.yml").read_text(encoding="utf-8"))
    (task,) = play["tasks"]
    given: dict[str, Any] = task["configmgr.tls.tls_awx"]
    assert set(given) == set(argument_spec("tls_awx"))
    assert all(f"configmgr_tls_awx_{name} | default" in value for name, value in given.items())


@pytest.mark.parametrize("file", sorted(TABLES.glob("*.yml")), ids=lambda file: file.stem)
def test_every_table_says_where_it_is_from_and_holds_no_secret(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "# source:" in text and "Bearer" not in text

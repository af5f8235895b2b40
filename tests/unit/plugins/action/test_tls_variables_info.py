# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What variables of a run may be: each row of the table, the defaults, and the modules that get them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.tls.plugins.action.tls_variables_info import (
    problem_of,
    unknown_hosts,
    unusable_files,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._action import waivers
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.spec import argument_spec
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.variables import rules

ROOT = Path(__file__).resolve().parents[4]
COMMON = ROOT / "roles" / "common"
DEFAULTS = yaml.safe_load((COMMON / "defaults" / "main.yml").read_text(encoding="utf-8"))
FILES = [*(COMMON / "tasks").glob("*.yml"), *(ROOT / "playbooks").glob("*.yml")]
HANDED_ON = re.compile(r"\{\{ (configmgr_tls_[a-z_]+)(?: \| default\([^)]*\))? \}\}")
TYPES = {"bool": "bool", "int": "int", "float": "float", "path": "path", "str": "text", "list": "words"}
# The lists that the playbooks themselves add to or count.
ITSELF = {"configmgr_tls_roles": "list", "configmgr_tls_maintenance": "list"}


def tasks(rows: Any) -> Iterator[dict[str, Any]]:
    for row in rows or ():
        yield row
        for name in ("tasks", "block", "rescue", "always"):
            yield from tasks(row.get(name))


def handed_on() -> Iterator[tuple[str, str, str]]:
    """Variable, module and option, of every task of the playbooks."""
    for file in FILES:
        for task in tasks(yaml.safe_load(file.read_text(encoding="utf-8"))):
            for name, arguments in task.items():
                if name.startswith("configmgr.tls.") and isinstance(arguments, dict):
                    for option, value in arguments.items():
                        if (match := HANDED_ON.fullmatch(str(value))) and match[1] in rules():
                            yield match[1], name.removeprefix("configmgr.tls."), option


def test_types_and_choices_are_those_of_the_modules() -> None:
    seen = set()
    for variable, module, option in handed_on():
        spec, rule = argument_spec(module)[option], rules()[variable]
        assert rule.type == ITSELF.get(variable, TYPES[spec["type"]]), (variable, module)
        assert list(rule.choices) == [str(choice) for choice in spec.get("choices", ())], (variable, module)
        seen.add(variable)
    assert len(seen) > 40


def test_types_and_choices_are_those_of_the_roles() -> None:
    text = (COMMON / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    for variable, spec in yaml.safe_load(text)["argument_specs"]["main"]["options"].items():
        rule = rules()[variable]
        assert list(rule.choices) == spec.get("choices", []), variable
        assert rule.empty or rule.type == ITSELF.get(variable, TYPES[spec["type"]]), variable


def test_every_variable_has_a_rule_and_its_default_keeps_it() -> None:
    assert set(DEFAULTS) <= set(rules())
    # One of them is a template.
    given = {name: value for name, value in DEFAULTS.items() if name != "configmgr_tls_hierarchy"}
    assert [problem for name, value in given.items() if (problem := problem_of(rules()[name], value))] == []


def test_every_rule_is_about_a_variable_that_is_described() -> None:
    described = "".join(file.read_text(encoding="utf-8") for file in [*(ROOT / "docs").glob("*.md"), *FILES])
    # Those of the ports are described by their endings.
    assert [name for name in rules() if name.removeprefix("configmgr_tls_port") not in described] == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("health_wait", "5m"),
        ("health_wait", "nan"),
        ("health_wait", -1),
        ("health_wait", None),
        ("restarts_at_once", "many"),
        ("restart", "sometimes"),
        ("restart_notice", "soon"),
        ("up_timeout", "long"),
        ("restart_delay", "x"),
        ("restart_delay", True),
        ("maintenance", "always"),
        ("maintenance", {"days": ["mon"]}),
        ("maintenance", ["always"]),
        ("maintenance", [{"days": ["someday"], "from": "22:00", "to": "24:00"}]),
        ("restart_message", "x" * 513),
        ("restart_message", '"&calc&"'),
        ("services", ["x%PATH%"]),
        ("outside_window", "perhaps"),
        ("report_formats", ["pdf"]),
        ("report_formats", "html,pdf"),
        ("record_keep_days", "abc"),
        ("seen_days", "abc"),
        ("batch_size", "lots"),
        ("batch_size", 0),
        ("protocols", []),
        ("protocols", "TLS 1.2"),
        ("components", []),
        ("components", ["dotnet", "java"]),
        ("legacy_days", "30d"),
        ("days", "week"),
        ("observe", "begin"),
        ("disable_legacy", "maybe"),
        ("install_updates", "y"),
        ("fail_on", "critical"),
        ("roles", "client"),
        ("configmgr_version", "latest"),
        ("run", "a/../b c"),
        ("rollback_stage", "all"),
        ("waivers", ["a", "b"]),
        ("report_url_headers", "Authorization: Bearer"),
        ("port_sql", "mssql"),
        ("backup_location", "backup"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(variable: str, value: Any) -> None:
    rule = rules()[f"configmgr_tls_{variable}"]
    problem = problem_of(rule, value)
    assert problem.startswith(f"configmgr_tls_{variable} is ")
    assert (str(value)[:100] in problem or repr(str(value))[:100] in problem) is not rule.secret
    assert len(problem) > len(f"configmgr_tls_{variable} is {str(value)[:200]}, and has to be ")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("health_wait", "300"),
        ("health_wait", 1.5),
        ("restarts_at_once", "3"),
        ("disable_legacy", "yes"),
        ("report_formats", "html, json"),
        ("batch_size", 10),
        ("batch_size", "25%"),
        ("run", 4711),
        ("configmgr_version", "2309"),
        ("maintenance", [{"days": ["Saturday"], "from": "22:00", "to": "24:00", "zone": "machine"}]),
        ("rollback_stage", "disable"),
    ],
)
def test_a_value_may_be_written_as_it_comes_from_a_command_line(variable: str, value: Any) -> None:
    assert problem_of(rules()[f"configmgr_tls_{variable}"], value) == ""


@pytest.mark.parametrize(
    ("variable", "name", "words"),
    [
        ("waivers", "nowhere.yml", "cannot be read"),
        ("record", "file", "could not be written"),
        ("report_dir", "file/below", "no report can be written"),
        ("ca_path", "nowhere.pem", "No such file"),
        ("client_certificate", "file", "PEM"),
    ],
)
def test_a_file_that_cannot_be_used_is_found_at_the_start(tmp_path: Path, variable: str, name: str, words: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (problem,) = unusable_files({f"configmgr_tls_{variable}": str(tmp_path / name)}, check_mode=False)
    assert problem.startswith(f"configmgr_tls_{variable} is '{tmp_path / name}': ") and words in problem


def test_waivers_need_their_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waivers, "JMESPATH_IMPORT_ERROR", ImportError())
    (problem,) = unusable_files({"configmgr_tls_waivers": "waivers.yml"}, check_mode=False)
    assert "jmespath" in problem


def test_what_will_be_written_is_there_afterwards_but_for_a_record_in_check_mode(tmp_path: Path) -> None:
    given = {f"configmgr_tls_{name}": str(tmp_path / name) for name in ("record", "report_dir")}
    assert unusable_files({**given, "configmgr_tls_waivers": ""}, check_mode=True) == []
    assert [path.name for path in tmp_path.iterdir()] == ["report_dir"]
    assert unusable_files(given, check_mode=False) == []
    assert {path.name for path in tmp_path.iterdir()} == {"report_dir", "record"}


@pytest.mark.parametrize("given", [["CM1", "NOSUCH"], "CM1,NOSUCH"])
def test_a_host_of_the_hierarchy_that_nobody_knows_is_found_at_the_start(given: Any) -> None:
    (problem,) = unknown_hosts({"configmgr_tls_hierarchy": given}, {"CM1", "MP1"})
    assert problem == "configmgr_tls_hierarchy names NOSUCH, which the inventory does not know"
    assert unknown_hosts({"configmgr_tls_hierarchy": "CM1,MP1"}, {"CM1", "MP1"}) == unknown_hosts({}, set()) == []

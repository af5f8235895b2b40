# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver of the suites: what it runs, what it says and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))

import environment  # noqa: E402
import run_tests  # noqa: E402
from suites import SUITES, Suite  # noqa: E402


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Runs the driver over the given suites; gives the exit code and what it printed."""

    def go(*suites: Suite, arguments: Sequence[str] = ()) -> tuple[int, str]:
        monkeypatch.setattr(run_tests, "SUITES", suites)
        monkeypatch.setattr(run_tests, "ROOT", tmp_path)
        monkeypatch.setattr(run_tests, "LOGS", tmp_path / "logs")
        monkeypatch.setattr(run_tests, "make", lambda name: environment.ENVIRONMENTS[name])
        return run_tests.main(list(arguments)), capsys.readouterr().out

    return go


GOOD = Suite("good", ("true",), ("*.py",))
BAD = Suite("bad", ("sh", "-c", "echo why it broke; exit 3"), ("*.yml",))


def test_all_pass(run: Callable[..., tuple[int, str]]) -> None:
    code, output = run(GOOD)
    assert code == 0
    assert output.splitlines()[-1] == "1 passed, 0 failed"


def test_goes_on_after_a_failure_and_shows_its_output(run: Callable[..., tuple[int, str]]) -> None:
    code, output = run(BAD, GOOD)
    assert code == 1
    assert "why it broke" in output
    assert output.splitlines()[-1] == "1 passed, 1 failed"


@pytest.mark.parametrize(
    ("suite", "reason"),
    [
        (Suite("x", ("true",), (), needs_programs=("no-such-program",)), "the program no-such-program is missing"),
        (Suite("x", ("true",), (), needs_paths=("nowhere/*.py",)), "there is no nowhere/*.py"),
    ],
)
def test_what_cannot_run_is_named_and_is_no_success(
    run: Callable[..., tuple[int, str]], suite: Suite, reason: str
) -> None:
    code, output = run(suite)
    assert code == 0
    assert f"x: {reason}" in output
    assert output.splitlines()[-2:] == ["1 left out", "0 passed, 0 failed"]


def test_missing_command_is_a_failure(run: Callable[..., tuple[int, str]]) -> None:
    code, output = run(Suite("x", ("no-such-command",), ()))
    assert code == 1
    assert "no-such-command is not in main" in output


def test_a_newer_core_is_left_out_without_a_python_for_it(
    run: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_tests, "python_for", lambda wanted: None)
    code, output = run(Suite("x", ("true",), (), environment="core-2.21"))
    assert code == 0
    assert "no Python 3.12 or 3.13 or 3.14 was found" in output


def test_two_suites_run_side_by_side(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    """Both ends of a pipe wait for each other: one after the other neither would pass."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code, output = run(
        Suite("writer", ("timeout", "20", "sh", "-c", f"echo met >{pipe}"), ()),
        Suite("reader", ("timeout", "20", "sh", "-c", f"read word <{pipe} && [ $word = met ]"), ()),
    )
    assert code == 0, output


def test_the_time_of_the_last_run_is_told(run: Callable[..., tuple[int, str]]) -> None:
    first, second = run(GOOD)[1], run(GOOD)[1]
    assert "1 suites in 0 s" in first and "last time" not in first
    assert second.count("last time") == 2


def test_suites_for_releases_run_only_when_asked(run: Callable[..., tuple[int, str]]) -> None:
    late = Suite("late", ("true",), (), release=True)
    assert "late" not in run(GOOD, late)[1]
    assert "late" in run(GOOD, late, arguments=["--all"])[1]
    assert "late" in run(GOOD, late, arguments=["late"])[1]


def test_a_change_runs_what_it_can_have_broken(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@x.example"]
    for command in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "nothing"]):
        subprocess.run([*git, *command], check=True)
    assert "nothing that a suite looks at has changed" in run(GOOD, BAD, arguments=["--changed"])[1]
    (tmp_path / "new.py").write_text("")
    assert run(GOOD, BAD, arguments=["--changed"])[1].splitlines()[-1] == "1 passed, 0 failed"
    (tmp_path / "pyproject.toml").write_text("")
    assert run(GOOD, BAD, arguments=["--changed"])[1].splitlines()[-1] == "1 passed, 1 failed"


def test_code_and_data_are_covered_by_a_suite_that_runs_them() -> None:
    for file, names in {
        "plugins/plugin_utils/_data/machine_requirements.yml": {"unit", "every module once", "tools", "docs"},
        "plugins/plugin_utils/_remote/faults.yml": {"unit", "modules", "playbooks"},
        "plugins/plugin_utils/_data/load.py": {"unit", "modules", "playbooks"},
        "plugins/action/tls_facts.py": {"unit", "modules", "playbooks", "sanity"},
        "roles/common/tasks/audit.yml": {"playbooks", "molecule", "ansible-lint"},
        "lab/configmgr_lab/site.py": {"lab", "modules", "playbooks"},
        "docs/faq.md": {"guides"},
    }.items():
        assert names <= {suite.name for suite in run_tests.touched_by([file], SUITES)}, file


def test_a_row_with_its_test_runs_only_what_takes_seconds() -> None:
    files = [
        "plugins/plugin_utils/_data/machine_requirements.yml",
        "tests/unit/plugins/plugin_utils/tls/test_asked.py",
        "docs/requirements.md",
        "changelogs/fragments/x.yml",
    ]
    assert {suite.name for suite in run_tests.touched_by(files, run_tests.chosen([]))} == {
        *("ruff", "ruff-format", "layers", "mypy", "yamllint", "reuse", "changelog"),
        *("unit", "tools", "every module once", "docs", "guides"),
    }


def test_unknown_suite_is_refused() -> None:
    with pytest.raises(SystemExit, match="2"):
        run_tests.main(["no-such-suite"])


def test_names_are_unique_and_every_package_belongs_to_a_suite() -> None:
    names = [suite.name for suite in SUITES]
    assert len(set(names)) == len(names)
    assert {row.suite for row in run_tests.DEBIAN_PACKAGES} <= set(names)


def test_environment_is_made_again_when_a_requirement_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "REQUIREMENTS", tmp_path)
    wanted = environment.Environment("env", "main.txt", (), ("3.11",), with_collection=False)
    (tmp_path / "main.txt").write_text("one")
    wanted.python.parent.mkdir(parents=True)
    wanted.python.symlink_to(sys.executable)
    assert not environment.is_current(wanted)
    (wanted.path / environment.STAMP).write_text(environment._fingerprint(wanted, str(wanted.python)))
    assert environment.is_current(wanted)
    (tmp_path / "main.txt").write_text("two")
    assert not environment.is_current(wanted)


def test_a_python_that_refuses_to_run_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shim = tmp_path / "python3.12"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "nothing"))
    found = environment.find_python("3.12")
    assert found is None or Path(found).parent != tmp_path

# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver of the suites: what it runs, what it says and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable
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

    def go(*suites: Suite) -> tuple[int, str]:
        monkeypatch.setattr(run_tests, "SUITES", suites)
        monkeypatch.setattr(run_tests, "ROOT", tmp_path)
        monkeypatch.setattr(run_tests, "LOGS", tmp_path / "logs")
        monkeypatch.setattr(run_tests, "make", lambda name: environment.ENVIRONMENTS[name])
        return run_tests.main([]), capsys.readouterr().out

    return go


GOOD = Suite("good", ("true",))
BAD = Suite("bad", ("sh", "-c", "echo why it broke; exit 3"))


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
        (Suite("x", ("true",), needs_programs=("no-such-program",)), "the program no-such-program is missing"),
        (Suite("x", ("true",), needs_paths=("nowhere/*.py",)), "there is no nowhere/*.py"),
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
    code, output = run(Suite("x", ("no-such-command",)))
    assert code == 1
    assert "no-such-command is not in main" in output


def test_a_newer_core_is_left_out_without_a_python_for_it(
    run: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_tests, "python_for", lambda wanted: None)
    code, output = run(Suite("x", ("true",), environment="core-2.21"))
    assert code == 0
    assert "no Python 3.12 or 3.13 or 3.14 was found" in output


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

# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the test suites one after the other, whatever fails, and says how each ended.

    python tools/run_tests.py                run all suites
    python tools/run_tests.py unit lab       run these
    python tools/run_tests.py --list         name them

The output of a suite is shown when it fails, and kept in build/tests/<suite>.log in any case.
The last line is "N passed, N failed"; the exit code is 1 when a suite failed, 2 for a wrong call.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from environment import ENVIRONMENTS, CannotMakeEnvironment, Environment, make, python_for
from suites import DEBIAN_PACKAGES, ROOT, SUITES, DebianPackage, Suite

LOGS = ROOT / "build" / "tests"
PASSED, FAILED, LEFT_OUT = "passed", "failed", "left out"


@dataclass(frozen=True)
class Outcome:
    """How one suite ended: passed, failed, or left out with a reason. Seconds of wall time."""

    suite: str
    state: str
    seconds: float = 0.0
    reason: str = ""

    def line(self) -> str:
        duration = f"{self.seconds:7.1f} s" if self.state != LEFT_OUT else " " * 9
        return f"{self.state:<8}  {duration}  {self.suite}" + (f": {self.reason}" if self.reason else "")


def missing_packages(suites: Sequence[Suite]) -> list[DebianPackage]:
    """The packages that the given suites want and whose program is not on this machine."""
    names = {suite.name for suite in suites}
    # Debian keeps servers in sbin, which is not on everyone's PATH.
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    return [row for row in DEBIAN_PACKAGES if row.suite in names and not shutil.which(row.program, path=path)]


def install_packages(packages: list[DebianPackage]) -> None:
    """Installs what is missing, when we are root on Debian and were not told otherwise by TEST_APT=no."""
    if not packages or os.geteuid() or not shutil.which("apt-get") or os.environ.get("TEST_APT") == "no":
        return
    names = [row.package for row in packages]
    print(f"installing Debian packages: {' '.join(names)}", flush=True)
    # RUNLEVEL=1 keeps Debian's scripts from starting the servers that they install.
    variables = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    install = ["apt-get", "install", "--yes", "-qq", "--no-install-recommends", *names]
    for command in (install, ["apt-get", "update", "-qq"], install):
        done = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, capture_output=True)
        if command is install and done.returncode == 0:
            return


def reason_to_leave_out(suite: Suite) -> str | None:
    """Why the suite cannot run on this machine or has nothing to do; None when it can."""
    if suite.needs_paths and not any(any(ROOT.glob(pattern)) for pattern in suite.needs_paths):
        return f"there is no {suite.needs_paths[0]}"
    for program in suite.needs_programs:
        if not shutil.which(program):
            return f"the program {program} is missing"
    environment = ENVIRONMENTS[suite.environment]
    if suite.environment != "main" and python_for(environment) is None:
        return f"no Python {' or '.join(sorted(environment.pythons))} was found"
    return None


def _variables(environment: Environment) -> dict[str, str]:
    collections = str(environment.collections)
    path = os.pathsep.join([str(environment.path / "bin"), os.environ["PATH"], "/usr/sbin", "/sbin"])
    return os.environ | {
        "PATH": path,
        "ANSIBLE_COLLECTIONS_PATH": collections,
        "PYTHONPATH": collections,
        "ANSIBLE_NOCOLOR": "1",
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
    }


def run_suite(suite: Suite) -> Outcome:
    """Runs one suite; its output goes to its log, and to the screen when it fails."""
    if reason := reason_to_leave_out(suite):
        return Outcome(suite.name, LEFT_OUT, reason=reason)
    started = time.monotonic()
    log = LOGS / f"{suite.name.replace(' ', '-')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        variables = _variables(make(suite.environment)) | dict(suite.variables)
    except CannotMakeEnvironment as error:
        return Outcome(suite.name, FAILED, time.monotonic() - started, str(error))
    # Looked up here: Popen would search the PATH of this process, not that of the suite's environment.
    program = shutil.which(suite.command[0], path=variables["PATH"])
    if program is None:
        return Outcome(suite.name, FAILED, reason=f"{suite.command[0]} is not in {suite.environment}")
    with log.open("wb") as output:
        done = subprocess.run(
            [program, *suite.command[1:]],
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    seconds = time.monotonic() - started
    if done.returncode == 0:
        return Outcome(suite.name, PASSED, seconds)
    print(f"----- {suite.name} -----\n{log.read_text(encoding='utf-8', errors='replace')}-----", flush=True)
    return Outcome(suite.name, FAILED, seconds, f"exit code {done.returncode}, see {log.relative_to(ROOT)}")


def summary(outcomes: Sequence[Outcome], packages: Sequence[DebianPackage]) -> list[str]:
    """The closing lines: failures, what was left out, packages that are missing, and the count."""
    lines = [outcome.line() for outcome in outcomes if outcome.state == FAILED]
    lines += [outcome.line() for outcome in outcomes if outcome.state == LEFT_OUT]
    lines += [f"missing Debian package {row.package}: {row.suite} tested less" for row in packages]
    count = {state: sum(outcome.state == state for outcome in outcomes) for state in (PASSED, FAILED, LEFT_OUT)}
    if count[LEFT_OUT]:
        lines.append(f"{count[LEFT_OUT]} left out")
    return [*lines, f"{count[PASSED]} passed, {count[FAILED]} failed"]


def chosen(names: Sequence[str]) -> list[Suite]:
    """The suites of these names in the table's order, all for no names. Raises KeyError for an unknown one."""
    known = {suite.name for suite in SUITES}
    for name in names:
        if name not in known:
            raise KeyError(name)
    return [suite for suite in SUITES if not names or suite.name in names]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="run the test suites")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="run only these")
    parser.add_argument("--list", action="store_true", help="name the suites")
    options = parser.parse_args(arguments)
    try:
        suites = chosen(options.suites)
    except KeyError as error:
        parser.error(f"there is no suite {error}; --list names them")
    if options.list:
        print("\n".join(suite.name for suite in suites))
        return 0
    install_packages(missing_packages(suites))
    outcomes = []
    for suite in suites:
        outcomes.append(run_suite(suite))
        print(outcomes[-1].line(), flush=True)
    print("\n" + "\n".join(summary(outcomes, missing_packages(suites))), flush=True)
    return 1 if any(outcome.state == FAILED for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())

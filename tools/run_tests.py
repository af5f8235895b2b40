# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the test suites, two at a time, whatever fails, and says how each ended and how long it took the last time.

    python tools/run_tests.py                run the suites
    python tools/run_tests.py --all          run those for releases, too
    python tools/run_tests.py --changed      run what the uncommitted change can have broken (--base REV: all since REV)
    python tools/run_tests.py unit lab       run these
    python tools/run_tests.py --list         name them

The output of a suite is shown when it fails, and kept in build/tests/<suite>.log in any case.
The last line is "N passed, N failed"; the exit code is 1 when a suite failed, 2 for a wrong call.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from environment import ENVIRONMENTS, CannotMakeEnvironment, Environment, make, python_for
from suites import DEBIAN_PACKAGES, EVERYTHING, ROOT, SUITES, DebianPackage, Suite

LOGS = ROOT / "build" / "tests"
LANES = 2
"""Suites at a time: each keeps about one core busy."""
TOTAL = "all together"
PASSED, FAILED, LEFT_OUT = "passed", "failed", "left out"


@dataclass(frozen=True)
class Outcome:
    """How one suite ended: passed, failed, or left out with a reason. Seconds of wall time."""

    suite: str
    state: str
    seconds: float = 0.0
    reason: str = ""

    def line(self, before: float | None = None) -> str:
        """For people; ``before``: the seconds of the last run."""
        duration = f"{self.seconds:7.1f} s" if self.state != LEFT_OUT else " " * 9
        compared = f" (last time {before:.1f} s)" if before is not None and self.state != LEFT_OUT else ""
        return f"{self.state:<8}  {duration}  {self.suite}{compared}" + (f": {self.reason}" if self.reason else "")


def missing_packages(suites: Sequence[Suite]) -> list[DebianPackage]:
    """The packages that the given suites want and whose program is not on this machine."""
    names = {suite.name for suite in suites}
    return [row for row in DEBIAN_PACKAGES if row.suite in names and not is_here(row.program)]


def is_here(name: str) -> bool:
    """Whether the machine has a program, or a library (lib*.so), of that name."""
    # Debian keeps servers in sbin, which is not on everyone's PATH.
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    libraries = [*Path("/usr").glob(f"lib*/{name}"), *Path("/usr").glob(f"lib*/*/{name}")] if ".so" in name else []
    return bool(shutil.which(name, path=path) or libraries)


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
        if not is_here(program):
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


def chosen(names: Sequence[str], *, whole: bool = False) -> list[Suite]:
    """The suites of these names in the table's order; for no names all, those for releases only with ``whole``.

    Raises KeyError for an unknown name.
    """
    known = {suite.name for suite in SUITES}
    for name in names:
        if name not in known:
            raise KeyError(name)
    return [suite for suite in SUITES if suite.name in names or (not names and (whole or not suite.release))]


def changed_files(base: str) -> list[str]:
    """What differs from the revision, and what git does not know yet."""
    commands = (["git", "diff", "--name-only", base, "--"], ["git", "ls-files", "--others", "--exclude-standard"])
    return [
        file
        for command in commands
        for file in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    ]


def touched_by(files: Sequence[str], suites: Sequence[Suite]) -> list[Suite]:
    """The suites that the files can have broken."""
    return [
        suite
        for suite in suites
        if any(fnmatch(file, pattern) for file in files for pattern in (*suite.covers, *EVERYTHING))
    ]


def run_side_by_side(suites: Sequence[Suite]) -> Iterator[Outcome]:
    """Each outcome as soon as it is known; suites begin in the order of the table."""
    with ThreadPoolExecutor(LANES) as lanes:
        for done in as_completed([lanes.submit(run_suite, suite) for suite in suites]):
            yield done.result()


def last_times() -> dict[str, float]:
    try:
        return dict(json.loads((LOGS / "times.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def keep_times(times: Mapping[str, float]) -> None:
    LOGS.mkdir(parents=True, exist_ok=True)
    (LOGS / "times.json").write_text(json.dumps(times, indent=1), encoding="utf-8")


def _wanted(parser: argparse.ArgumentParser, options: argparse.Namespace) -> list[Suite]:
    try:
        suites = chosen(options.suites, whole=options.all)
    except KeyError as error:
        parser.error(f"there is no suite {error}; --list names them")
    if not options.changed:
        return suites
    try:
        return touched_by(changed_files(options.base), suites)
    except subprocess.CalledProcessError as error:
        parser.error(f"git does not tell what changed: {error.stderr.strip()}")


def run(suites: Sequence[Suite], whole: bool) -> list[Outcome]:
    """Run them and print a line for each; with ``whole`` they are all there are, and their total is kept."""
    before, begun = last_times(), time.monotonic()
    times, outcomes = dict(before), []
    for outcome in run_side_by_side(suites):
        outcomes.append(outcome)
        print(outcome.line(before.get(outcome.suite)), flush=True)
        if outcome.state == PASSED:
            times[outcome.suite] = round(outcome.seconds, 1)
    seconds = time.monotonic() - begun
    compared = f" (last time {before[TOTAL]:.0f} s)" if whole and TOTAL in before else ""
    print(f"\n{len(outcomes)} suites in {seconds:.0f} s{compared}")
    keep_times({**times, TOTAL: round(seconds, 1)} if whole else times)
    return outcomes


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="run the test suites")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="run only these")
    parser.add_argument("--all", action="store_true", help="the suites for releases, too")
    parser.add_argument("--changed", action="store_true", help="what the change can have broken")
    parser.add_argument("--base", default="HEAD", metavar="REV", help="changed since when (with --changed)")
    parser.add_argument("--list", action="store_true", help="name the suites")
    options = parser.parse_args(arguments)
    suites = _wanted(parser, options)
    if options.list:
        print("\n".join(f"{suite.name}{' (release)' if suite.release else ''}" for suite in suites))
        return 0
    if not suites:
        print("nothing that a suite looks at has changed")
        return 0
    install_packages(missing_packages(suites))
    outcomes = run(suites, whole=not (options.suites or options.changed or options.all))
    print("\n".join(summary(outcomes, missing_packages(suites))), flush=True)
    return 1 if any(outcome.state == FAILED for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())

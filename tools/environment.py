# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the virtual environments of the project, and nothing when they are current.

Runs on the machine's own Python with the standard library alone (Python 3.8 syntax, so that an old default
python3 can still say which Python is wanted).

    python3 tools/environment.py main          make .venv
    python3 tools/environment.py sanity        make .venv-sanity
    python3 tools/environment.py core-2.21     make .venv-2.21
    python3 tools/environment.py importer      make .venv-importer
    python3 tools/environment.py kerberos      make .venv-kerberos
    python3 tools/environment.py --freeze      write requirements/constraints.txt anew
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
LAB = ROOT / "lab"
STAMP = "made-from"


class CannotMakeEnvironment(Exception):
    """An environment cannot be made; the text says why and what to do."""


@dataclass(frozen=True)
class Environment:
    """One virtual environment: its folder, what goes in, and the Pythons it may be made with, best first."""

    folder: str
    requirements: str
    constraints: tuple[str, ...]
    pythons: tuple[str, ...]
    with_collection: bool = True

    @property
    def path(self) -> Path:
        return ROOT / self.folder

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    @property
    def collections(self) -> Path:
        """The folder for ANSIBLE_COLLECTIONS_PATH and PYTHONPATH."""
        return self.path / "collections"


# ansible-core 2.19 runs on Python 3.11 to 3.13, 2.21 on 3.12 to 3.14 (core-2.19.txt says what 3.14 gets).
ENVIRONMENTS = {
    "main": Environment(".venv", "main.txt", ("constraints.txt", "core-2.19.txt"), ("3.11", "3.12", "3.13", "3.14")),
    "sanity": Environment(
        ".venv-sanity", "sanity.txt", ("constraints.txt", "core-2.19.txt"), ("3.11", "3.12", "3.13", "3.14"), False
    ),
    "importer": Environment(
        ".venv-importer", "importer.txt", ("core-2.19.txt",), ("3.11", "3.12", "3.13"), with_collection=False
    ),
    "kerberos": Environment(
        ".venv-kerberos", "kerberos.txt", ("constraints.txt", "core-2.19.txt"), ("3.11", "3.12", "3.13", "3.14")
    ),
    "core-2.21": Environment(".venv-2.21", "main.txt", ("constraints.txt", "core-2.21.txt"), ("3.13", "3.12", "3.14")),
}


def _base_interpreter(candidate: str, version: str) -> str | None:
    """The interpreter behind the candidate, when that is a working Python of the version.

    A pyenv shim may exist and still refuse; a virtual environment's Python may be the one about to be removed.
    """
    code = "import sys; print('%d.%d' % sys.version_info[:2]); print(getattr(sys, '_base_executable', sys.executable))"
    try:
        done = subprocess.run([candidate, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found, _, interpreter = done.stdout.strip().partition("\n")
    return interpreter if done.returncode == 0 and found == version else None


def _pyenv_versions() -> Path | None:
    root = os.environ.get("PYENV_ROOT")
    if not root and shutil.which("pyenv"):
        root = subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=False).stdout.strip()
    return Path(root) / "versions" if root else None


def find_python(version: str) -> str | None:
    """The path of a working Python such as "3.12": from PATH, else from pyenv's versions; None if there is none."""
    candidates = [found for name in (f"python{version}", "python3") if (found := shutil.which(name))]
    versions = _pyenv_versions()
    if versions and versions.is_dir():
        installed = sorted(versions.glob(f"{version}.*"), key=lambda folder: folder.stat().st_mtime, reverse=True)
        candidates += [str(folder / "bin" / f"python{version}") for folder in installed]
    return next((found for path in candidates if (found := _base_interpreter(path, version))), None)


def python_for(environment: Environment) -> str | None:
    """The Python to make this environment with, or None when the machine has no suitable one."""
    return next((found for version in environment.pythons if (found := find_python(version))), None)


def _requirement_files(environment: Environment) -> list[Path]:
    files = [REQUIREMENTS / environment.requirements, *(REQUIREMENTS / name for name in environment.constraints)]
    if environment.with_collection:
        files += [ROOT / "meta" / "ee-requirements.txt", LAB / "pyproject.toml"]
    return [file for file in files if file.is_file()]


def _fingerprint(environment: Environment, python: str) -> str:
    digest = hashlib.sha256(f"{ROOT}\n{os.path.realpath(python)}\n".encode())
    for file in _requirement_files(environment):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_current(environment: Environment) -> bool:
    """Whether the environment was completed from exactly the present requirement files, and its Python still runs."""
    stamp = environment.path / STAMP
    if not stamp.is_file() or not environment.python.exists():
        return False
    return stamp.read_text(encoding="utf-8") == _fingerprint(environment, os.path.realpath(environment.python))


def _run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], cwd=ROOT, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise CannotMakeEnvironment(f"this command failed ({done.returncode}): {' '.join(map(str, command))}")


def _create(environment: Environment, python: str) -> None:
    shutil.rmtree(environment.path, ignore_errors=True)
    if subprocess.run([python, "-c", "import ensurepip"], capture_output=True, check=False).returncode == 0:
        _run(python, "-m", "venv", environment.path)
        return
    # Debian keeps ensurepip in a package of its own (python3-venv).
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _run("apt-get", "install", "--yes", "--no-install-recommends", "python3-venv")
        _run(python, "-m", "venv", environment.path)
    elif subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:
        _run(python, "-m", "venv", "--without-pip", environment.path)
        _run(python, "-m", "pip", "--python", environment.python, "install", "-qq", "pip")
    else:
        raise CannotMakeEnvironment(f"{python} has neither ensurepip nor pip; on Debian: apt-get install python3-venv")


def _link_collection(environment: Environment) -> None:
    link = environment.collections / "ansible_collections" / "configmgr" / "tls"
    link.parent.mkdir(parents=True, exist_ok=True)
    # Another make may have got here first.
    if not link.exists():
        link.symlink_to(ROOT, target_is_directory=True)


@contextlib.contextmanager
def _alone(environment: Environment) -> Iterator[None]:
    """Two suites that begin at the same time want the same environment."""
    with (ROOT / f"{environment.folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make(name: str) -> Environment:
    """Makes the named environment if it is missing or out of date.

    Raises CannotMakeEnvironment when the machine has no suitable Python or an installation fails.
    """
    environment = ENVIRONMENTS[name]
    if not is_current(environment):
        with _alone(environment):
            if not is_current(environment):
                _make(environment)
    return environment


def _make(environment: Environment) -> None:
    python = python_for(environment)
    if python is None:
        raise CannotMakeEnvironment(
            f"{environment.folder} needs Python {', '.join(environment.pythons)}: none was found"
        )
    print(f"making {environment.folder} with {python}", flush=True)
    _create(environment, python)
    command: list[str | Path] = [environment.python, "-m", "pip", "install", "-qq"]
    command += ["--requirement", REQUIREMENTS / environment.requirements]
    for constraints in environment.constraints:
        command += ["--constraint", REQUIREMENTS / constraints]
    if environment.with_collection and (LAB / "pyproject.toml").is_file():
        command += ["--editable", LAB]
    _run(*command)
    if environment.with_collection:
        _link_collection(environment)
    fingerprint = _fingerprint(environment, os.path.realpath(environment.python))
    (environment.path / STAMP).write_text(fingerprint, encoding="utf-8")


def freeze() -> None:
    """Resolves requirements/main.txt without the present constraints and writes what came out as the new ones."""
    target = REQUIREMENTS / "constraints.txt"
    head = [line for line in target.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    scratch = Environment("build/freeze", "main.txt", ("core-2.19.txt",), ENVIRONMENTS["main"].pythons)
    python = python_for(scratch)
    if python is None:
        raise CannotMakeEnvironment("no suitable Python was found")
    _create(scratch, python)
    constraint = REQUIREMENTS / "core-2.19.txt"
    _run(scratch.python, "-m", "pip", "install", "-qq", "-r", REQUIREMENTS / "main.txt", "-c", constraint)
    frozen = subprocess.run([str(scratch.python), "-m", "pip", "freeze"], capture_output=True, text=True, check=True)
    pins = [line for line in frozen.stdout.splitlines() if "==" in line and not line.startswith("ansible-core==")]
    target.write_text("\n".join([*head, *pins]) + "\n", encoding="utf-8")
    shutil.rmtree(scratch.path)


def main() -> int:
    parser = argparse.ArgumentParser(description="make a virtual environment of the project when it is not current")
    parser.add_argument("name", nargs="?", choices=sorted(ENVIRONMENTS))
    parser.add_argument("--freeze", action="store_true", help="write requirements/constraints.txt anew")
    arguments = parser.parse_args()
    if bool(arguments.name) == arguments.freeze:
        parser.error("give the name of an environment, or --freeze")
    try:
        if arguments.freeze:
            freeze()
        else:
            make(arguments.name)
    except CannotMakeEnvironment as error:
        print(f"environment: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

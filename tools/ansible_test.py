# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-test on the built artefact, without a download of its own.

    python tools/ansible_test.py sanity [more arguments of ansible-test]
    python tools/ansible_test.py quick-sanity [the same]     without what another suite finds
    python tools/ansible_test.py units [more arguments of ansible-test]

ansible-test has three habits that need care:
- it insists on a real path that ends in ansible_collections/configmgr/tls, so it gets an unpacked artefact in a
  temporary folder, with its own git repository (that is how it lists the files);
- it downloads a script that installs pip, unless one lies in its cache: ours uses the pip that Python brings;
- it drops the PIP_ settings of the caller's environment: they are handed on in a file that lives as long as the run.
Its homes are in .venv-sanity, so that nothing is left in the user's own and later runs find its environments; one for
each kind of test, because two may run at the same time.
"""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from artefact import ROOT, ArtefactFault, build, unpack
from environment import CannotMakeEnvironment, find_python, make

# What ansible-test 2.19 and later call the script that they look for.
GET_PIP_NAMES = ("get_pip_24_2.py", "get_pip_25_2.py")
GET_PIP = '''\
"""Installs the pip that Python brings along, then with it what is asked for."""
import subprocess
import sys

wanted = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
subprocess.run([sys.executable, "-m", "ensurepip", "--upgrade"], check=True, stdout=subprocess.DEVNULL)
subprocess.run([sys.executable, "-m", "pip", "install", "--quiet"] + wanted, check=True)
'''
# Half of the time of all sanity tests goes where another suite looks, too.
QUICK_SANITY = (
    ("--skip-test", "import", "--skip-test", "pylint"),
    # Plugins import every file of plugin_utils (the suite `artefact` keeps it so); a test each only repeats that.
    ("--test", "import", "--exclude", "plugins/plugin_utils/"),
    # Tests are judged by ruff.
    ("--test", "pylint", "--exclude", "tests/"),
)
TARGET_PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def _seed_pip_script(home: Path) -> None:
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for name in GET_PIP_NAMES:
        (cache / name).write_text(GET_PIP, encoding="utf-8")


def _write_pip_settings(home: Path) -> Path:
    """pip's settings of the user and of the environment, in one file of the private home."""
    settings = configparser.RawConfigParser()
    own = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "pip" / "pip.conf"
    settings.read([own, os.environ.get("PIP_CONFIG_FILE", own)])
    if not settings.has_section("global"):
        settings.add_section("global")
    for name, value in os.environ.items():
        if name.startswith("PIP_") and name not in ("PIP_CONFIG_FILE", "PIP_CONSTRAINT"):
            settings.set("global", name.removeprefix("PIP_").lower().replace("_", "-"), value)
    if not settings.has_option("global", "quiet"):
        settings.set("global", "quiet", "2")
    target = home / ".config" / "pip" / "pip.conf"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    with target.open("w", encoding="utf-8") as file:
        settings.write(file)
    return target


def _link_pythons(folder: Path) -> None:
    """Real interpreters by their names, so that ansible-test meets no pyenv shim that refuses to run."""
    folder.mkdir(parents=True, exist_ok=True)
    for version in TARGET_PYTHONS:
        link = folder / f"python{version}"
        link.unlink(missing_ok=True)
        if found := find_python(version):
            link.symlink_to(found)


def _runs(kind: str, more: list[str]) -> list[list[str]]:
    """The arguments of each run of ansible-test."""
    if kind == "sanity":
        return [["sanity", "--color", "no", *more]]
    if kind == "quick-sanity":
        return [["sanity", "--color", "no", *part, *more] for part in QUICK_SANITY]
    return [["units", "--venv", "--color", "no", "--python", f"{sys.version_info[0]}.{sys.version_info[1]}", *more]]


def run(kind: str, more: list[str]) -> int:
    """Runs ansible-test on a fresh artefact; the exit code is its own, of several runs the first that failed."""
    environment = make("sanity")
    home = environment.path / f"home-{kind.removeprefix('quick-')}"
    _seed_pip_script(home)
    pythons = home / "pythons"
    _link_pythons(pythons)
    pip_settings = _write_pip_settings(home)
    path = [environment.path / "bin", pythons]
    path += [Path(entry) for entry in os.environ["PATH"].split(os.pathsep) if not entry.endswith("/shims")]
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
    variables |= {"HOME": str(home), "PATH": os.pathsep.join(map(str, path)), "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryDirectory(prefix="configmgr-tls-") as scratch:
        try:
            collection = unpack(build(Path(scratch) / "artefact"), Path(scratch))
            for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):
                subprocess.run(command, cwd=collection, check=True)
            program = str(environment.path / "bin" / "ansible-test")
            codes = [
                subprocess.run(
                    [program, *arguments], cwd=collection, env=variables, stdin=subprocess.DEVNULL, check=False
                ).returncode
                for arguments in _runs(kind, more)
            ]
            return next((code for code in codes if code), 0)
        finally:
            pip_settings.unlink()


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in ("sanity", "quick-sanity", "units"):
        print("usage: ansible_test.py sanity|quick-sanity|units [arguments]", file=sys.stderr)
        return 2
    ignores = sorted(ROOT.glob("tests/sanity/ignore-*.txt"))
    if ignores:
        print(f"ansible-test: the project has no ignore files, but here is {ignores[0]}", file=sys.stderr)
        return 1
    try:
        return run(sys.argv[1], sys.argv[2:])
    except (CannotMakeEnvironment, ArtefactFault, subprocess.CalledProcessError) as error:
        print(f"ansible-test: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of test suites, and of the Debian packages that some of them want."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LATEST = "core-2.21"


@dataclass(frozen=True)
class Suite:
    """One command whose exit code 0 means passed.

    covers: patterns of the files whose change can make it fail. release: only before a release, with every combination.
    needs_paths: globs below the repository; the suite has nothing to do where none of them matches anything.
    needs_programs: programs without which it is left out.
    environment: name of the environment (tools/environment.py) whose programs it runs.
    variables: environment variables that it runs with.
    """

    name: str
    command: tuple[str, ...]
    covers: tuple[str, ...]
    needs_paths: tuple[str, ...] = ()
    needs_programs: tuple[str, ...] = ()
    environment: str = "main"
    variables: tuple[tuple[str, str], ...] = ()
    release: bool = False


@dataclass(frozen=True)
class DebianPackage:
    """A program of the operating system that a suite compares with, and the Debian package that brings it."""

    package: str
    program: str
    suite: str


def _pytest(*paths: str) -> tuple[str, ...]:
    return ("pytest", "-c", "pyproject.toml", "-q", *paths)


def _integration(name: str, *arguments: str, plugins: tuple[str, ...] | None = None, **more: Any) -> Suite:
    covers = (*(plugins or CODE), *PLAYBOOKS, *LAB, "tests/integration/*")
    return Suite(name, _pytest(*arguments), covers, ("tests/integration/**/test_*.py",), **more)


PYTHON = ("*.py",)
CODE = ("plugins/[!p]*", "plugins/plugin_utils/_[!d]*", "plugins/plugin_utils/_data/*.py", "meta/*")
# A row of a table is judged by the tests of decisions, and by one run of every module on the lab.
PLUGINS = (*CODE, "plugins/plugin_utils/_data/*.yml")
PLAYBOOKS = ("roles/*", "playbooks/*")
LAB = ("lab/configmgr_lab/*",)
DOCS = ("docs/*", "*.md", "plugins/modules/*", "plugins/inventory/*", "plugins/doc_fragments/*")
ARTEFACT = (*CODE, *PLAYBOOKS, "galaxy.yml", "README.md")
EVERYTHING = ("requirements/*", "pyproject.toml", "tools/environment.py", "tools/suites.py", "tests/conftest.py")
"""A change here can break any suite."""

UNIT_PATHS = ("tests/unit/**/test_*.py",)
UNIT = _pytest("tests/unit")
SANITY = (sys.executable, "tools/ansible_test.py", "sanity")
QUICK_SANITY = (sys.executable, "tools/ansible_test.py", "quick-sanity")
INTEGRATION = "tests/integration"
EVERY_MODULE = f"{INTEGRATION}/test_modules.py"
# Half of their time these wait for machines that restart. Each file has a lab of its own.
SIDE_BY_SIDE = ("-n", "2", "--dist", "loadfile")
# One folder of each kind: what ansible-test adds is its own layout and isolation.
UNITS_OF_EACH_KIND = tuple(f"tests/unit/plugins/{name}/" for name in ("action", "plugin_utils/data"))
# What imports Ansible. The rest is Python, which ansible-core 2.21 does not change.
UNITS_OF_ANSIBLE = tuple(
    f"tests/unit/plugins/{name}"
    for name in (
        "action",
        *(f"plugin_utils/{room}" for room in ("action", "cmpivot", "connection", "estate", "remote")),
    )
)
# Each further Python costs ansible-test's import of every file half a minute.
OWN_PYTHON = ("--python", f"{sys.version_info[0]}.{sys.version_info[1]}")
# What is not about WinRM's own messages.
OVER_SSH = tuple(f"{INTEGRATION}/test_{name}.py" for name in ("modules", "rollback", "restart", "updates", "playbooks"))
OVER = ("CONFIGMGR_TLS_CONNECTION", "ssh")
SSH: dict[str, Any] = {"needs_programs": ("ssh",)}
# Names of the lab's machines, without a name server: libnss_wrapper reads them from a file of the tests.
NAMES = (("LD_PRELOAD", "libnss_wrapper.so"), ("NSS_WRAPPER_HOSTS", str(ROOT / "build" / "tests" / "kerberos-hosts")))
WHOLE = ("CONFIGMGR_TLS_WHOLE", "yes")

# In the order of beginning, two at a time: what is quick and fails often comes first, the long ones not last.
SUITES = (
    Suite("ruff", ("ruff", "check", "."), PYTHON),
    Suite("ruff-format", ("ruff", "format", "--check", "--quiet", "."), PYTHON),
    Suite("layers", ("lint-imports",), (*PYTHON,)),
    Suite("mypy", (sys.executable, "tools/check_types.py"), PYTHON),
    Suite("yamllint", ("yamllint", "--strict", "."), ("*.yml", "*.yaml", ".yamllint")),
    Suite("reuse", ("reuse", "lint", "--quiet"), ("*",)),
    Suite("changelog", ("antsibull-changelog", "lint"), ("changelogs/*", "galaxy.yml")),
    Suite("unit", UNIT, (*PLUGINS, *LAB, "tests/unit/*"), UNIT_PATHS),
    Suite("tools", _pytest("tests/tools"), ("*",), ("tests/tools/test_*.py",)),
    Suite("lab", _pytest("lab/tests"), ("lab/*",), ("lab/tests/**/test_*.py",)),
    _integration("every module once", "-m", "not seam", EVERY_MODULE, plugins=PLUGINS),
    _integration("modules", "-m", "not seam", *SIDE_BY_SIDE, f"--ignore={EVERY_MODULE}", INTEGRATION),
    Suite("sanity", (*QUICK_SANITY, *OWN_PYTHON), ARTEFACT),
    _integration("playbooks", "-m", "seam", *SIDE_BY_SIDE, INTEGRATION),
    Suite(
        "ansible-lint",
        (sys.executable, "tools/lint_ansible.py", "--profile", "production", "--offline", "-q"),
        (*PLAYBOOKS, "extensions/*", "meta/*", "galaxy.yml", ".ansible-lint", "tools/lint_ansible.py"),
        ("playbooks/*.yml",),
    ),
    Suite("docs", (sys.executable, "tools/lint_docs.py", "."), (*DOCS, *PLUGINS), ("plugins/modules/*",)),
    Suite("awx", _pytest("tests/awx"), (*CODE, "playbooks/*", "tests/awx/*"), ("tests/awx/test_*.py",)),
    Suite("artefact", (sys.executable, "tools/artefact.py"), ARTEFACT),
    Suite("guides", (sys.executable, "tools/render_docs.py"), (*DOCS, *PLUGINS)),
    Suite(
        "browser",
        _pytest("tests/browser"),
        ("plugins/plugin_utils/_report/*", "tests/browser/*"),
        ("tests/browser/test_*.py",),
        ("chromium", "chromedriver", "npm"),
    ),
    Suite(
        "conformance",
        _pytest("tests/conformance"),
        ("plugins/plugin_utils/_probe/*", "plugins/plugin_utils/_updates/*", "tests/conformance/*"),
        ("tests/conformance/**/test_*.py",),
        ("openssl",),
    ),
    Suite(
        "molecule",
        (sys.executable, "tools/molecule_scenarios.py"),
        (*CODE, *PLAYBOOKS, *LAB, "extensions/*"),
        ("extensions/molecule/*/molecule.yml",),
    ),
    Suite(
        "kerberos",
        _pytest("tests/kerberos"),
        (*CODE, *PLAYBOOKS, *LAB, "tests/kerberos/*"),
        ("tests/kerberos/test_*.py",),
        ("krb5kdc", "kadmin.local", "kinit", "krb5-config", "gcc", "faketime", "libnss_wrapper.so", "ssh"),
        environment="kerberos",
        variables=NAMES,
    ),
    Suite("runner", _pytest("tests/runner"), (*CODE, *PLAYBOOKS, "tests/runner/*"), ("tests/runner/test_*.py",)),
    _integration("modules over ssh", "-m", "not seam", *OVER_SSH, variables=(OVER,), **SSH),
    _integration("one playbook over ssh", "-m", "both_cores", *OVER_SSH, variables=(OVER,), **SSH),
    _integration(f"seams on {LATEST}", "-m", "both_cores", *SIDE_BY_SIDE, INTEGRATION, environment=LATEST),
    Suite(
        f"unit on {LATEST}",
        _pytest(*UNITS_OF_ANSIBLE),
        (*CODE, *(f"{path}/*" for path in UNITS_OF_ANSIBLE)),
        UNIT_PATHS,
        environment=LATEST,
    ),
    Suite(
        "ansible-test-units",
        (sys.executable, "tools/ansible_test.py", "units", *UNITS_OF_EACH_KIND),
        (*CODE, f"{UNITS_OF_EACH_KIND[0]}*", "galaxy.yml"),
        UNIT_PATHS,
    ),
    _integration("integration whole", *SIDE_BY_SIDE, INTEGRATION, variables=(WHOLE,), release=True),
    _integration("integration whole over ssh", *OVER_SSH, variables=(WHOLE, OVER), release=True, **SSH),
    _integration(
        f"integration whole on {LATEST}",
        *SIDE_BY_SIDE,
        INTEGRATION,
        variables=(WHOLE,),
        environment=LATEST,
        release=True,
    ),
    Suite(f"unit whole on {LATEST}", UNIT, (*PLUGINS, "tests/unit/*"), UNIT_PATHS, environment=LATEST, release=True),
    Suite("sanity on every Python", SANITY, ARTEFACT, release=True),
    # What Galaxy does on upload: sanity, ansible-lint and the documentation once more.
    Suite("importer", (sys.executable, "tools/import_artefact.py"), ARTEFACT, release=True),
    Suite(
        "ansible-test-units whole",
        (sys.executable, "tools/ansible_test.py", "units"),
        (*PLUGINS, "tests/unit/*"),
        UNIT_PATHS,
        release=True,
    ),
)

# The probes are compared with programs that are not ours, files are pushed to one, the page is opened in a browser.
DEBIAN_PACKAGES = (
    DebianPackage("openssl", "openssl", "conformance"),
    DebianPackage("nginx-light", "nginx", "conformance"),
    DebianPackage("gnutls-bin", "gnutls-serv", "conformance"),
    DebianPackage("samba", "smbd", "conformance"),
    DebianPackage("openssh-client", "ssh", "modules over ssh"),
    # A realm, what the Python libraries for it are built with, names that need no name server, a clock that is wrong.
    DebianPackage("krb5-kdc", "krb5kdc", "kerberos"),
    DebianPackage("krb5-admin-server", "kadmin.local", "kerberos"),
    DebianPackage("krb5-user", "kinit", "kerberos"),
    DebianPackage("libkrb5-dev", "krb5-config", "kerberos"),
    DebianPackage("gcc", "gcc", "kerberos"),
    DebianPackage("libnss-wrapper", "libnss_wrapper.so", "kerberos"),
    DebianPackage("faketime", "faketime", "kerberos"),
    DebianPackage("chromium", "chromium", "browser"),
    DebianPackage("chromium-driver", "chromedriver", "browser"),
    # Brings axe-core, which judges accessibility.
    DebianPackage("npm", "npm", "browser"),
)

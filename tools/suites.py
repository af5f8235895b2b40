# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of test suites, and of the Debian packages that some of them want."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LATEST = "core-2.21"


@dataclass(frozen=True)
class Suite:
    """One command whose exit code 0 means passed.

    needs_paths: globs below the repository; the suite has nothing to do where none of them matches anything.
    needs_programs: programs without which it is left out.
    environment: name of the environment (tools/environment.py) whose programs it runs.
    variables: environment variables that it runs with.
    """

    name: str
    command: tuple[str, ...]
    needs_paths: tuple[str, ...] = ()
    needs_programs: tuple[str, ...] = ()
    environment: str = "main"
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class DebianPackage:
    """A program of the operating system that a suite compares with, and the Debian package that brings it."""

    package: str
    program: str
    suite: str


def _pytest(*paths: str) -> tuple[str, ...]:
    return ("pytest", "-c", "pyproject.toml", "-q", *paths)


UNIT_PATHS = ("tests/unit/**/test_*.py",)
INTEGRATION_PATHS = ("tests/integration/**/test_*.py",)
UNIT = _pytest("tests/unit")
# Each file has a lab of its own, so that two of them can run side by side.
INTEGRATION = _pytest("-n", "2", "--dist", "loadfile", "tests/integration")

# What is not about WinRM's own messages.
OVER_SSH = ("modules", "playbooks", "rollback", "restart", "updates")

# In the order of running: what is quick and fails often comes first.
SUITES = (
    Suite("ruff", ("ruff", "check", ".")),
    Suite("ruff-format", ("ruff", "format", "--check", "--quiet", ".")),
    Suite("mypy", (sys.executable, "tools/check_types.py")),
    Suite("reuse", ("reuse", "lint", "--quiet")),
    Suite("changelog", ("antsibull-changelog", "lint")),
    Suite("unit", UNIT, UNIT_PATHS),
    Suite("lab", _pytest("lab/tests"), ("lab/tests/**/test_*.py",)),
    Suite("tools", _pytest("tests/tools"), ("tests/tools/test_*.py",)),
    Suite("awx", _pytest("-n", "2", "tests/awx"), ("tests/awx/test_*.py",)),
    Suite("yamllint", ("yamllint", "--strict", ".")),
    Suite("ansible-lint", ("ansible-lint", "--profile", "production", "--offline", "-q"), ("playbooks/*.yml",)),
    Suite(
        "docs",
        (sys.executable, "tools/lint_docs.py", "."),
        ("plugins/modules/*",),
    ),
    Suite("artefact", (sys.executable, "tools/artefact.py")),
    Suite("importer", (sys.executable, "tools/import_artefact.py")),
    Suite("guides", (sys.executable, "tools/render_docs.py")),
    Suite("sanity", (sys.executable, "tools/ansible_test.py", "sanity")),
    Suite("ansible-test-units", (sys.executable, "tools/ansible_test.py", "units"), UNIT_PATHS),
    Suite("integration", INTEGRATION, INTEGRATION_PATHS),
    Suite(
        "integration over ssh",
        _pytest("-n", "2", "--dist", "loadfile", *(f"tests/integration/test_{name}.py" for name in OVER_SSH)),
        INTEGRATION_PATHS,
        ("ssh",),
        variables=(("CONFIGMGR_TLS_CONNECTION", "ssh"),),
    ),
    Suite("runner", _pytest("tests/runner"), ("tests/runner/test_*.py",)),
    Suite("conformance", _pytest("tests/conformance"), ("tests/conformance/**/test_*.py",), ("openssl",)),
    Suite(
        "browser",
        _pytest("tests/browser"),
        ("tests/browser/test_*.py",),
        ("chromium", "chromedriver", "npm"),
    ),
    Suite("molecule", (sys.executable, "tools/molecule_scenarios.py"), ("extensions/molecule/*/molecule.yml",)),
    Suite(f"unit on {LATEST}", UNIT, UNIT_PATHS, environment=LATEST),
    Suite(f"integration on {LATEST}", INTEGRATION, INTEGRATION_PATHS, environment=LATEST),
)

# The probes are compared with programs that are not ours, files are pushed to one, the page is opened in a browser.
DEBIAN_PACKAGES = (
    DebianPackage("openssl", "openssl", "conformance"),
    DebianPackage("nginx-light", "nginx", "conformance"),
    DebianPackage("gnutls-bin", "gnutls-serv", "conformance"),
    DebianPackage("samba", "smbd", "conformance"),
    DebianPackage("openssh-client", "ssh", "integration over ssh"),
    DebianPackage("chromium", "chromium", "browser"),
    DebianPackage("chromium-driver", "chromedriver", "browser"),
    # Brings axe-core, which judges accessibility.
    DebianPackage("npm", "npm", "browser"),
)

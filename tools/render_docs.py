# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders the documentation of modules, plugins and roles as HTML in build/docs/html, without a network.

The guides in docs/*.md are read as they are; docs/docsite/ says which further texts belong to the site.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
TARGET = ROOT / "build" / "docs"
# No references into Ansible's own site: they would be looked up on the network.
CONFIGURATION = """\
project = "configmgr.tls"
copyright = "configmgr.tls contributors"
extensions = ["sphinx_antsibull_ext"]
html_theme = "alabaster"
suppress_warnings = ["ref.ref"]
"""


def main() -> int:
    shutil.rmtree(TARGET, ignore_errors=True)
    source = TARGET / "rst"
    source.mkdir(parents=True)
    (source / "conf.py").write_text(CONFIGURATION, encoding="utf-8")
    extract = ["collection", "--use-current", "--squash-hierarchy", "--no-breadcrumbs", "--fail-on-error"]
    commands = (
        [str(BIN / "antsibull-docs"), *extract, "--dest-dir", str(source), "configmgr.tls"],
        [str(BIN / "sphinx-build"), "-q", "-b", "html", str(source), str(TARGET / "html")],
    )
    for command in commands:
        if done := subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode:
            return done
    print(f"{(TARGET / 'html' / 'index.html').relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

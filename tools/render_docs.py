# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders the guides in docs/*.md and the documentation of modules, plugins and roles as HTML in build/docs/html.

No network is needed. A warning is an error: a link between guides that leads nowhere is one.
"""

from __future__ import annotations

import re
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
extensions = ["sphinx_antsibull_ext", "myst_parser"]
myst_heading_anchors = 3
html_theme = "alabaster"
suppress_warnings = ["ref.ref", "misc.highlighting_failure"]
"""
GUIDES = (
    ("Start", ("getting-started", "faq", "connections", "inventory", "awx")),
    (
        "Use",
        (
            "stages",
            "updates",
            "packages",
            "gate",
            "forecast",
            "rollback",
            "clients",
            "people",
            "record",
            "report",
            "diagnose",
            "observe",
            "variables",
            "errors",
        ),
    ),
    ("Know", ("requirements", "security", "scale", "bench", "real-hosts")),
    ("Work on it", ("architecture", "contributing", "lab-coverage")),
)
"""The guides by chapter, in the order of reading."""


def main() -> int:
    shutil.rmtree(TARGET, ignore_errors=True)
    source = TARGET / "rst"
    source.mkdir(parents=True)
    (source / "conf.py").write_text(CONFIGURATION, encoding="utf-8")
    extract = ["collection", "--use-current", "--squash-hierarchy", "--no-breadcrumbs", "--fail-on-error"]
    commands = (
        [str(BIN / "antsibull-docs"), *extract, "--dest-dir", str(source), "configmgr.tls"],
        [str(BIN / "sphinx-build"), "-q", "-W", "--keep-going", "-b", "html", str(source), str(TARGET / "html")],
    )
    extracting, rendering = commands
    if done := subprocess.run(extracting, cwd=ROOT, stdin=subprocess.DEVNULL).returncode:
        return done
    add_guides(source)
    if done := subprocess.run(rendering, cwd=ROOT, stdin=subprocess.DEVNULL).returncode:
        return done
    print(f"{(TARGET / 'html' / 'index.html').relative_to(ROOT)}")
    return 0


def add_guides(source: Path) -> None:
    """Put the guides beside the pages of the plugins, and name them on the first page."""
    for chapter in GUIDES:
        for name in chapter[1]:
            text = (ROOT / "CONTRIBUTING.md" if name == "contributing" else ROOT / "docs" / f"{name}.md").read_text(
                "utf-8"
            )
            (source / f"{name}.md").write_text(as_page(text), encoding="utf-8")
    shutil.copytree(ROOT / "docs" / "screenshots", source / "screenshots")
    shutil.copy(ROOT / "docs" / "report-schema.json", source)
    trees = [
        f".. toctree::\n   :caption: {title}\n   :maxdepth: 1\n\n" + "".join(f"   {name}\n" for name in names)
        for title, names in GUIDES
    ]
    index = source / "index.rst"
    index.write_text(index.read_text("utf-8") + "\n" + "\n".join(trees), encoding="utf-8")


def as_page(text: str) -> str:
    """A guide as a page of the site: links to the repository's own files have no place there."""
    text = text.replace("](docs/", "](").replace("](../CONTRIBUTING.md", "](contributing.md")
    return re.sub(
        r"\[([^\]]+)\]\((?:\.\./|LICENSES|lab/|extensions/|tests/|roles/|plugins/|playbooks/|changelogs)[^)]*\)",
        r"\1",
        text,
    )


if __name__ == "__main__":
    sys.exit(main())

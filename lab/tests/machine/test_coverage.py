# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The coverage page is what the code declares, and is current."""

from __future__ import annotations

from pathlib import Path

import pytest

from configmgr_lab.coverage import DEFAULT_PAGE, main, page
from configmgr_lab.images import image_files, product_files
from configmgr_lab.shell.tools import TOOLS


def test_the_page_names_every_tool_image_and_product() -> None:
    text = page()
    for name in (*TOOLS, *image_files(), *product_files()):
        assert f"## {name}" in text or f"| {name} |" in text


@pytest.mark.skipif(not DEFAULT_PAGE.parent.is_dir(), reason="the lab is installed without the repository around it")
def test_the_page_in_the_repository_is_current() -> None:
    assert DEFAULT_PAGE.read_text(encoding="utf-8") == page()


def test_check_tells_current_from_stale(tmp_path: Path) -> None:
    target = tmp_path / "page.md"
    assert main(["--check", "--output", str(target)]) == 1
    assert main(["--output", str(target)]) == 0
    assert main(["--check", "--output", str(target)]) == 0
    target.write_text("stale", encoding="utf-8")
    assert main(["--check", "--output", str(target)]) == 1

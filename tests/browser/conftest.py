# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser without a window, offline, and pages of the report for it."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import RENDERERS

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
AXE = "4.14.1"
# Debian installs the driver where not everybody's PATH goes.
DRIVER = "/usr/bin/chromedriver"
OPTIONS = ("--headless=new", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1", "--lang=en")


def contoso() -> dict[str, Any]:
    """The report of the demonstration: an emulated site after the enable stage, compared with the audit before."""
    document: dict[str, Any] = json.loads((HERE / "contoso.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, from the npm registry once, kept in build/."""
    folder = ROOT / "build" / "axe-core"
    archive = folder / f"axe-core-{AXE}.tgz"
    if not archive.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", "--silent", f"axe-core@{AXE}"], cwd=folder, check=True, capture_output=True)
    with tarfile.open(archive) as packed:
        source = packed.extractfile("package/axe.min.js")
        assert source is not None
        return source.read().decode()


@pytest.fixture(scope="session")
def chromium() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    for option in OPTIONS:
        options.add_argument(option)
    if os.geteuid() == 0:
        # Chromium's sandbox refuses to run for root.
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_script_timeout(120)
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome) -> webdriver.Chrome:
    """The browser as a new reader has it: wide, in light colours, with empty logs."""
    show(chromium, 1280, dark=False)
    chromium.get("about:blank")
    for log in ("browser", "performance"):
        chromium.get_log(log)
    return chromium


def show(driver: webdriver.Chrome, width: int, *, dark: bool, height: int = 900, media: str = "") -> None:
    """``width`` and ``height`` in pixels; ``media``: screen or print."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    still = {"name": "prefers-reduced-motion", "value": "reduce"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": [scheme, still]})


@pytest.fixture
def opened(browser: webdriver.Chrome, tmp_path: Path) -> Callable[[dict[str, Any]], webdriver.Chrome]:
    """Opens the page of a document, from a file, as its reader does."""

    def opener(document: dict[str, Any]) -> webdriver.Chrome:
        file = tmp_path / "report.html"
        file.write_text(RENDERERS["html"].render(document), encoding="utf-8")
        browser.get(file.as_uri())
        return browser

    return opener

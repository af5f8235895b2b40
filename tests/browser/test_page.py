# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page in a browser: silent, offline, for keyboard and screen reader, filtered, and quick with 10,000 machines."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import HostRecord, build_document, compare_documents
from ansible_collections.configmgr.tls.plugins.plugin_utils._visible import visible
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.documents import (
    AROUND,
    ORIGIN,
    document,
    facts,
    open_finding,
    passed,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.hostile import HOSTILE, hostile

from .conftest import ROOT, contoso, show

Opened = Callable[[dict[str, Any]], Chrome]


def compared() -> dict[str, Any]:
    """Every section there is."""
    made = document(AROUND)
    before = document()
    before["hosts"]["PC3"]["facts"]["settings"]["EventLogging"] = 7
    made["comparison"] = compare_documents(before, made)
    return made


PAGES = pytest.mark.parametrize("made", [contoso, compared], ids=["contoso", "every section"])


def visible_rows(driver: Chrome) -> list[str]:
    rows = driver.find_elements(By.CSS_SELECTOR, "#matrix-table tbody tr")
    return [row.find_element(By.TAG_NAME, "a").text for row in rows if row.is_displayed()]


def count_text(driver: Chrome) -> str:
    return driver.find_element(By.ID, "filter-count").text


@PAGES
def test_silent_and_offline(opened: Opened, made: Callable[[], dict[str, Any]]) -> None:
    driver = opened(made())
    assert driver.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = [row["params"]["request"]["url"] for row in messages if row["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith(("file:", "about:"))] == []
    assert len([url for url in asked if url.endswith("report.html")]) == 1


@PAGES
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_accessible(opened: Opened, axe: str, made: Callable[[], dict[str, Any]], dark: bool, width: int) -> None:
    driver = opened(made())
    show(driver, width, dark=dark)
    driver.execute_script("for (const part of document.querySelectorAll('details')) part.open = true;")
    # Through the debugger: the policy of the page lets no other script in.
    driver.execute_cdp_cmd("Runtime.evaluate", {"expression": axe})
    found = driver.execute_cdp_cmd(
        "Runtime.evaluate",
        {
            "expression": "axe.run(document, {resultTypes: ['violations']}).then((found) => JSON.stringify("
            "found.violations.map((row) => [row.impact, row.id, row.nodes.slice(0, 3).map((node) => node.html)])))",
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    violations = json.loads(found["result"]["value"])
    assert violations == []


@PAGES
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_window(opened: Opened, made: Callable[[], dict[str, Any]], width: int) -> None:
    driver = opened(made())
    show(driver, width, dark=False)
    assert driver.execute_script("return document.documentElement.scrollWidth") == width


def test_what_machines_have_written_is_shown_and_not_carried_out(opened: Opened) -> None:
    text = " ".join(HOSTILE.values())
    driver = opened(hostile(text))
    driver.execute_script("for (const part of document.querySelectorAll('details')) part.open = true;")
    assert expected_conditions.alert_is_present()(driver) is False
    assert driver.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = [row["params"]["request"]["url"] for row in messages if row["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith(("file:", "about:"))] == []
    shown = driver.find_element(By.TAG_NAME, "body").text
    assert " ".join(visible(text).split()) in " ".join(shown.split())
    links = [str(link.get_attribute("href")) for link in driver.find_elements(By.TAG_NAME, "a")]
    assert [link for link in links if "evil" in link or link.startswith("javascript:")] == []
    # A machine that talks too much takes no place of others.
    assert driver.execute_script("return document.documentElement.scrollWidth") == 1280


def test_search_and_filters(opened: Opened) -> None:
    driver = opened(contoso())
    everything = visible_rows(driver)
    assert count_text(driver) == f"All 17 machines, in {len(everything)} rows"
    search = driver.find_element(By.ID, "filter-text")

    search.send_keys("pc7b")
    assert visible_rows(driver) == ["2 machines"]
    assert count_text(driver) == "1 of 17 machines, in 1 rows"
    assert driver.find_element(By.CSS_SELECTOR, "#matrix-table tr:not([hidden]) .match").text == "PC7B"

    driver.find_element(By.CSS_SELECTOR, ".filters button[type=reset]").click()
    WebDriverWait(driver, 5).until(lambda _driver: visible_rows(driver) == everything)

    Select(driver.find_element(By.ID, "filter-role")).select_by_value("management_point")
    assert sorted(visible_rows(driver)) == ["MP1", "MP2"]
    Select(driver.find_element(By.ID, "filter-status")).select_by_value("not_compliant")
    assert visible_rows(driver) == ["MP1"]
    sections = driver.find_elements(By.CSS_SELECTOR, ".machine")
    assert [part.find_element(By.TAG_NAME, "h3").text for part in sections if part.is_displayed()] == ["MP1"]
    Select(driver.find_element(By.ID, "filter-severity")).select_by_visible_text("low")
    assert visible_rows(driver) == []
    assert driver.find_element(By.CSS_SELECTOR, ".nothing").is_displayed()
    assert driver.find_element(By.ID, "filter-count").get_attribute("aria-live") == "polite"


def test_only_requirements_with_gaps(opened: Opened) -> None:
    driver = opened(contoso())

    def columns() -> list[str]:
        headers = driver.find_elements(By.CSS_SELECTOR, "#matrix-table thead th a")
        return [header.text for header in headers if header.is_displayed()]

    before = columns()
    driver.find_element(By.ID, "filter-quiet").click()
    assert "sql-server-build" in columns() and "state-readable" not in columns()
    assert len(columns()) < len(before)


def test_by_keyboard_alone(opened: Opened) -> None:
    driver = opened(contoso())

    def press(*keys: str) -> Any:
        for key in keys:
            driver.switch_to.active_element.send_keys(key)
        return driver.switch_to.active_element

    first = press(Keys.TAB)
    assert first.text == "Skip to the report"
    press(Keys.ENTER)
    assert driver.switch_to.active_element.get_attribute("id") == "main"

    driver.execute_script("document.querySelector('#filter-text').focus()")
    press("sql1")
    assert visible_rows(driver) == ["SQL1"]
    # From the search over the filters and the scrolling table to the one row that is left.
    for _step in range(60):
        active = press(Keys.TAB)
        if active.text == "SQL1":
            break
    assert active.text == "SQL1"
    press(Keys.ENTER)
    WebDriverWait(driver, 5).until(lambda _driver: driver.switch_to.active_element.tag_name == "summary")
    section = driver.switch_to.active_element.find_element(By.XPATH, "..")
    assert section.get_attribute("open") is not None
    assert "SQL Server build" in section.text
    assert "solid" in str(driver.execute_script("return getComputedStyle(document.activeElement).outlineStyle"))


def test_theme(opened: Opened) -> None:
    driver = opened(contoso())

    def page_colour() -> str:
        return str(driver.execute_script("return getComputedStyle(document.body).backgroundColor"))

    light = page_colour()
    button = driver.find_element(By.ID, "theme")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    dark = page_colour()
    assert dark != light and button.get_attribute("aria-pressed") == "true"
    show(driver, 1280, dark=True)
    assert page_colour() == dark
    button.click()
    assert page_colour() == light


def test_the_picture_shows_each_stage(opened: Opened) -> None:
    driver = opened(contoso())

    def crosses() -> int:
        signs = driver.find_elements(By.CSS_SELECTOR, "#map .sign.broken")
        return sum(sign.is_displayed() for sign in signs)

    off = crosses()
    assert off > 0
    driver.find_element(By.CSS_SELECTOR, "input[value=enable]").click()
    assert crosses() == 0
    driver.find_element(By.CSS_SELECTOR, "input[value=disable]").click()
    assert crosses() == off


def test_printed_with_everything_open(opened: Opened) -> None:
    driver = opened(contoso())
    driver.execute_script("dispatchEvent(new Event('beforeprint'))")
    show(driver, 1122, dark=False, media="print")
    assert not driver.find_element(By.CSS_SELECTOR, ".filters").is_displayed()
    closed = driver.find_elements(By.CSS_SELECTOR, "details:not([open])")
    assert closed == []
    driver.execute_script("dispatchEvent(new Event('afterprint'))")
    assert driver.find_elements(By.CSS_SELECTOR, "details:not([open])") != []
    pdf = driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    assert len(pdf["data"]) > 10_000


def test_complete_without_scripts(opened: Opened) -> None:
    driver = opened(contoso())
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        driver.refresh()
        assert len(visible_rows(driver)) > 10
        assert not driver.find_element(By.CSS_SELECTOR, ".filters").is_displayed()
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def crowd(number: int) -> dict[str, Any]:
    """Clients in twelve states, each with 26 findings and a version of its own."""
    records = []
    for place in range(number):
        state = place % 12
        findings = [passed(f"requirement-{column}", f"build {place}") for column in range(26)]
        findings[state] = open_finding(f"requirement-{state}", "fail" if state % 2 else "unknown")
        records.append(HostRecord(f"CLIENT{place:05d}", facts(findings if state else findings[:0])))
    return build_document(ORIGIN, records)


def test_ten_thousand_machines(opened: Opened, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = crowd(10_000)
    driver = opened(made)
    times = driver.execute_script("const [row] = performance.getEntriesByType('navigation'); return row.toJSON()")
    seconds = times["loadEventEnd"] / 1000
    size = (tmp_path / "report.html").stat().st_size
    begun = time.monotonic()
    driver.find_element(By.ID, "filter-text").send_keys("client09999")
    found = visible_rows(driver)
    searched = time.monotonic() - begun
    with capsys.disabled():
        print(f"\n10,000 machines: {size / 1e6:.2f} MB, opened in {seconds:.2f} s, searched in {searched:.2f} s")
    assert len(found) == 1
    assert count_text(driver) == "1 of 10,000 machines, in 1 rows"
    assert seconds < 3


@pytest.mark.parametrize(
    ("name", "width", "dark", "part"),
    [
        ("report-1280", 1280, False, "answer"),
        ("conversations-1280", 1280, False, "conversations"),
        ("matrix-1280", 1280, False, "matrix"),
        ("machine-1280-dark", 1280, True, "machines-1"),
        ("report-390", 390, False, "answer"),
        ("matrix-390-dark", 390, True, "matrix"),
    ],
)
def test_screenshots(opened: Opened, name: str, width: int, dark: bool, part: str) -> None:
    """Written to build/screenshots; those in docs/screenshots were copied from there."""
    driver = opened(contoso())
    show(driver, width, dark=dark)
    top = part == "answer"
    driver.execute_script(
        "const part = document.getElementById(arguments[0]); if (part.tagName === 'DETAILS') part.open = true;"
        "if (!arguments[1]) part.scrollIntoView();",
        part,
        top,
    )
    folder = ROOT / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    assert driver.save_screenshot(str(folder / f"{name}.png"))

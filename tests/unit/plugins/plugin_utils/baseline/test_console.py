# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script on a console, as the lab reads it: cut off anywhere and run again, it comes to the same end."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.items import BaselineSpec
from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.script import Deployment, baseline_script
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import COMPONENTS, LEGACY_PROTOCOLS

pytest.importorskip("tree_sitter_powershell")

from configmgr_lab.console.cmdlets import run_script
from configmgr_lab.console.powershell import NotRead, Thrown
from configmgr_lab.endpoints.compliance import Compliance

HERE = Deployment("PS100021", True)
ENABLE = baseline_script("PS1", BaselineSpec("enable", COMPONENTS, LEGACY_PROTOCOLS), HERE)
DISABLE = baseline_script("PS1", BaselineSpec("disable", COMPONENTS, LEGACY_PROTOCOLS), HERE)


class CutOff(Exception):
    """The administrator closed the window."""


class Breaking(Compliance):
    """Ends after so many changes."""

    left: int = 1_000_000

    def new_id(self) -> int:
        if self.left == 0:
            raise CutOff
        self.left -= 1
        return super().new_id()


def made(site: Compliance) -> Any:
    """Without the numbers."""
    items = {row.ci_id: row.name for row in site.items.values()}
    return (
        {(row.name, row.description, row.platforms, row.settings) for row in site.items.values()},
        {
            (row.name, row.description, tuple(sorted(items[number] for number in row.items)))
            for row in site.baselines.values()
        },
        [(row.baseline, row.collection, row.enforced, row.override_window) for row in site.deployments],
    )


def test_it_makes_what_it_names() -> None:
    site = Compliance({})
    run = run_script(site, ENABLE.text)
    assert [text.partition(" is there")[0] for text in run.output] == [ENABLE.name] and not run.warnings
    assert set(site.items) == {name for name, _item in ENABLE.items}
    for name, item in ENABLE.items:
        settings = site.items[name].settings
        assert [(row.key, row.value_name, row.expected) for row in settings] == [
            (value.key, value.name, value.data) for value in item.values
        ]
        assert {(row.remediate, row.dword, row.report_absent, row.is_64bit) for row in settings} == {
            (True, True, True, item.is_64bit)
        }
        assert site.items[name].platforms <= {text.rstrip("*") for text in item.platforms}


def test_cut_off_after_any_change_and_run_again() -> None:
    whole = Breaking({})
    run_script(whole, ENABLE.text)
    steps = whole.changes
    assert steps > 50
    for number in range(0, steps - 1, 5):
        site = Breaking({})
        site.left = number
        with pytest.raises(CutOff):
            run_script(site, ENABLE.text)
        site.left = 1_000_000
        run_script(site, ENABLE.text)
        assert made(site) == made(whole)
        before = site.changes
        run_script(site, ENABLE.text)
        assert site.changes == before


def test_one_of_ours_repairs_a_collection() -> None:
    site = Compliance({})
    for script in (ENABLE, DISABLE, ENABLE):
        run_script(site, script.text)
        assert [row.baseline for row in site.deployments if row.enforced] == [script.name]
    elsewhere = baseline_script(
        "PS1", BaselineSpec("disable", COMPONENTS, LEGACY_PROTOCOLS), Deployment("PS100022", True)
    )
    run_script(site, elsewhere.text)
    assert sorted((row.baseline, row.collection) for row in site.deployments if row.enforced) == sorted(
        [(ENABLE.name, "PS100021"), (DISABLE.name, "PS100022")]
    )


@pytest.mark.parametrize("what", ["ConfigurationItem", "Baseline"])
def test_what_it_did_not_make_stops_it(what: str) -> None:
    site = Compliance({})
    name = ENABLE.items[-1][0] if what == "ConfigurationItem" else ENABLE.name
    kind = " -CreationType WindowsOS" if what == "ConfigurationItem" else ""
    run_script(site, f"New-CM{what} -Name '{name}'{kind} -Description 'Made by hand'")
    with pytest.raises(Thrown, match="was not made by this script"):
        run_script(site, ENABLE.text)
    assert not site.deployments


@pytest.mark.parametrize("text", ["if (", "Remove-CMBaseline -Name 'x'", "New-CMBaseline -Nme 'x'", "$a = 1 + 2"])
def test_what_the_console_does_not_know_is_refused(text: str) -> None:
    with pytest.raises((NotRead, Thrown)):
        run_script(Compliance({}), text)

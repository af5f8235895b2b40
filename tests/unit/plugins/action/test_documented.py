# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in several places about the modules says the same in all of them."""

from __future__ import annotations

import importlib.resources

import yaml

ROOT = importlib.resources.files("ansible_collections.configmgr.tls")


def modules() -> set[str]:
    return {
        file.name.removesuffix(".py")
        for file in (ROOT / "plugins" / "modules").iterdir()
        if file.name.endswith(".py") and file.name != "__init__.py"
    }


def test_the_action_group_has_every_module() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    group = runtime["action_groups"]["tls"]
    assert set(group) == modules()
    assert len(group) == len(set(group))


def test_every_module_has_an_action_and_says_that_it_is_in_the_group() -> None:
    for name in modules():
        assert (ROOT / "plugins" / "action" / f"{name}.py").is_file()
        text = (ROOT / "plugins" / "modules" / f"{name}.py").read_text(encoding="utf-8")
        assert "\n  - configmgr.tls.attributes.action\n" in text, name

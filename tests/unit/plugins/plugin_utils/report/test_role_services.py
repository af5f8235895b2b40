# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Ansible roles hold what the table of ConfigMgr roles holds: their names and their services."""

from __future__ import annotations

from pathlib import Path

import yaml

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import roles

FOLDER = Path(__file__).resolve().parents[5] / "roles"


def test_each_ansible_role_is_a_role_of_configmgr() -> None:
    named = {folder.name for folder in FOLDER.iterdir() if (folder / "tasks").is_dir()} - {"common"}
    assert len(named) == 13 and named <= {role.id for role in roles()}


def test_services_are_those_of_roles_of_configmgr() -> None:
    table = yaml.safe_load((FOLDER / "common" / "vars" / "main.yml").read_text(encoding="utf-8"))
    known = {role.id for role in roles()}
    for name in ("configmgr_tls_role_services", "configmgr_tls_role_tls_services"):
        assert table[name] and set(table[name]) <= known, name


def test_a_role_names_itself_and_its_own_services() -> None:
    for folder in FOLDER.iterdir():
        if folder.name == "common" or not (folder / "tasks").is_dir():
            continue
        task = yaml.safe_load((folder / "tasks" / "main.yml").read_text(encoding="utf-8"))[0]
        assert task["vars"] == {"configmgr_tls_roles": [folder.name]}
        services = yaml.safe_load((folder / "defaults" / "main.yml").read_text(encoding="utf-8"))[
            "configmgr_tls_services"
        ]
        assert services in ([], f"{{{{ configmgr_tls_role_services.{folder.name} }}}}")

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the report goes, and which servers get a login for it: the very conditions of the playbooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template

COMMON = Path(__file__).resolve().parents[5] / "roles" / "common"


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ({"url": ""}, True),
        ({"url": "http://drop.example/tls"}, True),
        ({"url": "https://drop.example/tls", "url_user": "auditor", "url_password": "secret"}, True),
        ({"url": "https://drop.example/tls", "url_headers": {"Authorization": "Bearer secret"}}, True),
        ({"url": "http://drop.example/tls", "url_user": "auditor", "url_password": "secret"}, False),
        ({"url": "HTTP://drop.example/tls", "url_user": "auditor"}, False),
        ({"url": " http://drop.example/tls", "url_user": "auditor"}, False),
        ({"url": "http://drop.example/tls", "url_headers": {"Authorization": "Bearer secret"}}, False),
        ({"url": "http://auditor:secret@drop.example/tls"}, False),
    ],
)
def test_a_login_goes_over_encrypted_connections_only(given: dict[str, Any], allowed: bool) -> None:
    assert passes("Keep the login for encrypted connections", given) is allowed


@pytest.mark.parametrize(("name", "allowed"), [("mounted", True), ("not_mounted", False), (None, True)])
def test_a_share_is_a_folder_that_is_there(tmp_path: Path, name: str | None, allowed: bool) -> None:
    (tmp_path / "mounted").mkdir()
    assert passes("See that the share is there", {"share": str(tmp_path / name) if name else ""}) is allowed


def passes(task: str, given: dict[str, Any]) -> bool:
    """Whether the assertion of this name holds with these variables of the report."""
    defaults = yaml.safe_load((COMMON / "defaults" / "main.yml").read_text(encoding="utf-8"))
    push = yaml.safe_load((COMMON / "tasks" / "push_report.yml").read_text(encoding="utf-8"))
    condition = next(row["ansible.builtin.assert"] for row in push[0]["block"] if row["name"] == task)
    assert "configmgr_tls_report_" in condition["fail_msg"], "it names what is to be corrected"
    variables = {**defaults, **{f"configmgr_tls_report_{name}": value for name, value in given.items()}}
    templar = Templar(loader=DataLoader(), variables=variables)
    return bool(templar.evaluate_conditional(trust_as_template(condition["that"])))

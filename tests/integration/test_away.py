# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines that are away: what was learned of them stays, with its age."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support import ROOT, Site

from configmgr_lab.control.client import LabClient

AUDIT = ROOT / "playbooks" / "audit.yml"
SERVER, CLIENT = "MP2", "PC10"


@pytest.mark.seam
def test_what_an_audit_learns_is_kept(site: Site, lab: LabClient, tmp_path: Path) -> None:
    record = tmp_path / "record"
    site.playbook(AUDIT, limit=[SERVER, CLIENT], variables={"configmgr_tls_record": str(record)}).expect_ok()
    kept = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in record.iterdir()}
    assert set(kept) == {f"{SERVER}.json", f"{CLIENT}.json"}
    assert {row["read_by"] for row in kept.values()} == {"visit"} and kept[f"{CLIENT}.json"]["last_start"]

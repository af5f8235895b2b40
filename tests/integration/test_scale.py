# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients in one run. What it took is printed (pytest -s) and never judged: it depends on the machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import WHOLE, Site, start_lab

pytestmark = pytest.mark.seam

CLIENTS = 1000 if WHOLE else 100


@pytest.mark.slow
def test_many_clients_are_audited_in_one_run(tmp_path: Path) -> None:
    lab, client = start_lab(tmp_path / "lab", clients=CLIENTS)
    try:
        site = Site(tmp_path / "lab" / "inventory.yml", tmp_path, client)
        clients = [host for host in client.hosts() if host.startswith("CL")]
        outcome = site.module("tls_facts", limit="CL*", forks=50).expect_ok()
        counters = client.counters()
    finally:
        lab.__exit__(None, None, None)
    assert len(clients) == CLIENTS
    assert outcome.by_status() == dict.fromkeys(clients, "ok")
    # Windows 7 and 8 are asked for a file's version, in a second line.
    assert {counters[host]["commands"] for host in clients} == {1, 2}
    print(f"{CLIENTS} clients audited in {outcome.seconds:.0f} s")

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients read through CMPivot, and what they told of a baseline: requests, bytes, seconds and memory.

    python bench/clients.py [--clients 10000] [--page 5000]

The site is simulated in this process: JSON as an AdminService sends it, page by page, with the answers of the lab's own
machines. Prints one line each.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.configmgr.tls.plugins.action.tls_cmpivot_facts import _read
from ansible_collections.configmgr.tls.plugins.plugin_utils._baseline.compliance import read_compliance
from ansible_collections.configmgr.tls.plugins.plugin_utils._estate.admin_service import AdminService, Login
from configmgr_lab.endpoints.cmpivot import CMPivot
from configmgr_lab.site import load_site

_KINDS = 5
_FIRST = 1000


class SimulatedSite(AdminService):
    """Counts what it is asked. Every client answers at once."""

    def __init__(self, clients: int, page: int) -> None:
        super().__init__("https://site", Login("basic", "u", "p"), verify=True, timeout=1, retries=0, page_size=page)
        machines = [m for name, m in load_site("contoso", clients=_KINDS).machines.items() if name.startswith("CL")]
        self._pivot = CMPivot(dict(enumerate(machines)))
        self._ids = range(_FIRST, _FIRST + clients)
        self._answers: dict[int, list[dict[str, Any]]] = {}
        self.requests = self.bytes = 0

    def _ask(self, method: str, address: str, attempted: str, **content: Any) -> Any:
        body = json.dumps(self._body(method, urlsplit(address).path.rpartition("/")[2], content))
        self.requests += 1
        self.bytes += len(body)
        return SimpleNamespace(text=body, json=lambda: json.loads(body))

    def _body(self, method: str, name: str, content: dict[str, Any]) -> Any:
        options = content.get("params", {})
        if name == "$metadata":
            return "RunCMPivot SMS_CMPivotStatus"
        if method == "POST":
            number = self._pivot.run(content["json"]["InputQuery"], set(range(_KINDS)))
            self._answers[number] = self._pivot.status(number)
            return {"OperationId": number}
        if name.startswith("SMS_ClientOperationStatus"):
            return {"value": [{"TotalClients": len(self._ids), "CompletedClients": len(self._ids)}]}
        if name == "SMS_ConfigurationBaselineInfo":
            ours = "Made by configmgr.tls, version 1"
            return {"value": [{"CI_ID": 1, "LocalizedDescription": ours, "IsLatest": True}]}
        begin = int(options["$skip"])
        return {"value": [self._row(name, one, options) for one in self._ids[begin : begin + int(options["$top"])]]}

    def _row(self, name: str, client: int, options: dict[str, str]) -> dict[str, Any]:
        if name == "SMS_CMPivotStatus":
            number = int(options["$filter"].rpartition(" ")[2])
            return {**self._answers[number][client % _KINDS], "ResourceId": client}
        if name == "SMS_CI_CurrentComplianceStatus":
            row = {"ResourceID": client, "ComplianceState": 1, "LastComplianceMessageTime": "2026-01-12T09:02:00Z"}
            return {**row, "UserName": "", "IsApplicable": True, "CI_ID": 1, "EnforcementState": 0}
        return {"ResourceID": client, "Name": f"PC{client}", "IsClient": True, "CNIsOnline": True}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=10_000)
    parser.add_argument("--page", type=int, default=5_000)
    options = parser.parse_args(arguments)
    for line in _lines(options.clients, options.page):
        print(line)
    return 0


def _lines(clients: int, page: int) -> Iterator[str]:
    given = {"wait": 900, "settle": 30, "poll": 5, "in_flight": 4, "collection": "SMS00001"}
    given |= {"configmgr_version": None, "legacy": "allowed"}
    site, begun = SimulatedSite(clients, page), time.monotonic()
    hosts = {f"pc{client}": ["client"] for client in range(_FIRST, _FIRST + clients)}
    found = _read(given, site, hosts)
    yield _line(f"CMPivot, {found['summary']['answered']} of {clients} answered", site, begun)
    site, begun = SimulatedSite(clients, page), time.monotonic()
    read_compliance(site, "b", range(_FIRST, _FIRST + clients))
    yield _line("compliance", site, begun)


def _line(what: str, site: SimulatedSite, begun: float) -> str:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    seconds = time.monotonic() - begun
    return f"{what}: {site.requests} requests, {site.bytes / 1e6:.1f} MB, {seconds:.1f} s, {peak} MB at the most"


if __name__ == "__main__":
    raise SystemExit(main())

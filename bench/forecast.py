# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the forecast and the gate cost for a large hierarchy: seconds, and memory beyond that of the facts.

    python bench/forecast.py [--clients 10000] [--states 12] [--sites 1]

The facts are as large as real ones; every host has its own. Facts are made first and not counted.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.forecast import Forecast, forecast
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.gate import open_gate
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.requirement import requirements

# For so many clients; ten times as many may take five times as much.
SECONDS, MEGABYTES = {10_000: 2.0, 100_000: 10.0}, {10_000: 200.0, 100_000: 1000.0}
SERVERS = {
    "CM1": ["site_server", "sms_provider", "service_connection_point"],
    "SQL1": ["site_database"],
    "MP1": ["management_point"],
    "MP2": ["management_point"],
    "DP1": ["distribution_point"],
    "SUP1": ["software_update_point"],
    "RP1": ["reporting_services_point"],
}
STACKS = ("winhttp", "dotnet4", "dotnet4_32", "sql_client", "http_sys", "sql_server")
SUITES = ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"]
OLDER = ["SSL 3.0", "TLS 1.0"]
MODERN = [*OLDER, "TLS 1.1", "TLS 1.2"]


def facts_of(roles: Sequence[str], state: int, site: str = "PS1") -> dict[str, Any]:
    """Facts of one host. Hosts of the same ``state`` are equal; every third state has no TLS 1.2 in WinHTTP."""
    old = state % 3 == 2
    stacks: dict[str, Any] = {name: {"enable": [*MODERN]} for name in STACKS}
    stacks["dotnet4"] = {"enable": MODERN[state % 3 :], "now": OLDER[: 1 + state // 6]}
    if old:
        stacks["winhttp"] = {"enable": OLDER[state // 6 :], "cause": "winhttp-update"}
    return {
        "roles": [*roles],
        "stacks": stacks,
        "fips": False,
        # Twelve states differ in what they offer, those beyond them in their policy as well.
        "suites": [*SUITES, f"TLS_OF_STATE_{state}"] if state >= 12 else None,
        "configmgr": {"site_code": site, "assigned_site" if roles == ["client"] else "role_site": site},
        "findings": [_finding(row.id, old and row.id == "winhttp-update") for row in requirements()],
    }


def _finding(name: str, fails: bool) -> dict[str, Any]:
    phrase = f"what was found about {name}" + " and a sentence that is as long as they are"
    reasons = [{"code": "reason", "phrase": phrase}]
    text = {
        "reasons": reasons,
        "remedy": phrase,
        "title": name,
        "severity": "high",
        "fix": "update",
        "expected": phrase,
    }
    return {"id": name, "status": "fail" if fails else "pass", "actual": phrase, **text}


def hierarchy(clients: int, states: int, sites: int = 1) -> dict[str, dict[str, Any]]:
    """Primary sites PS1, PS2 and so on below the first one, each with servers and clients of all states."""
    codes = [f"PS{number}" for number in range(1, sites + 1)]
    made = {f"{code}-{name}": facts_of(roles, 0, code) for code in codes for name, roles in SERVERS.items()}
    for code in codes[1:]:
        made[f"{code}-CM1"]["configmgr"]["parent_site"] = codes[0]
    for number in range(clients):
        made[f"PC{number:05}"] = facts_of(["client"], number % states, codes[number // states % sites])
    return made


def measured(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Result, seconds, and the most megabytes that were in use at a time; the memory is taken in a run of its own."""
    begun = time.perf_counter()
    work()
    seconds = time.perf_counter() - begun
    tracemalloc.start()
    result = work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return result, seconds, peak / 2**20


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench/forecast.py", description="Measure the forecast and the gate.")
    parser.add_argument("--clients", type=int, default=10_000, help="how many clients (%(default)s)")
    parser.add_argument("--states", type=int, default=12, help="how many different ones (%(default)s)")
    parser.add_argument("--sites", type=int, default=1, help="in how many sites (%(default)s)")
    options = parser.parse_args(arguments)
    facts = hierarchy(options.clients, options.states, options.sites)
    size = len(json.dumps(facts["PC00000"])) / 1024
    expected, seconds, megabytes = measured(lambda: forecast(facts, LEGACY_PROTOCOLS))
    print(
        f"{options.clients:,} clients of {options.states} states in {options.sites} sites, {size:.1f} KB of facts each"
    )
    _line("forecast", seconds, megabytes, f"{len(expected.rows):,} rows of {expected.pairs:,} pairs")
    gate, seconds_gate, megabytes_gate = measured(lambda: _gate(facts, expected))
    _line("gate", seconds_gate, megabytes_gate, f"{len(gate.reasons):,} reasons")
    size = max(SECONDS, key=lambda clients: (clients <= options.clients, -abs(clients - options.clients)))
    met = seconds <= SECONDS[size] and megabytes <= MEGABYTES[size]
    print(f"  {'met' if met else 'MISSED'}: forecast in at most {SECONDS[size]:g} s and {MEGABYTES[size]:g} MB")
    return 0


def _gate(facts: Mapping[str, Any], expected: Forecast) -> Any:
    return open_gate(facts, expected, [], datetime.date.today(), lambda _condition, _host: False)


def _line(name: str, seconds: float, megabytes: float, made: str) -> None:
    print(f"  {name:<10} {seconds:6.2f} s  {megabytes:7.1f} MB  {made}")


if __name__ == "__main__":
    sys.exit(main())

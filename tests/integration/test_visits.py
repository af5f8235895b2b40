# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a machine is visited: commands and HTTP requests as the lab counts them."""

from __future__ import annotations

import pytest
from support import Site

from configmgr_lab.control.client import LabClient

MOST_REQUESTS = {"basic": 8, "ntlm": 11}
"""Two lines: the second only where the first one found something to ask about."""
AUTHS = list(MOST_REQUESTS)


def assert_one_visit(site: Site, lab: LabClient) -> None:
    """One logon, one or two commands, and no more requests than a short visit takes, on every host."""
    counters = lab.counters()
    for connection in ("winrm", "psrp"):
        for auth in AUTHS:
            hosts = site.hosts_by(connection, auth)
            assert hosts, f"no host of the site uses {connection} with {auth}"
            for host in hosts:
                seen = counters[host]
                assert (seen["connections"], seen["refused_logons"]) == (1, 0), (host, seen)
                assert 1 <= seen["commands"] <= 2, (host, seen)
                assert 0 < seen["requests"] <= MOST_REQUESTS[auth], (host, seen)


@pytest.mark.parametrize("check", [False, True], ids=["real", "check mode"])
def test_an_audit_is_one_visit_and_changes_nothing(site: Site, lab: LabClient, check: bool) -> None:
    site.module("tls_facts", check=check).expect_ok()
    assert_one_visit(site, lab)
    for host in site.hosts:
        now, image = lab.dump(host), lab.image(host)
        assert {part: now[part] for part in ("registry", "files", "services")} == {
            part: image[part] for part in ("registry", "files", "services")
        }


def test_enforcing_is_one_more_command_where_something_is_to_do(site: Site, lab: LabClient) -> None:
    first = site.module("tls_settings").expect_ok()
    assert {host: result.changed for host, result in first.last.items()} == dict.fromkeys(site.hosts, True)
    counters = lab.counters()
    enforcing = {host: counters[host]["commands"] for host in site.hosts}
    assert {counters[host]["connections"] for host in site.hosts} == {1}
    lab.clear_counters()
    second = site.module("tls_settings").expect_ok()
    assert {host: result.changed for host, result in second.last.items()} == dict.fromkeys(site.hosts, False)
    assert_one_visit(site, lab)
    looking = {host: row["commands"] for host, row in lab.counters().items()}
    assert enforcing == {host: looking[host] + 1 for host in site.hosts}


def test_a_prediction_is_one_visit(site: Site, lab: LabClient) -> None:
    site.module("tls_settings", check=True, diff=True).expect_ok()
    assert_one_visit(site, lab)


MOST = {
    ("CM1", "tls_facts"): (39, 4000),
    ("SQL1", "tls_facts"): (39, 4100),
    ("MP1", "tls_facts"): (38, 4000),
    ("SUP1", "tls_facts"): (39, 4000),
    ("DP2", "tls_facts"): (33, 3500),
    ("PC7A", "tls_facts"): (29, 3100),
    ("PC10", "tls_facts"): (25, 2700),
    ("PC10", "tls_events_info"): (5, 750),
    ("PC10", "tls_settings"): (45, 7200),
    ("PC10", "tls_rollback"): (49, 7200),
    ("CM1", "tls_diagnose_info"): (61, 18_000),
    ("PC10", "tls_diagnose_info"): (33, 12_000),
    ("PC10", "tls_restart"): (33, 3300),
    ("MP1", "tls_update"): (43, 4900),
    ("PC7B", "tls_update"): (36, 4300),
}
"""Programs that a task starts on a machine, and characters of all of its lines."""
GIVEN = {"tls_restart": {"when": "always", "delay": 0, "policy": "when_nobody"}}
PREDICTED = ("tls_update", "tls_restart")


def test_no_task_starts_more_programs_than_it_did(site: Site, lab: LabClient) -> None:
    """Each costs the machine 20 to 100 ms; a new question belongs where the fewest machines are asked it."""
    seen = {}
    for host, module in MOST:
        lab.clear_counters()
        site.module(module, GIVEN.get(module), limit=host, check=module in PREDICTED).expect_ok()
        lines = lab.commands(host=host)
        seen[(host, module)] = (sum(row["starts"] for row in lines), sum(len(row["line"]) for row in lines))
    assert {name: row for name, row in seen.items() if row[0] > MOST[name][0] or row[1] > MOST[name][1]} == {}


@pytest.mark.parametrize(
    ("module", "arguments", "word"),
    [
        ("tls_settings", {"stage": "enable", "protocols": ["TLS 1.0"]}, "protocols"),
        ("tls_settings", {"stage": "disable", "protocols": []}, "no protocol"),
        ("tls_settings", {"stage": "disable", "components": ["dotnet"]}, "schannel"),
        ("tls_settings", {"stage": "dissable"}, "dissable"),
        ("tls_settings", {"protocols": ["TLS 1.2"], "stage": "disable"}, "TLS 1.2"),
        ("tls_settings", {"components": []}, "component"),
        ("tls_settings", {"stages": "enable"}, "unknown option stages"),
        ("tls_settings", {"run": "a b"}, "name of a run"),
        ("tls_settings", {"backup_location": r"C:\a & del *"}, "backup_location"),
        ("tls_facts", {"backup_location": "relative"}, "absolute"),
        ("tls_restart", {"services": ["%PATH%"]}, "%PATH%"),
        ("tls_restart", {"down_timeout": -1}, "down_timeout"),
        ("tls_rollback", {"force": "perhaps"}, "perhaps"),
    ],
)
def test_bad_input_is_refused_before_any_visit(
    site: Site, lab: LabClient, module: str, arguments: dict[str, object], word: str
) -> None:
    outcome = site.module(module, arguments, limit="CM1")
    failed = outcome.last["CM1"]
    assert (outcome.exit_code, failed.status, failed.code) == (2, "failed", "bad_argument")
    assert word in failed.data["msg"]
    assert "plugins.action" not in failed.data["msg"]
    assert lab.counters()["CM1"]["requests"] == 0

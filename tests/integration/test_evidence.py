# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Legacy use that is observed, symptoms that are diagnosed, and the configuration file of the application catalog."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support import Site

from configmgr_lab.control.client import LabClient

SCHANNEL = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
LIMIT = 10_240
CALLERS = [
    ("TLS 1.0", "server", "", 31),
    ("TLS 1.2", "server", "CN=pc10.contoso.example", 7),
    ("TLS 1.0", "client", "sql1.contoso.example", 3),
    ("TLS 1.1", "client", "sup1.contoso.example", 2),
]


def handshake(protocol: str, side: str, peer: str) -> dict[str, str]:
    return {
        "Type": side,
        "Protocol": protocol,
        "CipherSuite": "0xc014",
        "ExchangeStrength": "384",
        "ContextHandle": "0x0",
        "TargetName": peer if side == "client" else "",
        "LocalCertSubjectName": "",
        "RemoteCertSubjectName": peer if side == "server" else "",
    }


def rows(part: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in part["rows"]]


def test_planted_events_are_counted_by_protocol_and_peer(site: Site, lab: LabClient) -> None:
    for protocol, side, peer, count in CALLERS:
        lab.plant_events("MP1", 36880, handshake(protocol, side, peer), count=count)
    lab.plant_events("MP1", 36871, {"CallerProcessImageName": r"C:\Backup\agent.exe", "ErrorState": "10013"}, count=2)
    lab.plant_events("MP1", 36888, {"AlertDesc": "70", "TargetName": "old.contoso.example"})
    lab.plant_events("MP1", 36880, handshake("SSL 3.0", "server", ""), seconds_ago=30 * 86400)
    seen = site.module("tls_events_info", {"days": 7}, limit="MP1").expect_ok().last["MP1"].data
    assert rows(seen["protocols"], "side", "protocol", "count") == [
        ("server", "TLS 1.0", 31),
        ("server", "TLS 1.2", 7),
        ("client", "TLS 1.0", 3),
        ("client", "TLS 1.1", 2),
    ]
    assert ("client", "sql1.contoso.example", 3) in rows(seen["peers"], "side", "peer", "count")
    assert rows(seen["refused"], "process", "protocol_off", "count") == [("agent.exe", True, 2)]
    assert rows(seen["alerts"], "id", "alert", "target") == [(36888, "70", "old.contoso.example")]
    assert seen["legacy_use"] == [
        "from callers without a certificate (TLS 1.0)",
        "to sql1.contoso.example (TLS 1.0)",
        "to sup1.contoso.example (TLS 1.1)",
    ]
    assert (seen["truncated"], seen["damaged"], seen["success_logging"]) == (False, 0, False)
    assert len(json.dumps(seen)) < LIMIT
    assert lab.counters()["MP1"]["commands"] == 1


def test_nothing_logged_is_not_nobody(site: Site, lab: LabClient) -> None:
    outcome = site.module("tls_events_info").expect_ok()
    assert {host: result.data["legacy_use"] for host, result in outcome.last.items()} == dict.fromkeys(site.hosts)


def test_more_events_than_the_bound_are_told(site: Site, lab: LabClient) -> None:
    lab.plant_events("MP1", 36880, handshake("TLS 1.2", "server", ""), count=400)
    seen = site.module("tls_events_info", {"max_events": 100}, limit="MP1").expect_ok().last["MP1"].data
    assert (seen["truncated"], rows(seen["protocols"], "count")) == (True, [(100,)])


@pytest.mark.parametrize("former", [1, 3, 0, None], ids=str)
def test_a_window_leaves_the_registry_as_it_was(site: Site, lab: LabClient, former: int | None) -> None:
    host = "MP2"
    if former is None:
        lab.delete_value(host, SCHANNEL, "EventLogging")
    else:
        lab.set_value(host, SCHANNEL, "EventLogging", former)
    before = lab.dump(host)["registry"]
    predicted = site.module("tls_event_logging", {"state": "started"}, limit=host, check=True).expect_ok().last[host]
    assert predicted.changed
    assert lab.dump(host)["registry"] == before
    opened = site.module("tls_event_logging", {"state": "started", "run": "w1"}, limit=host).expect_ok().last[host]
    assert (opened.changed, opened.places()) == (True, predicted.places())
    assert opened.data["window"]["run"] == "w1"
    again = site.module("tls_event_logging", {"state": "started"}, limit=host).expect_ok().last[host]
    assert (again.changed, again.data["window"]["run"]) == (False, "w1")
    seen = site.module("tls_events_info", limit=host).expect_ok().last[host].data
    assert (seen["success_logging"], seen["window"]["run"]) == (True, "w1")
    closed = site.module("tls_event_logging", {"state": "stopped"}, limit=host, diff=True).expect_ok().last[host]
    assert (closed.changed, closed.data["window"]) == (True, None)
    assert lab.dump(host)["registry"] == before
    assert not site.module("tls_event_logging", {"state": "stopped"}, limit=host).expect_ok().last[host].changed


def test_a_value_that_somebody_set_since_is_not_overwritten(site: Site, lab: LabClient) -> None:
    site.module("tls_event_logging", {"state": "started"}, limit="MP2").expect_ok()
    lab.set_value("MP2", SCHANNEL, "EventLogging", 6)
    refused = site.module("tls_event_logging", {"state": "stopped"}, limit="MP2").last["MP2"]
    assert (refused.status, refused.code) == ("failed", "conflict")
    site.module("tls_event_logging", {"state": "stopped", "force": True}, limit="MP2").expect_ok()
    assert lab.dump("MP2")["registry"] == lab.image("MP2")["registry"]


def test_where_handshakes_are_logged_anyway_no_window_is_opened(site: Site, lab: LabClient) -> None:
    lab.set_value("MP2", SCHANNEL, "EventLogging", 7)
    for state in ("started", "stopped"):
        result = site.module("tls_event_logging", {"state": state}, limit="MP2").expect_ok().last["MP2"]
        assert (result.changed, result.data["window"]) == (False, None)

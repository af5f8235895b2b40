# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of four real machines, from their SYSTEM hives."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.build import host_state
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.effective import effective_protocols
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.state import HostState
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.suites import algorithms_off, offered_suites
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import (
    KeyReading,
    Presence,
    Registry,
    View,
    parse_query,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import snapshot, windows

HIVES: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("hives.yml").read_text(encoding="utf-8"))


def state_of(name: str) -> HostState:
    hive = HIVES[name]
    text = hive["printed"].replace("{suites}", r"\0".join(hive["suites"]))
    shown = snapshot(windows(hive["build"], "Client"))
    readings = {
        place: reading for place, reading in shown.registry.readings.items() if not place[1].folded.startswith("system")
    }
    for key, values in parse_query(text.split("\n")):
        readings[(View.NATIVE, key)] = KeyReading(Presence.PRESENT, values)
    return host_state(dataclasses.replace(shown, registry=Registry(readings, shown.registry.missed - set(readings))))


@pytest.mark.parametrize(
    ("name", "architecture", "protocols", "shutdown"),
    [
        ("SYSTEM", "x86", "on_request on on on_request on_request not_supported", "33D729750612CD01"),
        ("SYSTEM_2", "x64", "on_request on on on on not_supported", "3160D86A8D34D101"),
        ("SYSTEM_B", "x64", "not_supported on_request on on on not_supported", "EA32BDEB14C6D301"),
        ("SYSTEM_WIN_10_1709", "x64", "not_supported on_request on on on not_supported", "EF69D4202A16D601"),
    ],
)
def test_what_the_hive_says(name: str, architecture: str, protocols: str, shutdown: str) -> None:
    state = state_of(name)
    assert state.windows.architecture == architecture
    assert list(effective_protocols(state)["client"].values()) == protocols.split()
    assert state.schannel.fips.dword == 0 and state.schannel.event_logging.dword == 1
    assert state.boot.shutdown == shutdown
    # Nothing is turned off singly, and the keys above are there and readable.
    assert algorithms_off(state) == [] and state.schannel.cipher_policy is None and state.unreadable == ()


@pytest.mark.parametrize(
    ("name", "count", "first", "has_gcm"),
    [
        # Windows 7 as it came out: without the update that added DHE with AES-GCM.
        ("SYSTEM", 21, "TLS_RSA_WITH_AES_128_CBC_SHA256", False),
        ("SYSTEM_2", 26, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", False),
        ("SYSTEM_B", 23, "TLS_AES_256_GCM_SHA384", True),
        ("SYSTEM_WIN_10_1709", 23, "TLS_AES_256_GCM_SHA384", True),
    ],
)
def test_the_suites_of_the_hive(name: str, count: int, first: str, has_gcm: bool) -> None:
    offered = offered_suites(state_of(name))
    assert (len(offered.names), offered.names[0]) == (count, first)
    assert ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" in offered.names) is has_gcm
    assert "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA" in set(offered.serving("TLS 1.2")) - offered.maybe

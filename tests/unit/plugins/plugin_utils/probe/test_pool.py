# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.checks import find_check
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.controller_tls import http_trust
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.http import HealthTarget
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import ProtocolVersion
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.pool import check_all, probe_all, run_bounded
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.results import Endpoint, ProtocolStatus
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.probe import servers, wire

PATIENT = 10.0


def test_results_come_in_the_order_of_the_items() -> None:
    second_is_done = threading.Event()

    def first_waits_for_second(item: int) -> int:
        if item == 1:
            assert second_is_done.wait(PATIENT)
        else:
            second_is_done.set()
        return item * 10

    assert run_bounded(first_waits_for_second, [1, 2], concurrency=2) == [10, 20]


@pytest.mark.parametrize("bound", [1, 3, 7])
def test_no_more_than_the_bound_run_at_a_time_and_no_fewer(bound: int) -> None:
    lock, together = threading.Lock(), threading.Barrier(bound)
    running = most = 0

    def watch(_item: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(PATIENT)
        with lock:
            running -= 1

    run_bounded(watch, range(bound * 4), concurrency=bound)
    assert most == bound


def test_nothing_to_do_is_nothing_done() -> None:
    assert run_bounded(str, [], concurrency=5) == []


def test_a_dead_endpoint_does_not_touch_the_others() -> None:
    flight = wire.flight(0x0303, 0xC02F, b"der")
    with servers.serving(servers.answering({}, flight)) as port:
        endpoints = [Endpoint("127.0.0.1", one) for one in (port, servers.closed_port(), port)]
        results = probe_all(endpoints, [ProtocolVersion.TLS12], PATIENT, 2, datetime(2026, 6, 1, tzinfo=UTC))
    statuses = [result.protocols[ProtocolVersion.TLS12].status for result in results]
    assert statuses == [ProtocolStatus.ACCEPTED, ProtocolStatus.UNKNOWN, ProtocolStatus.ACCEPTED]
    assert [result.endpoint for result in results] == endpoints


def test_checks_share_one_context() -> None:
    targets = [HealthTarget("127.0.0.1", find_check(name), servers.closed_port()) for name in ("mplist", "mpcert")]
    results = check_all(targets, http_trust(), PATIENT, 5)
    assert [result.target.check.id for result in results] == ["mplist", "mpcert"]

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any caller against any callee: what their handshake ends with, and what it should by the rules alone."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from configmgr_lab.endpoints.host import RoleEndpoints
from configmgr_lab.endpoints.protocols import Protocol
from configmgr_lab.images import build_image
from configmgr_lab.machine.clock import ManualClock
from configmgr_lab.machine.machine import Machine
from configmgr_lab.machine.values import Value
from configmgr_lab.sample import sample_machine
from configmgr_lab.shell.interpreter import run_line
from configmgr_lab.talk.attempt import (
    CERTIFICATE,
    HUNG_UP,
    NO_PROTOCOL,
    NO_SUITE,
    NOTHING_OFFERED,
    NotUp,
    Outcome,
    Target,
)
from configmgr_lab.talk.attempt import attempt as try_once
from configmgr_lab.talk.stacks import Offer
from configmgr_lab.wire.certificates import Authority

T = TypeVar("T")
P = Protocol
OFFSET = 30_000
# Test processes side by side must not take each other's addresses.
ADDRESS, CALLER = (f"127.98.{os.getpid() % 250}.{last}" for last in (1, 2))
SCHANNEL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"
KINDS = {"management_point": (443, "https"), "site_database": (1433, "tds")}
sets = st.frozensets(st.sampled_from(P))


class Callee:
    """One machine that listens, in an event loop that runs only while somebody calls it."""

    def __init__(self, image: str, role: str, products: tuple[str, ...]) -> None:
        host = sample_machine(image, products).site_host
        host = dataclasses.replace(host, name="CALLEE", address=ADDRESS, roles=(role,))
        self.machine = Machine(host, build_image(image, products), shell=run_line, clock=ManualClock())
        self.authority = Authority.create("an authority")
        self.loop = asyncio.new_event_loop()
        self.port, self.kind = KINDS[role]

        async def make() -> RoleEndpoints:
            async def sql_works() -> bool:
                return True

            return RoleEndpoints(self.machine, authority=self.authority, sql_works=sql_works, port_offset=OFFSET)

        self.endpoints = self.run(make())

    def run(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(work)

    def accept(self, protocols: frozenset[P]) -> None:
        for protocol in P:
            value = Value.dword("Enabled", int(protocol in protocols))
            self.machine.write_registry(f"{SCHANNEL}\\{protocol.label}\\Server", value)
        self.machine.effective = self.machine.registry.snapshot()

    def call(self, protocols: frozenset[P], *, suites: tuple[str, ...] = (), authority: bytes | None = None) -> Outcome:
        port = self.port + OFFSET
        target = Target(CALLER, ADDRESS, port, self.kind, "CALLEE", authority or self.authority.pem)
        return self.run(try_once(target, Offer(protocols, suites, "a stack", "of the test")))

    def open(self) -> None:
        self.loop.call_soon(self.endpoints.refresh)
        self.run(asyncio.sleep(0))

    def close(self) -> None:
        self.endpoints.close()
        self.run(asyncio.sleep(0))
        self.loop.close()


@pytest.fixture(scope="module")
def callee_of() -> Iterator[Callable[..., Any]]:
    made: dict[tuple[Any, ...], Callee] = {}

    def of(image: str, role: str, *products: str) -> Callee:
        for other in made.values():
            other.endpoints.close()
        if (image, role) not in made:
            made[image, role] = Callee(image, role, products)
        callee = made[image, role]
        callee.open()
        return callee

    yield of
    for callee in made.values():
        callee.close()


def agreed(caller: frozenset[P], callee: frozenset[P], reads_versions: bool) -> P | None:
    """What two ends agree on, by the rules alone."""
    if not caller:
        return None
    if P.TLS13 in caller and reads_versions:
        return max((each for each in caller & callee if each > P.SSL2), default=None)
    highest = min(max(caller), P.TLS12)
    lowest = P.SSL2 if highest is P.SSL2 else P.SSL3
    chosen = max((each for each in callee if lowest <= each <= highest), default=None)
    return chosen if chosen in caller else None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(caller=sets, callee=sets)
@pytest.mark.parametrize(
    ("image", "role", "products", "has", "reads_versions"),
    [
        ("windows-server-2012-r2", "management_point", (), set(P) - {P.TLS13}, False),
        ("windows-server-2022", "management_point", (), set(P) - {P.SSL2}, True),
        ("windows-server-2022", "site_database", ("sql-2019",), set(P) - {P.SSL2, P.TLS13}, False),
    ],
)
def test_both_ends_agree_as_the_rules_say(
    callee_of: Callable[..., Callee],
    caller: frozenset[P],
    callee: frozenset[P],
    image: str,
    role: str,
    products: tuple[str, ...],
    has: set[P],
    reads_versions: bool,
) -> None:
    server = callee_of(image, role, *products)
    server.accept(callee)
    outcome = server.call(caller)
    assert outcome.protocol == agreed(caller, callee & has, reads_versions), outcome
    if outcome.protocol is None:
        # There is no alert in the format of SSL 2.0.
        refused = HUNG_UP if caller == {P.SSL2} else NO_PROTOCOL
        assert outcome.cause == (refused if caller else NOTHING_OFFERED)


@pytest.mark.parametrize(
    ("caller", "whole"),
    [({P.TLS10, P.TLS11, P.TLS12}, True), ({P.SSL3, P.TLS10}, True), ({P.TLS10, P.TLS12}, False), ({P.TLS12}, True)],
)
def test_a_handshake_is_whole_wherever_openssl_can(
    callee_of: Callable[..., Callee], caller: set[P], whole: bool
) -> None:
    server = callee_of("windows-server-2012-r2", "management_point")
    server.accept(frozenset(P))
    assert server.call(frozenset(caller)).whole == whole


def test_no_suite_in_common(callee_of: Callable[..., Callee]) -> None:
    server = callee_of("windows-server-2012-r2", "management_point")
    server.accept(frozenset({P.TLS12}))
    assert server.call(frozenset({P.TLS12}), suites=("TLS_RSA_WITH_AES_128_CBC_SHA",)).cause == NO_SUITE
    assert server.call(frozenset({P.TLS12}), suites=("TLS_RSA_WITH_RC4_128_SHA",)).cause == NO_SUITE


def test_a_certificate_of_somebody_else(callee_of: Callable[..., Callee]) -> None:
    server = callee_of("windows-server-2012-r2", "management_point")
    server.accept(frozenset({P.TLS12}))
    stranger = Authority.create("a stranger").pem
    assert server.call(frozenset({P.TLS12}), authority=stranger).cause == CERTIFICATE


def test_nobody_there(callee_of: Callable[..., Callee]) -> None:
    server = callee_of("windows-server-2012-r2", "management_point")
    server.endpoints.close()
    with pytest.raises(NotUp):
        server.call(frozenset({P.TLS12}))

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has the machines of a site talk to each other, on demand and all the time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from ..endpoints.accepted import accepted
from ..endpoints.host import RoleEndpoints
from ..endpoints.protocols import sentence
from ..endpoints.serving import runs
from ..hierarchy import Hierarchy
from ..machine.machine import Machine
from .attempt import NOTHING_OFFERED, NotUp, Outcome, Target, attempt
from .catalogue import Conversation, OfferBook, Pair, conversations, pairs
from .ledger import FAILED, NOT_UP, OK, Ledger, Result, summary

AT_ONCE = 8
_MANAGEMENT_POINT_DATABASE = "management-point-database"
REPLICA_VARIABLE = "configmgr_sql_replica"


class Talker:
    """Made and used inside one event loop."""

    def __init__(
        self,
        endpoints: Mapping[str, RoleEndpoints],
        authority: bytes,
        hierarchy: Hierarchy,
        port_offset: int = 0,
    ) -> None:
        self._endpoints = endpoints
        self._hierarchy = hierarchy
        self._authority = authority
        self._port_offset = port_offset
        self._offers = OfferBook()
        self._turn = asyncio.Lock()
        self.ledger = Ledger()

    async def run(self, period: float) -> None:
        """Talk round after round until cancelled, a new one every ``period`` seconds."""
        while True:
            await self.round()
            await asyncio.sleep(period)

    async def round(self, *, count: bool = True) -> dict[str, Any]:
        """Everybody talks once. JSON-able, as `summary` gives it; without ``count`` nothing is written down."""
        async with self._turn:
            free = asyncio.Semaphore(AT_ONCE)

            async def talk(pair: Pair) -> Result:
                async with free:
                    result = await self._talk(pair)
                if count:
                    self.ledger.add(result)
                return result

            machines = [endpoints.machine for endpoints in self._endpoints.values()]
            everybody = pairs(machines, self._offers, self._hierarchy)
            results = list(await asyncio.gather(*(talk(pair) for pair in everybody)))
            if count:
                self.ledger.rounds += 1
            return summary(results)

    async def reaches_database(self, management_point: Machine) -> bool:
        """Whether the management point could log on to the primary replica right now."""
        conversation = next(each for each in conversations() if each.id == _MANAGEMENT_POINT_DATABASE)
        machines = [endpoints.machine for endpoints in self._endpoints.values()]
        databases = [machine for machine in machines if conversation.callee in machine.site_host.roles]
        own = [each for each in databases if each.site_host.site == management_point.site_host.site]
        primary = next((each for each in own if _is_primary(each)), None)
        if primary is None:
            return False
        if primary is management_point:
            return True
        return (await self._talk(self._pair(conversation, management_point, primary))).state == OK

    def _pair(self, conversation: Conversation, caller: Machine, callee: Machine) -> Pair:
        return Pair(conversation, caller, callee, self._offers.offer(caller, conversation))

    async def _talk(self, pair: Pair) -> Result:
        before = self._moment(pair)
        if before is None:
            return Result(pair, NOT_UP)
        caller, callee = pair.caller, pair.callee
        target = Target(
            caller.address,
            callee.address,
            pair.port + self._port_offset,
            pair.kind,
            callee.name,
            self._authority,
        )
        try:
            outcome = await attempt(target, pair.offer)
        except NotUp:
            return Result(pair, NOT_UP)
        if outcome.protocol is not None:
            return Result(pair, OK, outcome.protocol, outcome.suite, whole=outcome.whole)
        # Somebody who goes down in the middle of a handshake has not refused it.
        if self._moment(pair) != before:
            return Result(pair, NOT_UP)
        return Result(pair, FAILED, cause=outcome.cause, text=self._explain(pair, outcome))

    def _moment(self, pair: Pair) -> tuple[int, int] | None:
        """Which start of each machine this is; None when one of them, or the service that is called, is not up."""
        caller, callee = pair.caller, pair.callee
        listener = next((each for each in self._endpoints[callee.name].listeners if each.port == pair.port), None)
        up = caller.is_up and callee.is_up and listener is not None
        if not up or listener is None or not any(runs(callee, service) for service in listener.services):
            return None
        return caller.restarts, callee.restarts

    def _explain(self, pair: Pair, outcome: Outcome) -> str:
        said = f"{pair.caller.name}: {pair.offer.text}"
        if outcome.cause == NOTHING_OFFERED:
            return said
        callee = pair.callee
        side = accepted(callee, pair.kind, pair.port)
        protocols = side.protocols - self._endpoints[callee.name].faults.refused(pair.port)
        by = f" (SQL Server {side.sql.text})" if side.sql else ""
        return f"{said}; {callee.name} accepts {sentence(protocols)}{by}: {outcome.detail}"


def _is_primary(machine: Machine) -> bool:
    return dict(machine.site_host.variables).get(REPLICA_VARIABLE, "primary") == "primary"

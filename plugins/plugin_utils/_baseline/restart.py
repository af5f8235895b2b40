# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarts by ConfigMgr's own client notification: the client counts down as its site is set, in front of everybody.

Source: Microsoft, "Client notification" and "Device restart notifications"; the method InitiateClientOperation of
SMS_ClientOperation; that the restart is type 17 is from several public programs, no page of Microsoft's says it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from .._estate.admin_service import AdminService
from .._failure import Failure
from .compliance import ClientCompliance, moment_of

__all__ = ["RestartWave", "RestartOutcome", "Waves", "ask_restarts", "last_starts", "who_needs_one"]

_RESTART = 17
_INITIATE = "SMS_ClientOperation.InitiateClientOperation"
_SPREAD_MINUTES = 1
_WORKSTATION = "workstation"
_RIGHTS = (
    "Give the account the right Notify Resource on the collection; the security role Operations Administrator has it."
)


class RestartOutcome(Enum):
    """Why a client is asked or not; only ASKED restarts."""

    ASKED = "asked"
    NOT_NEEDED = "not_needed"
    NOT_SET = "not_set"
    OFFLINE = "offline"
    NOT_A_CLIENT = "not_a_client"
    NOT_FOUND = "not_found"


@dataclass(frozen=True)
class Waves:
    """How many clients are asked to restart at a time, and the pause in between.

    ``size``: clients at a time. ``pause``: seconds between two waves.
    """

    size: int
    pause: float
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class RestartWave:
    """One wave: the site's operation, None where it was only foreseen."""

    clients: tuple[int, ...]
    operation: int | None


def who_needs_one(
    told: Mapping[int, ClientCompliance], devices: Mapping[int, Mapping[str, Any]], starts: Mapping[int, datetime]
) -> dict[int, RestartOutcome]:
    """``told``: by resource id. ``devices``: rows of SMS_CombinedDeviceResources. ``starts``: the last ones known."""
    return {client: _outcome(mine, devices.get(client, {}), starts.get(client)) for client, mine in told.items()}


def _outcome(told: ClientCompliance, device: Mapping[str, Any], started: datetime | None) -> RestartOutcome:
    # A server is never restarted this way, and what is not known to be a workstation may be one.
    if _WORKSTATION not in str(device.get("DeviceOS", "")).lower():
        return RestartOutcome.NOT_A_CLIENT
    if told.state != "compliant":
        return RestartOutcome.NOT_SET
    if told.mended_at is None or (started is not None and started > told.mended_at):
        return RestartOutcome.NOT_NEEDED
    return RestartOutcome.ASKED if device.get("CNIsOnline") else RestartOutcome.OFFLINE


def ask_restarts(
    service: AdminService, collection: str, clients: Sequence[int], waves: Waves, *, foresee: bool
) -> Iterator[RestartWave]:
    """One call a wave. Nothing is called where it is only to be foreseen. Raises Failure."""
    for begin in range(0, len(clients), waves.size):
        wave = tuple(clients[begin : begin + waves.size])
        if foresee:
            yield RestartWave(wave, None)
            continue
        if begin:
            waves.sleep(waves.pause)
        yield RestartWave(wave, _ask(service, collection, wave))


def _ask(service: AdminService, collection: str, wave: Sequence[int]) -> int:
    body = {
        "Type": _RESTART,
        "TargetCollectionID": collection,
        "RandomizationWindow": _SPREAD_MINUTES,
        "TargetResourceIDs": list(wave),
    }
    try:
        answer = service.call(_INITIATE, body, route="wmi")
    except Failure as failure:
        if failure.code == "admin_service_forbidden":
            raise Failure("restart_forbidden", str(failure), _RIGHTS) from None
        raise
    number = answer.get("OperationID")
    if not isinstance(number, int) or answer.get("ReturnValue", 0) != 0:
        raise Failure(
            "restart_not_taken",
            f"the site did not take the request to restart {len(wave)} clients ({answer.get('ReturnValue')}).",
            "See SMS_CLIENT_OPERATION and AdminService.log on the SMS Provider.",
        )
    return number


def last_starts(service: AdminService) -> dict[int, datetime]:
    """By resource id, as the last hardware inventory saw it: a start after that is not known."""
    rows = service.rows("SMS_G_System_OPERATING_SYSTEM")
    found = {row.get("ResourceID"): moment_of(row.get("LastBootUpTime")) for row in rows}
    return {client: moment for client, moment in found.items() if isinstance(client, int) and moment}

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the wire: what a test or a demonstration asks one host's endpoint to do wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

KINDS = {
    "drop_before": "reset the connection when the request has been read, before anything is done",
    "drop_middle": "do it, then reset the connection in the middle of the answer",
    "drop_after": "do it, wait until the command has run, then reset the connection instead of answering",
    "idle_drop": "answer, then close the connection when it was idle for `seconds`",
    "slow": "wait `seconds` before doing it",
    "fault": "answer with the SOAP fault `code` instead of doing it",
    "status": "answer with the HTTP status `code` and no body instead of doing it",
    "unauthorized": "answer 401 to every logon, as for a wrong password",
    "foreign_certificate": "show a certificate of another authority",
    "binding_strict": "demand that a Kerberos logon over https is bound to the connection (CbtHardeningLevel Strict)",
    "tls_proxy": "be told of another certificate than the caller saw, as behind a proxy that ends TLS",
    "clock": "have a clock that is `seconds` ahead: its answers show it, and Kerberos refuses more than 300",
    "port_closed": "refuse every connection, as a machine that is down does",
}
ACTIONS = ("create", "command", "receive", "send", "signal", "delete", "other")
_STATES = {"foreign_certificate", "binding_strict", "tls_proxy", "clock", "port_closed"}


class UnknownFault(ValueError):
    """A fault that cannot be set as asked."""


@dataclass(frozen=True)
class WireFault:
    """One fault. ``action`` empty: any message. ``count`` None: until cleared. ``skip``: how many pass first."""

    kind: str
    action: str = ""
    count: int | None = None
    seconds: float = 0.0
    code: int = 0
    skip: int = 0

    @classmethod
    def parse(cls, data: dict[str, Any]) -> WireFault:
        """Check and build. Raises UnknownFault with a sentence that says what is wrong."""
        unknown = set(data) - {"kind", "action", "count", "seconds", "code", "skip"}
        if unknown:
            raise UnknownFault(f"unknown fields {sorted(unknown)}")
        fault = cls(
            kind=str(data.get("kind", "")),
            action=str(data.get("action") or ""),
            count=None if data.get("count") is None else int(data["count"]),
            seconds=float(data.get("seconds", 0.0)),
            code=int(data.get("code", 0)),
            skip=int(data.get("skip", 0)),
        )
        if fault.kind not in KINDS:
            raise UnknownFault(f"unknown kind {fault.kind!r}, known are {', '.join(KINDS)}")
        if fault.action and fault.action not in ACTIONS:
            raise UnknownFault(f"unknown action {fault.action!r}, known are {', '.join(ACTIONS)}")
        if fault.kind in {"fault", "status"} and not fault.code:
            raise UnknownFault(f"kind {fault.kind!r} needs a code")
        if fault.kind in _STATES and (fault.action or fault.count is not None or fault.skip):
            raise UnknownFault(f"kind {fault.kind!r} lasts until cleared and takes neither action nor count nor skip")
        if fault.count is not None and fault.count < 1:
            raise UnknownFault("count must be 1 or more")
        if fault.skip < 0:
            raise UnknownFault("skip must not be negative")
        return fault


class FaultBox:
    """The faults set on one host."""

    def __init__(self) -> None:
        self._faults: list[WireFault] = []

    def add(self, fault: WireFault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def all(self) -> tuple[WireFault, ...]:
        return tuple(self._faults)

    def holds(self, kind: str) -> bool:
        return any(fault.kind == kind for fault in self._faults)

    @property
    def clock(self) -> float:
        """Seconds that the host's clock is ahead."""
        return next((fault.seconds for fault in self._faults if fault.kind == "clock"), 0.0)

    def take(self, kind: str, action: str = "") -> WireFault | None:
        """The first fault of ``kind`` for ``action``, counted down."""
        for index, fault in enumerate(self._faults):
            if fault.kind != kind or (fault.action and fault.action != action):
                continue
            if fault.skip:
                self._faults[index] = replace(fault, skip=fault.skip - 1)
                continue
            if fault.count is not None:
                if fault.count == 1:
                    del self._faults[index]
                else:
                    self._faults[index] = replace(fault, count=fault.count - 1)
            return fault
        return None

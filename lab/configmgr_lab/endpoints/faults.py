# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test or a demonstration asks the endpoint of a role, or of ADMIN$, to do wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .protocols import Protocol

KINDS = {
    "page_status": "every page answers with the HTTP status `code` (500 when left out)",
    "close_after_handshake": "the connection is closed as soon as the handshake is done",
    "page_body": "every page answers 200 with the text `body`",
    "page_hangs": "no page answers",
    "refuse_protocol": "`protocol` is refused, whatever the registry says",
}
SMB_KINDS = {
    "smb_denied": "refuse everybody the share ADMIN$",
    "smb_cut": "end the next connection to ADMIN$ after so many `bytes`",
}


class UnknownEndpointFault(ValueError):
    """A fault that cannot be set as asked; the text is a sentence."""


@dataclass(frozen=True)
class EndpointFault:
    """One fault, until it is cleared. ``port`` 0: on every port of the host."""

    kind: str
    port: int = 0
    code: int = 500
    protocol: str = "TLS 1.2"
    body: str = ""

    @classmethod
    def parse(cls, data: dict[str, Any], ports: set[int]) -> EndpointFault:
        """Check and build; ``ports`` are those of the host, without an offset. Raises UnknownEndpointFault."""
        unknown = sorted(set(data) - {"kind", "port", "code", "protocol", "body"})
        if unknown:
            raise UnknownEndpointFault(f"unknown fields {', '.join(unknown)}")
        fault = cls(**data)
        if not ports:
            raise UnknownEndpointFault("the host has no role that listens")
        if fault.port and fault.port not in ports:
            raise UnknownEndpointFault(f"the host does not listen on port {fault.port}, but on {sorted(ports)}")
        if fault.protocol not in {protocol.label for protocol in Protocol}:
            raise UnknownEndpointFault(f"there is no protocol {fault.protocol!r}")
        return fault


class EndpointFaults:
    """The faults set on one host's role endpoints."""

    def __init__(self) -> None:
        self._faults: list[EndpointFault] = []

    def add(self, fault: EndpointFault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def all(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._faults]

    def status(self, port: int) -> int | None:
        """The status that every page shall answer with, None for its own."""
        return next((fault.code for fault in self._on(port, "page_status")), None)

    def body(self, port: int) -> str | None:
        """The text that every page shall answer with, None for its own."""
        return next((fault.body for fault in self._on(port, "page_body")), None)

    def hangs(self, port: int) -> bool:
        return bool(self._on(port, "page_hangs"))

    def closes(self, port: int) -> bool:
        return bool(self._on(port, "close_after_handshake"))

    def refused(self, port: int) -> frozenset[Protocol]:
        return frozenset(Protocol.named(fault.protocol) for fault in self._on(port, "refuse_protocol"))

    def _on(self, port: int, kind: str) -> list[EndpointFault]:
        return [fault for fault in self._faults if fault.kind == kind and fault.port in (0, port)]


@dataclass
class SmbFaults:
    """`denied`: nobody gets to ADMIN$; `cut_after`: the next connection ends after so many bytes from the client."""

    denied: bool = False
    cut_after: int | None = None

    def add(self, data: Mapping[str, Any]) -> None:
        """A fault as the control API gives it. Raises ValueError."""
        if data["kind"] == "smb_denied":
            self.denied = True
        else:
            self.cut_after = int(data.get("bytes", 0))

    def clear(self) -> None:
        self.denied = False
        self.cut_after = None

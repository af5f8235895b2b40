# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of protocols, and the probe asked about them."""

from __future__ import annotations

from datetime import UTC, datetime

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import ProtocolVersion
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.probe import probe
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.results import Endpoint, ProbeResult, ProtocolStatus

PATIENT = 20.0
TLS10, TLS11, TLS12, TLS13 = ProtocolVersion.TLS10, ProtocolVersion.TLS11, ProtocolVersion.TLS12, ProtocolVersion.TLS13
TLS = (TLS10, TLS11, TLS12, TLS13)
# Every run of neighbours, and one with a gap, as a half-finished hardening leaves it.
SETS = [*(frozenset(TLS[first:last]) for first in range(4) for last in range(first + 1, 5)), frozenset({TLS10, TLS12})]


def set_name(protocols: frozenset[ProtocolVersion]) -> str:
    return "+".join(sorted(protocol.name for protocol in protocols))


def look(port: int, host: str = "127.0.0.1", server_name: str | None = None) -> ProbeResult:
    return probe(Endpoint(host, port, server_name=server_name), PATIENT, datetime.now(UTC))


def accepted(result: ProbeResult) -> frozenset[ProtocolVersion]:
    """What the probe found; an unknown is a failure of the comparison."""
    unknown = {name: verdict for name, verdict in result.protocols.items() if verdict.status is ProtocolStatus.UNKNOWN}
    assert not unknown
    return frozenset(name for name, verdict in result.protocols.items() if verdict.status is ProtocolStatus.ACCEPTED)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.checks import find_check
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.controller_tls import (
    ClientCertificate,
    Trust,
    http_trust,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.http import HealthTarget
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import ProtocolVersion
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.pool import check_all, probe_all
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.results import (
    DEFAULT_PORTS,
    Endpoint,
    EndpointKind,
    ProbeResult,
    ProtocolStatus,
)


class ActionModule(TlsAction):
    """Probes from the controller; the host's connection is never used."""

    MODULE = "tls_probe_info"
    TRANSFERS_FILES = False
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        if task.arguments.get("client_key_password"):
            task.secrets.add(task.arguments["client_key_password"])
        return {"changed": False, **seen_from_outside(task.arguments)}


def seen_from_outside(arguments: dict[str, Any]) -> dict[str, Any]:
    """The whole task, from checked arguments to its result. Failure when an argument makes no sense."""
    started = time.monotonic()
    timeout, concurrency = arguments["timeout"], arguments["concurrency"]
    _require(timeout > 0, "timeout must be more than 0 seconds")
    _require(concurrency > 0, "concurrency must be at least 1")
    protocols = [ProtocolVersion(name) for name in arguments["protocols"]]
    endpoints = [_endpoint(given) for given in arguments["endpoints"]]
    targets = [_target(given) for given in arguments["health"]]
    trust = trust_of(arguments) if targets else None
    probed = probe_all(endpoints, protocols, timeout, concurrency, datetime.now(UTC))
    checked = check_all(targets, trust, timeout, concurrency) if trust else []
    return {
        "endpoints": [one.to_dict() for one in probed],
        "health": [one.to_dict() for one in checked],
        "summary": {**_summary(probed, protocols), "seconds": round(time.monotonic() - started, 3)},
    }


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise Failure("bad_argument", f"{sentence}.", "Correct the option.")


def _port(given: dict[str, Any]) -> int | None:
    port = given.get("port")
    _require(port is None or 0 < port < 65536, f"there is no TCP port {port}, asked for at {given['host']}")
    return port


def _endpoint(given: dict[str, Any]) -> Endpoint:
    kind = EndpointKind(given["kind"])
    return Endpoint(given["host"], _port(given) or DEFAULT_PORTS[kind], kind, given.get("server_name"))


def _target(given: dict[str, Any]) -> HealthTarget:
    return HealthTarget(given["host"], find_check(given["check"]), _port(given), given.get("server_name"))


def trust_of(arguments: dict[str, Any]) -> Trust:
    certificate = arguments.get("client_certificate")
    client = None
    if certificate:
        client = ClientCertificate(certificate, arguments.get("client_key"), arguments.get("client_key_password"))
    try:
        return http_trust(client, arguments.get("ca_path"))
    except OSError as problem:
        raise Failure(
            "certificate_file",
            f"A certificate, key or authority for the health checks cannot be read: {problem.strerror or problem}.",
            "Check client_certificate, client_key, client_key_password and ca_path on the controller.",
        ) from problem


def _summary(probed: list[ProbeResult], protocols: list[ProtocolVersion]) -> dict[str, Any]:
    accepted = {
        protocol.value: sum(one.protocols[protocol].status is ProtocolStatus.ACCEPTED for one in probed)
        for protocol in protocols
    }
    return {"endpoints": len(probed), "answering": sum(one.error is None for one in probed), "accepted": accepted}

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.checks import HealthCheckError, find_check
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.controller_tls import ClientCertificate, http_context
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.http import Target
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import Protocol
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.pool import check_all, probe_all
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.results import (
    DEFAULT_PORTS,
    Endpoint,
    Kind,
    ProbeResult,
    Status,
)

_ALL_PROTOCOLS = [protocol.value for protocol in Protocol]
_ARGUMENT_SPEC = {
    "endpoints": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "host": {"type": "str", "required": True},
            "port": {"type": "int"},
            "kind": {"type": "str", "choices": [kind.value for kind in Kind], "default": Kind.HTTPS.value},
            "server_name": {"type": "str"},
        },
    },
    "protocols": {"type": "list", "elements": "str", "choices": _ALL_PROTOCOLS, "default": _ALL_PROTOCOLS},
    "health": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "host": {"type": "str", "required": True},
            "check": {"type": "str", "required": True},
            "port": {"type": "int"},
            "server_name": {"type": "str"},
        },
    },
    "client_certificate": {"type": "path"},
    "client_key": {"type": "path"},
    "client_key_password": {"type": "str", "no_log": True},
    "ca_path": {"type": "path"},
    "timeout": {"type": "float", "default": 5},
    "concurrency": {"type": "int", "default": 50},
}


class ActionModule(ActionBase):
    """Probes from the controller; the host's connection is never used."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _spec, arguments = self.validate_argument_spec(argument_spec=_ARGUMENT_SPEC)
        return {**result, "changed": False, **seen_from_outside(arguments)}


def seen_from_outside(arguments: dict[str, Any]) -> dict[str, Any]:
    """The whole task, from validated arguments to its result. AnsibleActionFail when an argument makes no sense."""
    started = time.monotonic()
    timeout, concurrency = float(arguments["timeout"]), int(arguments["concurrency"])
    _require(timeout > 0, "timeout", "timeout must be more than 0 seconds")
    _require(concurrency > 0, "concurrency", "concurrency must be at least 1")
    protocols = [Protocol(name) for name in arguments["protocols"]]
    endpoints = [_endpoint(given) for given in arguments["endpoints"]]
    targets = [_target(given) for given in arguments["health"]]
    context = _context(arguments)
    probed = probe_all(endpoints, protocols, timeout, concurrency, datetime.now(UTC))
    checked = check_all(targets, context, timeout, concurrency)
    return {
        "endpoints": [one.to_dict() for one in probed],
        "health": [one.to_dict() for one in checked],
        "summary": {**_summary(probed, protocols), "seconds": round(time.monotonic() - started, 3)},
    }


def _require(holds: bool, option: str, sentence: str) -> None:
    if not holds:
        raise AnsibleActionFail(sentence, result={"code": "invalid_argument", "option": option})


def _port(given: dict[str, Any]) -> int | None:
    port = given.get("port")
    _require(port is None or 0 < port < 65536, "port", f"{given['host']}: there is no TCP port {port}")
    return port


def _endpoint(given: dict[str, Any]) -> Endpoint:
    kind = Kind(given["kind"])
    return Endpoint(str(given["host"]), _port(given) or DEFAULT_PORTS[kind], kind, given.get("server_name"))


def _target(given: dict[str, Any]) -> Target:
    try:
        check = find_check(given["check"])
    except HealthCheckError as problem:
        raise AnsibleActionFail(str(problem), result={"code": "invalid_argument", "option": "check"}) from problem
    return Target(str(given["host"]), check, _port(given), given.get("server_name"))


def _context(arguments: dict[str, Any]) -> Any:
    certificate = arguments.get("client_certificate")
    client = None
    if certificate:
        client = ClientCertificate(certificate, arguments.get("client_key"), arguments.get("client_key_password"))
    try:
        return http_context(client, arguments.get("ca_path"))
    except OSError as problem:
        sentence = f"a certificate, key or authority of the health checks cannot be read: {problem.strerror or problem}"
        raise AnsibleActionFail(sentence, result={"code": "certificate_file"}) from problem


def _summary(probed: list[ProbeResult], protocols: list[Protocol]) -> dict[str, Any]:
    accepted = {
        protocol.value: sum(one.protocols[protocol].status is Status.ACCEPTED for one in probed)
        for protocol in protocols
    }
    return {"endpoints": len(probed), "answering": sum(one.error is None for one in probed), "accepted": accepted}

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.configmgr.tls.plugins.action.tls_probe_info import seen_from_outside
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import look_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.hosts import HostVariables, host_variables
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.waiting import Waiter
from ansible_collections.configmgr.tls.plugins.plugin_utils._plain import plain
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.checks import health_checks
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import ProtocolVersion
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.tds import STRICT
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.endpoints import (
    RoleEndpoint,
    callers_of,
    ports_in_use,
    role_endpoints,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.negotiation import Offer
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.outside import (
    SeenEndpoint,
    SeenHealth,
    expected_offer,
    findings,
    worse_than_before,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS

# Without a verdict yet: an endpoint, and a health check, as they are expected, with how to reach them.
AskedEndpoints = list[tuple[SeenEndpoint, dict[str, Any]]]
AskedHealth = list[tuple[SeenHealth, dict[str, Any]]]


@dataclass(frozen=True)
class Look:
    """What one look from outside found."""

    endpoints: list[SeenEndpoint]
    health: list[SeenHealth]
    certificates: dict[str, Any]
    against: dict[str, list[str]]


class ActionModule(TlsAction):
    """Looks at the roles of the hosts from the controller; no host's connection is used."""

    MODULE = "tls_verify_info"
    TRANSFERS_FILES = False
    _requires_connection = False
    waiter = Waiter()

    def act(self, task: Task) -> dict[str, Any]:
        arguments = task.arguments
        if arguments.get("client_key_password"):
            task.secrets.add(arguments["client_key_password"])
        look_of(arguments, "baseline", endpoints=list, health=list)
        everyone = {host.name: host for host in host_variables(task)}
        wanted = arguments["hosts"] or list(everyone)
        strangers = [name for name in wanted if name not in everyone]
        if strangers:
            raise Failure("bad_argument", f"{strangers[0]} is not a host of the play.", "Correct the list of hosts.")
        chosen = [everyone[name] for name in wanted]
        asked, health = _asked(task, chosen), _asked_health(task, chosen, everyone)
        stopped = {host.name: str(host.stopped["message"]) for host in chosen if host.stopped}
        look = self._look(task, asked, health)
        unused = _unused(task, chosen)
        return {"changed": False, **_as_result(look, unused), "stopped": stopped}

    def _look(self, task: Task, asked: AskedEndpoints, health: AskedHealth) -> Look:
        """Look until nothing is worse than it was, or the patience is over: services start after their machine."""
        looks: list[Look] = []

        def once() -> Look | None:
            looks.append(_look_once(task.arguments, asked, health))
            return None if looks[-1].against else looks[-1]

        self.waiter.until(float(task.arguments["wait"]), once)
        return looks[-1]


def _look_once(arguments: dict[str, Any], asked: AskedEndpoints, health: AskedHealth) -> Look:
    found = seen_from_outside(
        {
            **arguments,
            "protocols": [protocol.value for protocol in ProtocolVersion],
            "endpoints": [how for _endpoint, how in asked],
            "health": [how for _check, how in health],
        }
    )
    endpoints = [_seen(endpoint, row) for (endpoint, _how), row in zip(asked, found["endpoints"], strict=True)]
    checks = [_checked(check, row) for (check, _how), row in zip(health, found["health"], strict=True)]
    certificates = {
        endpoint.place: row["certificate"]
        for endpoint, row in zip(endpoints, found["endpoints"], strict=True)
        if row["certificate"]
    }
    return Look(endpoints, checks, certificates, worse_than_before((endpoints, checks), arguments["baseline"]))


def _asked(task: Task, hosts: Sequence[HostVariables]) -> AskedEndpoints:
    arguments = task.arguments
    protocols = arguments["protocols"] or LEGACY_PROTOCOLS
    asked: dict[tuple[str, int], tuple[SeenEndpoint, dict[str, Any]]] = {}
    for host in hosts:
        facts = host.facts
        for endpoint in role_endpoints(facts["roles"]) if facts else ():
            variables = _Variables(task, host.name)
            for port in variables.ports(endpoint, facts or {}):
                expected = expected_offer(facts or {}, endpoint.stack, port, arguments["expect"], protocols).encode()
                seen = SeenEndpoint(host.name, endpoint.role, port, endpoint.kind, tuple(expected), {})
                asked.setdefault((host.name, port), (seen, {**variables.target(), "port": port, "kind": endpoint.kind}))
    return list(asked.values())


def _unused(task: Task, hosts: Sequence[HostVariables]) -> list[dict[str, Any]]:
    """The roles that take no TLS on their hosts, with the port that they would have."""
    return [
        {"host": host.name, "role": endpoint.role, "port": endpoint.port}
        for host in hosts
        if host.facts
        for endpoint in role_endpoints(host.facts["roles"])
        if not _Variables(task, host.name).ports(endpoint, host.facts)
    ]


def _asked_health(task: Task, hosts: Sequence[HostVariables], everyone: Mapping[str, HostVariables]) -> AskedHealth:
    """The health of the chosen hosts, and of all that talk to one of them."""
    if not task.arguments["check_health"]:
        return []
    chosen = {host.name: set(host.facts["roles"]) for host in hosts if host.facts}
    callers = callers_of(set(itertools.chain.from_iterable(chosen.values())))
    asked: AskedHealth = []
    for host in everyone.values():
        roles = set(host.facts["roles"]) if host.facts else set()
        relevant = roles if host.name in chosen else roles & callers
        ports = {endpoint.role: endpoint for endpoint in role_endpoints(relevant)}
        for check in health_checks().values():
            if check.role in relevant and (endpoint := ports.get(check.role)):
                variables = _Variables(task, host.name)
                for port in variables.ports(replace(endpoint, port=check.port), host.facts or {}):
                    seen = SeenHealth(host.name, check.role, check.id, port, "unreachable", surely=not check.uncertain)
                    asked.append((seen, {**variables.target(), "check": check.id, "port": port}))
    return asked


class _Variables:
    """The inventory variables of one host, rendered."""

    def __init__(self, task: Task, name: str) -> None:
        self._name = name
        self._values = task.variables["hostvars"][name]

    def ports(self, endpoint: RoleEndpoint, facts: Mapping[str, Any]) -> list[int]:
        return ports_in_use(endpoint, facts, self._number(endpoint.variable))

    def _number(self, variable: str) -> int | None:
        given = self._values.get(variable)
        try:
            return None if given is None else int(given)
        except (TypeError, ValueError):
            raise Failure(
                "bad_argument", f"{variable} of {self._name} is {given!r}, not a port.", "Give a number; 0 for none."
            ) from None

    def target(self) -> dict[str, Any]:
        host = self._values.get("configmgr_tls_address") or self._values.get("ansible_host") or self._name
        return {"host": plain(host), "server_name": plain(self._values.get("configmgr_tls_server_name"))}


def _seen(endpoint: SeenEndpoint, row: Mapping[str, Any]) -> SeenEndpoint:
    statuses = {name: str(verdict["status"]) for name, verdict in row["protocols"].items()}
    expected = endpoint.expected
    if (row["tds"] or {}).get("encryption") == STRICT:
        # Strict encryption is the one kind with which SQL Server has TLS 1.3, where its Windows has it.
        expected = tuple(Offer.decode(expected).unsure(["TLS 1.3"]).encode())
    error = row["error"]["detail"] if row["error"] else ""
    return replace(endpoint, seen=statuses, expected=expected, error=error)


def _checked(check: SeenHealth, row: Mapping[str, Any]) -> SeenHealth:
    error = row["error"] or {}
    said = error.get("detail") or f"HTTP status {row['status']}"
    phrase = "" if row["health"] == "healthy" else f"{check.check} on port {check.port}: {said}"
    hint = f" ({row['hint']})" if row["hint"] else ""
    return replace(
        check,
        health=row["health"],
        phrase=f"{phrase}{hint}",
        error=str(error.get("code", "")),
        doubt=row["doubt"] or "",
    )


def _as_result(look: Look, unused: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "endpoints": [_with_certificate(endpoint, look.certificates) for endpoint in look.endpoints],
        "health": [check.as_dict() for check in look.health],
        "not_in_use": unused,
        "findings": findings(look.endpoints, look.health),
        "failing": {host: "; ".join(phrases) for host, phrases in look.against.items()},
        "passed": not look.against,
        "msg": _sentence(look, len(unused)),
    }


def _with_certificate(endpoint: SeenEndpoint, certificates: Mapping[str, Any]) -> dict[str, Any]:
    certificate = certificates.get(endpoint.place)
    flags = (certificate or {}).get("flags")
    return {**endpoint.as_dict(), **({"certificate": flags} if flags else {})}


def _sentence(look: Look, unused: int) -> str:
    plain = f", {unused} roles take no TLS" if unused else ""
    seen = f"{len(look.endpoints)} endpoints and {len(look.health)} health checks{plain}{_doubted(look.health)}"
    if not look.against:
        return f"{seen}: all is as it should be."
    return f"{seen}: " + "; ".join(f"{host}: {', '.join(phrases)}" for host, phrases in list(look.against.items())[:5])


def _doubted(health: Sequence[SeenHealth]) -> str:
    count = sum(bool(check.doubt) for check in health)
    return f" ({count} answered with a certificate that nobody vouches for: give ca_path)" if count else ""

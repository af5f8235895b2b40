# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API: HTTP and JSON on the loopback interface. Each route is one function; README lists them."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from configmgr_lab.control import disturb
from configmgr_lab.control.install import install
from configmgr_lab.control.lab import Lab, LabError, UnknownHost, check_names
from configmgr_lab.control.plant import move_people, plant_as, plant_events, plant_file
from configmgr_lab.endpoints.cmpivot import Settings
from configmgr_lab.endpoints.notifications import COUNTDOWN_SECONDS
from configmgr_lab.machine.machine import Machine
from configmgr_lab.machine.power import Away
from configmgr_lab.machine.shares import Share
from configmgr_lab.wire.http import BadRequest, HttpAnswer, HttpRequest, read_request

_log = logging.getLogger(__name__)
MAX_WAIT_SECONDS = 600.0
SERVER = "configmgr-lab"


@dataclass(frozen=True)
class ApiCall:
    """One call: the lab, the host in the path if there is one, the query and the JSON body."""

    lab: Lab
    host: str
    query: Mapping[str, str]
    body: Mapping[str, Any]


Handler = Callable[[ApiCall], Awaitable[Any]]
_ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


def route(method: str, pattern: str) -> Callable[[Handler], Handler]:
    """Register a handler; ``NAME`` in the pattern stands for a host."""
    compiled = re.compile(pattern.replace("NAME", "(?P<host>[^/]+)") + "$")

    def register(handler: Handler) -> Handler:
        _ROUTES.append((method, compiled, handler))
        return handler

    return register


@route("GET", "/status")
async def get_status(call: ApiCall) -> Any:
    return call.lab.status()


@route("GET", "/hosts/NAME/dump")
async def get_dump(call: ApiCall) -> Any:
    return call.lab.endpoint(call.host).machine.dump()


@route("GET", "/hosts/NAME/image")
async def get_image(call: ApiCall) -> Any:
    return call.lab.endpoint(call.host).machine.image_dump()


@route("GET", "/hosts/NAME/wait")
async def get_wait(call: ApiCall) -> Any:
    up = call.query.get("up", "true") == "true"
    seconds = min(float(call.query.get("seconds", "30")), MAX_WAIT_SECONDS)
    restarts = int(call.query.get("restarts", "0"))
    return {"reached": await call.lab.wait_for_power(call.host, up=up, restarts=restarts, seconds=seconds)}


@route("GET", "/requests")
async def get_requests(call: ApiCall) -> Any:
    return _records(call, "requests", call.lab.recorder.requests)


@route("GET", "/commands")
async def get_commands(call: ApiCall) -> Any:
    return _records(call, "commands", call.lab.recorder.commands)


@route("GET", "/counters")
async def get_counters(call: ApiCall) -> Any:
    return {name: asdict(call.lab.recorder.of(name)) for name in call.lab.endpoints}


@route("POST", "/counters/clear")
async def post_counters_clear(call: ApiCall) -> Any:
    call.lab.recorder.clear()
    return {}


@route("POST", "/reset")
async def post_reset(call: ApiCall) -> Any:
    check_names(call.body, {"hosts"})
    return {"reset": call.lab.reset(call.body.get("hosts") or ())}


@route("GET", "/hosts/NAME/faults")
async def get_faults(call: ApiCall) -> Any:
    endpoint = call.lab.endpoint(call.host)
    return {**disturb.faults_of(endpoint), "role": call.lab.roles.faults(endpoint.machine.name)}


@route("POST", "/hosts/NAME/faults")
async def post_faults(call: ApiCall) -> Any:
    endpoint, roles = call.lab.endpoint(call.host), call.lab.roles
    if roles.takes(str(call.body.get("kind"))):
        roles.set_fault(endpoint.machine.name, dict(call.body))
    else:
        disturb.set_fault(endpoint, dict(call.body))
    return {}


@route("POST", "/faults/clear")
async def post_faults_clear(call: ApiCall) -> Any:
    check_names(call.body, {"hosts"})
    for endpoint in call.lab.chosen(call.body.get("hosts") or ()):
        disturb.clear_faults(endpoint)
        call.lab.roles.clear_faults(endpoint.machine.name)
    return {}


@route("POST", "/hosts/NAME/registry")
async def post_registry(call: ApiCall) -> Any:
    disturb.change_registry(call.lab.endpoint(call.host), dict(call.body))
    return {}


@route("POST", "/hosts/NAME/events")
async def post_events(call: ApiCall) -> Any:
    check_names(call.body, {"id", "count", "seconds_ago", "fields", "level"})
    return {"planted": plant_events(_machine(call), dict(call.body))}


@route("POST", "/hosts/NAME/files")
async def post_files(call: ApiCall) -> Any:
    check_names(call.body, {"path", "text", "encoding", "padding", "as_is"})
    return {"size": plant_file(_machine(call), dict(call.body))}


@route("POST", "/hosts/NAME/plant")
async def post_plant(call: ApiCall) -> Any:
    check_names(call.body, {"path", "text", "target", "user"})
    return {"owner": plant_as(_machine(call), dict(call.body))}


@route("POST", "/hosts/NAME/people")
async def post_people(call: ApiCall) -> Any:
    check_names(call.body, {"user", "does", "session", "documents"})
    return move_people(_machine(call), dict(call.body))


@route("POST", "/hosts/NAME/restart")
async def post_restart(call: ApiCall) -> Any:
    machine = call.lab.endpoint(call.host).machine
    if not machine.restart():
        raise LabError(f"{machine.name}: a shutdown is scheduled already")
    return {}


@route("POST", "/hosts/NAME/power")
async def post_power(call: ApiCall) -> Any:
    check_names(call.body, {"does"})
    machine, does = _machine(call), str(call.body.get("does"))
    if does not in ("on", *(each.value for each in Away)):
        raise LabError("does is off, sleep or on")
    if not (machine.power.come_back() if does == "on" else machine.power.leave(Away(does))):
        raise LabError(f"{machine.name} is {'not away' if does == 'on' else 'down already'}")
    return {}


@route("POST", "/hosts/NAME/install")
async def post_install(call: ApiCall) -> Any:
    check_names(call.body, {"products"})
    products = [str(product) for product in call.body.get("products") or ()]
    return {"installed": install(_machine(call), products)}


@route("POST", "/shares")
async def post_shares(call: ApiCall) -> Any:
    check_names(call.body, {"name", "folder", "computers"})
    share = Share(Path(str(call.body["folder"])), bool(call.body.get("computers", True)))
    call.lab.roles.shares.add(str(call.body["name"]), share)
    return {}


@route("GET", "/talk")
async def get_talk(call: ApiCall) -> Any:
    return call.lab.roles.talker.ledger.report()


@route("POST", "/talk")
async def post_talk(call: ApiCall) -> Any:
    check_names(call.body, {"count"})
    return await call.lab.roles.talker.round(count=bool(call.body.get("count", True)))


@route("GET", "/admin-service")
async def get_admin_service(call: ApiCall) -> Any:
    service = call.lab.roles.admin_service
    return {"requests": list(service.requests), "logons": list(service.logons)}


@route("POST", "/admin-service")
async def post_admin_service(call: ApiCall) -> Any:
    service = call.lab.roles.admin_service
    service.page = int(call.body.get("page", service.page))
    service.requests.clear()
    service.logons.clear()
    service.cmpivot.settings = Settings(**call.body.get("cmpivot", {}))
    return {}


@route("POST", "/console")
async def post_console(call: ApiCall) -> Any:
    # The grammar of PowerShell is loaded by a lab that reads some.
    from configmgr_lab.console.cmdlets import run_script
    from configmgr_lab.console.powershell import NotRead, Thrown

    check_names(call.body, {"script"})
    compliance = call.lab.roles.admin_service.compliance
    before = compliance.changes
    try:
        run = run_script(compliance, str(call.body["script"]))
    except (NotRead, Thrown) as problem:
        raise LabError(str(problem)) from problem
    return {"output": run.output, "warnings": run.warnings, "changes": compliance.changes - before}


@route("POST", "/clients/evaluate")
async def post_clients_evaluate(call: ApiCall) -> Any:
    check_names(call.body, {"hosts", "unable"})
    compliance = call.lab.roles.admin_service.compliance
    names = call.body.get("hosts") or [machine.name for machine in compliance.clients.values()]
    compliance.evaluate(names, call.body.get("unable") or ())
    return {}


@route("POST", "/clients/reset")
async def post_clients_reset(call: ApiCall) -> Any:
    """Nothing is deployed, and nobody has told anything."""
    call.lab.roles.admin_service.compliance.clear()
    return {}


@route("POST", "/notifications")
async def post_notifications(call: ApiCall) -> Any:
    check_names(call.body, {"countdown", "forbidden"})
    notifications = call.lab.roles.admin_service.notifications
    notifications.countdown = float(call.body.get("countdown", COUNTDOWN_SECONDS))
    notifications.forbidden = bool(call.body.get("forbidden", False))
    return {}


@route("GET", "/hosts/NAME/smb")
async def get_smb(call: ApiCall) -> Any:
    return {"logons": list(call.lab.roles.admin_shares[call.lab.endpoint(call.host).machine.name].logons)}


@route("POST", "/realm")
async def post_realm(call: ApiCall) -> Any:
    check_names(call.body, {"running", "ahead"})
    if call.lab.realm is None:
        raise LabError("this site is no Kerberos realm")
    call.lab.realm.stop()
    if call.body.get("running", True):
        call.lab.realm.start(float(call.body.get("ahead", 0)))
    return {}


@route("POST", "/talk/reset")
async def post_talk_reset(call: ApiCall) -> Any:
    call.lab.roles.talker.ledger.clear()
    return {}


@route("POST", "/hosts/NAME/run")
async def post_run(call: ApiCall) -> Any:
    check_names(call.body, {"line", "user"})
    completed = await call.lab.run(call.host, str(call.body.get("line", "")), call.body.get("user"))
    return {
        "stdout": completed.stdout.decode("utf-8", "replace"),
        "stderr": completed.stderr.decode("utf-8", "replace"),
        "exit_code": completed.exit_code,
    }


@route("POST", "/stop")
async def post_stop(call: ApiCall) -> Any:
    call.lab.stopping.set()
    return {}


def _machine(call: ApiCall) -> Machine:
    return call.lab.roles.endpoints[call.lab.endpoint(call.host).machine.name].machine


def _records(call: ApiCall, name: str, records: Any) -> dict[str, Any]:
    since, host = int(call.query.get("since", "0")), call.query.get("host")
    if host is not None:
        host = call.lab.endpoint(host).machine.name
    rows = [asdict(row) for row in records if row.sequence > since and host in {None, row.host}]
    return {"next": call.lab.recorder.last_sequence, name: rows}


async def answer(lab: Lab, request: HttpRequest) -> HttpAnswer:
    """Route one request. Every failure is ``{"error": sentence}`` with a fitting status."""
    parts = urlsplit(request.path)
    found = [(method, match, handler) for method, path, handler in _ROUTES if (match := path.match(parts.path))]
    if not found:
        return _json(404, {"error": f"there is nothing at {parts.path}"})
    for method, match, handler in found:
        if method == request.method:
            return await _call(lab, request, unquote(match.groupdict().get("host", "")), parts.query, handler)
    return _json(405, {"error": f"{request.method} is not possible at {parts.path}"})


async def _call(lab: Lab, request: HttpRequest, host: str, query: str, handler: Handler) -> HttpAnswer:
    try:
        body = json.loads(request.body) if request.body else {}
        if not isinstance(body, dict):
            raise LabError("the body must be a JSON object")
        pairs = {name: values[-1] for name, values in parse_qs(query).items()}
        return _json(200, await handler(ApiCall(lab, host, pairs, body)))
    except UnknownHost as exc:
        return _json(404, {"error": str(exc)})
    # Values that cannot be read as what they should be are the caller's mistake.
    except (LabError, ValueError, TypeError) as exc:
        return _json(400, {"error": str(exc)})
    except Exception as exc:
        _log.exception("%s %s failed", request.method, request.path)
        return _json(500, {"error": f"the lab failed: {exc!r}"})


def _json(status: int, data: Any) -> HttpAnswer:
    body = json.dumps(data, ensure_ascii=False).encode()
    return HttpAnswer(status, body, "application/json; charset=utf-8", server=SERVER)


async def serve(lab: Lab, address: str, port: int) -> asyncio.Server:
    """Listen for control calls. Raises OSError."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await read_request(reader)) is not None:
                writer.write((await answer(lab, request)).encode())
                await writer.drain()
                if not request.keep_alive:
                    break
        except (BadRequest, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(connected, address, port)

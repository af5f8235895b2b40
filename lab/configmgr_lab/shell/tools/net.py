# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""net start and net stop."""

from __future__ import annotations

from ...features import Feature, Source
from ...machine import services
from ...machine.services import Service, ServiceError, State
from ..process import Call
from .tool import Tool

_MESSAGES = {
    services.NO_SUCH_SERVICE: "net_unknown",
    services.ALREADY_RUNNING: "net_already",
    services.NOT_RUNNING: "net_not_started",
    services.DISABLED: "net_disabled",
    services.CANNOT_ACCEPT: "net_pending",
}


def run(call: Call) -> int:
    """The program: it waits until the service has started or stopped."""
    verb = call.arguments[0].lower() if call.arguments else ""
    if verb not in ("start", "stop") or (verb == "stop" and len(call.arguments) < 2):
        call.complain(call.message("net_syntax"))
        return 1
    names = [word for word in call.arguments[1:] if not word.lower().startswith(("/y", "/n"))]
    if not names:
        return _list(call)
    name = names[0]
    try:
        service = call.machine.services.find(name)
        if not call.is_administrator:
            call.complain(call.message("net_denied"))
            return 2
        if verb == "start":
            return _start(call, service)
        return _stop(call, service, confirmed="/y" in (word.lower() for word in call.arguments))
    except ServiceError as error:
        code = _MESSAGES.get(error.code, "net_unknown")
        call.complain(call.message(code, name=_shown(call, name)))
        return 2


def _start(call: Call, service: Service) -> int:
    call.machine.services.start(service.name)
    call.machine.services.settle(service.name)
    call.say(call.message("net_starting", name=service.display_name))
    call.say(call.message("net_started", name=service.display_name))
    return 0


def _stop(call: Call, service: Service, *, confirmed: bool) -> int:
    dependents = call.machine.services.dependents(service.name)
    if dependents:
        call.say(call.message("net_dependents", name=service.display_name))
        call.say("".join(f"   {each.display_name}\n" for each in dependents) + "\n")
        if not confirmed:
            return 2
        for each in dependents:
            _stop(call, each, confirmed=True)
    call.machine.services.stop(service.name)
    call.machine.services.settle(service.name)
    call.say(call.message("net_stopping", name=service.display_name))
    call.say(call.message("net_stopped", name=service.display_name))
    return 0


def _list(call: Call) -> int:
    running = [each.display_name for each in call.machine.services.all() if each.state is State.RUNNING]
    call.say("\n" + "".join(f"   {name}\n" for name in sorted(running)) + "\n")
    return 0


def _shown(call: Call, name: str) -> str:
    try:
        return call.machine.services.find(name).display_name
    except ServiceError:
        return name


TOOL = Tool(
    "net",
    run,
    (
        Feature("`net start NAME`, `net stop NAME [/y]`: by name or display name", Source.ASSUMED),
        Feature("messages, errors on stderr, exit code 2 for a failure", Source.ASSUMED),
        Feature("services that depend on the one to stop: refused without /y, stopped with it", Source.ASSUMED),
        Feature("`net start` alone lists what runs", Source.ASSUMED),
        Feature("system error 5 for plain users", Source.ASSUMED),
    ),
    ("every other verb of net", "a service that does not start in time"),
)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sc: asks and tells the service control manager."""

from __future__ import annotations

from ...features import Feature, Source
from ...machine.services import NO_SUCH_SERVICE, Service, ServiceError, StartType, State
from ..process import Call
from .tool import Tool

_TYPES = {0x10: "WIN32_OWN_PROCESS", 0x20: "WIN32_SHARE_PROCESS", 0x110: "WIN32_OWN_PROCESS (interactive)"}
_STARTS = {
    StartType.BOOT: "BOOT_START",
    StartType.SYSTEM: "SYSTEM_START",
    StartType.AUTO: "AUTO_START",
    StartType.DEMAND: "DEMAND_START",
    StartType.DISABLED: "DISABLED",
}
_START_WORDS = {
    "boot": (StartType.BOOT, False),
    "system": (StartType.SYSTEM, False),
    "auto": (StartType.AUTO, False),
    "demand": (StartType.DEMAND, False),
    "disabled": (StartType.DISABLED, False),
    "delayed-auto": (StartType.AUTO, True),
}
_USAGE = 1639
ACCESS_DENIED = 5


def run(call: Call) -> int:
    """The program; its exit code is the Windows error number."""
    arguments = call.arguments
    verb = arguments[0].lower() if arguments else ""
    try:
        if verb in ("start", "stop", "config") and len(arguments) > 1 and not call.is_administrator:
            call.machine.services.get(arguments[1])
            raise ServiceError(ACCESS_DENIED)
        match verb, arguments[1:]:
            case (("query" | "queryex"), [name, *_]) if "=" not in name:
                _print_status(call, call.machine.services.get(name), extended=verb == "queryex")
            case (("query" | "queryex"), filters):
                _print_all(call, filters, extended=verb == "queryex")
            case "qc", [name, *_]:
                _print_configuration(call, call.machine.services.get(name))
            case "start", [name, *_]:
                _print_status(call, call.machine.services.start(name), extended=True)
            case "stop", [name, *_]:
                _print_status(call, call.machine.services.stop(name), extended=False)
            case "config", [name, *settings]:
                return _configure(call, name, settings)
            case _:
                return _usage(call)
    except ServiceError as error:
        return _failed(call, verb, error.code)
    return 0


def _failed(call: Call, verb: str, code: int) -> int:
    opening = code in (NO_SUCH_SERVICE, ACCESS_DENIED)
    action = {
        "query": "EnumQueryServicesStatus:OpenService",
        "queryex": "EnumQueryServicesStatus:OpenService",
        "start": "StartService: OpenService" if opening else "StartService",
        "stop": "OpenService" if opening else "ControlService",
    }.get(verb, "OpenService")
    call.say(f"[SC] {action} FAILED {code}:\n\n{call.message(f'service_{code}')}\n\n")
    return code


def _print_status(call: Call, service: Service, *, extended: bool) -> None:
    accepts = (
        "STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN"
        if service.state is State.RUNNING
        else ("NOT_STOPPABLE, NOT_PAUSABLE, IGNORES_SHUTDOWN")
    )
    word = call.message(service.state.name.lower())
    call.say(
        f"\nSERVICE_NAME: {service.name} \n"
        f"        TYPE               : {service.type:x}  {_TYPES.get(service.type, 'ERROR')}  \n"
        f"        STATE              : {service.state.value}  {word} \n"
        f"                                ({accepts})\n"
        "        WIN32_EXIT_CODE    : 0  (0x0)\n"
        "        SERVICE_EXIT_CODE  : 0  (0x0)\n"
        "        CHECKPOINT         : 0x0\n"
        "        WAIT_HINT          : 0x0\n"
    )
    if extended:
        process = 0 if service.state is State.STOPPED else 1000 + sum(service.name.encode()) % 9000
        call.say(f"        PID                : {process}\n        FLAGS              : \n")


def _print_all(call: Call, filters: list[str], *, extended: bool) -> None:
    text = "".join(filters).lower().replace(" ", "")
    wants_all = "state=all" in text
    wants_stopped = "state=inactive" in text
    for service in call.machine.services.all():
        running = service.state is not State.STOPPED
        if wants_all or running != wants_stopped:
            _print_status(call, service, extended=extended)


def _print_configuration(call: Call, service: Service) -> None:
    delayed = "  (DELAYED)" if service.delayed else ""
    needs = "\n                           : ".join(service.depends_on)
    call.say(
        "[SC] QueryServiceConfig SUCCESS\n\n"
        f"SERVICE_NAME: {service.name}\n"
        f"        TYPE               : {service.type:x}  {_TYPES.get(service.type, 'ERROR')} \n"
        f"        START_TYPE         : {service.start.value}   {_STARTS[service.start]}{delayed}\n"
        "        ERROR_CONTROL      : 1   NORMAL\n"
        f"        BINARY_PATH_NAME   : {service.image_path}\n"
        "        LOAD_ORDER_GROUP   : \n"
        "        TAG                : 0\n"
        f"        DISPLAY_NAME       : {service.display_name}\n"
        f"        DEPENDENCIES       : {needs}\n"
        f"        SERVICE_START_NAME : {service.account}\n"
    )


def _configure(call: Call, name: str, settings: list[str]) -> int:
    call.machine.services.get(name)
    text = " ".join(settings).lower().replace("= ", "=")
    if not text.startswith("start=") or text.removeprefix("start=") not in _START_WORDS:
        return _usage(call)
    start, delayed = _START_WORDS[text.removeprefix("start=")]
    call.machine.services.configure(name, start, delayed=delayed)
    call.say("[SC] ChangeServiceConfig SUCCESS\n")
    return 0


def _usage(call: Call) -> int:
    call.say(call.message("syntax"))
    return _USAGE


TOOL = Tool(
    "sc",
    run,
    (
        Feature("`sc query NAME`: state as number and word; exit code 1060", Source.DOCUMENT),
        Feature("`sc queryex`", Source.ASSUMED),
        Feature("`sc query` alone and with `state= all | inactive`", Source.ASSUMED),
        Feature("`sc qc`", Source.ASSUMED),
        Feature("`sc start`, `sc stop`: do not wait", Source.ASSUMED),
        Feature("`sc config NAME start= auto | delayed-auto | demand | disabled`", Source.DOCUMENT),
        Feature("exit code 5 for plain users who start, stop or configure", Source.ASSUMED),
        Feature("exit codes 1056, 1062, 1058, 1051, 1061", Source.ASSUMED),
        Feature("process numbers; flags of a pending service; exit code of a wrong command line", Source.ASSUMED),
    ),
    ("`sc \\\\server`", "every other verb", "`sc config` of anything but start=", "drivers"),
)

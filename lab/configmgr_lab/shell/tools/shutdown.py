# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""shutdown: restarts and switches off."""

from __future__ import annotations

from ...features import Feature, Source
from ...machine.power import ShutdownKind
from ..process import Call
from .tool import Option, Tool, UsageError, read_switches

ALREADY_SCHEDULED = 1190
DENIED = 5
NONE_IN_PROGRESS = 1116
OTHERS_LOGGED_ON = 1191
_DEFAULT_SECONDS = 30
_MAX_SECONDS = 315360000
_OPTIONS = (
    Option("/r", False, Source.DOCUMENT),
    Option("/s", False, Source.ASSUMED),
    Option("/a", False, Source.DOCUMENT, "exit code 1116 when none is scheduled"),
    Option("/t", True, Source.ASSUMED, "30 seconds without it"),
    Option("/f", False, Source.DOCUMENT, "a delay above 0 implies it; open documents are lost, and counted"),
    Option("/c", True, Source.ASSUMED, "kept with the seconds that were given, for those who see a screen"),
    Option("/d", True, Source.ASSUMED, "without effect"),
)


def run(call: Call) -> int:
    """The program; it does not wait."""
    try:
        parsed = read_switches(call.arguments, _OPTIONS)
        actions = [flag for flag in ("/r", "/s", "/a") if parsed.has(flag)]
        text = parsed.switches.get("/t", str(_DEFAULT_SECONDS))
        if parsed.words or len(actions) != 1 or not (text.isascii() and text.isdigit()):
            raise UsageError
        seconds = int(text)
        if seconds > _MAX_SECONDS:
            raise UsageError
    except UsageError:
        call.complain(call.message("shutdown_syntax"))
        return 1
    if not call.is_administrator:
        call.complain(call.message("access_denied"))
        return DENIED
    power = call.machine.power
    if actions == ["/a"]:
        if power.abort():
            return 0
        call.complain(call.message("shutdown_1116"))
        return NONE_IN_PROGRESS
    kind = ShutdownKind.RESTART if actions == ["/r"] else ShutdownKind.POWER_OFF
    if not seconds and not parsed.has("/f") and call.machine.people.sessions:
        call.complain(call.message("shutdown_1191"))
        return OTHERS_LOGGED_ON
    if power.schedule(float(seconds), kind):
        call.machine.people.tell(parsed.switches.get("/c", ""), float(seconds))
        return 0
    call.complain(call.message("shutdown_1190"))
    return ALREADY_SCHEDULED


TOOL = Tool(
    "shutdown",
    run,
    (
        *(option.feature("shutdown") for option in _OPTIONS),
        Feature("exit code 1190 when a shutdown is scheduled already", Source.DOCUMENT),
        Feature(
            "exit code 1191 when somebody is logged on, without a delay and without /f",
            Source.DOCUMENT,
            "ERROR_SHUTDOWN_USERS_LOGGED_ON of InitiateShutdown",
        ),
        Feature(
            "exit code 5 for plain users",
            Source.ASSUMED,
            "on clients they hold SeShutdownPrivilege in front of the machine; the less convenient for a network logon",
        ),
        Feature("a wrong command line: exit code 1", Source.ASSUMED),
    ),
    ("`/g /h /e /o /p /l /i /hybrid /fw`", "`/m`: other machines"),
)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wevtutil qe: reads the System event log."""

from __future__ import annotations

import re

from ...features import Feature, Source
from ...machine.accounts import ADMINISTRATORS, EVENT_LOG_READERS
from ..process import Call
from .event_query import BadQuery, parse_query
from .tool import Tool, UsageError

NO_SUCH_CHANNEL = 15007
_DENIED = 5
_BAD_QUERY = 15001
_BAD_PARAMETER = 87
_FLAGS = {"c": "count", "q": "query", "f": "format", "rd": "reversedirection"}


def run(call: Call) -> int:
    """The program; its exit code is the Windows error number."""
    arguments = call.arguments
    if len(arguments) < 2 or arguments[0].lower() not in ("qe", "query-events"):
        return _usage(call)
    try:
        options = _options(arguments[2:])
        count = _count(options.get("count", "0"))
    except UsageError:
        return _usage(call)
    if arguments[1].lower() != "system":
        call.complain(call.message("wevtutil_failed") + call.message("wevtutil_channel"))
        return NO_SUCH_CHANNEL
    if not call.files.token.groups & {ADMINISTRATORS, EVENT_LOG_READERS}:
        call.complain(call.message("wevtutil_failed") + call.message("access_denied"))
        return _DENIED
    if options.get("format", "xml").lower() != "xml":
        call.complain(call.message("not_emulated", name="wevtutil /f:text"))
        return 1
    try:
        wanted = parse_query(options.get("query", "*"), call.machine.clock.now())
    except BadQuery:
        call.complain(call.message("wevtutil_failed") + call.message("wevtutil_query"))
        return _BAD_QUERY
    found = [event for event in call.machine.events.events if wanted(event)]
    if options.get("reversedirection", "false").lower() == "true":
        found.reverse()
    for event in found[: count or None]:
        call.say(event.xml() + "\n")
    return 0


def _options(arguments: list[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    for argument in arguments:
        name, colon, text = argument[1:].partition(":")
        name = _FLAGS.get(name.lower(), name.lower())
        if argument[:1] not in ("/", "-") or not colon or name not in _FLAGS.values() or name in options:
            raise UsageError(argument)
        options[name] = text
    return options


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,9}", text):
        raise UsageError(text)
    return int(text)


def _usage(call: Call) -> int:
    call.complain(call.message("wevtutil_syntax"))
    return _BAD_PARAMETER


TOOL = Tool(
    "wevtutil",
    run,
    (
        Feature("`wevtutil qe System /q /c /rd /f:xml`: one event a line", Source.DOCUMENT),
        Feature("queries by EventID, Level, EventRecordID, Provider, TimeCreated (also timediff)", Source.ASSUMED),
        Feature("exit code 15007 for an unknown channel", Source.DOCUMENT),
        Feature("a query of more than 20 expressions is refused", Source.DOCUMENT, "the exit code is assumed"),
        Feature(
            "exit code 5 for a login over the network that is neither administrator nor in Event Log Readers",
            Source.ASSUMED,
            "the less convenient of two readings: a policy's help says that authenticated users read it",
        ),
        Feature("exit code 15001 for a wrong query, 87 for a wrong command line", Source.ASSUMED),
        Feature("events: Kernel-General 12 and 13, EventLog 6005 and 6006, User32 1074", Source.ASSUMED),
        Feature(
            "Schannel events that were planted: provider, guid, 36880 in UserData/EventXML of namespace LSA_NS, "
            "the others in EventData/Data by Name; the fields of each build",
            Source.CHECKED,
            "the manifests of Windows 7 to 10, a 36880 in the test of a log collector (axosyslog, "
            "test_filterx_format_windows_eventlog_xml.c), a published 36871; Server 2022 naming none is assumed",
        ),
    ),
    (
        "every other channel and verb",
        "`/f:text`, `/e`, `/sq`, `/bm`",
        "queries over EventData",
        "Schannel events of the emulated handshakes",
    ),
)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import backup_location, in_range, roles_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.diagnosis import EVENT_IDS, diagnose, shortened
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.events import Event, events_command, parse_events
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.folders import (
    Folders,
    folder_parts,
    log_places,
    read_folders,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.search import (
    FIRST,
    Reading,
    Search,
    count_parts,
    read_counts,
    read_search,
    read_tail,
    search_parts,
    searches,
    tail_parts,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.sieve import read_sieve, sieve_parts
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.visit import Visit, read_machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import Session, join
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.audit import audit
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.command import UnsafeText, quoted

_MOST_EVENTS, _MOST_EVENT_BYTES = 200, 1_000_000
_EVENTS_BEGIN, _EVENTS_END = "#events", "#answered"
_MOST_NAMED = 40


class ActionModule(TlsAction):
    MODULE = "tls_diagnose_info"

    def act(self, task: Task) -> dict[str, Any]:
        arguments, location = task.arguments, backup_location(task.arguments)
        days, extra = in_range(arguments, "days", 1, 366), _folders(arguments["log_folders"])
        given = roles_of(task)
        with self.session(task) as session:
            visit = read_machine(session, location)
            roles = {*given, *visit.state.roles}
            told = read_folders(_run(session, folder_parts(), "ask for the folders of logs"))
            wanted = searches(log_places(visit.state, visit.registry, roles, extra, told))
            readings, events = _read(session, wanted, days)
        findings = [finding.as_dict() for finding in audit(visit.state, given, arguments["configmgr_version"])]
        found = diagnose(readings, events or (), findings, _boot(visit), roles)
        unknown = _unknown(readings, events, found.foreign, told)
        shown = shortened(found.symptoms)
        return {
            "changed": False,
            "roles": sorted(roles),
            **shown,
            "good": list(found.good),
            "logs": _logs(readings),
            "unknown": unknown,
            "msg": _sentence(task.host, found.symptoms, unknown),
        }


def _folders(given: Sequence[str]) -> list[str]:
    for folder in given:
        try:
            quoted(folder)
        except UnsafeText as error:
            raise Failure(
                "bad_argument", f"log_folders cannot be used: {error}.", r"Give folders like D:\SMS\Logs."
            ) from None
    return list(given)


def _boot(visit: Visit) -> datetime | None:
    event = visit.state.boot.event
    try:
        return datetime.fromisoformat(event[:19] + "+00:00") if event else None
    except ValueError:
        return None


def _read(session: Session, wanted: Sequence[Search], days: int) -> tuple[list[Reading], tuple[Event, ...] | None]:
    """Which logs hold a sign, and the events, with one command; more only for logs that do."""
    asked = f"echo {_EVENTS_BEGIN}&({events_command(EVENT_IDS, days, _MOST_EVENTS)}&&echo {_EVENTS_END})2>nul"
    text = _run(session, [*sieve_parts(wanted), asked], "look for signs in the logs")
    # Whole lines only: a line of a log or an event is never one of these.
    searched, *rest = re.split(rf"^{_EVENTS_BEGIN}\s*$", text, maxsplit=1, flags=re.MULTILINE)
    printed, *ended = re.split(rf"^{_EVENTS_END}\s*$", "".join(rest), maxsplit=1, flags=re.MULTILINE)
    events = parse_events(printed, _MOST_EVENT_BYTES).events if ended else None
    readings = read_sieve(wanted, searched)
    found = iter(_searched(session, [item for item, each in zip(wanted, readings, strict=True) if each is None]))
    return [next(found) if each is None else each for each in readings], events


def _searched(session: Session, wanted: Sequence[Search]) -> list[Reading]:
    if not wanted:
        return []
    parts = search_parts(wanted)
    text = _run(session, parts, "search the logs")
    return _with_newest(session, read_search(wanted, text, len(parts)))


def _with_newest(session: Session, readings: list[Reading]) -> list[Reading]:
    cut = [reading for reading in readings if reading.cut]
    if not cut:
        return readings
    parts = count_parts(cut)
    totals = read_counts(cut, _run(session, parts, "count the matching lines of logs"), len(parts))
    counted = [(reading, total) for reading, total in zip(cut, totals, strict=True) if total and total > FIRST]
    newer: dict[int, Reading] = {}
    if counted:
        long, numbers = [reading for reading, _total in counted], [total for _reading, total in counted]
        parts = tail_parts(long, numbers)
        text = _run(session, parts, "read the newest matching lines of logs")
        newer = {id(old): new for old, new in zip(long, read_tail(long, numbers, text, len(parts)), strict=True)}
    untold = {id(reading) for reading, total in zip(cut, totals, strict=True) if total is None}
    # A log whose newest lines could not be read is not a log that was read.
    return [
        newer.get(id(reading), replace(reading, state="unknown") if id(reading) in untold else reading)
        for reading in readings
    ]


def _run(session: Session, parts: Sequence[str], attempted: str) -> str:
    return "\n".join(session.run(line, attempted=attempted).stdout for line in join(parts))


def _logs(readings: Sequence[Reading]) -> dict[str, Any]:
    """How many logs were read; by name those that could not be, and those that were too long to be read whole."""
    return {
        "read": sum(reading.state == "read" for reading in readings),
        "missing": sum(reading.state == "missing" for reading in readings),
        "in_part": [
            {"path": reading.search.place.path, "matching_lines": reading.total, "read": len(reading.lines)}
            for reading in readings
            if reading.total is not None and reading.total > len(reading.lines)
        ][:_MOST_NAMED],
    }


def _unknown(
    readings: Sequence[Reading], events: tuple[Event, ...] | None, foreign: Sequence[str], told: Folders
) -> list[dict[str, str]]:
    phrases = {
        "unreadable": "the file is there and is empty or cannot be read",
        "unknown": "the machine did not answer for it",
    }
    rows = [
        {"what": reading.search.place.path, "why": phrases[reading.state]}
        for reading in readings
        if reading.state in phrases
    ]
    rows += [{"what": path, "why": "some of its messages are in a language that is not known"} for path in foreign]
    if not told.answered:
        rows.append({"what": "folders of logs", "why": "the machine did not tell them; the usual ones were searched"})
    if events is None:
        rows.append({"what": "System log, Schannel", "why": "the machine did not give its events"})
    if not readings:
        rows.append({"what": "logs", "why": "no role of this machine is known that writes one"})
    elif all(reading.state == "missing" for reading in readings):
        rows.append({"what": f"{len(readings)} logs", "why": f"none was found; looked in {_folders_of(readings)}"})
    return rows[:_MOST_NAMED]


def _folders_of(readings: Sequence[Reading]) -> str:
    return ", ".join(dict.fromkeys(reading.search.place.shown_folder + "\\" for reading in readings))


def _sentence(host: str, symptoms: Sequence[dict[str, Any]], unknown: Sequence[dict[str, str]]) -> str:
    left = f" Not known: {'; '.join(row['what'] + ': ' + row['why'] for row in unknown[:3])}." if unknown else ""
    if not symptoms:
        return f"{host}: {'what could be read shows' if unknown else 'there is'} no sign of a TLS problem.{left}"
    named = "; ".join(f"{symptom['log']}: {symptom['title']}" for symptom in symptoms[:3])
    more = f"; and {len(symptoms) - 3} more" if len(symptoms) > 3 else ""
    return f"{host}: {named}{more}.{left}"

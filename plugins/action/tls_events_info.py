# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import backup_location, in_range
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.events import (
    Event,
    events_command,
    oldest_command,
    parse_events,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.usage import (
    HANDSHAKES,
    PROBLEMS,
    legacy_users,
    usage,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.asking import ask_machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.place import Place, place_of, place_questions
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.observation import SCHANNEL, logs_success, open_window
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.questions import Answers, Command, Query
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Presence
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.snapshot import event_time

_MOST_BYTES = 8_000_000
_LIMITS = {"days": (1, 366), "max_events": (1, 5000)}


class ActionModule(TlsAction):
    MODULE = "tls_events_info"

    def act(self, task: Task) -> dict[str, Any]:
        days, most = (in_range(task.arguments, name, *limits) for name, limits in _LIMITS.items())
        location = backup_location(task.arguments)
        questions: list[Query | Command] = [
            Query(SCHANNEL),
            Command("oldest", oldest_command()),
            Command("handshakes", events_command(HANDSHAKES, days, most)),
            Command("problems", events_command(PROBLEMS, days, most)),
            *place_questions(location),
        ]
        with self.session(task) as session:
            answers = ask_machine(session, questions, "read the Schannel events")
        return {"changed": False, **_result(answers, place_of(location, answers.commands), days, most)}


def _result(answers: Answers, place: Place, days: int, most: int) -> dict[str, Any]:
    if not {"handshakes", "problems"} <= set(answers.commands):
        raise Failure(
            "no_events",
            "the machine did not give its Schannel events.",
            "Check that the account may read the System log, and that wevtutil.exe runs in a remote command shell.",
        )
    events: list[Event] = []
    truncated, damaged, completed = False, 0, []
    for name in ("handshakes", "problems"):
        found = parse_events("\n".join(answers.commands[name]), _MOST_BYTES)
        truncated |= found.cut or len(found.events) + found.damaged >= most
        damaged += found.damaged
        events += found.events
        if name == "handshakes":
            completed = list(found.events)
    reading = answers.registry.key(SCHANNEL)
    known = reading.presence is Presence.PRESENT
    success = logs_success(reading) if known else None
    window = open_window(place.journal)
    users = legacy_users(completed)
    oldest = event_time(answers.commands.get("oldest", ()))
    return {
        "days": days,
        "log_begins": oldest[:19] + "Z" if oldest else None,
        "success_logging": success,
        "window": {"run": window.run, "since": window.since} if window else None,
        "truncated": truncated,
        "damaged": damaged,
        **usage(events),
        # Without events of completed handshakes nobody can say that nobody uses an older protocol.
        "legacy_use": users if users or completed else None,
    }

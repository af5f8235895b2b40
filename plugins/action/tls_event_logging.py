# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import backup_location, run_name
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.diff import reg_diff
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.window import (
    NAME,
    SCHANNEL,
    Window,
    open_window,
    parse_windows,
    start_change,
    windows_file,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import Session
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import Change
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.apply import (
    Backup,
    Edit,
    apply_line,
    parse_applied,
    readback,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.command import location_path
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.questions import Answers, Command, Query, ask
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import (
    KeyReading,
    Presence,
    Registry,
    View,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.undo import (
    UndoValue,
    can_be_kept,
    parse_undo,
    render_undo,
)


class ActionModule(TlsAction):
    MODULE = "tls_event_logging"

    def act(self, task: Task) -> dict[str, Any]:
        location, state = backup_location(task.arguments), task.arguments["state"]
        with self.session(task) as session:
            registry, lines = _read(session, location)
            reading = _schannel(registry)
            window = open_window(lines)
            if state == "started":
                change = _start(session, location, reading, window)
                due = change is not None
            else:
                change = _stop(session, location, reading, window, task.arguments["force"])
                due = window is not None
            step = _next_step(task, lines, state)
            shown = _shown(step if due else None, window, state)
            result = {"changed": due, "changes": [change.as_dict()] if change else [], "window": shown}
            if task.diff:
                result["diff"] = reg_diff([change] if change else [])
            if due and not task.check_mode:
                result["backup"] = {"path": _apply(session, location, step, registry, change)}
        return result


def _read(session: Session, location: str) -> tuple[Registry, tuple[str, ...]]:
    questions: list[Query | Command] = [
        Query(SCHANNEL),
        Command("window", f"type {location_path(windows_file(location))}"),
    ]
    answer = session.run(f"({'&'.join(ask(questions))})2>nul", attempted="read the event logging of Schannel")
    answers = Answers.parse(questions, answer.stdout)
    return answers.registry, answers.commands.get("window", ())


def _schannel(registry: Registry) -> KeyReading:
    reading = registry.key(SCHANNEL)
    value = reading.value(NAME)
    if reading.presence is not Presence.PRESENT or (value is not None and not can_be_kept(value)):
        raise Failure(
            "unreadable",
            "EventLogging of SCHANNEL could not be read, so that it cannot be backed up; nothing was changed.",
            "Give the account that Ansible uses full access to the SCHANNEL key.",
            {"changed": False},
        )
    return reading


def _next_step(task: Task, lines: tuple[str, ...], state: str) -> Window:
    sequence = max((step.sequence for step in parse_windows(lines)), default=0) + 1
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Window(sequence, run_name(task.arguments), "started" if state == "started" else "stopped", now)


def _shown(step: Window | None, window: Window | None, state: str) -> dict[str, str] | None:
    """The window that is open afterwards."""
    opened = step or window if state == "started" else None
    return {"run": opened.run, "since": opened.time} if opened else None


def _start(session: Session, location: str, reading: KeyReading, window: Window | None) -> Change | None:
    change = start_change(reading)
    # A window that is open with the former value still in place is one whose last run was interrupted.
    if change is not None and window is not None and change.before != _undo(session, location, window).before:
        raise Failure(
            "conflict",
            f"EventLogging was set to {change.before or 'absent'} since the window of run {window.run} was opened.",
            "Close that window with state: stopped (and force: true to restore the value from before it), then open "
            "another one; nothing was changed.",
            {"changed": False},
        )
    return change


def _stop(session: Session, location: str, reading: KeyReading, window: Window | None, force: bool) -> Change | None:
    if window is None:
        return None
    undo, current = _undo(session, location, window), reading.value(NAME)
    if current == undo.before:
        return None
    if current != undo.after and not force:
        raise Failure(
            "conflict",
            f"EventLogging was set to {current or 'absent'} since the window of run {window.run} was opened.",
            "Give force: true to restore the value from before the window all the same; nothing was changed.",
            {"changed": False},
        )
    return Change(SCHANNEL, View.NATIVE, NAME, current, undo.before)


def _undo(session: Session, location: str, window: Window) -> UndoValue:
    file = rf"{location}\{window.undo_file}"
    command = Command("undo", f"type {location_path(file)}")
    answer = session.run(f"({ask([command])[0]})2>nul", attempted="read the backup of the event logging")
    lines = Answers.parse([command], answer.stdout).commands.get("undo", ())
    undo = parse_undo(lines)
    values = undo.values if undo else ()
    if len(values) != 1 or (values[0].view, values[0].key, values[0].name) != (View.NATIVE, SCHANNEL, NAME):
        raise Failure(
            "no_undo_file",
            f"the backup {file} is missing or damaged; nothing was changed.",
            "Set EventLogging of SCHANNEL by hand (1 is what Windows installs), and delete the file event_logging.txt "
            "in the backup location.",
            {"changed": False},
        )
    return values[0]


def _apply(session: Session, location: str, step: Window, registry: Registry, change: Change | None) -> str:
    current = registry.key(SCHANNEL).value(NAME)
    before, after = (change.before, change.after) if change else (current, current)
    backup = Backup(
        folder=rf"{location}\{step.run}",
        file=rf"{location}\{step.undo_file}",
        lines=tuple(render_undo([UndoValue(View.NATIVE, SCHANNEL, NAME, before, after)], ())),
        journal=windows_file(location),
        journal_line=str(step),
    )
    edits = [Edit(View.NATIVE, SCHANNEL, NAME, after)] if change else []
    queries = readback([(View.NATIVE, SCHANNEL)])
    line = apply_line(backup, edits, queries)
    answer = session.run(line, attempted="set the event logging of Schannel", resend=False)
    applied = parse_applied(backup, edits, queries, answer.stdout)
    now = registry.updated(applied.registry).key(SCHANNEL).value(NAME)
    if not applied.backed_up or not applied.journaled:
        raise Failure(
            "no_backup",
            f"the backup {backup.file} could not be written as it should be; EventLogging is {now or 'absent'}.",
            "Check that the account may write to that folder and that the disk is not full, or choose another one "
            "with backup_location.",
            {"changed": now != current},
        )
    if now != after:
        raise Failure(
            "not_applied",
            f"EventLogging is {now or 'absent'}, not {after or 'absent'}.",
            "Check the rights on the SCHANNEL key, and whether a Group Policy writes it.",
            {"changed": now != current},
        )
    return backup.file

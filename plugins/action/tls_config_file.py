# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import backup_location, run_name
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._data import config_file
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.asking import question_lines
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.config_file import (
    FileState,
    parse_after,
    parse_file,
    read_line,
    restore_line,
    undone_by,
    was_there,
    write_line,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.place import (
    Place,
    controller_time,
    place_of,
    place_questions,
    prepare,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import Session
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.journal import NEVER_ASKED, JournalEntry, next_sequence
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.questions import Answers, Command


class ActionModule(TlsAction):
    MODULE = "tls_config_file"

    def act(self, task: Task) -> dict[str, Any]:
        arguments, location = task.arguments, backup_location(task.arguments)
        present = arguments["state"] == "present"
        row, lines = config_file(arguments["name"])
        wanted = "".join(f"{line}\r\n" for line in lines)
        with self.session(task) as session:
            before, answers = _read(session, row.path, place_questions(location))
            _refuse_unusable(before, row.path, arguments["state"])
            place = place_of(location, answers.commands)
            undone = undone_by(place.journal, row.id)
            due = before.content != wanted if present else undone is not None
            after = wanted if present else _former(before, undone, wanted, row.path, arguments["force"])
            result: dict[str, Any] = {"changed": due, "path": row.path, "restart_required": due}
            if task.diff:
                result["diff"] = _diff(row.path, before.content, after if due else before.content)
            if not due or task.check_mode:
                return result
            prepare(session, place)
            entry = _entry(task, place, row.id, before, undone)
            if present or undone is None:
                _apply(session, write_line(row.path, lines, location, entry), row.path, wanted)
            else:
                line = restore_line(row.path, location, entry, undone)
                _apply(session, line, row.path, None, there=was_there(undone))
        if was_there(entry):
            result["backup"] = {"path": rf"{location.path}\{entry.backup}"}
        return result


def _read(session: Session, path: str, questions: Sequence[Command]) -> tuple[FileState, Answers]:
    line = "&".join([*question_lines(questions), read_line(path)])
    text = session.run(line, attempted=f"read {path}").stdout
    return parse_file(text), Answers.parse(questions, text)


def _entry(task: Task, place: Place, name: str, before: FileState, undone: JournalEntry | None) -> JournalEntry:
    action = f"file={name},{'new' if before.content is None else 'kept'}"
    if task.arguments["state"] != "present" and undone is not None:
        action = f"restored={name},{undone.sequence}"
    return JournalEntry(next_sequence(place.journal), run_name(task.arguments), action, NEVER_ASKED, controller_time())


def _refuse_unusable(before: FileState, path: str, state: str) -> None:
    folder = path.rpartition("\\")[0]
    if not before.answered:
        raise Failure(
            "no_answer",
            "the machine answered nothing that could be read; nothing was changed.",
            "Check that this is a Windows machine and that a remote command shell works there.",
            {"changed": False},
        )
    if not before.folder and state == "present":
        raise Failure(
            "no_folder",
            f"the machine has no folder {folder}; nothing was changed.",
            "The file belongs to a machine with IIS and the role; take this one out of the task.",
            {"changed": False},
        )
    if not before.readable:
        raise Failure(
            "unreadable",
            f"{path} is there and could not be read, so that it cannot be compared; nothing was changed.",
            "Give the account that Ansible uses access to the file.",
            {"changed": False},
        )


def _former(before: FileState, undone: JournalEntry | None, wanted: str, path: str, force: bool) -> str | None:
    """What will be there after a restore, as far as it is known before it; None for no file."""
    if undone is None:
        return before.content
    if before.content not in (wanted, None) and not force:
        raise Failure(
            "conflict",
            f"{path} was changed since run {undone.run} wrote it; nothing was changed.",
            "See what is in it, and give force: true to restore the former state all the same.",
            {"changed": False},
        )
    return f"the copy in {undone.backup}\r\n" if was_there(undone) else None


def _apply(session: Session, line: str, path: str, wanted: str | None, *, there: bool = True) -> None:
    """``wanted``: the content that has to be there afterwards; None for a restore, after which a file is ``there``."""
    answer = session.run(line, attempted=f"write {path}", resend=False)
    done, after = parse_after(answer.stdout)
    right = after.content == wanted if wanted is not None else (after.content is not None) == there
    if not done or not right:
        raise Failure(
            "not_applied",
            f"{path} is not as it should be after the change.",
            "Check the rights on the folder and on the backup location, and that the disk is not full; the task can "
            "be run again.",
            {"changed": done},
        )


def _diff(path: str, before: str | None, after: str | None) -> dict[str, str]:
    return {
        "before": (before or "").replace("\r\n", "\n"),
        "after": (after or "").replace("\r\n", "\n"),
        "before_header": path if before is not None else f"{path} (absent)",
        "after_header": path if after is not None else f"{path} (absent)",
    }

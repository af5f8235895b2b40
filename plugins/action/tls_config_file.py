# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
from typing import Any, Literal

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import backup_location, run_name
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._data import config_file
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.config_file import (
    FileState,
    FileStep,
    last_step,
    parse_file,
    read_line,
    restore_line,
    write_line,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import Session


class ActionModule(TlsAction):
    MODULE = "tls_config_file"

    def act(self, task: Task) -> dict[str, Any]:
        arguments, location = task.arguments, backup_location(task.arguments)
        row, lines = config_file(arguments["name"])
        wanted = "".join(f"{line}\r\n" for line in lines)
        with self.session(task) as session:
            answer = session.run(read_line(row.path, location), attempted=f"read {row.path}")
            before = parse_file(answer.stdout)
            _refuse_unusable(before, row.path, arguments["state"])
            undone = last_step(before.steps, row.id)
            if arguments["state"] == "present":
                due = before.content != wanted
                after: str | None = wanted
            else:
                due = undone is not None
                after = _former(before, undone, wanted, row.path, arguments["force"])
            result: dict[str, Any] = {"changed": due, "path": row.path, "restart_required": due}
            if task.diff:
                result["diff"] = _diff(row.path, before.content, after if due else before.content)
            if not due or task.check_mode:
                return result
            step = _step(task, before, row.id, arguments["state"])
            if undone is not None and arguments["state"] == "restored":
                line = restore_line(row.path, location, step, undone)
            else:
                line = write_line(row.path, lines, location, step)
            _apply(session, line, row.path, wanted if arguments["state"] == "present" else None, undone)
        if step.step == "written" and step.former == "kept":
            result["backup"] = {"path": rf"{location}\{step.backup}"}
        return result


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


def _former(before: FileState, undone: FileStep | None, wanted: str, path: str, force: bool) -> str | None:
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
    return None if undone.former == "new" else f"the copy in {undone.backup}\r\n"


def _step(task: Task, before: FileState, name: str, state: str) -> FileStep:
    sequence = max((step.sequence for step in before.steps), default=0) + 1
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    former: Literal["kept", "new"] = "new" if before.content is None else "kept"
    return FileStep(
        sequence, run_name(task.arguments), "written" if state == "present" else "restored", name, former, now
    )


def _apply(session: Session, line: str, path: str, wanted: str | None, undone: FileStep | None) -> None:
    """``wanted``: the content that has to be there afterwards; None for a restore, which ``undone`` describes."""
    answer = session.run(line, attempted=f"write {path}", resend=False)
    done, _mark, shown = answer.stdout.partition("#done\r\n")
    after = parse_file(shown)
    if wanted is not None:
        right = bool(_mark) and after.content == wanted
    else:
        right = bool(_mark) and (after.content is None) == (undone is not None and undone.former == "new")
    if not right:
        raise Failure(
            "not_applied",
            f"{path} is not as it should be after the change.",
            "Check the rights on the folder and on the backup location, and that the disk is not full; the task can "
            "be run again.",
            {"changed": bool(_mark), "output": done[:200]},
        )


def _diff(path: str, before: str | None, after: str | None) -> dict[str, str]:
    return {
        "before": (before or "").replace("\r\n", "\n"),
        "after": (after or "").replace("\r\n", "\n"),
        "before_header": path if before is not None else f"{path} (absent)",
        "after_header": path if after is not None else f"{path} (absent)",
    }

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""schtasks: makes, starts, shows, ends and deletes tasks."""

from __future__ import annotations

from ...features import Feature, Source
from ...machine.files import FileError
from ...machine.tasks import Task, TaskError
from ..process import Call
from .tool import Option, Parsed, Tool, UsageError, read_switches

_DOCUMENT = Source.DOCUMENT
_OPTIONS = (
    Option("/create", False, _DOCUMENT),
    Option("/run", False, _DOCUMENT),
    Option("/query", False, _DOCUMENT),
    Option("/end", False, _DOCUMENT),
    Option("/delete", False, _DOCUMENT),
    Option("/tn", True, _DOCUMENT),
    Option("/xml", True, _DOCUMENT, "a file without an XML declaration, or UTF-16 with a mark"),
    Option("/f", False, _DOCUMENT),
    Option("/fo", True, _DOCUMENT, "csv"),
    Option("/v", False, _DOCUMENT),
    Option("/nh", False, _DOCUMENT),
)
_VERBS = ("/create", "/run", "/query", "/end", "/delete")
_COLUMNS = 28


def run(call: Call) -> int:
    """The program; 1 for every failure."""
    try:
        parsed = read_switches(call.arguments, _OPTIONS)
        (verb,) = (flag for flag in _VERBS if parsed.has(flag))
        name = parsed.switches["/tn"]
        return _do(call, verb, name, parsed)
    except (UsageError, ValueError, KeyError):
        call.complain(call.message("syntax"))
    except (TaskError, FileError) as error:
        known = {"xml": "task_xml", "not_running": "task_not_running", "denied": "reg_denied"}
        call.complain(call.message(known.get(error.reason, "task_unknown")))
    return 1


def _do(call: Call, verb: str, name: str, parsed: Parsed) -> int:
    tasks = call.machine.tasks
    if verb != "/query" and not call.is_administrator:
        raise TaskError("denied")
    if verb == "/create":
        tasks.create(name, _xml(call, parsed.switches["/xml"]))
    elif verb == "/query":
        call.say(_row(call, tasks.get(name)) + "\n")
        return 0
    elif verb == "/run":
        tasks.run(name)
    elif verb == "/end":
        tasks.end(name)
    else:
        tasks.delete(name)
    call.say(call.message("task_ok", what=name))
    return 0


def _xml(call: Call, path: str) -> str:
    content = call.files.read(call.path(path))
    if content.startswith(b"\xff\xfe"):
        return content[2:].decode("utf-16-le", "replace")
    text = content.decode("utf-8", "replace")
    # A declaration of another encoding than the file's is refused.
    if "encoding=" in text.partition("?>")[0].lower():
        raise TaskError("xml")
    return text


def _row(call: Call, task: Task) -> str:
    status = call.message("task_running" if task.is_running else "task_ready")
    fields = [
        call.machine.name,
        f"\\{task.name}",
        "N/A",
        status,
        "Interactive/Background",
        "N/A",
        str(task.last_result),
    ]
    fields += ["N/A"] * (_COLUMNS - len(fields))
    return ",".join(f'"{field}"' for field in fields)


TOOL = Tool(
    "schtasks",
    run,
    (
        *(option.feature("schtasks") for option in _OPTIONS),
        Feature("the row of `/query /fo csv /v`: its first seven columns, the status localised", Source.ASSUMED),
        Feature("last results 267009 (running), 267011 (not yet run), 267014 (ended)", Source.DOCUMENT),
        Feature(
            "plain users are refused everything but `/query`, exit code 1", Source.ASSUMED, "what they make is SYSTEM's"
        ),
        Feature("ExecutionTimeLimit and IgnoreNew; what a task does is done at its end", Source.ASSUMED),
    ),
    (
        "triggers",
        "other accounts than SYSTEM",
        "`/change`, `/s`, `/ru`, `/tr`, `/sc`",
        "conditions such as mains power",
    ),
)

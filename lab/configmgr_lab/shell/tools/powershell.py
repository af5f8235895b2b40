# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""powershell: handed to whatever the lab's wire has put there."""

from __future__ import annotations

from ...features import Feature, Source
from ..process import Call
from .tool import Tool


def run(call: Call) -> int:
    """The program; without a hook it is an unknown one."""
    hook = call.machine.powershell
    if hook is None:
        call.complain(call.message("not_recognized", name=call.name))
        return 1
    completed = hook(call.tail.strip(), call.streams.stdin)
    call.streams.stdout.write(completed.stdout)
    call.streams.stderr.write(completed.stderr)
    return completed.exit_code


TOOL = Tool(
    "powershell",
    run,
    (Feature("answered by a hook of the lab, not by PowerShell; gets its command line and stdin", Source.ASSUMED),),
    ("the language", "a prompt"),
)

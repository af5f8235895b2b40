# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cmd: a shell in the shell."""

from __future__ import annotations

import re

from ...features import Feature, Source
from ..process import Call
from .tool import Tool

_MAX_DEPTH = 20
_SWITCHES = re.compile(r"\s*((?:/[dqsauefv](?::\w+)?\s*)*)/([ck])\s*(.*)", re.IGNORECASE | re.DOTALL)


def run(call: Call) -> int:
    """The program."""
    match = _SWITCHES.fullmatch(call.tail)
    if match is None:
        call.complain(call.message("not_emulated", name="cmd without /c"))
        return 1
    line = match[3]
    strip = "/s" in match[1].lower() or line.count('"') != 2 or re.search(r'[&<>()@^|]|"[^"\s]*"', line)
    if line.startswith('"') and strip and '"' in line[1:]:
        # Of a quoted line the first and the last quote are taken off.
        last = line.rindex('"')
        line = line[1:last] + line[last + 1 :]
    if call.session.depth >= _MAX_DEPTH:
        call.complain(call.message("not_emulated", name="so many shells in each other"))
        return 1
    before = call.session.delayed
    call.session.depth += 1
    call.session.delayed = before or "/v:on" in match[1].lower()
    try:
        return call.session.run(line, call.streams)
    finally:
        call.session.depth -= 1
        call.session.delayed = before


TOOL = Tool(
    "cmd",
    run,
    (
        Feature("`cmd /c LINE`, also with /d /s /q", Source.ASSUMED),
        Feature("/v:on: `!NAME!` is expanded when a command runs", Source.DOCUMENT),
        Feature("the first and the last quote of the line are taken off", Source.ASSUMED),
    ),
    ("an interactive shell", "a variable set inside stays set outside"),
)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""hostname and whoami: who the machine and the user are."""

from __future__ import annotations

from ...features import Feature, Source
from ..process import Call
from .tool import Tool


def hostname(call: Call) -> int:
    """The machine's name."""
    call.say(call.machine.name + "\n")
    return 0


def whoami(call: Call) -> int:
    """The user with the domain, in lower case; with /user and its SID."""
    variables = call.session.variables
    name = f"{variables['USERDOMAIN']}\\{variables['USERNAME']}".lower()
    match [word.lower() for word in call.arguments]:
        case []:
            call.say(name + "\n")
        case ["/user", "/fo", "csv", "/nh"]:
            call.say(f'"{name}","{call.files.token.sid}"\n')
        case _:
            call.complain(call.message("not_emulated", name="whoami with these arguments"))
            return 1
    return 0


HOSTNAME = Tool("hostname", hostname, (Feature("`hostname`", Source.ASSUMED),))
WHOAMI = Tool(
    "whoami",
    whoami,
    (Feature("`whoami`, `whoami /user /fo csv /nh`", Source.ASSUMED),),
    ("`/groups /priv /all`", "other formats"),
)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PowerShell is not emulated: a module of Ansible's Windows collections gets one canned result when its upload ends.

It lets a bench compare the number of messages, their bytes and the controller's work. PowerShell's own time, which
on a real machine is seconds, is left out: this flatters those modules.
"""

from __future__ import annotations

import json
import ntpath

# One result with every key that win_reg_stat, win_regedit and win_powershell look at or hand on.
CANNED_RESULT = {
    "changed": False,
    "exists": True,
    "type": "REG_DWORD",
    "raw_value": 1,
    "value": 1,
    "data_changed": False,
    "data_type_changed": False,
    "properties": {},
    "sub_keys": [],
    "result": {},
    "host_out": "",
    "host_err": "",
    "output": [],
    "error": [],
    "warning": [],
    "verbose": [],
    "debug": [],
    "information": [],
}


def is_powershell(line: str) -> bool:
    """Whether a command line starts PowerShell itself."""
    program = line.split(" ", 1)[0].strip('"')
    return ntpath.basename(program).lower() in {"powershell", "powershell.exe"}


def waits_for_input(line: str) -> bool:
    """Whether it takes its script from the input, so that its answer waits for the end of that."""
    return line.rstrip().endswith(" -")


def canned_output() -> bytes:
    return json.dumps(CANNED_RESULT).encode() + b"\r\n"

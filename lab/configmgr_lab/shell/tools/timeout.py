# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""timeout: does not wait where there is no keyboard."""

from __future__ import annotations

from ...features import Feature, Source
from ..process import Call
from .tool import Tool


def run(call: Call) -> int:
    """The program. Over WinRM stdin is never a keyboard, so it gives up at once."""
    call.complain(call.message("timeout_input"))
    return 1


TOOL = Tool("timeout", run, (Feature("refuses at once because stdin is redirected, exit code 1", Source.ASSUMED),))

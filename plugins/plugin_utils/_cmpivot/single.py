# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One device at a time, for a site that takes no list of them: an operation for each client and question.

An answer is read from CMPivotResult, whose rows are columns to text; 404 means nothing yet, and stays that for a client
that is off. It has no state of a script that failed. Source: Microsoft, "How to use the administration service"; public
programs for the form of the result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .._failure import Failure
from .answer import OWN_COLUMNS, AnswerState, ClientAnswer

__all__ = ["offers_devices", "require_few", "result_path", "result_of", "run_path"]

MOST = 50
"""Clients: each takes some sixty requests, and a site has one AdminService."""
_BOUND = re.compile(r"""Name=["']RunCMPivot["'][^>]*>\s*<Parameter\b[^>]*\bType=["'](?:\w+\.)*Device["']""")


def offers_devices(metadata: str) -> bool:
    """Whether the site binds RunCMPivot to a device."""
    return _BOUND.search(metadata) is not None


def require_few(number: int) -> None:
    """Refuses more clients than are asked one by one. Raises Failure."""
    if number > MOST:
        raise Failure(
            "cmpivot_no_device_list",
            f"the AdminService of this site takes no list of devices, and {number} clients are too many one by one.",
            "Name a collection of the clients in the option collection.",
        )


def run_path(client: int) -> str:
    return f"Device({client})/AdminService.RunCMPivot"


def result_path(client: int, operation: int) -> str:
    return f"Device({client})/AdminService.CMPivotResult(OperationId={operation})"


def result_of(body: Mapping[str, Any]) -> ClientAnswer:
    """What is not understood is a failure, never an answer."""
    value = body.get("value")
    told = value if isinstance(value, Mapping) else {}
    status, rows = told.get("Status"), told.get("Result")
    if str(status) != "1" or not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        return ClientAnswer(AnswerState.FAILED, (), f"its result has the status {str(status)[:20]}")
    found = tuple({name: str(text) for name, text in row.items() if name not in OWN_COLUMNS} for row in rows)
    if told.get("MoreResult") is not False:
        return ClientAnswer(AnswerState.CUT, found)
    return ClientAnswer(AnswerState.ANSWERED if found else AnswerState.NOTHING, found)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one client made of one question, from its row of SMS_CMPivotStatus.

ScriptExecutionState: 0 not reported yet, 1 succeeded, 2 failed. ScriptOutput is XML that the client wrote, at most
128,000 bytes of it: moreResults says that it was cut. Source: public programs that read the class, and the behaviour
of the script that ConfigMgr runs on the client.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from xml.etree import ElementTree

__all__ = ["OWN_COLUMNS", "ClientAnswer", "AnswerState", "answer_of"]

_LONGEST = 200
_LONGEST_OUTPUT = 256 * 1024
"""Twice what the script writes at the most: a quarter of a megabyte of characters."""
# Attributes beside the columns that were asked for.
OWN_COLUMNS = ("_i", "Device")
# What XML 1.0 cannot hold; a value of the registry can.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class AnswerState(Enum):
    """ANSWERED and NOTHING are the only ones that say anything about a client; CUT has some of the rows."""

    ANSWERED = "answered"
    NOTHING = "nothing"
    CUT = "cut"
    FAILED = "failed"
    SILENT = "silent"
    OFFLINE = "offline"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class ClientAnswer:
    """What one client answered to one question of CMPivot.

    ``rows``: each a mapping of columns to text. ``detail``: what the client or the site said of a failure.
    """

    outcome: AnswerState
    rows: tuple[Mapping[str, str], ...] = ()
    detail: str = ""

    @property
    def whole(self) -> bool:
        return self.outcome in (AnswerState.ANSWERED, AnswerState.NOTHING)


def answer_of(row: Mapping[str, Any]) -> ClientAnswer | None:
    """None when the client has not reported yet. What is not understood is a failure, never an answer."""
    state = row.get("ScriptExecutionState")
    if state == 0:
        return None
    said = str(row.get("ErrorMessage") or "").strip()
    if state != 1 or row.get("ScriptExitCode") not in (0, None) or said:
        return _failed(said or f"state {state}, exit code {row.get('ScriptExitCode')}")
    return _parsed(str(row.get("ScriptOutput") or ""))


# Most clients of a site say the same: their answers are one object, which ten thousand clients fit in memory with.
@functools.lru_cache(maxsize=4096)
def _parsed(text: str) -> ClientAnswer:
    if len(text) > _LONGEST_OUTPUT:
        return _failed(f"its output has {len(text)} characters, more than a client's script writes")
    # A document type could name entities without end; the client's script writes none.
    if "<!" in text:
        return _failed("its output has a document type")
    try:
        result = ElementTree.fromstring(_CONTROL.sub("", text))
    except (ElementTree.ParseError, ValueError) as error:
        return _failed(f"its output is not XML: {error}")
    code, told = result.get("ResultCode"), result.find("error")
    if result.tag != "result" or code != "0" or told is not None:
        return _failed((told.get("ErrorMessage") or "") if told is not None else f"result code {code}")
    rows = tuple(
        {name: value for name, value in element.attrib.items() if name not in OWN_COLUMNS}
        for element in result.iter("e")
    )
    if str(result.get("moreResults")).lower() != "false":
        return ClientAnswer(AnswerState.CUT, rows)
    return ClientAnswer(AnswerState.ANSWERED if rows else AnswerState.NOTHING, rows)


def _failed(detail: str) -> ClientAnswer:
    return ClientAnswer(AnswerState.FAILED, (), " ".join(detail.split())[:_LONGEST])

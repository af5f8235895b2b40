# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A row of SMS_CMPivotStatus: only a whole answer of a script that succeeded says anything."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.answer import AnswerState, ClientAnswer, answer_of

GOOD = '<result ResultCode="0" moreResults="False"><e _i="0" Device="EVIL" Property="Enabled" Value="-1"/></result>'


def row(**changed: Any) -> dict[str, Any]:
    return {"ScriptExecutionState": 1, "ScriptExitCode": 0, "ErrorMessage": "", "ScriptOutput": GOOD} | changed


def test_columns_are_told_and_not_who_the_client_says_it_is() -> None:
    assert answer_of(row()) == ClientAnswer(AnswerState.ANSWERED, ({"Property": "Enabled", "Value": "-1"},))


def test_a_row_without_a_report_is_no_answer() -> None:
    assert answer_of(row(ScriptExecutionState=0, ScriptOutput="")) is None


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"ScriptOutput": '<result ResultCode="0" moreResults="False"></result>'}, AnswerState.NOTHING),
        ({"ScriptOutput": GOOD.replace("False", "True")}, AnswerState.CUT),
        ({"ScriptOutput": GOOD.replace(' moreResults="False"', "")}, AnswerState.CUT),
        ({"ScriptExecutionState": 2}, AnswerState.FAILED),
        ({"ScriptExecutionState": None}, AnswerState.FAILED),
        ({"ScriptExecutionState": "1"}, AnswerState.FAILED),
        ({"ScriptExitCode": -1}, AnswerState.FAILED),
        ({"ErrorMessage": "no"}, AnswerState.FAILED),
        ({"ScriptOutput": ""}, AnswerState.FAILED),
        ({"ScriptOutput": GOOD[:-5]}, AnswerState.FAILED),
        ({"ScriptOutput": GOOD.replace('Code="0"', 'Code="2147500037"')}, AnswerState.FAILED),
        ({"ScriptOutput": '<result ResultCode="0"><error ErrorMessage="why"/></result>'}, AnswerState.FAILED),
        ({"ScriptOutput": '<!DOCTYPE r [<!ENTITY a "b">]>' + GOOD}, AnswerState.FAILED),
        ({"ScriptOutput": "<other ResultCode='0' moreResults='False'/>"}, AnswerState.FAILED),
    ],
)
def test_what_is_not_a_whole_answer(changed: dict[str, Any], outcome: AnswerState) -> None:
    answer = answer_of(row(**changed))
    assert answer is not None and answer.outcome is outcome
    assert answer.whole is (outcome is AnswerState.NOTHING)


@given(st.text())
def test_no_output_breaks_the_reader(text: str) -> None:
    answer = answer_of(row(ScriptOutput=text))
    assert answer is not None and answer.outcome is AnswerState.FAILED


@given(st.text(st.characters(blacklist_categories=("Cs", "Cc"))))
def test_a_value_comes_back_as_it_was(text: str) -> None:
    output = f'<result ResultCode="0" moreResults="False"><e _i="0" Value={quoteattr(text)}/></result>'
    answer = answer_of(row(ScriptOutput=output))
    assert answer is not None and answer.outcome in (AnswerState.ANSWERED, AnswerState.FAILED)
    assert answer.outcome is AnswerState.FAILED or answer.rows[0]["Value"] == text

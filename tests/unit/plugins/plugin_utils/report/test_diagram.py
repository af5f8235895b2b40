# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of the conversations: who stands where, and what is drawn broken."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import HostRecord, Surroundings, build_document
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.diagram import diagram
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.work import broken_causes
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.conversation import conversations
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.documents import (
    CONVERSATION,
    ORIGIN,
    WORKING,
    document,
    facts,
)


def with_rows(*rows: dict[str, Any]) -> dict[str, Any]:
    hosts = [HostRecord("PC1", facts([], roles=["client", "management_point"]))]
    return build_document(ORIGIN, hosts, Surroundings(rows))


def test_a_line_is_as_bad_as_its_worst_conversation() -> None:
    drawn = diagram(with_rows(CONVERSATION, WORKING, {**WORKING, "now": "unknown"}))
    assert drawn is not None
    (line,) = drawn.lines
    assert (line.caller, line.callee) == ("client", "management_point")
    assert line.states == {"now": "unknown", "enable": "ok", "disable": "broken"}


def test_every_conversation_of_the_catalogue_can_be_drawn() -> None:
    rows = [{**WORKING, "conversation": row.id} for row in conversations()]
    drawn = diagram(with_rows(*rows))
    assert drawn is not None
    boxes = [(node.x, node.y, node.x + node.width, node.y + node.height) for node in drawn.nodes]
    assert all(box[0] >= 0 and box[1] >= 0 and box[2] <= drawn.width and box[3] <= drawn.height for box in boxes)
    apart = [
        one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        for place, one in enumerate(boxes)
        for other in boxes[place + 1 :]
    ]
    assert all(apart)
    assert {role for line in drawn.lines for role in (line.caller, line.callee)} == {node.role for node in drawn.nodes}


def test_what_breaks_is_drawn_on_top() -> None:
    other = {**WORKING, "conversation": "client-distribution-point"}
    drawn = diagram(with_rows(CONVERSATION, other))
    assert drawn is not None
    assert [line.callee for line in drawn.lines] == ["distribution_point", "management_point"]


@pytest.mark.parametrize("rows", [None, []])
def test_without_conversations_there_is_no_picture(rows: list[Any] | None) -> None:
    assert diagram(build_document(ORIGIN, [], Surroundings(rows))) is None


def test_equal_rows_to_several_ends_are_one_and_share_their_cause() -> None:
    sql = {**CONVERSATION, "conversation": "x", "title": "Other", "cause": "another", "disable": "unknown"}
    rows = [CONVERSATION, {**CONVERSATION, "callee": "MP2"}, WORKING, sql]
    causes = broken_causes(with_rows(*rows))
    assert [[item.callees for item in items] for items in causes] == [[("MP1", "MP2")], [("MP1",)]]
    assert [items[0].surely for items in causes] == [True, False]


def test_machines_are_counted() -> None:
    drawn = diagram(document())
    assert drawn is not None
    assert {node.role: node.machines for node in drawn.nodes} == {
        "client": "3 machines",
        "management_point": "1 machine",
    }

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats of a hostile run, opened by what reads them: nothing is carried out, and nothing is hidden."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pyte
import pytest
from markdown_it import MarkdownIt

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import RENDERERS, summary_text
from ansible_collections.configmgr.tls.plugins.plugin_utils._visible import visible
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.hostile import HOSTILE, hostile
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.test_pipelines import junit, sarif

EACH = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
PLAIN = {"paragraph", "inline", "text", "heading", "table", "thead", "tbody", "tr", "th", "td", "softbreak"}
PLAIN |= {"bullet_list", "list_item", "text_special"}


def squeezed(text: str) -> str:
    return " ".join(text.split())


@EACH
def test_a_terminal_shows_every_character_and_obeys_none(text: str) -> None:
    lines = summary_text(hostile(text)).split("\n")
    screen = pyte.Screen(max(map(len, lines)) + 9, len(lines) + 9)
    screen.set_title("before")
    pyte.Stream(screen).feed("\r\n".join(lines))
    assert [line.rstrip() for line in screen.display[: len(lines)]] == [line.rstrip() for line in lines]
    assert screen.title == "before"
    assert {cell[1:] for row in screen.buffer.values() for cell in row.values()} <= {screen.default_char[1:]}
    assert squeezed(visible(text)) in squeezed("\n".join(lines))


@EACH
def test_a_spreadsheet_finds_no_formula_whatever_separates(text: str) -> None:
    told = RENDERERS["csv"].render(hostile(text))
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(told, newline=""), delimiter=separator):
            for line in "\n".join(row).split("\n"):
                # As LibreOffice and Excel decide it, blanks taken away.
                assert not line.lstrip().startswith(("=", "+", "-", "@")), line
    cells = "\n".join(cell for row in csv.reader(io.StringIO(told, newline="")) for cell in row)
    wanted = visible(text.replace("\0", "").replace("\r", "\n"))
    assert wanted.replace("'", "") in cells.replace("'", "")


@EACH
def test_a_ticket_has_no_link_no_picture_and_no_html(text: str) -> None:
    told = RENDERERS["markdown"].render(hostile(text))
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(told)
    inline = [child for token in tokens for child in token.children or ()]
    assert {re.sub("_(open|close)$", "", token.type) for token in (*tokens, *inline)} <= PLAIN
    shown = "\n".join("".join(child.content or " " for child in token.children or ()) for token in tokens)
    assert squeezed(visible(text)) in squeezed(shown)
    # No row more, no column more.
    benign = MarkdownIt("commonmark").enable("table").parse(RENDERERS["markdown"].render(hostile("nothing")))
    assert [token.type for token in tokens] == [token.type for token in benign]


@EACH
def test_a_viewer_of_sarif_finds_no_link_and_no_place_for_an_argument(text: str) -> None:
    log = sarif(hostile(text))
    messages = [row["message"]["text"] for row in log["runs"][0]["results"]]
    for message in messages:
        assert not re.search(r"(?<!\\)(?:\\\\)*\[(?:\\.|[^\]\\])*\]\(", message)
        assert not re.search(r"\{\d+\}", re.sub(r"\{\{|\}\}", "", message))
    assert all(list(row["message"]) == ["text"] for row in log["runs"][0]["results"])
    assert any(text in as_viewed(message) for message in messages)


def as_viewed(message: str) -> str:
    """Without arguments: doubled braces are single ones, what is escaped is itself."""
    plain = re.sub(r"\{\{|\}\}", lambda pair: pair[0][0], message)
    return re.sub(r"\\([\\\[\]])", r"\1", plain) if "](" in message.replace("\\", "") else plain


@EACH
def test_json_and_junit_are_what_they_were(text: str) -> None:
    made: dict[str, Any] = hostile(text)
    told = RENDERERS["json"].render(made)
    assert json.loads(told) == made
    assert all(sign.isprintable() or sign == "\n" for sign in told)
    assert len(junit(made)) == len(made["hosts"])

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CSV, Markdown and the terminal: held as read by a person, and with any text that a host can give."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import (
    RENDERERS,
    HostRecord,
    Surroundings,
    build_document,
    compare_documents,
    summary_text,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.headline import headline
from ansible_collections.configmgr.tls.plugins.plugin_utils._visible import visible
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.documents import (
    ORIGIN,
    document,
    facts,
    open_finding,
    passed,
)

GOLDEN = Path(__file__).parent / "golden"


def compared() -> dict[str, object]:
    after = document()
    before = document(Surroundings())
    before["hosts"]["PC3"]["facts"]["settings"]["TLS 1.2 client Enabled"] = 0
    before["hosts"]["PC1"]["facts"]["findings"][0] = passed("winhttp-update")
    after["comparison"] = compare_documents(before, after)
    return after


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("report.csv", RENDERERS["csv"].render(document())),
        ("report.md", RENDERERS["markdown"].render(compared())),
        ("summary.txt", summary_text(compared()) + "\n"),
    ],
)
def test_golden(name: str, text: str) -> None:
    assert text == (GOLDEN / name).read_text(encoding="utf-8")


@given(
    text=st.text(st.sampled_from("=+-@;,\t\n\r \"'a\uff1d\x1b\u202e") | st.characters(blacklist_categories=["Cs"])),
    prefix=st.sampled_from(["", "=", "+", "-", "@", "\t"]),
)
def test_csv_gives_every_text_back_and_no_formula_with_any_separator(text: str, prefix: str) -> None:
    row = open_finding("winhttp-update", actual=prefix + text)
    made = build_document(ORIGIN, [HostRecord("PC1", facts([row]))])
    told = RENDERERS["csv"].render(made)
    rows = list(csv.DictReader(io.StringIO(told, newline="")))
    assert len(rows) == 1
    wanted = visible((prefix + text).replace("\0", "").replace("\r\n", "\n").replace("\r", "\n"))
    assert rows[0]["actual"].replace("'", "") == wanted.replace("'", "")
    for separator in ",;\t":
        for cells in csv.reader(io.StringIO(told, newline=""), delimiter=separator):
            for cell in cells:
                for line in cell.split("\n"):
                    assert not line.lstrip().startswith(("=", "+", "-", "@", "\uff1d"))


@given(text=st.text(st.characters(blacklist_categories=["Cs"])))
def test_markdown_of_any_text_stays_in_its_cell(text: str) -> None:
    row = open_finding("winhttp-update", reasons=[{"code": "x", "phrase": text or "-"}])
    made = build_document(ORIGIN, [HostRecord("PC1", facts([row]))])
    lines = RENDERERS["markdown"].render(made).splitlines()
    line = next(line for line in lines if line.startswith("| WinHTTP update"))
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 7
    assert not re.search(r"(?<!\\)(?:\\\\)*[<`\[]", line)


def test_markdown_of_a_large_site_stays_short() -> None:
    rows = [HostRecord(f"PC{number}", facts([open_finding("a", actual=str(number))])) for number in range(2000)]
    assert len(RENDERERS["markdown"].render(build_document(ORIGIN, rows))) < 2000


@pytest.mark.parametrize(
    ("records", "sentence"),
    [
        ([], "0 of 0 machines meet every requirement for TLS 1.2."),
        ([HostRecord("A", facts([]))], "1 of 1 machine meets every requirement for TLS 1.2."),
        (
            [HostRecord("A", facts([])), HostRecord("B", facts([open_finding("x")]))],
            "1 of 2 machines meets every requirement for TLS 1.2.",
        ),
    ],
)
def test_first_sentence(records: list[HostRecord], sentence: str) -> None:
    assert headline(build_document(ORIGIN, records))[0] == sentence

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: nothing from a host becomes markup, equal machines share a row, nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import (
    RENDERERS,
    HostRecord,
    Surroundings,
    build_document,
    compare_documents,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._report.groups import group_machines
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.documents import (
    AROUND,
    ORIGIN,
    document,
    facts,
    open_finding,
    passed,
)

VOID = {"meta", "br", "input", "wbr", "link", "img", "hr"}
NASTY = (
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "<img src=https://example.org/x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "]]><!--",
    "javascript:alert(1)",
)


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def shape(self) -> Counter[tuple[str, tuple[str, ...]]]:
        return Counter((tag, tuple(sorted(attributes))) for tag, attributes in self.elements)


def page(made: dict[str, Any]) -> Page:
    parsed = Page(RENDERERS["html"].render(made))
    assert parsed.open == []
    return parsed


def whole(text: str = "x") -> dict[str, Any]:
    """A document in which every text that comes from outside of the collection is ``text``."""
    made = document(AROUND)
    made["comparison"] = compare_documents(document(Surroundings()), made)
    made["comparison"]["by_others"] = [{"host": "PC1", "what": "x", "before": "x", "after": None}]
    return _with_text(made, text)


# Values that the renderers decide by: they come from our own code, not from hosts.
_OURS = {"status", "state", "severity", "fix", "stage", "id", "now", "enable", "disable", "health", "conversation"}
_OURS |= {"schema", "caller_role", "callee_role", "generated", "before", "roles", "stages", "legacy_use"}


def _with_text(value: Any, text: str) -> Any:
    if isinstance(value, str):
        return value + text
    if isinstance(value, list):
        return [_with_text(item, text) for item in value]
    if isinstance(value, dict):
        return {name: item if name in _OURS else _with_text(item, text) for name, item in value.items()}
    return value


@pytest.mark.parametrize("text", NASTY)
def test_nothing_from_a_host_becomes_markup(text: str) -> None:
    made, plain = page(whole(text)), page(whole("x"))
    assert made.shape == plain.shape
    assert text in made.text
    links = [attributes.get("href") for attributes in made.all("a")]
    assert all(re.match(r"(#|https://(learn|support|github)\b)", str(link)) for link in links)


@settings(max_examples=40)
@given(text=st.text(st.characters(blacklist_categories=["Cs"]), max_size=20))
def test_no_text_changes_the_shape_of_the_page(text: str) -> None:
    made = whole(text)
    made["hosts"] = {f"{name}{text}": host for name, host in made["hosts"].items()}
    # An empty text would leave nothing to compare with; the letter keeps every part present.
    assert page(_with_text(made, "x")).shape == page(whole("x")).shape


def test_a_link_that_is_no_web_address_stays_text() -> None:
    row = open_finding("of-our-own", source="javascript:alert(1)")
    made = page(build_document(ORIGIN, [HostRecord("PC1", facts([row]))]))
    assert "javascript:alert(1)" in made.text
    assert not [link for link in made.all("a") if "javascript" in str(link.get("href"))]


def test_the_policy_allows_this_style_and_this_script_and_nothing_else() -> None:
    text = RENDERERS["html"].render(document())
    policy = next(row for row in Page(text).all("meta") if row.get("http-equiv"))["content"]
    assert str(policy).startswith("default-src 'none';")
    for tag in ("style", "script"):
        blocks = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(blocks) == 1
        digest = base64.b64encode(hashlib.sha256(blocks[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in str(policy)
    assert "unsafe" not in str(policy)


def test_nothing_is_fetched_and_nothing_is_inline() -> None:
    for tag, attributes in page(whole()).elements:
        assert tag not in ("link", "img", "iframe", "object", "base")
        assert not {"src", "style", "srcset"} & attributes.keys()
        assert not [name for name in attributes if name.startswith("on")]


def test_every_id_is_there_once_and_every_link_inside_has_its_end() -> None:
    made = page(whole())
    ids = [attributes["id"] for _tag, attributes in made.elements if "id" in attributes]
    assert sorted(ids) == sorted(set(ids))
    inside = [str(row["href"])[1:] for row in made.all("a") if str(row.get("href")).startswith("#")]
    assert inside and set(inside) <= set(ids)
    labelled = [row for _tag, row in made.elements if "aria-labelledby" in row]
    assert all(set(str(row["aria-labelledby"]).split()) <= set(ids) for row in labelled)


def test_every_table_has_a_caption_and_scoped_headers() -> None:
    made = page(whole())
    tags = Counter(tag for tag, _attributes in made.elements)
    assert tags["table"] == tags["caption"] > 5
    assert all(row.get("scope") for row in made.all("th"))
    assert tags["h1"] == tags["main"] == 1


@pytest.mark.parametrize(
    ("part", "empty"),
    [("conversations", None), ("gate", None), ("probes", None), ("stages", []), ("comparison", None)],
)
def test_a_part_that_nobody_looked_at_is_left_out(part: str, empty: Any) -> None:
    section = {"probes": "outside"}.get(part, part)
    made = whole()
    assert section in [row.get("id") for row in page(made).all("section")]
    made[part] = empty
    assert section not in [row.get("id") for row in page(made).all("section")]


def test_an_empty_run_has_a_page() -> None:
    assert "Nobody knows." in page(build_document(ORIGIN, [])).text


def many(number: int) -> list[HostRecord]:
    findings = [
        [passed("winhttp-update")],
        [open_finding("winhttp-update")],
        [open_finding("winhttp-update", "unknown")],
    ]
    return [HostRecord(f"PC{place:05d}", facts(findings[place % 3])) for place in range(number)]


def test_ten_thousand_equal_clients_are_a_few_rows() -> None:
    made = build_document(ORIGIN, many(10_000))
    groups = group_machines(made)
    assert [len(group.hosts) for group in groups] == [3333, 3333, 3334]
    text = RENDERERS["html"].render(made)
    assert text.count("<tr data-group=") == 3
    assert len(text) < 500_000
    assert all(text.count(name) >= 1 for name in ("PC00000", "PC05000", "PC09999"))


def test_machines_with_trouble_come_first() -> None:
    groups = group_machines(document())
    assert [(group.status, group.names) for group in groups] == [
        ("unreachable", ["DP1"]),
        ("not_read", ["PC9"]),
        ("not_compliant", ["PC1", "PC2"]),
        ("compliant", ["MP1"]),
        ("compliant", ["PC3"]),
    ]


def test_what_differs_inside_a_group_is_named_with_its_machines() -> None:
    rows = [HostRecord(f"PC{place}", facts([open_finding("a", actual=f"1.{place % 2}")])) for place in range(5)]
    (group,) = group_machines(build_document(ORIGIN, rows))
    ((name, variants),) = group.findings(("fail",))
    assert name == "a"
    assert [(variant.value["actual"], variant.hosts) for variant in variants] == [
        ("1.0", ["PC0", "PC2", "PC4"]),
        ("1.1", ["PC1", "PC3"]),
    ]

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run whose machines have bad names and bad answers, one of them in every place where a machine can have written."""

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import compare_documents
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.documents import AROUND, document

HOSTILE = {
    "colour": "\x1b[2J\x1b[31;8mgone\x1b[1A\x1b[2K",
    "title": "\x1b]0;owned\x07\x9b2J\x9d0;owned\x9c",
    "link": "\x1b]8;;https://evil.example\x1b\\look here\x1b]8;;\x1b\\",
    "overwrite": "fail\rpass\x08\x08\x7f\x00",
    "turned round": "\u202egnp.exe\u2066\u200bhid\u00adden\ufeff\u2028\U000e0041",
    "formula": "=cmd|'/C calc'!A0;=cmd|'/C calc'!A1\t@SUM(1)\n+1",
    "cells": '",";=HYPERLINK(""https://evil.example"")\n;-2',
    "markdown": "[free](https://evil.example) ![x](https://evil.example/x.png) `a` | **b** | <b>c</b> &#8238; &lt; ~~",
    "lines": "\n\n# Heading\n\n- item\n\n| a |\n|---|\n| b |\n",
    "sarif": "[free](https://evil.example) [0](0) {0} {{1}} \\[x](1)",
    "markup": "</script></style><script>alert(1)</script><img src=https://evil.example/x onerror=alert(1)>",
    "attribute": "\"'><svg/onload=alert(1) autofocus onfocus=alert(1) x='javascript:alert(1)",
    "template": "{{ 7 * 7 }}{% raw %}]]><!--",
}
# What a machine, or somebody on it, can have written.
WRITTEN = frozenset(
    (
        *(
            "actual",
            "after",
            "before",
            "cause",
            "doubt",
            "expected",
            "line",
            "message",
            "name",
            "path",
            "peer",
            "phrase",
        ),
        *("remedy", "text", "title", "value", "what"),
    )
)


def hostile(text: str) -> dict[str, Any]:
    """A document with every section, and the text in all of them."""
    made = document(AROUND)
    before = document()
    before["hosts"]["PC3"]["facts"]["settings"]["EventLogging"] = 7
    made["comparison"] = compare_documents(before, made)
    planted: dict[str, Any] = _planted(made, text)
    planted["hosts"] = {f"{name} {text}" if name == "PC1" else name: host for name, host in planted["hosts"].items()}
    return planted


def _planted(value: Any, text: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _planted(item, text, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_planted(item, text, key) for item in value]
    return f"{value} {text}" if isinstance(value, str) and key in WRITTEN else value

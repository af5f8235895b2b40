# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renderers: from the document to the text of a file, by the name of the format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .._visible import visible
from .csv_table import csv_table
from .html_page import html_page
from .junit import junit
from .markdown import markdown
from .sarif import sarif

__all__ = ["RENDERERS", "Renderer", "json_text"]


@dataclass(frozen=True)
class Renderer:
    """A format of the report.

    ``ending``: of the file's name, with its dot. ``form``: the document in this format, with whatever it holds.
    """

    ending: str
    form: Callable[[Mapping[str, Any]], str]

    def render(self, document: Mapping[str, Any]) -> str:
        """The text of the file, in which nothing is unseen."""
        return visible(self.form(document))


def json_text(document: Mapping[str, Any]) -> str:
    """A line per part and per host: quick to write, and quick to compare with other tools.

    Indentation of everything would take Python's slow encoder, seconds for a thousand hosts.
    """
    parts = [f"{_json(name)}: {_json(value)}" for name, value in document.items() if name != "hosts"]
    hosts = ",\n".join(f"{_json(name)}: {_json(host)}" for name, host in document["hosts"].items())
    return "{\n" + ",\n".join(parts) + ',\n"hosts": {\n' + hosts + "\n}\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


RENDERERS: dict[str, Renderer] = {
    "html": Renderer(".html", html_page),
    "json": Renderer(".json", json_text),
    "junit": Renderer(".junit.xml", junit),
    "sarif": Renderer(".sarif", sarif),
    "csv": Renderer(".csv", csv_table),
    "markdown": Renderer(".md", markdown),
}

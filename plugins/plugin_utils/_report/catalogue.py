# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tables know and facts leave out: joined to a document, so that it can be read without this collection."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from .._data import roles
from .._tls.conversation import conversations
from .._tls.requirement import requirements

__all__ = ["conversation_ends", "requirement_texts", "role_titles"]

_FIELDS = ("title", "severity", "fix", "remedy", "source")
_UNTITLED = {"title": "", "severity": "medium", "fix": "manual", "remedy": "", "source": ""}


@functools.cache
def _requirements() -> dict[str, dict[str, str]]:
    return {
        row.id: {
            "title": row.title,
            "severity": row.severity,
            "fix": row.fix,
            "remedy": row.remedy,
            "source": row.sources[0],
        }
        for row in requirements()
    }


def requirement_texts(findings: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Title, severity, fix, remedy and source of every requirement that ``findings`` name, in the catalogue's order.

    A finding that is not of the catalogue brings its own.
    """
    named: dict[str, Mapping[str, Any]] = {}
    for finding in findings:
        name = str(finding["id"])
        if name not in named or (len(named[name]) < len(finding)):
            named[name] = finding
    known = {name: dict(texts) for name, texts in _requirements().items() if name in named}
    return known | {
        name: {part: str(finding.get(part) or (name if part == "title" else _UNTITLED[part])) for part in _FIELDS}
        for name, finding in named.items()
        if name not in known
    }


def role_titles(names: Iterable[str]) -> dict[str, str]:
    """Titles of the roles, in the order in which machines with them are restarted."""
    wanted = set(names)
    known = {row.id: row.title for row in sorted(roles(), key=lambda row: row.restart_group) if row.id in wanted}
    return known | {name: name for name in sorted(wanted - known.keys())}


@functools.cache
def _ends() -> dict[str, dict[str, str]]:
    return {
        row.id: {
            "caller_role": row.caller_role or row.caller,
            "callee_role": row.callee_role or row.callee,
            "loses": row.loses,
        }
        for row in conversations()
    }


def conversation_ends(name: str) -> dict[str, str]:
    """Role of the caller and of the callee (C(controller) and C(microsoft) outside of the site), and what is lost."""
    return dict(_ends().get(name, {"caller_role": "", "callee_role": "", "loses": ""}))

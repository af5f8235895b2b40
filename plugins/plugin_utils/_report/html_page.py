# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTML: one file that needs nothing else. Templates and style are in page/."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from .._data import protocols
from .accepted import justification, waiver_lines
from .comparison import protocol_counts
from .diagram import diagram
from .gaps import OPEN
from .groups import group_machines
from .headline import FIXES, STATE_TITLES, amount, compared, headline
from .hierarchy import site_counts
from .seen import as_seen, not_seen
from .symptoms import signs, unread_places
from .turned_away import turned_away
from .waiting import why_waiting
from .work import broken_causes, named, open_requirements

__all__ = ["html_page"]

_PACKAGE = "ansible_collections.configmgr.tls.plugins.plugin_utils._report"
# Colour, symbol and text: none of them stands alone.
_MARKS = {
    "pass": ("✓", "pass"),
    "fail": ("✕", "fail"),
    "unknown": ("?", "unknown"),
    "warn": ("!", "warning"),
    "waived": ("◇", "waived"),
    "not_applicable": ("–", "does not apply"),
    "": ("·", "not asked"),
}
_TONES = {
    "compliant": "pass",
    "waiting": "warn",
    "not_compliant": "fail",
    "stopped": "fail",
    "unreachable": "unknown",
    "not_read": "unknown",
}
_STAGE_NAMES = {"now": "Now", "enable": "TLS 1.2 on", "disable": "Older off"}
_STAGE_TONES = {
    "done": "pass",
    "off": "pass",
    "stopped": "fail",
    "not_known": "fail",
    "taken_back": "warn",
}
# Agreed on, and yet nothing to be content with.
_OLDER = tuple(row.id for row in protocols() if row.legacy)
_PROTOCOL_STATES = {
    "on": "on",
    "on_request": "on request",
    "off": "off",
    "not_supported": "not supported",
    "unknown": "unknown",
}


def html_page(document: Mapping[str, Any]) -> str:
    """Everything from the document is escaped; the page's policy lets no other script or style run."""
    style, script = _file("page.css"), _file("page.js")
    groups = group_machines(document)
    requirements = document["requirements"]
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            document=document,
            summary=document["summary"],
            requirements=requirements,
            headline=headline(document),
            groups=groups,
            quiet={name for name in requirements if not any(group.cells.get(name) in _LOUD for group in groups)},
            work=open_requirements(document),
            broken=broken_causes(document),
            diagram=diagram(document),
            protocols=_protocols(document),
            legacy=_legacy(document["hosts"]),
            comparison=document.get("comparison"),
            signs=signs(document),
            diagnosed=any("diagnosis" in host for host in document["hosts"].values()),
            unread=unread_places(document),
            waiver_lines=list(waiver_lines(document)),
            sites=document["site"]["codes"],
            site_counts=site_counts(document),
            style=Markup(style),
            script=Markup(script),
            policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; "
            "form-action 'none'",
        )
    )


_LOUD = ("fail", "unknown", "warn", "waived")


def _protocols(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the protocol table shows: its columns (side and moment) and the machines in each state."""
    hosts = document["hosts"]
    moments = {"Now": protocol_counts(hosts)}
    if document.get("comparison"):
        moments = {"Before": document["comparison"]["before"]["protocols"], "After": moments["Now"]}
    elif not document["check_mode"] and any("protocols_before" in host for host in hosts.values()):
        moments = {"Before": protocol_counts(hosts, before=True), "After": moments["Now"]}
    names = sorted({name for sides in moments.values() for rows in sides.values() for name in rows})
    return {"moments": moments, "names": names}


def _legacy(hosts: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the event logs tell of each host that was asked, those with users of older protocols first."""
    rows = [
        {"host": name, "use": events["legacy_use"], "days": events.get("days"), "truncated": events.get("truncated")}
        for name, host in hosts.items()
        if (events := host.get("events"))
    ]
    return sorted(rows, key=lambda row: (not row["use"], row["use"] is not None, row["host"]))


def _file(name: str) -> str:
    return resources.files(_PACKAGE).joinpath("page", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_file),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    environment.globals.update(
        marks=_MARKS,
        tones=_TONES,
        states=STATE_TITLES,
        fixes=FIXES,
        stages=_STAGE_NAMES,
        stage_tones=_STAGE_TONES,
        protocol_states=_PROTOCOL_STATES,
        open_statuses=OPEN,
        loud=_LOUD,
        older=_OLDER,
        amount=amount,
        as_seen=as_seen,
        compared=compared,
        justification=justification,
        named=named,
        not_seen=not_seen,
        turned_away=turned_away,
        why_waiting=why_waiting,
    )
    environment.filters["moment"] = _moment
    environment.filters["value"] = _value
    environment.filters["role"] = _role
    return environment


def _moment(time: object) -> str:
    """A time as people read it: no seconds, and UTC by name."""
    text = str(time or "")
    return f"{text[:10]} {text[11:16]} UTC" if text.endswith(("+00:00", "Z")) and "T" in text else text


def _value(value: object) -> str:
    return "absent" if value is None else str(value)


def _role(name: str) -> str:
    return name.replace("_", " ")

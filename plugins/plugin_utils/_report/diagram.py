# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where to draw what in the picture of the conversations: roles in columns, lines between those that talk."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._tls.forecast import FORECAST_STAGES

__all__ = ["Diagram", "Edge", "Node", "diagram"]

# Columns from the outside in: who only calls, roles that clients talk to, the site's own, what all of them talk to.
_COLUMNS = {
    "client": 0,
    "admin_console": 0,
    "controller": 0,
    "boot_image": 0,
    "site_server": 2,
    "passive_site_server": 2,
    "secondary_site": 2,
    "sms_provider": 2,
    "site_database": 3,
    "component_database": 3,
    "microsoft": 3,
    "gateway": 3,
}
_OTHER_COLUMN = 1
# Where a column stands, from 0 (top) to 1 (bottom): lines that pass the third column pass above it.
_HEIGHTS = {2: 1.0, 3: 0.3}
_OUTSIDE = {
    "controller": "This controller",
    "boot_image": "Boot images",
    "microsoft": "Microsoft's services",
    "gateway": "Cloud gateway",
    "any": "Every machine (WinRM)",
}
_WIDTH, _HEIGHT, _COLUMN, _ROW, _EDGE = 208, 50, 332, 66, 6
_LETTERS = 25
_WORST = ("ok", "unknown", "broken")


@dataclass(frozen=True)
class Node:
    """The box of a role.

    ``x`` and ``y``: upper left corner.
    """

    role: str
    label: str
    machines: str
    x: int
    y: int
    width: int = _WIDTH
    height: int = _HEIGHT


@dataclass(frozen=True)
class Edge:
    """The line of the conversations between two roles.

    ``path``: of an SVG path, from caller to callee. ``states``: ok, unknown or broken by stage. ``middle``: x, y.
    """

    caller: str
    callee: str
    path: str
    middle: tuple[int, int]
    states: Mapping[str, str]


@dataclass(frozen=True)
class Diagram:
    nodes: tuple[Node, ...]
    lines: tuple[Edge, ...]
    width: int
    height: int


def diagram(document: Mapping[str, Any]) -> Diagram | None:
    """Lays out the picture of the conversations.

    None when there is no conversation to draw.
    """
    states = _worst(document.get("conversations") or ())
    if not states:
        return None
    nodes = _placed(document, {role for pair in states for role in pair})
    lines = [_line(nodes[caller], nodes[callee], stages) for (caller, callee), stages in states.items()]
    # What is broken is drawn last, on top of the rest.
    lines.sort(key=lambda line: max(_WORST.index(state) for state in line.states.values()))
    right = max(node.x + node.width for node in nodes.values()) + _EDGE
    bottom = max(node.y + node.height for node in nodes.values()) + _EDGE
    return Diagram(tuple(nodes.values()), tuple(lines), right, bottom)


def _worst(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], dict[str, str]]:
    """By caller's and callee's role, the worst state of their conversations in each stage."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        stages = found.setdefault((row["caller_role"], row["callee_role"]), dict.fromkeys(FORECAST_STAGES, "ok"))
        for stage in FORECAST_STAGES:
            state = str(row.get(stage))
            state = state if state in _WORST else "ok"
            stages[stage] = max(stages[stage], state, key=_WORST.index)
    return found


def _placed(document: Mapping[str, Any], roles: set[str]) -> dict[str, Node]:
    counts = Counter(role for host in document["hosts"].values() for role in (host.get("facts") or {}).get("roles", ()))
    titles = {**document["roles"], **_OUTSIDE}
    order = [*(name for name in titles if name in roles), *sorted(roles - titles.keys())]
    columns: dict[int, list[str]] = {}
    for role in order:
        columns.setdefault(_COLUMNS.get(role, _OTHER_COLUMN), []).append(role)
    tallest = max(len(column) for column in columns.values())
    nodes = {}
    for place, (column, names) in enumerate(sorted(columns.items())):
        top = _EDGE + round((tallest - len(names)) * _ROW * _HEIGHTS.get(column, 0.5))
        for number, role in enumerate(names):
            count = counts[role]
            machines = "" if role in _OUTSIDE else f"{count:,} machine{'' if count == 1 else 's'}"
            label = _label(titles.get(role, role))
            nodes[role] = Node(role, label, machines, _EDGE + place * _COLUMN, top + number * _ROW)
    return nodes


def _label(title: str) -> str:
    short = title.partition(" (")[0].partition(" and ")[0].replace("Configuration Manager", "ConfigMgr")
    return textwrap.shorten(short, _LETTERS, placeholder="…")


def _line(caller: Node, callee: Node, states: Mapping[str, str]) -> Edge:
    start_y, end_y = caller.y + caller.height // 2, callee.y + callee.height // 2
    if caller.x == callee.x:
        side = caller.x + caller.width
        path = f"M{side} {start_y} C{side + 70} {start_y} {side + 70} {end_y} {side} {end_y}"
        return Edge(caller.role, callee.role, path, (side + 52, (start_y + end_y) // 2), states)
    forward = caller.x < callee.x
    start_x = caller.x + caller.width if forward else caller.x
    end_x = callee.x if forward else callee.x + callee.width
    bend = (end_x - start_x) // 2
    path = f"M{start_x} {start_y} C{start_x + bend} {start_y} {end_x - bend} {end_y} {end_x} {end_y}"
    return Edge(caller.role, callee.role, path, ((start_x + end_x) // 2, (start_y + end_y) // 2), states)

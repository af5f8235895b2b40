# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Markdown for a change ticket: the answer, what is left, what was changed. Details are in the other formats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._visible import visible
from .accepted import waiver_lines
from .gaps import open_findings, phrase, stopped_text
from .headline import FIXES, STATE_TITLES, compared, headline
from .hierarchy import not_in_use_line, site_counts
from .seen import as_seen
from .symptoms import signs, unread_places
from .turned_away import turned_away
from .work import broken_conversations, named, open_requirements

__all__ = ["markdown"]

# A ticket is read to its end; a list of ten thousand machines is not.
_MOST_ROWS = 50
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")
_STEPS = {"enable": "enable", "disable": "disable", "rollback": "rollback"}


def markdown(document: Mapping[str, Any]) -> str:
    """A document of headings, tables and lists."""
    blocks = [
        *_front(document),
        *_comparison(document.get("comparison")),
        *_work(document),
        *_symptoms(document),
        *_conversations(document),
        *_gate(document.get("gate")),
        *_waivers(document),
        *_legacy(document),
        *_stopped(document["hosts"]),
        *_seen(document["hosts"]),
        *_stages(document["stages"]),
        *_updates(document["hosts"]),
        *_changes(document["hosts"]),
    ]
    return "\n\n".join(blocks) + "\n"


def _front(document: Mapping[str, Any]) -> Iterator[str]:
    site = ", ".join(document["site"]["codes"])
    yield f"# TLS 1.2 report{f': site {_text(site)}' if site else ''}"
    predicted = ", check mode: nothing was changed" if document["check_mode"] else ""
    yield f"{_text(document['title'])}, run {_text(document['run'])}, {_text(document['generated'])}{predicted}"
    yield " ".join(headline(document))
    counts = [
        (label, document["summary"][state]) for state, label in STATE_TITLES.items() if document["summary"][state]
    ]
    yield _table(("Machines", "Number"), counts)
    if sites := site_counts(document):
        yield _table(("Site", "Below", "Machines", "Compliant"), sites)
    yield from map(_text, not_in_use_line(document))


def _comparison(comparison: Mapping[str, Any] | None) -> Iterator[str]:
    if comparison is None:
        return
    yield "## Since the earlier run"
    yield _text(compared(comparison))
    if comparison["by_others"]:
        rows = [
            (row["host"], row["what"], _value(row["before"]), _value(row["after"])) for row in comparison["by_others"]
        ]
        yield _table(("Changed by someone else on", "What", "Before", "Found"), rows)
    if comparison.get("by_updates"):
        updated = [
            (row["host"], row["what"], _value(row["before"]), _value(row["after"]), row["by"])
            for row in comparison["by_updates"]
        ]
        yield _table(("Updated by this run on", "What", "Before", "Now", "Update"), updated)
    if comparison.get("not_seen"):
        yield _table(
            ("Not read on", "Seen last"), [(row["host"], row["since"] or "never") for row in comparison["not_seen"]]
        )
    if comparison["new"]:
        yield _table(
            ("New on", "Requirement", "Seen"), [(row["host"], row["id"], row["actual"]) for row in comparison["new"]]
        )


def _work(document: Mapping[str, Any]) -> Iterator[str]:
    yield "## What is left to do"
    found = open_requirements(document)
    if not found:
        yield "Nothing that was looked at."
        return
    rows = [
        (row.title, row.severity, wrong, named(hosts, 5), FIXES.get(row.fix, row.fix), remedy)
        for row in found
        for wrong, _expected, remedy, hosts in row.variants
    ]
    yield _table(("Requirement", "Severity", "What is wrong", "Machines", "Needs", "Remedy"), rows)


def _symptoms(document: Mapping[str, Any]) -> Iterator[str]:
    if not any("diagnosis" in host for host in document["hosts"].values()):
        return
    yield "## Signs in logs and events"
    found, unread = signs(document), unread_places(document)
    if found:
        rows = [
            (
                sign.shown["title"],
                sign.shown["log"],
                named(sign.hosts, 5),
                sign.shown.get("cause"),
                f"{sign.shown.get('remedy') or ''} {sign.shown.get('advice') or ''}".strip(),
            )
            for sign in found
        ]
        yield _table(("Sign", "Log", "Machines", "Means", "Remedy"), rows)
    else:
        yield "None."
    if unread:
        yield _table(("Not read on", "Place", "Why"), unread)


def _conversations(document: Mapping[str, Any]) -> Iterator[str]:
    found = broken_conversations(document)
    if document.get("conversations") is None:
        return
    yield "## Conversations that do not certainly work"
    if not found:
        yield f"None of {len(document['conversations'])}."
        return
    rows = [
        (
            item.row["title"],
            item.row["caller"],
            named(item.callees, 5),
            *(item.row.get(stage) for stage in ("now", "enable", "disable")),
            item.row.get("cause", ""),
        )
        for item in found
    ]
    yield _table(("Conversation", "From", "To", "Now", "TLS 1.2 on", "Older off", "Cause"), rows)


def _gate(gate: Mapping[str, Any] | None) -> Iterator[str]:
    if gate is None:
        return
    yield "## Gate"
    yield "The gate is open." if gate["open"] else "The gate is shut: the older protocols stay on."
    if gate.get("reasons"):
        yield _table(
            ("Machine", "Reason", "Remedy"), [(row["host"], row["phrase"], row["remedy"]) for row in gate["reasons"]]
        )
    if gate.get("seen"):
        yield _table(
            ("Not read, and counted as seen before", "Seen"), [(row["host"], as_seen(row)) for row in gate["seen"]]
        )
    if gate.get("left_out"):
        yield f"Left out, since ConfigMgr calls them inactive: {_text(named(gate['left_out'], 10))}"
    if gate.get("waived"):
        yield _table(
            ("Waived on", "Reason", "Waiver"), [(row["host"], row["phrase"], row["waiver"]) for row in gate["waived"]]
        )


def _waivers(document: Mapping[str, Any]) -> Iterator[str]:
    waivers = document.get("waivers") or ()
    if not waivers:
        return
    yield "## Waivers"
    yield _table(
        ("Waiver", "Accepts", "Owner", "Until", "State", "Machines", "Why"),
        [
            (row["id"], row["reason"], row["owner"], row["expires"], row["state"], named(row["hosts"], 5), row["why"])
            for row in waivers
        ],
    )
    lines = [f"- {_text(line)}" for line in waiver_lines(document)]
    if lines:
        yield "\n".join(lines)


def _legacy(document: Mapping[str, Any]) -> Iterator[str]:
    hosts = document["hosts"]
    asked = {name: host["events"] for name, host in hosts.items() if host.get("events")}
    if asked:
        yield "## Older protocols in use"
        users = [(name, ", ".join(events["legacy_use"])) for name, events in asked.items() if events["legacy_use"]]
        unknown = sum(events["legacy_use"] is None for events in asked.values())
        yield f"Seen on {len(users)} of {len(asked)} machines, not known on {unknown}."
        if users:
            yield _table(("Machine", "Used by"), users)
    lines = [f"- {_text(line.strip())}" for line in turned_away(document)]
    if lines:
        yield "\n".join(lines)


def _stopped(hosts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    rows = [
        (name, why.get("step"), why.get("code"), stopped_text(why))
        for name, host in hosts.items()
        if (why := host.get("stopped"))
    ]
    if rows:
        yield "## Not finished"
        yield _table(("Machine", "Step", "Code", "Message"), rows)


def _seen(hosts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    rows = [
        (
            name,
            as_seen(host["seen"]),
            "; ".join(phrase(finding) for finding in open_findings(host["facts"])) or "nothing",
        )
        for name, host in hosts.items()
        if "seen" in host
    ]
    if rows:
        yield "## Not read, as seen before"
        yield _table(("Machine", "Seen", "Open then"), rows)


def _stages(stages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if stages:
        yield "## Stages"
        rows = [
            (
                row["stage"],
                row.get("restart_group"),
                row.get("kind"),
                named(row.get("hosts") or (), 5),
                str(row["state"]).replace("_", " "),
                row.get("begun"),
                row.get("ended"),
                row.get("note"),
            )
            for row in stages
        ]
        yield _table(("Stage", "Restart group", "Kind", "Machines", "State", "Begun", "Ended", "Note"), rows)


def _updates(hosts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Packages in the order in which machines got them first, with the machines."""
    machines: dict[tuple[str, str], list[str]] = {}
    for name, host in hosts.items():
        for row in host.get("updates") or ():
            machines.setdefault((str(row["title"]), str(row["state"]).replace("_", " ")), []).append(name)
    if machines:
        yield "## Updates"
        yield _table(("Package", "State", "Machines"), [(*row, named(names, 5)) for row, names in machines.items()])


def _changes(hosts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Equal changes as one row with the number of machines."""
    counted: Counter[tuple[str, str, str, str]] = Counter()
    for host in hosts.values():
        for step, changes in (host.get("changes") or {}).items():
            counted.update(
                (_STEPS.get(step, step), rf"{row['path']}\{row['name']}", _value(row["before"]), _value(row["after"]))
                for row in changes
            )
    if counted:
        yield "## Changes"
        yield _table(
            ("Step", "Value", "Before", "After", "Machines"), [(*row, number) for row, number in counted.items()]
        )


def _value(value: object) -> str:
    return "absent" if value is None else str(value)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    listed = list(rows)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(map(_text, row))} |" for row in listed[:_MOST_ROWS]]
    text = "\n".join(lines)
    more = len(listed) - _MOST_ROWS
    return f"{text}\n\n{more:,} more rows are in the other formats of this report." if more > 0 else text


def _text(value: object) -> str:
    """One line in which nothing is markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(visible("" if value is None else str(value)).split()))

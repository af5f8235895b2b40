# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary that a run shows on the terminal: what an administrator has to do next, machine by machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._visible import visible
from .accepted import accepted, waiver_lines
from .gaps import open_findings, phrase
from .headline import compared
from .seen import not_seen_lines, seen_lines
from .symptoms import signs, unread_places
from .turned_away import turned_away
from .waiting import waiting_lines
from .work import named

__all__ = ["summary_text"]

# A site with a thousand machines must not fill the screen; the file has all of them.
MOST_HOSTS = 40
MOST_OTHERS = 10
MOST_SIGNS = 40
_FIX = {"settings": "set by enforce_tls12", "update": "update", "restart": "restart", "manual": "by hand"}
_INSTALLED = {"installed": "installed", "would_install": "would be installed"}
_INDENT = " " * 6


def summary_text(document: Mapping[str, Any], most_hosts: int = MOST_HOSTS) -> str:
    """Lines without colour: the count, then each machine with work left, then those that were stopped.

    No text of a machine makes a line of its own, or is obeyed by the terminal.
    """
    lines = [
        *_headline(document),
        *_remaining(document, most_hosts),
        *waiting_lines(document, most_hosts),
        *_symptoms(document),
        *_conversations(document["summary"]),
        *_stopped(document, most_hosts),
        *seen_lines(document, most_hosts),
        *turned_away(document),
        *filter(None, [accepted(document)]),
        *waiver_lines(document),
        *_compared(document.get("comparison")),
    ]
    return "\n".join(visible(line).replace("\n", " ").replace("\t", " ") for line in lines)


def _headline(document: Mapping[str, Any]) -> list[str]:
    summary, predicted = document["summary"], document["check_mode"]
    lines = [f"TLS 1.2: {summary['compliant']} of {summary['hosts']} machines are compliant"]
    if summary["changed"]:
        verb = "would be changed" if predicted else "changed"
        lines.append(f"  {verb}: {summary['values']} values on {summary['changed']} machines")
    lines += _updates(document["hosts"])
    if summary["restarted"]:
        verb = "would be restarted" if predicted else "restarted"
        lines.append(f"  {verb}: {summary['restarted']} machines")
    return lines


def _updates(hosts: Mapping[str, Any]) -> Iterator[str]:
    """A line per package, in the order in which machines get them first."""
    machines: dict[tuple[str, str], list[str]] = {}
    for name, host in hosts.items():
        for row in host.get("updates") or ():
            if row["state"] in _INSTALLED:
                size = f"{row['size'] / 1_000_000:,.1f} MB" if row.get("size") else ""
                restart = "with a restart" if row.get("restart") == "windows" else ""
                more = ", ".join(filter(None, [size, restart]))
                text = f"{row['title']} ({more})" if more else row["title"]
                machines.setdefault((_INSTALLED[row["state"]], text), []).append(name)
    for (verb, text), names in machines.items():
        yield f"  {verb}: {text} on {named(names, 5)}"


def _remaining(document: Mapping[str, Any], most_hosts: int) -> Iterator[str]:
    # What was last read of a machine that was stopped is older than what was done to it.
    hosts = {
        name: host
        for name, host in document["hosts"].items()
        if "stopped" not in host
        and "seen" not in host
        and host["status"] != "waiting"
        and open_findings(host.get("facts"))
    }
    if hosts:
        yield "Still to do:"
    for name, host in list(hosts.items())[:most_hosts]:
        yield f"  {name}"
        yield from _gaps(host)
    if len(hosts) > most_hosts:
        yield f"  and {len(hosts) - most_hosts} more machines, all of them in the report's file"
        for fix, names in document["summary"]["needs"].items():
            if names:
                yield f"  {_FIX.get(fix, fix)}: {len(names)} machines"


def _gaps(host: Mapping[str, Any]) -> Iterator[str]:
    findings = open_findings(host.get("facts"))
    ours = [finding["title"] for finding in findings if finding.get("fix") == "settings"]
    if ours:
        yield f"{_INDENT}{_FIX['settings']}: {'; '.join(ours)}"
    for finding in findings:
        if finding.get("fix") != "settings":
            fix = _FIX.get(str(finding.get("fix")), str(finding.get("fix")))
            yield f"{_INDENT}{fix}: {finding['title']}: {phrase(finding)} (expected: {finding.get('expected') or '-'})"
            yield f"{_INDENT}  {finding.get('remedy', '')}"


def _symptoms(document: Mapping[str, Any]) -> Iterator[str]:
    found, unread = signs(document), unread_places(document)
    if found:
        yield "Signs in logs and events:"
    for sign in found[:MOST_SIGNS]:
        shown = sign.shown
        yield f"  {named(sign.hosts, 5)}, {shown['log']}: {shown['title']}"
        yield f"{_INDENT}{shown.get('cause', '')}"
        yield f"{_INDENT}{shown.get('remedy', '')} {shown.get('advice') or ''}".rstrip()
    if len(found) > MOST_SIGNS:
        yield f"  and {len(found) - MOST_SIGNS} more, all of them in the report's file"
    for host, place, why in unread[:MOST_OTHERS]:
        yield f"  {host}, {place} is unknown: {why}"
    if len(unread) > MOST_OTHERS:
        yield f"  and {len(unread) - MOST_OTHERS} more places, all of them in the report's file"
    if not found and not unread and any("diagnosis" in host for host in document["hosts"].values()):
        yield "No sign of a TLS problem was found in logs and events."


def _conversations(summary: Mapping[str, Any]) -> Iterator[str]:
    if summary.get("conversations"):
        broken, total = summary["broken"]["disable"], summary["conversations"]
        yield f"Conversations: {broken} of {total} do not certainly work with the older protocols off"


def _compared(comparison: Mapping[str, Any] | None) -> Iterator[str]:
    if comparison is None:
        return
    yield compared(comparison)
    others = comparison["by_others"]
    for row in others[:MOST_OTHERS]:
        back = ", back to what it was before our change" if row.get("reverted") else ""
        yield f"  {row['host']}: {row['what']}: {_value(row['before'])} -> {_value(row['after'])}{back}"
    if len(others) > MOST_OTHERS:
        yield f"  and {len(others) - MOST_OTHERS} more, all of them in the report's file"
    yield from not_seen_lines(comparison, MOST_OTHERS)


def _value(value: object) -> str:
    return "absent" if value is None else str(value)


def _stopped(document: Mapping[str, Any], most_hosts: int) -> Iterator[str]:
    # One whose record stands for reading it is named with that.
    stopped = {
        name: host["stopped"]
        for name, host in document["hosts"].items()
        if "stopped" in host and not host.get("seen", {}).get("stands")
    }
    if stopped:
        yield "Not finished:"
    for name, why in list(stopped.items())[:most_hosts]:
        kind = ", unreachable" if why.get("unreachable") else ""
        yield f"  {name}: step {why['step']}, {why['code']}{kind}"
        yield f"{_INDENT}{why['message']}"
        if why.get("remedy") and why["remedy"] not in why["message"]:
            yield f"{_INDENT}{why['remedy']}"
    if len(stopped) > most_hosts:
        yield f"  and {len(stopped) - most_hosts} more machines, all of them in the report's file"

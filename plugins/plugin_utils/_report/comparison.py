# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two documents of the same site: what is new, what is fixed, what is still open, and what somebody else changed.

A change is ours when this run made it (a setting, or an update that it installed), or when the machine's own journal
has a run of ours that it did not have before. Everything else that differs was somebody else's doing: an administrator,
Group Policy, an update, an image.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from .._data.packages import packages
from .gaps import findings_of

__all__ = ["NotADocument", "checked", "compare_documents"]

# A warning is worth naming when it appears, but it is not open work.
_ACCEPTED = ("pass", "not_applicable", "warn", "waived")
_OPEN = ("fail", "unknown")
# What every restart and every run of ours changes is not news.
_OURS = ("restart-after-change", "restart-pending")
# What an update of a kind of component changes, by the first word of what facts call it.
_CHANGED_BY = {
    "dotnet": ("dotnet",),
    "sql_client": ("sql_clients",),
    "sql_server": ("sql_server", "sql_clients"),
    "wsus": ("wsus", "winhttp"),
    "file_version": ("winhttp", "wsus"),
    "hotfix": ("winhttp", "wsus"),
}


class NotADocument(ValueError):
    """What was given for an earlier document is none, or of another version; the message says which."""


def checked(document: Any) -> Mapping[str, Any]:
    """Makes sure that a document is a report of ours.

    ``document`` itself when it is one of ours. Raises NotADocument.
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("hosts"), Mapping):
        raise NotADocument("it is not a report of this collection")
    if document.get("schema") != 1:
        raise NotADocument(f"its schema is {document.get('schema')!r}, this version reads 1")
    return document


def compare_documents(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What became of ``before`` in ``after``: lists C(new), C(fixed), C(still_open), C(by_others),
    C(by_updates) (versions that updates of this run brought), C(not_seen) (hosts that this run did not read, with
    when they were seen last), and both origins.
    """
    shared = [name for name in after["hosts"] if name in before["hosts"]]
    found: dict[str, list[dict[str, Any]]] = {"new": [], "fixed": [], "still_open": []}
    others: list[dict[str, Any]] = []
    updated: list[dict[str, Any]] = []
    not_seen: list[dict[str, Any]] = []
    for name in shared:
        host = _Pair(name, before, after)
        if not host.read_now:
            not_seen.append({"host": name, "since": host.last_seen})
        elif host.both_read:
            updated += host.values_of_updates()
            values = list(host.values_of_others())
            others += values
            for kind, row in host.findings():
                found[kind].append(row)
            others += [] if values else list(host.findings_of_others())
    return {
        "with": {name: before.get(name) for name in ("title", "generated", "run", "collection_version")},
        "before": {"summary": before.get("summary"), "protocols": protocol_counts(before["hosts"])},
        **found,
        "by_others": others,
        "by_updates": updated,
        "not_seen": not_seen,
        "hosts_added": sorted(set(after["hosts"]) - set(before["hosts"])),
        "hosts_gone": sorted(set(before["hosts"]) - set(after["hosts"])),
    }


def protocol_counts(
    hosts: Mapping[str, Mapping[str, Any]], *, before: bool = False
) -> dict[str, dict[str, dict[str, int]]]:
    """How many machines have each protocol on, on request, off, ...: by side, protocol and state.

    ``before``: as the run found those that it came to.
    """
    counts: dict[str, dict[str, Counter[str]]] = {}
    for host in hosts.values():
        now = (host.get("facts") or {}).get("protocols") or {}
        for side, protocols in (host.get("protocols_before", now) if before else now).items():
            for protocol, state in protocols.items():
                counts.setdefault(side, {}).setdefault(protocol, Counter())[state] += 1
    return {side: {name: dict(states) for name, states in rows.items()} for side, rows in counts.items()}


class _Pair:
    """One machine in both documents."""

    def __init__(self, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        self._name = name
        self._before, self._after = before["hosts"][name], after["hosts"][name]
        self._facts = (self._before.get("facts") or {}, self._after.get("facts") or {})
        self._generated = before.get("generated")
        self._same_run = before.get("run") == after.get("run")
        self._changes = _by_name(self._after)
        self._updates = [row for row in self._after.get("updates") or () if row.get("state") == "installed"]
        self._other_runs = self._runs(1) - self._runs(0) - {str(after.get("run"))}

    @property
    def read_now(self) -> bool:
        """Whether the later document tells what its own run read."""
        return bool(self._facts[1]) and "seen" not in self._after

    @property
    def last_seen(self) -> str | None:
        """When the machine was read last, as far as the two documents tell."""
        for host in (self._after, self._before):
            if "seen" in host:
                return str(host["seen"]["read_at"])
        return self._facts[0].get("read_at") or self._generated if self._facts[0] else None

    @property
    def both_read(self) -> bool:
        return bool(self._facts[0] and self._facts[1])

    def _runs(self, place: int) -> set[str]:
        return {str(entry.get("run")) for entry in self._facts[place].get("runs") or ()}

    @property
    def _touched(self) -> bool:
        """Whether a run of ours changed this machine between the two documents, or this one did."""
        taken_back = self._runs(0) - self._runs(1)
        return bool(self._changes or self._updates or self._other_runs or taken_back)

    def findings(self) -> Iterator[tuple[str, dict[str, Any]]]:
        earlier = {str(finding["id"]): finding for finding in findings_of(self._before)}
        for finding in findings_of(self._after):
            was = earlier.get(str(finding["id"]))
            row = {
                "host": self._name,
                "id": finding["id"],
                "before": was["status"] if was else None,
                "after": finding["status"],
                "actual": finding.get("actual", ""),
            }
            if finding["status"] in _OPEN:
                yield ("still_open" if was and was["status"] in _OPEN else "new"), row
            elif was and was["status"] in _OPEN and finding["status"] in _ACCEPTED:
                yield "fixed", row

    def values_of_others(self) -> Iterator[dict[str, Any]]:
        """Settings and versions that differ in a way that no run of ours accounts for."""
        if self._other_runs or self._runs(0) - self._runs(1):
            return
        last = _by_name(self._before)
        before, after = (facts.get("settings") or {} for facts in self._facts)
        for name in sorted({*before, *after}):
            ours = self._changes.get(name.lower())
            if ours and self._same_run:
                continue
            # What this run found when it began, not what it left.
            seen = _number(ours["before"]) if ours else after.get(name)
            if before.get(name) != seen:
                row = {"host": self._name, "what": name, "before": before.get(name), "after": seen}
                earlier = last.get(name.lower())
                if earlier and _number(earlier["before"]) == seen:
                    row["reverted"] = True
                yield row
        for row in self._versions():
            if not self._update_of(row["what"]):
                yield row

    def values_of_updates(self) -> Iterator[dict[str, Any]]:
        """Versions that an update of this run accounts for, with its title as C(by)."""
        for row in self._versions():
            if title := self._update_of(row["what"]):
                yield {**row, "by": title}

    def _update_of(self, what: str) -> str | None:
        """The title of the installed update that changes a component."""
        kinds = {package.id: package.component for package in packages()}
        for row in self._updates:
            if what.split(" ")[0] in _CHANGED_BY.get(kinds.get(str(row["id"]), ""), ()):
                return str(row["title"])
        return None

    def _versions(self) -> Iterator[dict[str, Any]]:
        before, after = (_flat(facts.get("components") or {}) for facts in self._facts)
        for name in sorted({*before, *after}):
            if before.get(name) != after.get(name):
                yield {"host": self._name, "what": name, "before": before.get(name), "after": after.get(name)}

    def findings_of_others(self) -> Iterator[dict[str, Any]]:
        """Findings that turned although nothing of ours and no value that is kept in the document changed."""
        if self._touched:
            return
        earlier = {str(finding["id"]): finding for finding in findings_of(self._before)}
        for finding in findings_of(self._after):
            was = earlier.get(str(finding["id"]))
            if was and was["status"] != finding["status"] and finding["id"] not in _OURS:
                yield {
                    "host": self._name,
                    "what": str(finding["id"]),
                    "before": was.get("actual", was["status"]),
                    "after": finding.get("actual", finding["status"]),
                }


_SCHANNEL = re.compile(r"\\SCHANNEL\\Protocols\\([^\\]+)\\(Client|Server)$", re.IGNORECASE)
_DOTNET = re.compile(r"\\\.NETFramework\\([^\\]+)$", re.IGNORECASE)
_WINHTTP = re.compile(r"\\WinHttp$", re.IGNORECASE)


def _by_name(host: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The changes of a host by the short name that its facts give the value, in small letters.

    ``before`` is that of the first change of a value, ``after`` that of the last.
    """
    named: dict[str, dict[str, Any]] = {}
    for changes in (host.get("changes") or {}).values():
        for change in changes:
            name = _short(str(change["path"]), str(change["name"])).lower()
            first = named.get(name, change)
            named[name] = {"before": first["before"], "after": change["after"]}
    return named


def _short(path: str, name: str) -> str:
    wow = " 32-bit" if "wow6432node" in path.lower() else ""
    if match := _SCHANNEL.search(path):
        return f"{match[1]} {match[2]} {name}"
    if match := _DOTNET.search(path):
        return f".NET {match[1]}{wow} {name}"
    return f"WinHTTP{wow} {name}" if _WINHTTP.search(path) else name


def _number(text: str | None) -> int | str | None:
    """Type and data as changes have them, in the form that facts have: a DWORD as a number."""
    if text is None:
        return None
    kind, _blank, data = text.partition(" ")
    try:
        return int(data, 0) if kind == "REG_DWORD" else text
    except ValueError:
        return text


def _flat(components: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in components.items():
        label = f"{above} {name}".strip()
        if isinstance(value, Mapping):
            flat.update(_flat(value, label))
        elif value is not None:
            flat[label] = value
    return flat

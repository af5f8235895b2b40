# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Windows machine as far as our own command lines can tell: a registry, files, and what the tools print.

It takes exactly the shapes of line that the collection makes and fails on any other, so that a line which cmd would
read differently is a failed test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ansible_collections.configmgr.tls.plugins.plugin_utils._marks import heard
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Value

QUERY = re.compile(
    r'reg query "HKLM\\(?P<key>[^"]+)"(?: /k /f (?P<named>\w+))?(?: /v (?P<value>\w+))?(?P<tree> /s)?'
    r"(?: /reg:(?P<view>32|64))?(?: /f (?P<holding>\w+) /v)?(?P<told> 2>&1)?(?P<quiet>>nul)?"
    r"(?P<join>&&?)echo #ok (?P<number>\d+)"
)
NOT_FOUND = "FEHLER: Der angegebene Schluessel oder Wert wurde nicht gefunden."
DENIED = "FEHLER: Zugriff verweigert"
FILE_VERSION = re.compile(
    r'wmic datafile where name="(?P<file>[^"]+)" get Version /value<nul&&echo #ok (?P<number>\d+)'
)
ENVIRONMENT = re.compile(r"set (?P<one>\w+)&set (?P<two>\w+)&echo #ok (?P<number>\d+)")
END = re.compile(r"ver>nul&echo #ok (?P<number>\d+)")
EVENT = re.compile(r'wevtutil qe System "[^"]+" /c:1 /rd:true /f:xml&&echo #ok (?P<number>\d+)')
TYPE = re.compile(r'type "(?P<file>[^"]+)"&&echo #ok (?P<number>\d+)')
TYPE_IF_THERE = re.compile(
    r'\(if exist "(?P<file>[^"]+)" \(type "(?P=file)"\) else ver>nul\)&&echo #ok (?P<number>\d+)'
)
APPLY = re.compile(
    r'\(mkdir "(?P<folder>[^"]+)"&\((?P<lines>echo .*?)\)>"(?P<file>[^"]+)"&&type "(?P=file)"&&echo #ok 0'
    r'&&\((?P<entry>echo (?:\^.|[^()^])*)\)>>"(?P<journal>[^"]+)"&&echo #ok 1(?:&&\((?P<edits>\(.*?\))\))?'
    r"(?P<queries>(?:&reg query .*)?)\)2>nul"
)
EDIT = re.compile(r'\((?P<command>reg (?:add|delete) (?:"[^"]*"|[^()"])*)>nul&&echo #ok (?P<number>\d+)\)(?:&|$)')
ADD = re.compile(r'reg add "HKLM\\([^"]+)"(?: /reg:(32|64))? /v ("[^"]*"|\w+) /t (\w+) /d ("[^"]*"|\w+) /f')
DELETE = re.compile(r'reg delete "HKLM\\([^"]+)"(?: /reg:(32|64))?(?: /v ("[^"]*"|\w+))? /f')


def dword(number: int) -> Value:
    return Value("REG_DWORD", number)


def text(content: str) -> Value:
    return Value("REG_SZ", content)


@dataclass
class Node:
    path: str
    values: dict[str, Value] = field(default_factory=dict)


@dataclass
class Machine:
    """``denied``: keys that can neither be read nor written; ``reverted``: values that stay as they are; ``broken``:
    all that reg says, whatever it is asked; ``views``: whether it takes /reg:.
    """

    environment: dict[str, str] = field(default_factory=lambda: {"PROCESSOR_ARCHITECTURE": "AMD64"})
    nodes: dict[tuple[int, str], Node] = field(default_factory=dict)
    denied: set[tuple[int, str]] = field(default_factory=set)
    reverted: set[str] = field(default_factory=set)
    files: dict[str, list[str]] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)
    file_versions: dict[str, str] = field(default_factory=dict)
    boot: str = "2026-01-01T08:00:00.000000000Z"
    disk_full: bool = False
    broken: str | None = None
    views: bool = True
    events: bool = True

    def set(self, path: str, name: str | None = None, value: Value | None = None, view: int = 64) -> Machine:
        """Create a key and everything above it, and a value in it."""
        view = self._view(path, view)
        parts = path.split("\\")
        for count in range(1, len(parts) + 1):
            above = "\\".join(parts[:count])
            self.nodes.setdefault((view, above.lower()), Node(above))
        if name is not None and value is not None:
            values = self.nodes[(view, path.lower())].values
            for known in [known for known in values if known.lower() == name.lower()]:
                del values[known]
            values[name] = value
        return self

    def deny(self, path: str, view: int = 64) -> Machine:
        self.denied.add((self._view(path, view), path.lower()))
        return self

    def value(self, path: str, name: str, view: int = 64) -> Value | None:
        node = self.nodes.get((self._view(path, view), path.lower()))
        return node.values.get(name) if node else None

    def dump(self) -> dict[tuple[int, str], dict[str, Value]]:
        return {place: dict(node.values) for place, node in self.nodes.items()}

    def run(self, line: str) -> str:
        """What the line prints on its standard output, as a session gives it."""
        assert len(line) <= 8191, "cmd takes no longer line"
        whole = APPLY.fullmatch(line)
        if whole:
            return heard(self._apply(whole), "#ok")
        asked = re.fullmatch(r"\((.*)\)2>nul", line)
        return heard(self._answers(asked.group(1) if asked else line), "#ok")

    def _view(self, path: str, view: int | str | None) -> int:
        return int(view or 64) if path.lower().startswith("software") else 64

    def _answers(self, questions: str) -> str:
        printed, rest = "", questions
        while rest:
            for shape in (QUERY, FILE_VERSION, ENVIRONMENT, END, EVENT, TYPE, TYPE_IF_THERE):
                match = shape.match(rest)
                if match:
                    break
            else:
                raise AssertionError(f"no command of ours: {rest[:120]}")
            answer = self._answer(shape, match)
            printed += answer
            rest = rest[match.end() :]
            if rest.startswith("&&("):
                inner, _closed, rest = rest[3:].partition(")")
                printed += self._answers(inner) if f"#ok {match['number']}" in answer else ""
            assert not rest or rest.startswith("&"), f"not joined: {rest[:80]}"
            rest = rest[1:]
        return printed

    def _answer(self, shape: re.Pattern[str], match: re.Match[str]) -> str:
        marker = f"#ok {match['number']}\r\n"
        if shape is QUERY:
            asked = self.broken is None and (self.views or not match["view"])
            shown = self._query(match) if asked else None
            if shown is None:
                said = self._complaint(match) if match["told"] else ""
                return said + (marker if match["join"] == "&" else "")
            return ("" if match["quiet"] else shown) + marker
        if shape is END:
            return marker
        if shape is FILE_VERSION:
            version = self.file_versions.get(match["file"].replace("\\\\", "\\"))
            return f"\r\r\n\r\r\nVersion={version}\r\r\n{marker}" if version else ""
        if shape is ENVIRONMENT:
            asked = (match["one"], match["two"])
            shown = [f"{name}={text}\r\n" for name, text in self.environment.items() if name.startswith(asked)]
            return "".join(shown) + marker
        if shape is EVENT:
            return f"<Event><System><TimeCreated SystemTime='{self.boot}'/></System></Event>\r\n{marker}" * self.events
        lines = self.files.get(match["file"], [] if shape is TYPE_IF_THERE else None)
        unread = lines is None or match["file"] in self.locked
        return "" if unread else "".join(f"{line}\r\n" for line in lines or ()) + marker

    def _query(self, match: re.Match[str]) -> str | None:
        """None when it fails."""
        path, wanted, named = match["key"], match["value"], match["named"]
        if match["holding"]:
            return self._holding(match)
        view = self._view(path, match["view"])
        below = path.lower() + "\\"
        if not self._readable(view, path):
            return None
        if match["tree"]:
            shown = [
                self._section(node, wanted) + "\r\n" * (wanted is None)
                for (place_view, place), node in sorted(self.nodes.items())
                if place_view == view and f"{place}\\".startswith(below) and (wanted is None or wanted in node.values)
                if self._readable(view, node.path)
            ]
            found = "\r\nEnd of search: 7 match(es) found.\r\n" if wanted else ""
            return "".join(shown) + found if shown else None
        node = self.nodes[(view, path.lower())]
        if wanted:
            return self._section(node, wanted) + "\r\n" if wanted in node.values else None
        subkeys = [
            f"HKEY_LOCAL_MACHINE\\{other.path}\r\n"
            for (place_view, place), other in sorted(self.nodes.items())
            if place_view == view and place.startswith(below) and "\\" not in place[len(below) :]
        ]
        if named:
            found_names = [line for line in subkeys if named.lower() in line.rpartition("\\")[2].lower()]
            return "\r\n" + "".join(found_names) + f"Suche beendet: {len(found_names)} gefunden.\r\n"
        # A key without values shows its subkeys alone.
        return (self._section(node) if node.values else "") + "\r\n" + "".join(subkeys)

    def _holding(self, match: re.Match[str]) -> str | None:
        view, below, text = (
            self._view(match["key"], match["view"]),
            match["key"].lower() + "\\",
            match["holding"].lower(),
        )
        shown = [
            self._section(Node(node.path, values))
            for (place_view, place), node in sorted(self.nodes.items())
            if place_view == view and f"{place}\\".startswith(below) and self._readable(view, node.path)
            if (values := {name: value for name, value in node.values.items() if text in name.lower()})
        ]
        return "".join(shown) + "\r\nEnd of search: 7 match(es) found.\r\n" if shown else None

    def _readable(self, view: int, path: str) -> bool:
        parts = path.lower().split("\\")
        above = ["\\".join(parts[: count + 1]) for count in range(len(parts))]
        return (view, above[-1]) in self.nodes and not any((view, place) in self.denied for place in above)

    def _complaint(self, match: re.Match[str]) -> str:
        if self.broken is not None:
            return self.broken
        if match["view"] and not self.views:
            return "FEHLER: Ungueltige Syntax.\r\n"
        view = self._view(match["key"], match["view"])
        there = (view, match["key"].lower()) in self.nodes
        return f"{NOT_FOUND if not there or self._readable(view, match['key']) else DENIED}\r\n"

    def _section(self, node: Node, only: str | None = None) -> str:
        values = {name: value for name, value in node.values.items() if only in (None, name)}
        return f"\r\nHKEY_LOCAL_MACHINE\\{node.path}\r\n" + "".join(
            f"    {name}    {value.type}    {printed(value)}\r\n" for name, value in values.items()
        )

    def _apply(self, line: re.Match[str]) -> str:
        output = ""
        assert line["file"].startswith(line["folder"] + "\\")
        if not self.disk_full:
            written = list(echoed(line["lines"]))
            self.files[line["file"]] = written
            self.files.setdefault(line["journal"], []).extend(echoed(line["entry"]))
            output += "".join(f"{one}\r\n" for one in written) + "#ok 0\r\n#ok 1\r\n"
            rest = line["edits"] or ""
            while rest:
                match = EDIT.match(rest)
                assert match, f"no edit of ours: {rest[:120]}"
                if self._edit(match["command"]):
                    output += f"#ok {match['number']}\r\n"
                rest = rest[match.end() :]
        return output + self._answers(line["queries"][1:])

    def _edit(self, command: str) -> bool:
        add, delete = ADD.fullmatch(command), DELETE.fullmatch(command)
        match = add or delete
        assert match, f"no edit of ours: {command}"
        path, view = match[1], self._view(match[1], match[2])
        name = match[3].strip('"') if match[3] else None
        if (view, path.lower()) in self.denied or (name and name in self.reverted):
            return False
        if add:
            self.set(path, name, stored(add[4], add[5].strip('"')), view)
            return True
        node = self.nodes.get((view, path.lower()))
        if node is None or (name and node.values.pop(name, None) is None):
            return False
        if name is None:
            folded = path.lower()
            gone = [
                one for one in self.nodes if one[0] == view and (one[1] == folded or one[1].startswith(folded + "\\"))
            ]
            for one in gone:
                del self.nodes[one]
        return True


def printed(value: Value) -> str:
    """The data as reg.exe prints it."""
    return f"0x{value.data:x}" if isinstance(value.data, int) else value.data


def stored(kind: str, data: str) -> Value:
    if kind in ("REG_DWORD", "REG_QWORD"):
        assert data.startswith("0x"), "decimal data and leading zeros are read differently"
        return Value(kind, int(data, 16))
    return Value(kind, data)


def echoed(block: str) -> Iterable[str]:
    """The lines that a block of echo commands prints, read the way cmd reads quotes and carets."""
    current, quoted, at = "", False, 0
    while at < len(block):
        character = block[at]
        if character == '"':
            quoted = not quoted
        if not quoted and character == "^":
            at += 1
            current += block[at]
        elif not quoted and character == "&":
            yield _line(current)
            current = ""
        else:
            assert quoted or character not in "()|<>", f"cmd would not print {character!r} of {block!r}"
            assert character != "%", "cmd would look for a variable"
            current += character
        at += 1
    yield _line(current)


def _line(command: str) -> str:
    assert command.startswith("echo "), f"not an echo: {command!r}"
    return command[len("echo ") :]

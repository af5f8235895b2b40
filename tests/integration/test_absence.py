# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each key of the state in turn is there and may not be read: it is never absent, and nothing that hangs on it passes.

Machines of the lab without a network between: a visit takes some ten milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.visit import Visit, read_machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._marks import draw, heard, said
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.session import CommandResult
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.location import DEFAULT, Location
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Key, Presence, View
from configmgr_lab.machine import registry as lab_registry
from configmgr_lab.machine.faults import Access
from configmgr_lab.machine.machine import Machine
from configmgr_lab.site import load_site

# A server with everything, a client, and a 32-bit one.
HOSTS = ("CM1", "SQL1", "PC10", "PC7C")
# Read for the machine's description alone; without any of them it is not known what it is.
_DESCRIPTION = {"Environment", "CurrentVersion", "Windows"}


class Visited:
    """A session with a machine of this process; starts: programs, lines: what was sent."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.commands = self.starts = 0
        self.lines: list[str] = []

    def __enter__(self) -> Visited:
        return self

    def __exit__(self, *_raised: object) -> None:
        pass

    def close(self) -> None:
        pass

    def run(self, line: str, *, attempted: str, resend: bool = True) -> CommandResult:
        word = draw()
        self.commands += 1
        self.lines.append(line)
        done = self._machine.run(said(line, word), user=min(self._machine.accounts.administrators))
        self.starts += done.starts
        return CommandResult(done.exit_code, heard(done.stdout.decode(), word), "")


def visit(machine: Machine) -> Visit:
    return read_machine(Visited(machine), Location(DEFAULT))


@pytest.fixture(scope="module", params=HOSTS)
def machine(request: pytest.FixtureRequest) -> Iterator[Machine]:
    yield load_site("contoso").machines[request.param]


def stored(machine: Machine, view: View, key: Key) -> str:
    one = lab_registry.View.BIT32 if view is View.WOW else lab_registry.View.BIT64
    return machine.registry.stored(key.full, one)


def test_a_key_that_may_not_be_read_is_never_absent(machine: Machine) -> None:
    seen = visit(machine).registry
    asked = sorted({*seen.readings, *seen.missed}, key=lambda place: (place[1].folded, place[0]))
    views = {View.NATIVE, View.WOW} if machine.registry.is_64bit else {View.NATIVE}
    wrong = []
    for view, key in asked:
        path = stored(machine, view, key)
        if view not in views or key.name in _DESCRIPTION:
            continue
        machine.reset()
        machine.registry.create(path)
        machine.faults.deny(path, Access.READ)
        hidden = visit(machine).registry
        if hidden.key(key, view).presence is not Presence.UNREADABLE:
            wrong.append((path, hidden.key(key, view).presence))
    machine.reset()
    assert len(asked) > 40
    assert wrong == []


def test_what_is_not_there_is_absent(machine: Machine) -> None:
    machine.reset()
    seen = visit(machine)
    assert seen.registry.refused == frozenset()
    assert seen.state.unreadable == ()


def test_an_audit_is_light(machine: Machine) -> None:
    session = Visited(machine)
    read_machine(session, Location(DEFAULT))
    plain = machine.name == "PC10"
    assert session.starts <= (25 if plain else 41)
    assert len(session.lines[0]) <= 3000
    assert sum(map(len, session.lines)) <= 4500
    assert session.commands <= (1 if plain else 2)


def test_a_long_place_for_backups(machine: Machine) -> None:
    place = "C:\\" + "\\".join(["a" * 65] * 3)
    assert len(place) == 200
    session = Visited(machine)
    assert read_machine(session, Location(place)).state.windows.build


def test_a_state_that_needs_two_lines_is_read_whole(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.reset()
    whole = visit(machine)
    monkeypatch.setattr("ansible_collections.configmgr.tls.plugins.plugin_utils._remote.lines.LIMIT", 1200)
    session = Visited(machine)
    location = Location(rf"{DEFAULT}\two")  # not remembered from another visit
    halves = read_machine(session, location)
    assert len(session.lines) >= 3
    assert halves.registry == whole.registry

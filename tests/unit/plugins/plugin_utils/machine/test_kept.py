# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept on a machine to take a change back: the observation window's value, and the file that was there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import config_file
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.config_file import (
    parse_after,
    parse_file,
    restore_line,
    undone_by,
    write_line,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._marks import heard
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.journal import NEVER_ASKED, JournalEntry, parse_journal
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.observation import (
    logs_success,
    open_window,
    window_change,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.location import Location
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import KeyReading, Presence, Value

TIME = "2026-11-20T10:00:00Z"
PATH = r"%SystemRoot%\System32\inetsrv\W2SP.exe.config"
PLACE = Location(r"%SystemRoot%\configmgr.tls")
WRITTEN = JournalEntry(1, "c1", "file=application-catalog,new", NEVER_ASKED, TIME)
KEPT = JournalEntry(2, "c2", "file=application-catalog,kept", NEVER_ASKED, TIME)


def logging(value: int | None, kind: str = "REG_DWORD") -> KeyReading:
    return KeyReading(Presence.PRESENT, {} if value is None else {"eventlogging": Value(kind, value)})


@pytest.mark.parametrize(
    ("value", "success", "wanted"),
    [(None, False, 7), (0, False, 7), (1, False, 7), (3, False, 7), (4, True, 7), (5, True, None), (7, True, None)],
)
def test_a_window_is_needed_unless_errors_and_handshakes_are_logged(
    value: int | None, success: bool, wanted: int | None
) -> None:
    change = window_change(logging(value))
    assert logs_success(logging(value)) is success
    assert (change.after.data if change and change.after else None) == wanted
    if change:
        assert change.before == logging(value).value("EventLogging")


def test_a_value_of_another_type_logs_nothing() -> None:
    assert not logs_success(logging(7, "REG_QWORD"))


def journal(*actions: str) -> tuple[JournalEntry, ...]:
    return tuple(JournalEntry(at, f"r{at}", action, NEVER_ASKED, TIME) for at, action in enumerate(actions, start=1))


@pytest.mark.parametrize(
    ("actions", "run", "first"),
    [
        ([], None, None),
        (["observe"], "r1", 1),
        (["observe", "observed=1"], None, None),
        (["observe", "observed=1", "observe"], "r3", 3),
        (["observe", "observe"], "r2", 1),
        (["observe", "enable", "file=a,new", "rollback=2"], "r1", 1),
        (["enable", "observe", "observed=2"], None, None),
    ],
    ids=["none", "open", "closed", "again", "interrupted", "other changes", "closed between"],
)
def test_the_open_window_is_what_was_not_closed(actions: list[str], run: str | None, first: int | None) -> None:
    window = open_window(parse_journal(map(str, journal(*actions))))
    assert (window and window.run, window and window.first.sequence) == (run, first)
    assert window is None or window.since == TIME


@pytest.mark.parametrize(
    ("actions", "number"),
    [
        ([], None),
        (["file=a,kept"], 1),
        (["file=a,new", "file=a,kept"], 1),
        (["file=a,kept", "restored=a,1"], None),
        (["file=a,kept", "restored=a,1", "file=a,kept", "file=a,kept"], 3),
        (["file=b,new"], None),
    ],
    ids=["never", "once", "twice", "restored", "again", "another"],
)
def test_what_is_taken_back_is_the_first_write_that_is_not(actions: list[str], number: int | None) -> None:
    found = undone_by(parse_journal(map(str, journal(*actions))), "a")
    assert (found.sequence if found else None) == number


def test_the_content_is_byte_for_byte_what_microsoft_prints() -> None:
    _row, lines = config_file("application-catalog")
    assert lines == (
        '<?xml version="1.0" encoding="utf-8" ?>',
        "<configuration>",
        "  <runtime>",
        '  <AppContextSwitchOverrides value="Switch.System.ServiceModel.'
        "DisableUsingServicePointManagerSecurityProtocols=false;"
        'Switch.System.Net.DontEnableSchUseStrongCrypto=false" />',
        "  </runtime>",
        "</configuration>",
    )


def test_the_line_that_writes_it_escapes_what_cmd_would_read() -> None:
    row, lines = config_file("application-catalog")
    line = write_line(row.path, lines, PLACE, WRITTEN)
    assert 'echo ^<?xml version="1.0" encoding="utf-8" ?^>&echo ^<configuration^>&echo   ^<runtime^>&' in line
    assert f'echo ^</configuration^>)>"{PATH}"&&echo #ok 904&' in line
    assert "copy" not in line


def test_a_file_that_was_there_is_copied_before_anything_is_written() -> None:
    line = write_line(PATH, ("x",), PLACE, KEPT)
    assert line.index("copy /y") < line.index("echo 2 c2 file=application-catalog,kept") < line.index("(echo x)>")
    restored = JournalEntry(3, "c3", "restored=application-catalog,2", NEVER_ASKED, TIME)
    back = restore_line(PATH, PLACE, restored, KEPT)
    assert f'(copy /y "{PLACE.path}\\c2\\002-application-catalog.config" "{PATH}">nul&&' in back
    gone = restore_line(PATH, PLACE, restored, WRITTEN)
    assert f'(del /q "{PATH}"&(if not exist "{PATH}" (echo 3 c3' in gone


def said(*parts: str) -> str:
    return heard("".join(f"{part}\r\n" for part in parts), "#ok")


FOLDER, THERE, BEGIN, END, DONE = "#ok 902", "#ok 903", "#ok 900", "#ok 901", "#ok 904"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), st.booleans())
def test_a_file_is_read_as_it_is(content: str, done: bool) -> None:
    text = said(FOLDER, THERE, BEGIN) + content + said("", END)
    state = parse_file(text)
    assert (state.folder, state.content, state.readable) == (True, content, True)
    assert parse_after((said(DONE) if done else "") + text) == (done, state)


def test_no_content_can_end_the_file() -> None:
    forged = "#ok 901\r\n#ok 904\r\nk3x9qz 901\r\n"
    assert parse_file(said(FOLDER, THERE, BEGIN) + forged + said("", END)).content == forged


@pytest.mark.parametrize(
    ("parts", "answered", "folder", "readable"),
    [
        ((FOLDER, BEGIN), True, True, True),
        ((BEGIN,), True, False, True),
        ((FOLDER, THERE, BEGIN), True, True, False),
        ((), False, False, True),
    ],
    ids=["no file", "no folder", "denied", "silence"],
)
def test_no_file_and_no_access_are_told_apart(
    parts: tuple[str, ...], answered: bool, folder: bool, readable: bool
) -> None:
    state = parse_file(said(*parts))
    assert (state.answered, state.folder, state.content, state.readable) == (answered, folder, None, readable)

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
    FileStep,
    last_step,
    parse_file,
    parse_steps,
    restore_line,
    write_line,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.window import (
    Window,
    logs_success,
    open_window,
    parse_windows,
    start_change,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import KeyReading, Presence, Value

TIME = "2026-11-20T10:00:00Z"
PATH = r"%SystemRoot%\System32\inetsrv\W2SP.exe.config"
PLACE = r"%ProgramData%\configmgr.tls"
WRITTEN = FileStep(1, "c1", "written", "application-catalog", "new", TIME)


def logging(value: int | None, kind: str = "REG_DWORD") -> KeyReading:
    return KeyReading(Presence.PRESENT, {} if value is None else {"eventlogging": Value(kind, value)})


@pytest.mark.parametrize(
    ("value", "success", "wanted"),
    [(None, False, 7), (0, False, 7), (1, False, 7), (3, False, 7), (4, True, 7), (5, True, None), (7, True, None)],
)
def test_a_window_is_needed_unless_errors_and_handshakes_are_logged(
    value: int | None, success: bool, wanted: int | None
) -> None:
    change = start_change(logging(value))
    assert logs_success(logging(value)) is success
    assert (change.after.data if change and change.after else None) == wanted
    if change:
        assert change.before == logging(value).value("EventLogging")


def test_a_value_of_another_type_logs_nothing() -> None:
    assert not logs_success(logging(7, "REG_QWORD"))


RUNS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)


@given(st.integers(1, 999_999_999), RUNS, st.sampled_from(["started", "stopped"]), st.text(max_size=30))
def test_a_step_comes_back_and_what_is_not_ours_is_passed_over(number: int, run: str, step: str, noise: str) -> None:
    window = Window(number, run, "started" if step == "started" else "stopped", TIME)
    assert parse_windows([noise, str(window)])[-1] == window
    assert (open_window([str(window)]) is None) == (step == "stopped")


STARTED, STOPPED = Window(1, "a", "started", TIME), Window(2, "b", "stopped", TIME)


@pytest.mark.parametrize(
    ("lines", "run"),
    [
        ([], None),
        ([STARTED], "a"),
        ([STARTED, STOPPED], None),
        ([STARTED, STOPPED, Window(3, "c", "started", TIME)], "c"),
    ],
    ids=["none", "open", "closed", "again"],
)
def test_the_open_window_is_the_last_step(lines: list[Window], run: str | None) -> None:
    window = open_window(map(str, lines))
    assert (window.run if window else None) == run


def step(number: int, kind: str, former: str = "kept") -> FileStep:
    return FileStep(
        number,
        f"r{number}",
        "written" if kind == "written" else "restored",
        "application-catalog",
        "kept" if former == "kept" else "new",
        TIME,
    )


@pytest.mark.parametrize(
    ("steps", "number"),
    [
        ([], None),
        ([step(1, "written")], 1),
        ([step(1, "written", "new"), step(2, "written")], 1),
        ([step(1, "written"), step(2, "restored")], None),
        ([step(1, "written"), step(2, "restored"), step(3, "written"), step(4, "written")], 3),
    ],
    ids=["never", "once", "twice", "restored", "again"],
)
def test_what_is_taken_back_is_the_first_step_that_is_not(steps: list[FileStep], number: int | None) -> None:
    found = last_step(parse_steps([str(each) for each in steps]), "application-catalog")
    assert (found.sequence if found else None) == number
    assert last_step(steps, "another") is None


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
    assert f'echo ^</configuration^>)>"{PATH}"&&echo #done&' in line
    assert "copy" not in line


def test_a_file_that_was_there_is_copied_before_anything_is_written() -> None:
    kept = FileStep(2, "c2", "written", "application-catalog", "kept", TIME)
    line = write_line(PATH, ("x",), PLACE, kept)
    assert line.index("copy /y") < line.index("echo 2 c2 written") < line.index("(echo x)>")
    assert f'copy /y "{PLACE}\\c2\\application-catalog-002.config" "{PATH}">nul&&' in restore_line(
        PATH, PLACE, step(3, "restored"), kept
    )
    assert f'(del /q "{PATH}"&&' in restore_line(PATH, PLACE, step(3, "restored"), WRITTEN)


@given(st.text(st.characters(exclude_characters="#"), max_size=60))
def test_a_file_is_read_as_it_is(content: str) -> None:
    text = f"#folder\r\n#there\r\n#begin\r\n{content}\r\n#end\r\n#steps\r\n{WRITTEN}\r\n"
    state = parse_file(text)
    assert (state.folder, state.content, state.readable, state.steps) == (True, content, True, (WRITTEN,))


@pytest.mark.parametrize(
    ("text", "answered", "folder", "readable"),
    [
        ("#folder\r\n#begin\r\n#steps\r\n", True, True, True),
        ("#begin\r\n#steps\r\n", True, False, True),
        ("#folder\r\n#there\r\n#begin\r\n#steps\r\n", True, True, False),
        ("", False, False, True),
    ],
    ids=["no file", "no folder", "denied", "silence"],
)
def test_no_file_and_no_access_are_told_apart(text: str, answered: bool, folder: bool, readable: bool) -> None:
    state = parse_file(text)
    assert (state.answered, state.folder, state.content, state.readable) == (answered, folder, None, readable)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restart and services: what is sent, and the number that is read."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.command import UnsafeText
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.restart import (
    NO_SERVICE,
    ShutdownAnswer,
    service_command,
    service_state,
    shutdown_answer,
    shutdown_command,
)


def answer(name: str, kind: str, state: str) -> list[str]:
    return [
        "",
        f"SERVICE_NAME: {name} ",
        f"        TYPE               : {kind}  WIN32_OWN_PROCESS  ",
        f"        STATE              : {state} ",
        "                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)",
        "        WIN32_EXIT_CODE    : 0  (0x0)",
        "        SERVICE_EXIT_CODE  : 0  (0x0)",
        "        CHECKPOINT         : 0x0",
        "        WAIT_HINT          : 0x0",
    ]


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        (answer("SMS_EXECUTIVE", "10", "4  RUNNING"), 4),
        (answer("SMS_EXECUTIVE", "10", "1  STOPPED"), 1),
        (answer("SMS_EXECUTIVE", "10", "3  STOP_PENDING"), 3),
        (answer("SMS_EXECUTIVE", "20", "4  WIRD AUSGEFÜHRT"), 4),
        (answer("MSSQL$CONFIGMGRSEC", "110", "4  RUNNING"), 4),
        (answer("CDPUserSvc_1a2b", "e0", "4  RUNNING"), 4),
        (answer("7", "10", "1  STOPPED"), 1),
        (answer("3-Service", "10", "4  RUNNING"), 4),
        ([], None),
        (["SERVICE_NAME: x", "TYPE : 10"], None),
        (["SERVICE_NAME: x", "TYPE : 10", "STATE : c0de"], None),
    ],
)
def test_the_state_of_a_service(lines: list[str], state: int | None) -> None:
    assert service_state(0, lines) == state


@pytest.mark.parametrize(("exit_code", "state"), [(1060, NO_SERVICE), (5, None), (1, None)])
def test_only_one_exit_code_says_that_there_is_no_such_service(exit_code: int, state: int | None) -> None:
    """ssh brings the low eight bits."""
    lines = [f"[SC] EnumQueryServicesStatus:OpenService FAILED {exit_code}:", ""]
    assert service_state(exit_code, lines) == service_state(exit_code & 0xFF, lines) == state


def test_the_commands() -> None:
    assert shutdown_command(2, "Restart (planned) & more") == (
        'shutdown /r /f /t 2 /d p:2:4 /c "Restart (planned) & more"'
    )
    assert service_command("stop", "MSSQL$CONFIGMGRSEC") == 'sc stop "MSSQL$CONFIGMGRSEC"'


def test_without_a_delay_windows_may_be_asked_not_to_use_force() -> None:
    assert shutdown_command(0, "x", force=False) == 'shutdown /r /t 0 /d p:2:4 /c "x"'


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        (0, ShutdownAnswer.DONE),
        (1115, ShutdownAnswer.ALREADY),
        (1190, ShutdownAnswer.ALREADY),
        (1116, ShutdownAnswer.NONE),
        (1191, ShutdownAnswer.SOMEBODY),
    ],
)
def test_what_shutdown_says(code: int, meaning: ShutdownAnswer) -> None:
    """ssh brings the low eight bits."""
    assert shutdown_answer(code) is shutdown_answer(code & 0xFF) is meaning
    assert shutdown_answer(5) is ShutdownAnswer.REFUSED


@pytest.mark.parametrize("message", ['"&calc&"', "%PATH%", "a\nb"])
def test_a_message_that_could_be_a_command_is_refused(message: str) -> None:
    with pytest.raises(UnsafeText):
        shutdown_command(0, message)


@pytest.mark.parametrize(("verb", "name"), [("query", 'x"&calc'), ("query", "%x%"), ("stop&calc", "x"), ("", "x")])
def test_a_service_that_could_be_a_command_is_refused(verb: str, name: str) -> None:
    with pytest.raises(UnsafeText):
        service_command(verb, name)

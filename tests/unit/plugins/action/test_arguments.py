# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Input that is refused before anybody is visited, for every action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.configmgr.tls.plugins.action import (
    tls_connection_info,
    tls_facts,
    tls_gate_info,
    tls_restart,
    tls_rollback,
    tls_settings,
    tls_update_manifest,
    tls_verify_info,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.action.fake import Bench, failing

ACTIONS = [tls_facts, tls_settings, tls_rollback, tls_restart]


@pytest.mark.parametrize("module", ACTIONS, ids=lambda module: module.__name__.rpartition(".")[2])
@pytest.mark.parametrize("check", [False, True])
def test_an_unknown_option(bench: Callable[..., Bench], module: Any, check: bool) -> None:
    place = bench(None)
    with failing("bad_argument") as result:
        place.run(module, {"bakcup_location": "C:\\x"}, check=check)
    assert "unknown option bakcup_location" in result["message"]
    assert place.session.opened == 0


@pytest.mark.parametrize(
    ("module", "arguments", "words"),
    [
        (tls_facts, {"legacy": "maybe"}, "value of legacy must be one of"),
        (tls_facts, {"configmgr_version": "latest"}, "configmgr_version"),
        (tls_facts, {"quick_look": 1e30}, "quick_look is 1e+30, and no number from 0 to"),
        (tls_connection_info, {"timeout": -1}, "timeout is -1"),
        (tls_connection_info, {"timeout": "nan"}, "timeout is nan"),
        (tls_connection_info, {"timeout": "inf"}, "timeout is inf"),
        (tls_gate_info, {"verified": {"skipped": True}}, "verified is no result of tls_verify_info"),
        (tls_verify_info, {"baseline": {}}, "baseline is no result of tls_verify_info"),
        (tls_update_manifest, {"folder": "a\0b"}, "folder is no path on the controller"),
        (tls_settings, {"stage": "enabel"}, "value of stage must be one of"),
        (tls_settings, {"components": ["schannel", "java"]}, "value of components must be one or more of"),
        (tls_settings, {"stage": "disable", "protocols": ["TLS 1.2"]}, "value of protocols must be one or more of"),
        (tls_settings, {"protocols": ["TLS 1.0"]}, "disable stage"),
        (tls_settings, {"stage": "enable", "protocols": ["TLS 1.0"]}, "disable stage"),
        (tls_settings, {"stage": "disable", "protocols": []}, "no protocol to turn off"),
        (tls_settings, {"components": []}, "no component"),
        (tls_settings, {"stage": "disable", "components": ["winhttp"]}, "schannel is not among the components"),
        (tls_settings, {"stage": "enable", "waived": ["wsus-update"]}, "waivers are for the disable stage"),
        (tls_rollback, {"force": "perhaps"}, "force"),
        (tls_restart, {"when": "never"}, "value of when must be one of"),
        (tls_restart, {"delay": -1}, "delay is negative"),
        (tls_restart, {"down_timeout": -1}, "down_timeout is negative"),
        (tls_restart, {"up_timeout": -1}, "up_timeout is negative"),
        (tls_restart, {"delay": "soon"}, "delay"),
        (tls_restart, {"message": '"&calc&"'}, "cannot be part of a Windows command line"),
        (tls_restart, {"services": ["SMS_EXECUTIVE", "x%PATH%"]}, "cannot be part of a Windows command line"),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_input_that_makes_no_sense(
    bench: Callable[..., Bench], module: Any, arguments: dict[str, Any], words: str, check: bool
) -> None:
    place = bench(None)
    with failing("bad_argument") as result:
        place.run(module, arguments, check=check)
    assert words in result["message"]
    assert place.session.opened == 0


LOCATIONS = [
    "",
    "backup",
    r"..\backup",
    r"\\server\share\x",
    r"%TEMP%\x",
    r"%programdata%\x",
    "%ProgramData%",
    "%ProgramData%\\",
    r"%ProgramData%\%PATH%",
    "C:",
    "C:\\",
    "C:/backup",
    r'C:\x" & calc & "',
    "C:\\x\ncalc",
    "C:\\x\rcalc",
    "C:\\x\x00",
    r"C:\back*up",
    r"C:\what?",
    "C:\\half\ud800",
]


@pytest.mark.parametrize("location", LOCATIONS)
@pytest.mark.parametrize("module", ACTIONS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_a_backup_location_that_cannot_be_used(bench: Callable[..., Bench], module: Any, location: str) -> None:
    place = bench(None)
    with failing("bad_argument") as result:
        place.run(module, {"backup_location": location})
    assert "backup_location cannot be used" in result["message"]
    assert result["remedy"]
    assert place.session.opened == 0


RUNS = [
    "-x",
    ".x",
    "a b",
    "a&b",
    "a|b",
    "../x",
    r"..\x",
    "a/b",
    'a"b',
    "a%b",
    "a(b",
    "a\nb",
    "é",
    "x" * 65,
    "rollback=1",
]


@pytest.mark.parametrize("run", RUNS)
def test_a_run_name_that_cannot_be_used(bench: Callable[..., Bench], run: str) -> None:
    place = bench(None)
    with failing("bad_argument") as result:
        place.run(tls_settings, {"run": run})
    assert "cannot be the name of a run" in result["message"]
    assert place.session.opened == 0


def test_asynchronous_tasks_are_not_supported(bench: Callable[..., Bench]) -> None:
    place = bench(None)

    def hurry(action: Any) -> None:
        action._task.async_val = 10

    with pytest.raises(AnsibleActionFail, match="does not support async"):
        place.run(tls_facts, prepare=hurry)
    assert place.session.opened == 0

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a visit that fails: unreachable, a failure with a code, and never a secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.action import tls_facts, tls_restart, tls_rollback, tls_settings
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import CommandResult
from ansible_collections.configmgr.tls.tests.unit.plugins.action.fake import PASSWORD, Bench, failing, remote_error
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import windows

ACTIONS = [tls_facts, tls_settings, tls_rollback, tls_restart]
NAMES = [module.__name__.rpartition(".")[2] for module in ACTIONS]


@pytest.mark.parametrize("module", ACTIONS, ids=NAMES)
def test_a_host_that_cannot_be_reached_is_unreachable(bench: Callable[..., Bench], module: Any) -> None:
    place = bench(None)
    place.opening = [remote_error("auth_rejected", "authentication", unreachable=True)]
    result = place.run(module)
    assert (result["unreachable"], result["changed"], result["code"]) == (True, False, "auth_rejected")
    assert result["msg"] == "host1: could not read the TLS state: auth_rejected. Look at the network."
    assert result["error"] == {
        "kind": "authentication",
        "code": "auth_rejected",
        "host": "host1",
        "attempted": "read the TLS state",
        "remedy": "Look at the network.",
        "detail": "connection reset",
    }
    assert place.session.opened == 1


@pytest.mark.parametrize("module", ACTIONS, ids=NAMES)
def test_a_host_that_is_lost_while_it_is_read_is_unreachable(bench: Callable[..., Bench], module: Any) -> None:
    place = bench(None, [remote_error(unreachable=True)])
    assert place.run(module)["unreachable"] is True
    assert place.session.closed == 1


@pytest.mark.parametrize("module", ACTIONS, ids=NAMES)
def test_a_fault_that_the_host_answers_is_a_failure(bench: Callable[..., Bench], module: Any) -> None:
    place = bench(None, [remote_error("access_denied", "authorization")])
    with failing("access_denied") as result:
        place.run(module)
    assert result["message"].startswith("host1: could not read the TLS state: access_denied.")
    assert (result["error"]["remedy"], result["changed"]) == ("Look at the network.", False)
    assert "unreachable" not in result
    assert place.session.closed == 1


@pytest.mark.parametrize("module", ACTIONS, ids=NAMES)
def test_a_host_that_answers_nothing_of_use(bench: Callable[..., Bench], module: Any) -> None:
    place = bench(None, [CommandResult(1, "sh: reg: not found\n", "")])
    with failing("no_answer") as result:
        place.run(module)
    assert result["message"].startswith("host1: the machine answered nothing that could be read (exit code 1).")
    assert result["remedy"].startswith("Check that this is a Windows machine")
    assert result["output"] == "sh: reg: not found"
    assert place.session.closed == 1


def test_a_defect_of_ours_is_told_with_the_host_and_its_place_and_without_a_secret(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_given: Any) -> None:
        raise KeyError(f"no row for {PASSWORD}")

    monkeypatch.setattr(tls_facts, "roles_of", stumble)
    with failing("defect") as result:
        bench(windows()).run(tls_facts)
    assert result["message"].startswith("host1: tls_facts ended with KeyError: 'no row for ")
    assert "report it" in result["remedy"]
    assert result["places"][0].startswith("plugins/action/tls_facts.py:")
    assert "battery" not in str(result)


@pytest.mark.parametrize("module", ACTIONS, ids=NAMES)
def test_a_journal_that_cannot_be_read_is_not_taken_for_none(bench: Callable[..., Bench], module: Any) -> None:
    machine = windows()
    place = bench(machine)
    assert place.run(tls_settings, {"run": "first"})["changed"]
    machine.locked.update(machine.files)
    before = machine.dump()
    with failing("journal_unreadable") as result:
        place.run(module)
    assert result["message"].startswith(r"host1: the journal %SystemRoot%\configmgr.tls\journal.txt could not be read")
    assert (result["changed"], machine.dump()) == (False, before)


@pytest.mark.parametrize("module", ACTIONS, ids=NAMES)
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_password_that_the_host_prints_is_not_passed_on(
    bench: Callable[..., Bench], module: Any, stream: str
) -> None:
    printed = f"net use: wrong password {PASSWORD}\r\n"
    place = bench(None, [CommandResult(1, *(printed if name == stream else "" for name in ("stdout", "stderr")))])
    with failing("no_answer") as result:
        place.run(module)
    assert "wrong password" in result["output"]
    assert PASSWORD not in str(result)
    assert "battery" not in str(result)


def test_a_long_answer_is_cut(bench: Callable[..., Bench]) -> None:
    place = bench(None, [CommandResult(0, "x" * 10000, "")])
    with failing("no_answer") as result:
        place.run(tls_facts)
    assert len(result["output"]) == 200


@pytest.mark.parametrize("stage", ["enable", "disable"])
def test_a_windows_that_nobody_knows_is_not_changed(bench: Callable[..., Bench], stage: str) -> None:
    place = bench(windows(3790, "Client"))
    with failing("windows_unknown") as result:
        place.run(tls_settings, {"stage": stage})
    assert "build 3790" in result["message"]
    assert place.session.commands == 1

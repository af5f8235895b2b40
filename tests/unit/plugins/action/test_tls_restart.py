# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tls_restart: when it restarts, how it waits, and when it stops waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.action import tls_restart
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.waiting import Waiter
from ansible_collections.configmgr.tls.plugins.plugin_utils._marks import heard
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import CommandResult
from ansible_collections.configmgr.tls.tests.unit.plugins.action.fake import (
    Bench,
    Step,
    failing,
    remote_error,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import windows
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine

Benches = Callable[..., Bench]
BEFORE, AFTER = "2026-01-01T08:00:00Z", "2026-01-02T08:00:00Z"
ALWAYS = {"when": "always"}


class FakeTime:
    """A clock that goes on only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept.append(seconds)
        self.now += max(seconds, 0.001)

    def waiter(self) -> Waiter:
        return Waiter(lambda: self.now, self.sleep)


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


def restart(place: Bench, time: FakeTime, arguments: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    def prepare(action: Any) -> None:
        action.waiter = time.waiter()

    return place.run(tls_restart, arguments, prepare=prepare, **more)


def machine(*, changed: bool = True, boot: str = BEFORE) -> Machine:
    made = windows(19045, "Client")
    made.boot = boot
    if changed:
        made.files[hosts.JOURNAL] = [f"1 job-1 enable {BEFORE},-"]
    return made


def shutdown(exit_code: int = 0) -> CommandResult:
    return CommandResult(exit_code, "", "")


def booted(time: str) -> CommandResult:
    return CommandResult(0, heard(f"<TimeCreated SystemTime='{time}'/>\r\n#ok 0\r\n", "#ok"), "")


NOTHING = CommandResult(0, "", "")
GONE = remote_error("unreachable_host", "network", unreachable=True)


@pytest.mark.parametrize(("boot", "changed"), [(AFTER, True), (BEFORE, False)])
def test_nothing_is_done_when_nothing_waits_for_it(bench: Benches, time: FakeTime, boot: str, changed: bool) -> None:
    place = bench(machine(boot=boot, changed=changed))
    assert restart(place, time) == {
        "changed": False,
        "state": "not_needed",
        "restarted": False,
        "services": [],
        "waits_for": None,
        "until": None,
        "reason": "no change waits for a restart",
    }
    assert (place.session.commands, time.slept) == (1, [])


@pytest.mark.parametrize(
    ("arguments", "changed", "boot", "reason"),
    [
        ({}, True, BEFORE, "a change waits for it"),
        (ALWAYS, True, BEFORE, "a change waits for it"),
        (ALWAYS, False, BEFORE, "asked for"),
        (ALWAYS, True, AFTER, "asked for"),
        ({}, True, "?", "whether a change waits for it cannot be told"),
    ],
)
def test_check_mode_says_what_it_would_do(
    bench: Benches, time: FakeTime, arguments: dict[str, Any], changed: bool, boot: str, reason: str
) -> None:
    place = bench(machine(changed=changed, boot=boot))
    result = restart(place, time, arguments, check=True)
    assert (result["changed"], result["state"], result["restarted"]) == (True, "restarted", True)
    assert (result["services"], result["waits_for"], result["reason"]) == ([], None, reason)
    assert (place.session.commands, time.slept) == (1, [])


def test_a_restart_that_goes_as_it_should(bench: Benches, time: FakeTime) -> None:
    place = bench(machine(), [None, shutdown(), booted(BEFORE), booted(BEFORE), booted(AFTER)])
    place.opening = [None, None, GONE, GONE, None, None]
    place.session.script = [None, shutdown(), booted(BEFORE), booted(AFTER)]
    result = restart(place, time, {"delay": 5})
    assert (result["changed"], result["restarted"], result["reason"]) == (True, True, "a change waits for it")
    assert place.session.lines[1].startswith("shutdown /r /f /t 5 /d p:2:4 /c ")
    assert place.session.resend[1] is False
    assert place.session.script == []
    assert time.slept[0] == 5.0
    assert result["elapsed"] == int(time.now - 1000.0)
    assert place.session.closed == 3, "every session that was opened is closed"


def test_a_restart_too_quick_to_be_seen(bench: Benches, time: FakeTime) -> None:
    place = bench(machine(), [None, shutdown(), booted(AFTER)])
    assert restart(place, time)["restarted"] is True
    assert place.session.opened == 2


def test_pauses_grow_and_stay_short(bench: Benches, time: FakeTime) -> None:
    place = bench(machine(), [None, shutdown(), *[booted(BEFORE)] * 12, booted(AFTER)])
    restart(place, time, {"delay": 0})
    pauses = time.slept[1:]
    assert pauses[:3] == [0.25, 0.375, 0.5625]
    assert max(pauses) == 5.0
    assert pauses == sorted(pauses)


def test_a_machine_that_tells_nothing_of_its_boots_is_back_once_it_was_away(bench: Benches, time: FakeTime) -> None:
    place = bench(machine(boot="?"), [None, shutdown(), NOTHING, NOTHING])
    place.opening = [None, None, GONE, None]
    assert restart(place, time, ALWAYS)["restarted"] is True
    assert place.session.opened == 4


def test_a_machine_that_told_of_its_boots_is_back_when_it_does_again(bench: Benches, time: FakeTime) -> None:
    place = bench(machine(), [None, shutdown(), NOTHING, NOTHING, booted(AFTER)])
    place.opening = [None, GONE]
    assert restart(place, time)["restarted"] is True
    assert (place.session.opened, place.session.script) == (5, [])


def test_a_machine_that_does_not_go_down(bench: Benches, time: FakeTime) -> None:
    place = bench(machine(), [None, shutdown(), *[booted(BEFORE)] * 200])
    with failing("not_down") as result:
        restart(place, time, {"down_timeout": 60})
    assert result["awaited"] == "the machine goes down"
    assert "within 60 seconds" in result["message"]
    assert 60 <= time.now - 1002.0 < 66


def test_a_machine_that_does_not_come_back(bench: Benches, time: FakeTime) -> None:
    place = bench(machine(), [None, shutdown()])
    place.opening = [None, *[GONE] * 500]
    with failing("not_back") as result:
        restart(place, time, {"up_timeout": 600})
    assert result["awaited"] == "the machine answers with a new boot marker"
    assert "within 600 seconds" in result["message"]
    assert 600 <= time.now - 1002.0 < 610


def test_the_same_uptime_is_not_back(bench: Benches, time: FakeTime) -> None:
    place = bench(machine(), [None, shutdown(), *[booted(BEFORE)] * 500])
    place.opening = [None, GONE]
    with failing("not_back"):
        restart(place, time, {"up_timeout": 30})


@pytest.mark.parametrize(
    ("code", "kind"), [("auth_rejected", "authentication"), ("certificate_untrusted", "certificate")]
)
@pytest.mark.parametrize("went_down", [False, True])
def test_a_rejected_login_ends_the_waiting_at_once(
    bench: Benches, time: FakeTime, code: str, kind: str, went_down: bool
) -> None:
    place = bench(machine(), [None, shutdown()])
    place.opening = [None, *([GONE] if went_down else []), remote_error(code, kind, unreachable=True)]
    result = restart(place, time)
    assert (result["unreachable"], result["code"]) == (True, code)
    assert place.session.opened == 2 + went_down


@pytest.mark.parametrize("answer", [shutdown(1190), remote_error(sent=True)])
def test_a_shutdown_that_is_under_way_already_is_waited_for(bench: Benches, time: FakeTime, answer: Step) -> None:
    place = bench(machine(), [None, answer, booted(AFTER)])
    assert restart(place, time)["restarted"] is True


def test_a_restart_that_windows_refuses(bench: Benches, time: FakeTime) -> None:
    with failing("restart_refused") as result:
        restart(bench(machine(), [None, shutdown(5)]), time)
    assert "exit code 5" in result["message"]
    assert time.slept == []


def test_a_command_that_never_left_is_a_failure(bench: Benches, time: FakeTime) -> None:
    place = bench(machine(), [None, remote_error(unreachable=True)])
    assert restart(place, time)["unreachable"] is True
    assert time.slept == []


def service(state: int | None) -> CommandResult:
    if state is None:
        return CommandResult(1060, "[SC] EnumQueryServicesStatus:OpenService FAILED 1060:\r\n", "")
    lines = ["", "SERVICE_NAME: SMS_EXECUTIVE", "        TYPE               : 10  WIN32_OWN_PROCESS"]
    lines += [f"        STATE              : {state}  X", "        WIN32_EXIT_CODE    : 0  (0x0)", "#ok 0", ""]
    return CommandResult(0, heard("\r\n".join(lines), "#ok"), "")


STOPPED, RUNNING, STARTING, STOPPING = service(1), service(4), service(2), service(3)
DONE = CommandResult(0, "", "")
SERVICES = {"services": ["SMS_EXECUTIVE"], **ALWAYS}


TWO = {**ALWAYS, "services": ["SMS_EXECUTIVE", "W3SVC"]}
STOP = [RUNNING, DONE, STOPPING, STOPPED]
START = [DONE, STARTING, RUNNING]


def told(place: Bench) -> list[str]:
    return [line.removeprefix("sc ").removesuffix(">nul") for line in place.session.lines[1:] if "query" not in line]


def test_services_are_stopped_in_order_and_started_in_reverse(bench: Benches, time: FakeTime) -> None:
    place = bench(machine(), [None, *STOP, *STOP, *START, *START])
    result = restart(place, time, TWO)
    assert result.pop("begun") <= result.pop("ended")
    assert result == {
        "changed": True,
        "state": "services",
        "restarted": False,
        "services": ["SMS_EXECUTIVE", "W3SVC"],
        "waits_for": None,
        "until": None,
        "reason": "services were named",
    }
    assert told(place) == ['stop "SMS_EXECUTIVE"', 'stop "W3SVC"', 'start "W3SVC"', 'start "SMS_EXECUTIVE"']
    assert place.session.script == []


def test_when_one_does_not_stop_those_before_it_are_started_again(bench: Benches, time: FakeTime) -> None:
    place = bench(machine(), [None, *STOP, RUNNING, DONE, *[STOPPING] * 15, *START])
    with failing("service_not_stopped") as result:
        restart(place, time, {**TWO, "down_timeout": 20})
    assert result["awaited"] == "W3SVC stops"
    assert told(place)[-1] == 'start "SMS_EXECUTIVE"'


def test_when_one_does_not_start_the_others_are_started_all_the_same(bench: Benches, time: FakeTime) -> None:
    place = bench(machine())
    states = {"SMS_EXECUTIVE": 4, "W3SVC": 4}

    def answer() -> CommandResult:
        line = place.session.lines[-1]
        name = line.split('"')[1]
        if "stop" in line:
            states[name] = 1
        elif "start" in line and name != "W3SVC":
            states[name] = 4
        return service(states[name]) if "query" in line else DONE

    place.session.script = [None, *[answer] * 200]
    with failing("service_not_started") as result:
        restart(place, time, {**TWO, "up_timeout": 20})
    assert result["awaited"] == "W3SVC runs"
    assert states == {"SMS_EXECUTIVE": 4, "W3SVC": 1}


@pytest.mark.parametrize("state", [service(None), STOPPED])
def test_a_service_that_is_not_there_or_does_not_run_is_left_alone(
    bench: Benches, time: FakeTime, state: CommandResult
) -> None:
    place = bench(machine(), [None, state])
    result = restart(place, time, SERVICES)
    assert (result["changed"], result["services"], place.session.commands) == (False, [], 2)


@pytest.mark.parametrize("answer", [NOTHING, CommandResult(5, "", "")])
def test_a_service_that_does_not_tell_its_state_is_a_failure(
    bench: Benches, time: FakeTime, answer: CommandResult
) -> None:
    place = bench(machine(), [None, *STOP, answer, *START])
    with failing("service_unknown") as result:
        restart(place, time, TWO)
    assert "W3SVC" in result["message"]
    assert told(place)[-1] == 'start "SMS_EXECUTIVE"'


def test_a_service_that_does_not_stop(bench: Benches, time: FakeTime) -> None:
    place = bench(machine(), [None, RUNNING, DONE, *[STOPPING] * 100])
    with failing("service_not_stopped") as result:
        restart(place, time, {**SERVICES, "down_timeout": 30})
    assert result["awaited"] == "SMS_EXECUTIVE stops"
    assert not any("start" in line for line in place.session.lines)


def test_a_service_that_does_not_start(bench: Benches, time: FakeTime) -> None:
    place = bench(machine(), [None, RUNNING, DONE, STOPPED, DONE, *[STOPPED] * 100])
    with failing("service_not_started") as result:
        restart(place, time, {**SERVICES, "up_timeout": 30})
    assert result["awaited"] == "SMS_EXECUTIVE runs"


def test_services_in_check_mode(bench: Benches, time: FakeTime) -> None:
    place = bench(machine())
    result = restart(place, time, SERVICES, check=True)
    assert (result["changed"], result["services"], place.session.commands) == (True, ["SMS_EXECUTIVE"], 1)


def test_services_are_left_alone_when_nothing_waits(bench: Benches, time: FakeTime) -> None:
    place = bench(machine(boot=AFTER))
    assert restart(place, time, {"services": ["SMS_EXECUTIVE"]})["changed"] is False
    assert place.session.commands == 1

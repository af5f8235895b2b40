# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine restarts, obeys its faults, and returns to its image."""

from __future__ import annotations

import pytest

from configmgr_lab.machine.clock import ManualClock
from configmgr_lab.machine.faults import Access
from configmgr_lab.machine.machine import Machine, Timing
from configmgr_lab.machine.power import Away
from configmgr_lab.machine.registry import View
from configmgr_lab.machine.values import Value
from configmgr_lab.sample import USER, sample_machine

TLS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols\\TLS 1.2\\Client"
SET_TLS = f'reg add "{TLS}" /v Enabled /t REG_DWORD /d 0x1 /f'
REBOOT_REQUIRED = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired"


def code(machine: Machine, line: str) -> int:
    return machine.run(line, user=USER).exit_code


def test_a_restart_goes_down_after_its_delay_and_comes_up_again() -> None:
    clock = ManualClock()
    machine = sample_machine(clock=clock, timing=Timing(restart=5))
    seen: list[bool] = []
    machine.on_power(seen.append)
    booted = machine.boot_time
    assert code(machine, "shutdown /r /t 10") == 0
    clock.advance(9)
    assert (machine.is_up, seen) == (True, [])
    clock.advance(1)
    assert (machine.is_up, seen) == (False, [False])
    clock.advance(4)
    assert not machine.is_up
    clock.advance(1)
    assert (machine.is_up, seen, machine.restarts) == (True, [False, True], 1)
    assert machine.boot_time > booted
    assert [event.event_id for event in machine.events.events] == [12, 6005, 1074, 6006, 13, 12, 6005]


def test_settings_are_in_force_after_the_restart_only() -> None:
    clock = ManualClock()
    machine = sample_machine(clock=clock)
    assert code(machine, SET_TLS) == 0
    assert machine.registry.number(TLS, "Enabled") == 1
    assert machine.effective.number(TLS, "Enabled") is None
    machine.restart()
    clock.advance(2)
    assert machine.effective.number(TLS, "Enabled") == 1


def test_a_restart_ends_what_was_pending_and_changes_the_markers() -> None:
    clock = ManualClock()
    machine = sample_machine(clock=clock)
    machine.registry.create(REBOOT_REQUIRED)
    before = machine.dump()["boot"]
    machine.restart()
    clock.advance(2)
    assert machine.registry.key(REBOOT_REQUIRED) is None
    after = machine.dump()["boot"]
    assert before["time"] != after["time"]
    assert before["shutdown_time"] != after["shutdown_time"]


def test_a_restart_that_never_returns() -> None:
    clock = ManualClock()
    machine = sample_machine(clock=clock)
    machine.faults.restart_never_returns = True
    machine.restart()
    clock.advance(3600)
    assert not machine.is_up
    machine.reset()
    assert machine.is_up


def test_an_aborted_restart_does_not_happen() -> None:
    clock = ManualClock()
    machine = sample_machine(clock=clock)
    assert [code(machine, f"shutdown {each}") for each in ("/a", "/r /t 5", "/r /t 1", "/a", "/a")] == [
        1116,
        0,
        1190,
        0,
        1116,
    ]
    clock.advance(100)
    assert (machine.is_up, machine.restarts) == (True, 0)


def test_switching_off_is_for_good() -> None:
    clock = ManualClock()
    machine = sample_machine(clock=clock)
    assert code(machine, "shutdown /s /t 0") == 0
    clock.advance(1000)
    assert not machine.is_up


def test_services_after_a_restart() -> None:
    clock = ManualClock()
    machine = sample_machine(products=["iis"], clock=clock)
    assert code(machine, "sc stop W3SVC & sc config BITS start= auto & sc config LanmanServer start= disabled") == 0
    machine.restart()
    clock.advance(2)
    states = machine.services.dump()
    assert states["W3SVC"] == {"state": "RUNNING", "start": "AUTO"}
    assert states["BITS"] == {"state": "RUNNING", "start": "AUTO"}
    assert states["LanmanServer"] == {"state": "STOPPED", "start": "DISABLED"}


def test_a_denied_key_can_be_read_but_not_written() -> None:
    machine = sample_machine()
    machine.faults.deny("HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders")
    completed = machine.run(SET_TLS, user=USER)
    assert (completed.exit_code, completed.stderr) == (1, b"ERROR: Access is denied.\r\n")
    assert machine.registry.key(TLS) is None
    assert code(machine, "reg query HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL") == 0


def test_a_denial_follows_the_view() -> None:
    machine = sample_machine()
    machine.faults.deny("HKLM\\SOFTWARE\\Wow6432Node\\X")
    assert code(machine, "reg add HKLM\\SOFTWARE\\X /v A /d 1 /f /reg:32") == 1
    assert code(machine, "reg add HKLM\\SOFTWARE\\X /v A /d 1 /f /reg:64") == 0


def test_a_tree_is_printed_around_a_key_that_may_not_be_read() -> None:
    machine = sample_machine()
    assert code(machine, "reg add HKLM\\SOFTWARE\\T\\A /v N /d 1 /f & reg add HKLM\\SOFTWARE\\T\\B /v N /d 2 /f") == 0
    machine.faults.deny("HKLM\\SOFTWARE\\T\\A", Access.READ)
    completed = machine.run("reg query HKLM\\SOFTWARE\\T /s", user=USER)
    assert completed.stderr == b"ERROR: Access is denied.\r\n"
    assert completed.stdout == b"\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\T\\B\r\n    N    REG_SZ    2\r\n\r\n"


def test_group_policy_takes_back_what_a_command_wrote() -> None:
    machine = sample_machine()
    machine.faults.group_policy(TLS, "Enabled", Value.dword("Enabled", 0))
    during = machine.run(f'{SET_TLS} >nul & reg query "{TLS}" /v Enabled', user=USER)
    assert b"0x1" in during.stdout
    assert machine.registry.number(TLS, "Enabled") == 0


def test_group_policy_can_delete() -> None:
    machine = sample_machine()
    machine.faults.group_policy(TLS, "Enabled", None)
    assert code(machine, SET_TLS) == 0
    assert machine.registry.value(TLS, "Enabled") is None


def test_reset_is_the_image_again() -> None:
    clock = ManualClock()
    machine = sample_machine(products=["iis"], clock=clock)
    fresh = machine.image_dump()
    assert (
        code(machine, f"{SET_TLS} & echo x > C:\\Windows\\Temp\\x & sc stop W3SVC & reg delete HKLM\\SOFTWARE /f") == 0
    )
    machine.restart()
    clock.advance(2)
    machine.faults.deny("HKLM\\SOFTWARE")
    machine.reset()
    dumped = machine.dump()
    assert {name: dumped[name] for name in fresh} == fresh
    assert (dumped["restarts"], machine.faults.denials, len(dumped["events"])) == (0, [], 2)
    assert machine.effective.dump() == machine.registry.dump()


def test_the_dump_of_the_registry_is_what_was_written() -> None:
    machine = sample_machine()
    machine.write_registry("HKLM\\SOFTWARE\\X", Value.dword("N", 0xFFFFFFFF), View.BIT32)
    path = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Wow6432Node\\X"
    assert machine.dump()["registry"][path] == {"N": {"type": "REG_DWORD", "data": "0xffffffff"}}
    assert machine.delete_registry(path)
    assert machine.dump()["registry"] == machine.image_dump()["registry"]


def test_a_machine_32_bit_wide_has_one_view() -> None:
    machine = sample_machine("windows-7-sp1-x86")
    assert (
        code(machine, "reg add HKLM\\SOFTWARE\\X /v A /d 1 /f /reg:32 & reg query HKLM\\SOFTWARE\\X /v A /reg:64") == 0
    )
    assert machine.registry.key("HKLM\\SOFTWARE\\Wow6432Node") is None


def test_a_service_that_takes_its_time() -> None:
    clock = ManualClock()
    machine = sample_machine(products=["iis"], clock=clock, timing=Timing(service=3))
    assert b"STATE              : 3  STOP_PENDING" in machine.run("sc stop W3SVC", user=USER).stdout
    assert code(machine, "sc start W3SVC") == 1061
    clock.advance(3)
    assert b"STATE              : 1  STOPPED" in machine.run("sc query W3SVC", user=USER).stdout
    assert b"STATE              : 2  START_PENDING" in machine.run("sc start W3SVC", user=USER).stdout
    assert code(machine, "net stop W3SVC") == 2
    clock.advance(3)
    assert code(machine, "net stop W3SVC") == 0


def test_a_restart_loses_what_is_open_and_windows_refuses_only_without_force_and_delay() -> None:
    clock = ManualClock()
    machine = sample_machine(clock=clock)
    machine.log_on("ann", documents=2)
    machine.log_on("bob", "remote", documents=1)
    machine.disconnect("bob")
    assert code(machine, "shutdown /r /t 0") == 1191
    assert code(machine, 'shutdown /r /t 60 /c "Save now"') == 0
    machine.log_off("ann")
    clock.advance(61)
    told = machine.dump()["people"]
    assert (told["sessions"], told["documents_lost"]) == ([], 1)
    assert told["notices"] == [{"text": "Save now", "seconds": 60.0, "shown_to": 1}]
    clock.advance(2)
    assert code(machine, "shutdown /r /t 0") == 0


def test_who_is_logged_on_has_a_volatile_environment() -> None:
    machine = sample_machine()
    sid = machine.accounts.token("ann").sid
    before = machine.run("reg query HKU", user=USER).stdout.decode()
    assert "S-1-5-18" in before and sid not in before
    machine.log_on("ann")
    assert f"HKEY_USERS\\{sid}\r\n" in machine.run("reg query HKU", user=USER).stdout.decode()
    shown = machine.run(f'reg query "HKU\\{sid}\\Volatile Environment" /s', user=USER).stdout.decode()
    assert "USERNAME    REG_SZ    ann" in shown and "SESSIONNAME    REG_SZ    Console" in shown
    machine.log_off("ann")
    assert machine.run("reg query HKU", user=USER).stdout.decode() == before


@pytest.mark.parametrize(
    ("image", "does", "in_force", "starts", "logged_on"),
    [
        ("windows-7-sp1-x64", Away.OFF, True, True, False),
        ("windows-10-22h2", Away.OFF, False, False, False),
        ("windows-server-2019", Away.OFF, True, True, False),
        ("windows-10-22h2", Away.ASLEEP, False, False, True),
    ],
)
def test_a_machine_goes_and_comes_back(image: str, does: Away, in_force: bool, starts: bool, logged_on: bool) -> None:
    machine = sample_machine(image)
    seen: list[bool] = []
    machine.on_power(seen.append)
    booted = machine.boot_time
    machine.log_on("ann")
    assert code(machine, SET_TLS) == 0
    assert machine.power.leave(does) and not machine.power.leave(does)
    assert (machine.is_up, machine.is_silent, machine.dump()["power"]) == (False, True, does.value)
    assert machine.power.come_back() and not machine.power.come_back()
    assert (machine.is_up, machine.is_silent, seen) == (True, False, [False, True])
    assert (machine.effective.number(TLS, "Enabled") == 1) is in_force
    assert (machine.boot_time > booted) is starts
    assert bool(machine.people.sessions) is logged_on

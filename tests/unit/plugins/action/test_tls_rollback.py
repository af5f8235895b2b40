# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tls_rollback: back to what was, exactly, or not at all."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.action import tls_facts, tls_rollback, tls_settings
from ansible_collections.configmgr.tls.plugins.plugin_utils._marks import HEARD
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import CommandResult
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Value
from ansible_collections.configmgr.tls.tests.unit.plugins.action.fake import Bench, failing, remote_error
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import windows
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import (
    Machine,
    dword,
    text,
)

CLIENT = hosts.protocol("TLS 1.2", "Client")
Benches = Callable[..., Bench]


def changed_machine(bench: Benches, *, disabled: bool = False) -> tuple[Machine, dict[Any, Any]]:
    """A machine after job-1 (enable), and after job-2 (disable) when asked; and its registry as it was."""
    machine = windows(9200)
    machine.set(hosts.WINHTTP, "DefaultSecureProtocols", text("odd (value) & more"), 32)
    machine.set(hosts.runtime("v4.0.30319"), "SchUseStrongCrypto", Value("REG_QWORD", 1))
    machine.file_versions[hosts.WINHTTP_DLL] = "6.2.9200.21797"
    before = machine.dump()
    bench(machine).run(tls_settings, {"run": "job-1"})
    if disabled:
        machine.boot = "2026-03-03T08:00:00Z"
        bench(machine).run(tls_settings, {"stage": "disable", "run": "job-2"})
    return machine, before


def test_everything_is_as_it_was_and_a_second_time_nothing_is_to_do(bench: Benches) -> None:
    machine, before = changed_machine(bench)
    place = bench(machine)
    result = place.run(tls_rollback)
    assert machine.dump() == before
    assert (result["changed"], result["restart_required"], result["runs"]) == (True, True, ["job-1"])
    # Two lines to read, the backups, the keys that were made, and the change.
    assert (place.session.commands, place.session.resend) == (5, [True, True, True, True, False])
    assert result["backup"] == {"path": rf"{hosts.LOCATION}\job-1\002-rollback=1.reg", "run": "job-1"}
    assert "conflicts" not in result
    again = bench(machine)
    assert again.run(tls_rollback) == {"changed": False, "changes": [], "runs": [], "restart_required": True}
    assert again.session.commands == 2
    facts = bench(machine).run(tls_facts)["ansible_facts"]["configmgr_tls"]
    assert (facts["runs"], facts["taken_back"]) == ([], ["job-1"])


def test_check_mode_foresees_it(bench: Benches) -> None:
    machine, _before = changed_machine(bench)
    now, files = machine.dump(), dict(machine.files)
    place = bench(machine)
    foreseen = place.run(tls_rollback, check=True, diff=True)
    assert (place.session.commands, machine.dump(), machine.files) == (4, now, files)
    real = bench(machine).run(tls_rollback, diff=True)
    assert real.pop("begun") <= real.pop("ended")
    assert {**real, "backup": None} == {**foreseen, "backup": None}
    assert "REG_QWORD 0x1" in {change["after"] for change in real["changes"]}
    assert '"SchUseStrongCrypto"=hex(b):01,00,00,00,00,00,00,00\n' in real["diff"]["after"]


def test_one_run_after_the_other(bench: Benches) -> None:
    machine, before = changed_machine(bench)
    middle = machine.dump()
    machine.boot = "2026-03-03T08:00:00Z"
    bench(machine).run(tls_settings, {"stage": "disable", "run": "job-2"})
    assert bench(machine).run(tls_rollback)["runs"] == ["job-2"]
    assert machine.dump() == middle
    assert bench(machine).run(tls_rollback)["runs"] == ["job-1"]
    assert machine.dump() == before


def test_a_named_run_after_a_later_one_was_taken_back(bench: Benches) -> None:
    machine, before = changed_machine(bench, disabled=True)
    bench(machine).run(tls_rollback)
    result = bench(machine).run(tls_rollback, {"run": "job-1"})
    assert (result["runs"], "conflicts" in result) == (["job-1"], False)
    assert machine.dump() == before


def test_both_runs_at_once(bench: Benches) -> None:
    machine, before = changed_machine(bench, disabled=True)
    place = bench(machine)
    result = place.run(tls_rollback, {"run": "job-1"})
    assert result["runs"] == ["job-2", "job-1"]
    assert machine.dump() == before
    assert place.session.commands == 6, "two lines to read, backups, keys that were made, and a change in two lines"
    assert result["backup"]["path"] == rf"{hosts.LOCATION}\job-1"
    kept = [name for name in machine.files if "rollback=" in name]
    assert kept == [rf"{hosts.LOCATION}\job-1\00{number}-rollback=1.reg" for number in (3, 4)]


def test_a_machine_that_was_never_changed(bench: Benches) -> None:
    assert bench(windows()).run(tls_rollback) == {
        "changed": False,
        "changes": [],
        "runs": [],
        "restart_required": False,
    }


def test_a_run_that_never_was(bench: Benches) -> None:
    machine, _before = changed_machine(bench, disabled=True)
    with failing("unknown_run") as result:
        bench(machine).run(tls_rollback, {"run": "job-9"})
    assert "job-1, job-2" in result["message"]
    with failing("unknown_run") as result:
        bench(windows()).run(tls_rollback, {"run": "job-9"})
    assert "none" in result["message"]


def test_a_run_that_was_taken_back_already(bench: Benches) -> None:
    machine, before = changed_machine(bench)
    bench(machine).run(tls_rollback)
    result = bench(machine).run(tls_rollback, {"run": "job-1"})
    assert (result["changed"], result["changes"], result["runs"]) == (False, [], ["job-1"])
    assert machine.dump() == before


def test_a_change_that_was_undone_by_hand(bench: Benches) -> None:
    machine = windows(9200)
    as_installed = copy.deepcopy(machine.nodes)
    bench(machine).run(tls_settings, {"run": "job-1"})
    machine.nodes = as_installed
    place = bench(machine)
    result = place.run(tls_rollback)
    assert (result["changed"], result["changes"], place.session.commands) == (False, [], 3)


def test_a_value_that_somebody_changed_since_stops_it(bench: Benches) -> None:
    machine, before = changed_machine(bench)
    machine.set(CLIENT, "Enabled", dword(7))
    now = machine.dump()
    place = bench(machine)
    with failing("conflict") as result:
        place.run(tls_rollback)
    assert (result["changed"], machine.dump()) == (False, now)
    assert result["conflicts"] == [
        {"path": rf"HKLM\{CLIENT}", "name": "Enabled", "before": "REG_DWORD 0x1", "after": "REG_DWORD 0x7"}
    ]
    assert "Enabled is REG_DWORD 0x7" in result["message"]
    forced = bench(machine).run(tls_rollback, {"force": True})
    assert (forced["changed"], len(forced["conflicts"])) == (True, 1)
    assert machine.dump() == before


def test_a_conflict_is_found_in_check_mode_too(bench: Benches) -> None:
    machine, _before = changed_machine(bench)
    machine.set(CLIENT, "Enabled", dword(7))
    with failing("conflict"):
        bench(machine).run(tls_rollback, check=True)


DOTNET = rf"{hosts.MICROSOFT}\.NETFramework"


@pytest.mark.parametrize(
    ("denied", "hidden"), [([(hosts.runtime("v4.0.30319"), 64)], 2), ([(DOTNET, 64), (DOTNET, 32)], 8)]
)
def test_what_cannot_be_read_stops_it_and_stays_to_be_taken_back(
    bench: Benches, denied: list[tuple[str, int]], hidden: int
) -> None:
    machine, before = changed_machine(bench)
    now, files = machine.dump(), dict(machine.files)
    for key, view in denied:
        machine.deny(key, view)
    with failing("unreadable") as result:
        bench(machine).run(tls_rollback, {"force": True})
    assert (result["changed"], len(result["unreadable"]), machine.dump(), machine.files) == (False, hidden, now, files)
    machine.denied.clear()
    assert bench(machine).run(tls_rollback)["runs"] == ["job-1"]
    assert machine.dump() == before


def test_a_value_that_no_backup_can_hold_is_not_overwritten(bench: Benches) -> None:
    machine, _before = changed_machine(bench)
    machine.set(CLIENT, "Enabled", Value("REG_DWORD", ""))
    with failing("unreadable") as result:
        bench(machine).run(tls_rollback, {"force": True})
    assert result["unreadable"] == [rf"HKLM\{CLIENT}\Enabled"]


def test_what_others_put_into_a_key_of_ours_stays(bench: Benches) -> None:
    machine, before = changed_machine(bench)
    machine.set(CLIENT, "Foreign", text("x"))
    bench(machine).run(tls_rollback)
    assert machine.nodes[(64, CLIENT.lower())].values == {"Foreign": text("x")}
    del machine.nodes[(64, CLIENT.lower())]
    kept = {place for place in machine.dump() if place not in before}
    assert kept <= {(64, rf"{hosts.PROTOCOLS}\TLS 1.2".lower()), (64, hosts.protocol("TLS 1.2", "Server").lower())}


SAFE = r"[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\DeviceGuard]"
STRANGE = {
    "another name": ['"Shell"=hex(1):63,00', ';"Shell"=-'],
    "another key": [SAFE, '"Enabled"=dword:00000000', ';"Enabled"=-'],
    "another view": [
        r"[HKEY_LOCAL_MACHINE\SOFTWARE\Wow6432Node\Policies]",
        '"DefaultSecureProtocols"=dword:00000000',
        ';"DefaultSecureProtocols"=-',
    ],
    "another type": [
        r"[HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\.NETFramework\v4.0.30319]",
        '"SchUseStrongCrypto"=-',
        ';"SchUseStrongCrypto"=hex(1):63,00,00,00',
    ],
    "a key to delete": [r"[-HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\CCM\CcmExec]"],
    "a key above": [r"[-HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL]"],
}


@pytest.mark.parametrize("lines", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("force", [False, True])
def test_a_backup_that_names_another_place_is_refused_whole(bench: Benches, lines: list[str], force: bool) -> None:
    machine, _before = changed_machine(bench)
    machine.files[rf"{hosts.LOCATION}\job-1\001-enable.reg"][-1:-1] = lines
    now = machine.dump()
    with failing("foreign_undo_file") as result:
        bench(machine).run(tls_rollback, {"force": force})
    assert (machine.dump(), result["changed"]) == (now, False) and len(result["places"]) == 1


@pytest.mark.parametrize("spoil", ["missing", "damaged"])
def test_without_the_whole_backup_nothing_is_done(bench: Benches, spoil: str) -> None:
    machine, _before = changed_machine(bench)
    path = rf"{hosts.LOCATION}\job-1\001-enable.reg"
    if spoil == "missing":
        del machine.files[path]
    else:
        machine.files[path].insert(1, '"half a li')
    now = machine.dump()
    with failing("no_undo_file") as result:
        bench(machine).run(tls_rollback, {"force": True})
    assert machine.dump() == now
    assert spoil in result["message"]


def test_a_journal_cannot_lead_to_another_file(bench: Benches) -> None:
    machine = windows()
    machine.files[hosts.JOURNAL] = [r"1 ..\..\evil enable -,-", "2 a&calc enable -,-"]
    assert bench(machine).run(tls_rollback)["changed"] is False


def test_what_could_not_be_restored_can_be_tried_again(bench: Benches) -> None:
    machine, before = changed_machine(bench)
    machine.reverted.add("SystemDefaultTlsVersions")
    with failing("not_applied") as result:
        bench(machine).run(tls_rollback)
    assert {change["name"] for change in result["not_applied"]} == {"SystemDefaultTlsVersions"}
    assert (result["changed"], len(result["changes"])) == (True, 10)
    assert "run: job-1" in result["remedy"]
    machine.reverted.clear()
    again = bench(machine).run(tls_rollback, {"run": "job-1"})
    assert (again["changed"], len(again["changes"])) == (True, 4)
    assert machine.dump() == before


def test_a_former_value_that_no_command_line_can_hold(bench: Benches) -> None:
    machine = windows().set(CLIENT, "Enabled", text("100%"))
    bench(machine).run(tls_settings, {"run": "job-1"})
    now = machine.dump()
    with failing("not_writable") as result:
        bench(machine).run(tls_rollback)
    assert (result["changed"], machine.dump()) == (False, now)
    assert "by hand" in result["remedy"]


def test_a_connection_that_drops_on_the_way_back(bench: Benches) -> None:
    machine, _before = changed_machine(bench)
    place = bench(machine, [None, None, None, None, remote_error(sent=True)])
    with failing("interrupted") as result:
        place.run(tls_rollback)
    assert (result["changed"], result["changes"]) == (False, [])
    assert len(result["not_applied"]) == 14


def test_a_machine_that_answers_nothing_any_more_is_not_one_without_the_values(bench: Benches) -> None:
    machine, _before = changed_machine(bench)
    silent = CommandResult(0x40010004, "", "")
    place = bench(machine, [None, None, None, None, remote_error(sent=True), silent])
    with failing("interrupted_unknown") as result:
        place.run(tls_rollback)
    assert (len(result["planned"]), "changed" in result) == (14, False)


@pytest.mark.parametrize("read_again", [True, False])
def test_a_value_that_was_not_read_back_is_not_known_to_be_gone(bench: Benches, read_again: bool) -> None:
    machine, _before = changed_machine(bench)
    machine.reverted.add("SystemDefaultTlsVersions")
    place = bench(machine)

    def marks_alone() -> CommandResult:
        shown = machine.run(place.session.lines[-1])
        return CommandResult(0, shown[: shown.index(f"{HEARD}1") + len(f"{HEARD}1\r\n")], "")

    def of_windows_alone() -> CommandResult:
        last = place.session.lines[-1].rpartition("&reg query")[2]
        return CommandResult(0, machine.run(f"(reg query{last}"), "")

    place.session.script = [None, None, None, None, marks_alone, None if read_again else of_windows_alone]
    with failing("not_applied") as result:
        place.run(tls_rollback)
    assert len(result["not_applied"]) == (4 if read_again else 14)


def test_a_value_that_reg_cannot_write_is_told_and_left_to_its_backup(bench: Benches) -> None:
    machine = windows(9200)
    machine.set(CLIENT, "Enabled", Value("REG_NONE", "0102"))
    bench(machine).run(tls_settings, {"run": "job-1"})
    changed = machine.dump()
    with failing("not_writable") as result:
        bench(machine).run(tls_rollback)
    assert "REG_NONE" in result["message"]
    assert machine.dump() == changed

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""tls_settings: one line to read, one to change, and what was read back is the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.action import tls_settings
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import CommandResult
from ansible_collections.configmgr.tls.tests.unit.plugins.action.fake import Bench, failing, remote_error
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import enabled, windows
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine, dword, text

TLS12 = hosts.protocol("TLS 1.2", "Client")
RUN = {"run": "job-77"}


def client() -> Machine:
    """Nothing of it asks for a second line."""
    return windows(19045, "Client")


def restarted(machine: Machine) -> Machine:
    machine.boot = "2026-02-02T08:00:00.000000000Z"
    return machine


def test_a_machine_that_needs_nothing_is_visited_once(bench: Callable[..., Bench]) -> None:
    machine = enabled(client())
    place = bench(machine)
    assert place.run(tls_settings, RUN) == {"changed": False, "changes": [], "restart_required": False}
    assert place.session.commands == 1
    assert machine.files == {}


def test_any_other_is_changed_by_one_more_line(bench: Callable[..., Bench]) -> None:
    machine = windows(7601, "Client")
    place = bench(machine)
    result = place.run(tls_settings, RUN)
    assert (place.session.opened, place.session.closed) == (1, 1)
    assert place.session.resend == [True, True, False]
    assert (result["changed"], result["restart_required"], len(result["changes"])) == (True, True, 14)
    assert result["backup"] == {"path": rf"{hosts.LOCATION}\job-77\001-enable.reg", "run": "job-77"}
    assert machine.value(TLS12, "Enabled") == dword(1)
    assert machine.value(hosts.WINHTTP, "DefaultSecureProtocols", 32) == dword(0xAA0)
    (line,) = machine.files[hosts.JOURNAL]
    assert line.split()[:4] == ["1", "job-77", "enable", f"{machine.boot},-"]
    assert result["backup"]["path"] in machine.files


def test_a_second_run_finds_nothing_to_do_and_still_waits_for_the_restart(bench: Callable[..., Bench]) -> None:
    machine = windows(7601, "Client")
    bench(machine).run(tls_settings, RUN)
    again = bench(machine).run(tls_settings, RUN)
    assert again == {"changed": False, "changes": [], "restart_required": True}
    assert bench(restarted(machine)).run(tls_settings, RUN)["restart_required"] is False


@pytest.mark.parametrize("stage", ["enable", "disable"])
def test_check_mode_foresees_what_is_then_done(bench: Callable[..., Bench], stage: str) -> None:
    machine = windows(9200)
    machine.file_versions[hosts.WINHTTP_DLL] = "6.2.9200.21797"
    if stage == "disable":
        enabled(machine, winhttp=0xAA0)
    before = machine.dump()
    place = bench(machine)
    foreseen = place.run(tls_settings, {"stage": stage, **RUN}, check=True, diff=True)
    assert place.session.commands == 2
    assert (machine.dump(), machine.files) == (before, {})
    real = bench(machine).run(tls_settings, {"stage": stage, **RUN}, diff=True)
    assert real.pop("begun") <= real.pop("ended")
    assert set(real.pop("protocols_before")) == {"client", "server"}
    assert {**real, "backup": None} == {**foreseen, "backup": None}
    assert real["changed"] is True


def test_the_difference_in_terms_of_a_reg_file(bench: Callable[..., Bench]) -> None:
    machine = enabled(client()).set(TLS12, "Enabled", text("1"))
    diff = bench(machine).run(tls_settings, RUN, check=True, diff=True)["diff"]
    assert diff == {
        "before": f'[HKEY_LOCAL_MACHINE\\{TLS12}]\n"Enabled"=hex(1):31,00,00,00\n',
        "after": f'[HKEY_LOCAL_MACHINE\\{TLS12}]\n"Enabled"=dword:00000001\n',
        "before_header": "registry",
        "after_header": "registry",
    }
    assert "diff" not in bench(machine).run(tls_settings, RUN, check=True)
    assert "diff" not in bench(enabled(client())).run(tls_settings, RUN, check=True, diff=True)


def test_the_former_state_is_in_the_backup(bench: Callable[..., Bench]) -> None:
    machine = enabled(client()).set(TLS12, "Enabled", text("a (b) & c"))
    machine.nodes[(32, hosts.runtime("v4.0.30319").lower())].values.pop("SchUseStrongCrypto")
    result = bench(machine).run(tls_settings, RUN)
    assert machine.files[result["backup"]["path"]] == [
        "Windows Registry Editor Version 5.00",
        rf"[HKEY_LOCAL_MACHINE\{TLS12}]",
        '"Enabled"=hex(1):61,00,20,00,28,00,62,00,29,00,20,00,26,00,20,00,63,00,00,00',
        ';"Enabled"=dword:00000001',
        r"[HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319]",
        '"SchUseStrongCrypto"=-',
        ';"SchUseStrongCrypto"=dword:00000001',
        ";end",
    ]
    assert [(change["before"], change["after"]) for change in result["changes"]] == [
        ("REG_SZ a (b) & c", "REG_DWORD 0x1"),
        (None, "REG_DWORD 0x1"),
    ]


def test_another_backup_location(bench: Callable[..., Bench]) -> None:
    machine, folder = client(), r"%SystemRoot%\configmgr.tls\keep (here) & there"
    result = bench(machine).run(tls_settings, {"backup_location": folder + "\\", **RUN})
    assert result["backup"]["path"] == rf"{folder}\job-77\001-enable.reg"
    assert set(machine.files) == {result["backup"]["path"], rf"{folder}\journal.txt"}


def test_the_journal_goes_on(bench: Callable[..., Bench]) -> None:
    machine = client()
    bench(machine).run(tls_settings, {"components": ["schannel"], **RUN})
    bench(machine).run(tls_settings, {"components": ["dotnet"], "run": "job-78"})
    assert [line.split()[:3] for line in machine.files[hosts.JOURNAL]] == [
        ["1", "job-77", "enable"],
        ["2", "job-78", "enable"],
    ]


def test_what_the_host_calls_its_boot_cannot_become_a_command(bench: Callable[..., Bench]) -> None:
    machine = client().set(rf"{hosts.CONTROL}\Windows", "ShutdownTime", text("x)&calc&(%PATH%"))
    machine.boot = "y)&calc"
    bench(machine).run(tls_settings, RUN)
    assert [line.split()[:4] for line in machine.files[hosts.JOURNAL]] == [["1", "job-77", "enable", "-,-"]]


def test_a_run_without_a_name_has_one(bench: Callable[..., Bench]) -> None:
    machine = client()
    assert bench(machine).run(tls_settings)["backup"]["run"]


def values_of(result: dict[str, Any], part: str) -> set[str]:
    return {change["name"] for change in result[part]}


def test_a_value_that_somebody_puts_back_is_not_applied(bench: Callable[..., Bench]) -> None:
    machine = client()
    machine.reverted.add("SchUseStrongCrypto")
    with failing("not_applied") as result:
        bench(machine).run(tls_settings, RUN)
    assert values_of(result, "not_applied") == {"SchUseStrongCrypto"}
    assert values_of(result, "changes") == {"Enabled", "DisabledByDefault", "SystemDefaultTlsVersions"}
    assert (result["changed"], result["restart_required"], result["backup"]["run"]) == (True, True, "job-77")
    assert "4 of 12 values" in result["message"]
    machine.reverted.clear()
    assert len(bench(machine).run(tls_settings, RUN)["changes"]) == 4


def test_a_key_that_cannot_be_read_stops_the_change(bench: Callable[..., Bench]) -> None:
    machine = client().deny(hosts.runtime("v4.0.30319"))
    before = machine.dump()
    place = bench(machine)
    with failing("unreadable") as result:
        place.run(tls_settings, RUN)
    assert result["unreadable"] == [rf"HKLM\{hosts.runtime('v4.0.30319')}\{name}" for name in hosts.DOTNET_NAMES]
    assert (result["changed"], place.session.commands, machine.dump()) == (False, 1, before)


@pytest.mark.parametrize(("components", "values"), [(["schannel", "dotnet"], 12), (["schannel"], 4)])
def test_without_a_backup_there_is_no_change(bench: Callable[..., Bench], components: list[str], values: int) -> None:
    machine = client()
    machine.disk_full = True
    before = machine.dump()
    with failing("no_backup") as result:
        bench(machine).run(tls_settings, {"components": components, **RUN})
    assert (result["changed"], result["changes"], len(result["not_applied"])) == (False, [], values)
    assert r"\job-77\001-enable.reg" in result["message"]
    assert machine.dump() == before


def test_a_backup_that_is_not_as_it_should_be_is_told(bench: Callable[..., Bench]) -> None:
    machine = client()
    place = bench(machine)

    def spoiled() -> CommandResult:
        return CommandResult(0, machine.run(place.session.lines[-1]).replace("Editor", "Edit"), "")

    place.session.script = [None, spoiled]
    with failing("backup_incomplete") as result:
        place.run(tls_settings, RUN)
    assert (result["changed"], len(result["changes"])) == (True, 12)


def test_a_connection_that_drops_is_followed_by_a_look(bench: Callable[..., Bench]) -> None:
    machine = client()
    place = bench(machine)

    def half() -> CommandResult:
        machine.reverted.add("DisabledByDefault")
        machine.run(place.session.lines[-1])
        raise remote_error(sent=True)

    place.session.script = [None, half]
    with failing("interrupted") as result:
        place.run(tls_settings, RUN)
    assert values_of(result, "not_applied") == {"DisabledByDefault"}
    assert len(result["changes"]) == 10
    assert (result["changed"], result["backup"]) == (True, {"run": "job-77"})
    assert "10 of 12 values were set" in result["message"]
    assert (place.session.opened, place.session.commands) == (2, 3)
    machine.reverted.clear()
    assert len(bench(machine).run(tls_settings, RUN)["changes"]) == 2


def test_a_change_whose_answer_is_lost_is_followed_by_a_look(bench: Callable[..., Bench]) -> None:
    machine = client()
    place = bench(machine)

    def lost() -> CommandResult:
        machine.run(place.session.lines[-1])
        return CommandResult(247, "", "")

    place.session.script = [None, lost]
    with failing("interrupted") as result:
        place.run(tls_settings, RUN)
    assert (result["changed"], len(result["changes"]), result["not_applied"]) == (True, 12, [])


def test_a_connection_that_drops_before_anything_is_done(bench: Callable[..., Bench]) -> None:
    place = bench(client(), [None, remote_error(sent=True)])
    with failing("interrupted") as result:
        place.run(tls_settings, RUN)
    assert (result["changed"], result["changes"], len(result["not_applied"])) == (False, [], 12)


def test_a_connection_that_stays_away_leaves_it_open(bench: Callable[..., Bench]) -> None:
    place = bench(client(), [None, remote_error(sent=True)])
    place.opening = [None, remote_error(unreachable=True)]
    with failing("interrupted_unknown") as result:
        place.run(tls_settings, RUN)
    assert len(result["planned"]) == 12
    assert "changed" not in result


@pytest.mark.parametrize("unreachable", [True, False])
def test_a_line_that_never_left_is_an_ordinary_failure(bench: Callable[..., Bench], unreachable: bool) -> None:
    place = bench(client(), [None, remote_error("quota", "quota", unreachable=unreachable)])
    if unreachable:
        assert place.run(tls_settings, RUN)["unreachable"] is True
    else:
        with failing("quota"):
            place.run(tls_settings, RUN)
    assert place.session.opened == 1


def test_disable_is_refused_while_the_machine_is_not_ready(bench: Callable[..., Bench]) -> None:
    machine = client()
    place = bench(machine)
    with failing("not_ready") as result:
        place.run(tls_settings, {"stage": "disable", **RUN})
    assert {reason["code"] for reason in result["reasons"]} == {"dotnet-v4-settings", "dotnet-v2-settings"}
    assert all(reason["phrase"] in result["message"] for reason in result["reasons"])
    assert (place.session.commands, machine.files) == (1, {})


def test_disable_twice_without_a_restart_between_is_unchanged(bench: Callable[..., Bench]) -> None:
    machine = client()
    bench(machine).run(tls_settings, RUN)
    restarted(machine)
    assert bench(machine).run(tls_settings, {"stage": "disable"})["changed"] is True
    again = bench(machine).run(tls_settings, {"stage": "disable"})
    assert again == {"changed": False, "changes": [], "restart_required": True}


def test_a_windows_whose_reg_knows_no_views_is_refused_by_name(bench: Callable[..., Bench]) -> None:
    machine = client()
    machine.set(hosts.WINDOWS, "CurrentBuild", text("6003"))
    machine.views = False
    with failing("unreadable") as result:
        bench(machine).run(tls_settings, RUN)
    assert "KB948698" in result["remedy"]
    assert machine.files == {}


@pytest.mark.parametrize("stage", ["enable", "disable"])
def test_half_of_a_machine_is_not_set_where_it_does_not_tell_that_there_are_two(
    bench: Callable[..., Bench], stage: str
) -> None:
    machine = enabled(client())
    machine.environment.clear()
    with failing("unreadable") as result:
        bench(machine).run(tls_settings, {"stage": stage, **RUN})
    assert (machine.files, result["changed"]) == ({}, False)
    assert result["unreadable"] == [rf"HKLM\{hosts.CONTROL}\Session Manager\Environment\PROCESSOR_ARCHITECTURE"]


def test_disable_looks_at_the_roles(bench: Callable[..., Bench]) -> None:
    arguments = {"stage": "disable", "configmgr_version": 2509, **RUN}
    assert bench(enabled(client())).run(tls_settings, arguments, check=True)["changed"] is True
    with failing("not_ready") as result:
        bench(enabled(client())).run(tls_settings, {**arguments, "roles": ["management_point"]}, check=True)
    assert {reason["code"] for reason in result["reasons"]} == {"sql-native-client", "sql-odbc18"}


def test_what_an_owner_accepted_does_not_stop_disable(bench: Callable[..., Bench]) -> None:
    arguments = {"stage": "disable", "waived": ["dotnet-v4-settings", "dotnet-v2-settings"], **RUN}
    result = bench(client()).run(tls_settings, arguments)
    assert len(result["changes"]) == 12


def test_disable_of_one_protocol(bench: Callable[..., Bench]) -> None:
    result = bench(enabled(client())).run(tls_settings, {"stage": "disable", "protocols": ["TLS 1.0"], **RUN})
    assert {change["path"].rpartition("Protocols\\")[2] for change in result["changes"]} == {
        r"TLS 1.0\Client",
        r"TLS 1.0\Server",
    }

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one visit asks, and what is made of the answer."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import sql_clients
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.asking import question_lines
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.visit import read_machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._marks import heard
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.further import further_questions
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.location import Location
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.questions import Answers, Command, Query
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Key, Presence, Value, View
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.snapshot import (
    FILE_VERSIONS,
    PROTOCOLS,
    SIDES,
    Snapshot,
    event_time,
)
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import golden_files, hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import questions, snapshot, windows
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine, dword, text


def everything_further() -> list[Query | Command]:
    """What a machine is asked that has all of it."""
    machine = hosts.site(
        hosts.sql_instance(hosts.sql_instance(windows(9200), "13.0.5026.0"), "11.0.7001.0", view=32), 9122
    )
    machine.set(hosts.protocol("TLS 1.0", "Server")).set(rf"{hosts.SMS}\COMPONENTS")
    for name in ("SQL Server", "DP"):
        machine.set(rf"{hosts.SMS}\{name}")
    keys = [client.registry_key for client in sql_clients() if client.registry_key]
    for key in keys:
        hosts.sql_client(machine, key, "11.4.7001.0")
    machine.environment["SMS_ADMIN_UI_PATH"] = r"C:\Console"
    machine.events = False
    return asked_further(machine, keys)


def asked_further(machine: Machine, keys: Sequence[str] = ("SQLNCLI11",)) -> list[Query | Command]:
    (line,) = question_lines(questions())
    return further_questions(Answers.parse(questions(), machine.run(line)), keys)


def test_the_whole_line() -> None:
    (line,) = question_lines(questions())
    assert line == golden_files.expected("snapshot")


def test_the_whole_further_line() -> None:
    (line,) = question_lines(everything_further())
    assert line == golden_files.expected("further")


def test_the_line_fits_and_leaves_room_for_a_long_backup_location() -> None:
    (line,) = question_lines(questions())
    assert len(line) + 260 <= 8191


def test_no_question_is_asked_twice() -> None:
    asked = [*questions(), *everything_further()]
    # Each line has an end.
    assert len(set(asked)) == len(asked) - 1


def test_what_is_below_schannel_counts_as_asked_for_key_by_key() -> None:
    missed = snapshot(windows()).registry.missed
    for protocol in PROTOCOLS:
        for side in SIDES:
            assert (View.NATIVE, Key(hosts.protocol(protocol, side))) in missed
    assert (View.NATIVE, Key(rf"{hosts.CONTROL}\SecurityProviders\SCHANNEL\Ciphers\AES 128/128")) in missed


def test_nothing_further_is_asked_of_a_plain_client() -> None:
    client = windows(19045, "Client")
    assert asked_further(client) == []
    # As every Windows has it.
    assert asked_further(client.set(rf"{hosts.MICROSOFT}\MSSQLServer\Client")) == []


@pytest.mark.parametrize(("view", "lines"), [(64, 2), (32, 3)])
def test_only_a_32_bit_instance_of_sql_server_takes_a_third_line(view: int, lines: int) -> None:
    visit = hosts.Visited(hosts.sql_instance(windows(), "13.0.5026.0", view=view))
    seen = read_machine(visit, Location(hosts.LOCATION)).snapshot
    setup = seen.registry.key(Key(rf"{hosts.SQL}\MSSQL13.MSSQLSERVER\Setup"), View(view))
    assert (visit.commands, setup.value("PatchLevel")) == (lines, Value("REG_SZ", "13.0.5026.0"))


@pytest.mark.parametrize("name", ["Microsoft SQL Server", "SQLNCLI11", "MSODBCSQL19"])
def test_a_client_with_something_of_sql_server_is_asked_further(name: str) -> None:
    asked = asked_further(windows(19045, "Client").set(rf"{hosts.MICROSOFT}\{name}"))
    assert Query(Key(r"SOFTWARE\ODBC\ODBCINST.INI\ODBC Drivers"), View.NATIVE, sure=True) in asked
    assert (Query(Key(rf"{hosts.MICROSOFT}\{name}"), View.NATIVE, sure=True) in asked) == (name == "SQLNCLI11")


def test_names_that_could_not_be_listed_are_not_taken_for_none() -> None:
    machine = windows(19045, "Client").deny(hosts.MICROSOFT)
    (line,) = question_lines(questions())
    answers = Answers.parse(questions(), machine.run(line))
    assert answers.registry.key(hosts.MICROSOFT).presence is Presence.UNREADABLE
    assert Query(Key(rf"{hosts.SQL}\Instance Names\SQL"), View.NATIVE, sure=True) in further_questions(answers, [])


def test_a_distribution_point_on_a_windows_for_people_is_asked_as_a_server() -> None:
    asked = asked_further(windows(19045, "Client").set(rf"{hosts.SMS}\DP"))
    assert Query(Key(r"SYSTEM\CurrentControlSet\Services\HTTP\Parameters"), sure=True) in asked


def test_half_of_a_protocol_is_looked_at_again() -> None:
    machine = windows().set(hosts.protocol("TLS 1.0", "Server"), "Enabled", dword(0))
    registry = snapshot(machine).registry
    assert registry.key(hosts.protocol("TLS 1.0", "Client")).presence is Presence.ABSENT
    assert registry.key(hosts.protocol("TLS 1.0", "Server")).value("Enabled") == dword(0)


@pytest.mark.parametrize("said", ["", "Registry editing has been disabled by your administrator.\r\n"])
def test_a_reg_that_always_says_the_same_tells_nothing(said: str) -> None:
    machine = windows()
    machine.broken = said
    registry = snapshot(machine).registry
    for path in (hosts.FIPS, hosts.SETUP, hosts.WINHTTP, hosts.PROTOCOLS, hosts.protocol("TLS 1.2", "Client")):
        assert registry.key(path).presence is Presence.UNREADABLE


def test_a_machine_that_answers_nothing_is_not_complete() -> None:
    assert not Snapshot.parse(questions(), "Willkommen\r\n").complete
    assert snapshot(windows()).complete


def test_values_come_with_their_view() -> None:
    machine = windows()
    machine.set(hosts.WINHTTP, "DefaultSecureProtocols", dword(0xA0), 64)
    machine.set(hosts.WINHTTP, "DefaultSecureProtocols", dword(0xAA0), 32)
    registry = snapshot(machine).registry
    assert registry.key(hosts.WINHTTP).value("DefaultSecureProtocols") == dword(0xA0)
    assert registry.key(hosts.WINHTTP, View.WOW).value("DefaultSecureProtocols") == dword(0xAA0)


# Keys whose absence would be good news: when one of them is hidden, that has to be seen.
@pytest.mark.parametrize(
    ("path", "view"),
    [
        (rf"{hosts.CONTROL}\SecurityProviders\SCHANNEL", 64),
        (hosts.PROTOCOLS, 64),
        (hosts.protocol("TLS 1.2", "Client"), 64),
        (rf"{hosts.CONTROL}\SecurityProviders\SCHANNEL\Ciphers\AES 128/128", 64),
        (rf"{hosts.CONTROL}\SecurityProviders\SCHANNEL\Ciphers", 64),
        (hosts.FIPS, 64),
        (r"SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002", 64),
        (hosts.SETUP, 64),
        (hosts.runtime("v4.0.30319"), 64),
        (hosts.runtime("v4.0.30319"), 32),
        (hosts.WINHTTP, 64),
        (hosts.WINHTTP, 32),
        (rf"{hosts.MICROSOFT}\Update Services\Server\Setup", 64),
        (rf"{hosts.SMS}\Identification", 64),
    ],
)
def test_a_key_that_is_there_and_does_not_answer_is_unreadable(path: str, view: int) -> None:
    machine = windows().set(path, view=view)
    assert snapshot(machine).registry.key(path, View(view)).presence is Presence.PRESENT
    hidden = snapshot(machine.deny(path, view)).registry
    assert hidden.key(path, View(view)).presence is Presence.UNREADABLE
    assert hidden.key(rf"{path}\Below", View(view)).presence is not Presence.PRESENT


@pytest.mark.parametrize(
    ("path", "value"), [(hosts.FIPS, "Enabled"), (hosts.SETUP, "Release"), (hosts.WINHTTP, "DefaultSecureProtocols")]
)
def test_a_key_without_the_value_is_not_unreadable(path: str, value: str) -> None:
    machine = windows(dotnet=None).set(path)
    machine.nodes[(64, path.lower())].values.clear()
    reading = snapshot(machine).registry.key(path)
    assert reading.presence is Presence.PRESENT
    assert reading.value(value) is None


def test_file_versions_are_asked_only_where_they_decide() -> None:
    machine = windows(7601, "Client")
    machine.file_versions[hosts.WINHTTP_DLL] = "6.1.7601.23375"
    assert snapshot(machine).file_versions == {"winhttp": "6.1.7601.23375"}
    machine.set(hosts.WINDOWS, "CurrentBuild", text("17763"))
    assert snapshot(machine).file_versions == {}


def test_the_file_of_wsus_is_asked_for_only_where_wsus_answered() -> None:
    machine = windows(9600)
    machine.file_versions[hosts.WSUS_SERVICE] = "6.3.9600.18838"
    assert snapshot(machine).file_versions == {}
    machine.set(rf"{hosts.MICROSOFT}\Update Services\Server\Setup", "TargetDir", text("C:"))
    assert snapshot(machine).file_versions == {"wsus": "6.3.9600.18838"}


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("\r\r\n\r\r\nVersion=6.1.7601.17514\r\r\n\r\r\n", "6.1.7601.17514"),
        ("Version = 6.1 \r\n", "6.1"),
        ("Version=\r\r\n", None),
        ("Invalid query\r\n", None),
        ("Subversion=1\r\n", None),
    ],
)
def test_the_answer_of_wmic(answer: str, version: str | None) -> None:
    asked = [command for file in FILE_VERSIONS for command in file.commands(file.builds[0])]
    assert Snapshot.parse(asked, heard(f"{answer}#ok 0\r\n", "#ok")).file_versions.get("winhttp") == version


@pytest.mark.parametrize(
    ("lines", "time"),
    [
        (["<TimeCreated SystemTime='2026-01-01T08:00:00.1Z'/>"], "2026-01-01T08:00:00.1Z"),
        (['<TimeCreated SystemTime="2026-01-01T08:00:00.1Z"/>'], "2026-01-01T08:00:00.1Z"),
        (["<TimeCreated SystemTime='2026-01-01", "T08:00:00Z'/>"], "2026-01-01T08:00:00Z"),
        (["<Event/>"], None),
        (["SystemTime="], None),
        (["SystemTime='"], None),
        ([], None),
    ],
)
def test_the_time_of_an_event(lines: list[str], time: str | None) -> None:
    assert event_time(lines) == time


def test_the_journal_is_given_as_it_is() -> None:
    machine = Machine(files={hosts.JOURNAL: ["one", "two"]})
    assert snapshot(machine).journal == ("one", "two")
    assert snapshot(Machine()).journal == ()

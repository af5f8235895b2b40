# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""reg, byte for byte. What reg does with each argument is what public tests of reg on Windows expect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configmgr_lab.machine.machine import Machine
from configmgr_lab.machine.values import RegistryType, Value
from configmgr_lab.sample import USER, sample_machine
from configmgr_lab.shell.tools import regfile

KEY = "HKLM\\SOFTWARE\\T"
LONG = "HKEY_LOCAL_MACHINE\\SOFTWARE\\T"
NOT_FOUND = "ERROR: The system was unable to find the specified registry key or value.\r\n"


def run(machine: Machine, line: str) -> tuple[str, str, int]:
    completed = machine.run(line, user=USER)
    return completed.stdout.decode(), completed.stderr.decode(), completed.exit_code


@pytest.fixture
def machine() -> Machine:
    machine = sample_machine()
    machine.write_registry(KEY, Value.text("Test1", "Hello, World"))
    machine.write_registry(KEY, Value.dword("Test2", 0x123))
    return machine


def test_a_key(machine: Machine) -> None:
    expected = f"\r\n{LONG}\r\n    Test1    REG_SZ    Hello, World\r\n    Test2    REG_DWORD    0x123\r\n\r\n"
    assert run(machine, f"reg query {KEY}") == (expected, "", 0)
    assert run(machine, f"reg query {KEY}\\") == (expected, "", 0)
    assert run(machine, f"reg query {LONG} /reg:64") == (expected, "", 0)


def test_a_value(machine: Machine) -> None:
    expected = f"\r\n{LONG}\r\n    Test1    REG_SZ    Hello, World\r\n\r\n"
    assert run(machine, f"reg query {KEY} /v test1") == (expected, "", 0)
    assert run(machine, f"reg query {KEY} /v nope") == ("\r\n", NOT_FOUND, 1)
    not_set = f"\r\n{LONG}\r\n    (Default)    REG_SZ    (value not set)\r\n\r\n"
    assert run(machine, f"reg query {KEY} /ve") == (not_set, "", 0)


def test_a_search_in_the_names_of_values(machine: Machine) -> None:
    machine.write_registry(f"{KEY}\\Tcp", Value.text("TcpPort", "1433"))
    machine.write_registry(f"{KEY}\\Tcp", Value.text("Display", "port"))
    machine.write_registry(KEY, Value.dword("FORCE", 1))
    force = f"{LONG}\r\n    FORCE    REG_DWORD    0x1\r\n\r\n"
    found = f"\r\n{force}{LONG}\\Tcp\r\n    TcpPort    REG_SZ    1433\r\n\r\nEnd of search: 2 match(es) found.\r\n"
    assert run(machine, f"reg query {KEY} /s /f or /v") == (found, "", 0)
    assert run(machine, f"reg query {KEY} /s /f nothing /v") == ("\r\nEnd of search: 0 match(es) found.\r\n", "", 1)
    assert run(machine, f"reg query {KEY} /s /v")[2] == 1


def test_subkeys_with_and_without_s(machine: Machine) -> None:
    machine.write_registry(f"{KEY}\\Zeta", Value.text("W", "1"))
    machine.write_registry(f"{KEY}\\alpha", Value.text("", "d"))
    machine.write_registry(f"{KEY}\\alpha", Value.text("W", "2"))
    head = f"\r\n{LONG}\r\n    Test1    REG_SZ    Hello, World\r\n    Test2    REG_DWORD    0x123\r\n\r\n"
    assert run(machine, f"reg query {KEY}")[0] == f"{head}{LONG}\\alpha\r\n{LONG}\\Zeta\r\n"
    alpha = f"{LONG}\\alpha\r\n    (Default)    REG_SZ    d\r\n    W    REG_SZ    2\r\n\r\n"
    zeta = f"{LONG}\\Zeta\r\n    W    REG_SZ    1\r\n\r\n"
    assert run(machine, f"reg query {KEY} /s")[0] == head + alpha + zeta
    found = f"\r\n{LONG}\\alpha\r\n    W    REG_SZ    2\r\n\r\n{zeta}End of search: 2 match(es) found.\r\n"
    assert run(machine, f"reg query {KEY} /v W /s") == (found, "", 0)
    assert run(machine, f"reg query {KEY} /v Nope /s") == ("\r\nEnd of search: 0 match(es) found.\r\n", "", 1)


def test_keys_without_values() -> None:
    machine = sample_machine()
    for name in ("one", "two"):
        machine.registry.create(f"{KEY}\\{name}")
    assert run(machine, f"reg query {KEY}") == (f"\r\n{LONG}\\one\r\n{LONG}\\two\r\n", "", 0)
    assert run(machine, f"reg query {KEY} /s") == (f"\r\n{LONG}\\one\r\n\r\n{LONG}\\two\r\n\r\n", "", 0)
    assert run(machine, f"reg query {KEY}\\one") == ("\r\n", "", 0)
    assert run(machine, f"reg query {KEY}\\three") == ("", NOT_FOUND, 1)


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ("/t REG_DWORD /d 0x1f", "REG_DWORD    0x1f"),
        ("/t REG_DWORD /d 31", "REG_DWORD    0x1f"),
        ("/t reg_dword /d 0123", "REG_DWORD    0x7b"),
        ("/t REG_DWORD /d 0XFFFFFFFF", "REG_DWORD    0xffffffff"),
        ("/t REG_DWORD_LITTLE_ENDIAN /d 456", "REG_DWORD    0x1c8"),
        ("/t REG_QWORD /d 0x2a", "REG_QWORD    0x2a"),
        ("/t REG_QWORD", "REG_QWORD    0x0"),
        ("/t REG_MULTI_SZ /d a\\0b", "REG_MULTI_SZ    a\\0b"),
        ("/t REG_MULTI_SZ /s ; /d a;b", "REG_MULTI_SZ    a\\0b"),
        ("/t REG_BINARY /d 00ff", "REG_BINARY    00FF"),
        ("/t REG_BINARY /d fff", "REG_BINARY    0FFF"),
        ("/t REG_EXPAND_SZ /d ^%SystemRoot^%", "REG_EXPAND_SZ    %SystemRoot%"),
        ("/t REG_EXPAND_SZ /d %Nope%", "REG_EXPAND_SZ    %Nope%"),
        ("/d one/two/three", "REG_SZ    one/two/three"),
        ('/d "a    b"', "REG_SZ    a    b"),
        ("", "REG_SZ    "),
        ("/t REG_NONE /d T", "REG_NONE    54000000"),
    ],
)
def test_add(machine: Machine, arguments: str, shown: str) -> None:
    assert run(machine, f"reg add {KEY} /v New {arguments} /f")[1:] == ("", 0)
    assert run(machine, f"reg query {KEY} /v New")[0] == f"\r\n{LONG}\r\n    New    {shown}\r\n\r\n"


@pytest.mark.parametrize(
    "arguments",
    [
        "/v A /t REG_DWORD", "/v A /t REG_DWORD /d", "/v A /t REG_DWORD /d -1", "/v A /t REG_DWORD /d 4294967296",
        "/v A /t REG_DWORD /d 0x", "/v A /t REG_DWORD /d 123xyz", "/v A /t REG_DWORD /d 00x123",
        "/v A /t REG_BINARY /d 0xff", "/v A /t REG_NOPE /d 1", '/v A /t "" /d 1', "/v A /ve", "/v A /v B", "/f /f",
        "/v A /a", "/v A /", "/v A /d 1 /reg:32 /reg:64", "/v A /d 1 /reg:64 /reg:64", "/v A extra",
        "/v A /t REG_QWORD /d -0x1",
    ],
)  # fmt: skip
def test_add_refuses(machine: Machine, arguments: str) -> None:
    before = machine.dump()["registry"]
    stdout, stderr, code = run(machine, f"reg add {KEY} {arguments}{'' if '/f' in arguments else ' /f'}")
    assert (stdout, code) == ("", 1)
    assert stderr.startswith("ERROR: ")
    assert machine.dump()["registry"] == before


def test_add_without_a_value_writes_an_empty_default(machine: Machine) -> None:
    assert run(machine, f"reg add {KEY}\\New /f") == ("The operation completed successfully.\r\n", "", 0)
    assert run(machine, f"reg query {KEY}\\New")[0] == f"\r\n{LONG}\\New\r\n    (Default)    REG_SZ    \r\n\r\n"


def test_add_asks_before_it_overwrites(machine: Machine) -> None:
    line = f"reg add {KEY} /v Test2 /t REG_DWORD /d 1"
    assert run(machine, line)[2] == 1
    assert machine.registry.number(KEY, "Test2") == 0x123
    assert machine.run(line, user=USER, stdin=b"y\r\n").exit_code == 0
    assert machine.registry.number(KEY, "Test2") == 1


@pytest.mark.parametrize("path", ["\\HKLM\\X", "\\\\box\\HKLM\\X", "HKLM\\", "HKLM\\X\\\\", "NOPE\\X"])
def test_paths_that_are_none(machine: Machine, path: str) -> None:
    assert run(machine, f"reg add {path} /v A /d 1 /f")[2] == 1
    assert run(machine, f"reg query {path}")[2] == 1


def test_delete(machine: Machine) -> None:
    machine.registry.create(f"{KEY}\\Sub")
    assert run(machine, f"reg delete {KEY} /v TEST2 /f") == ("The operation completed successfully.\r\n", "", 0)
    assert run(machine, f"reg delete {KEY} /v Test2 /f") == ("", NOT_FOUND, 1)
    assert run(machine, f"reg delete {KEY} /va /f")[2] == 0
    key = machine.registry.key(KEY)
    assert key is not None
    assert (key.values, key.subkeys) == ((), ("Sub",))
    assert run(machine, f"reg delete {KEY}")[2] == 1
    assert run(machine, f"reg delete {KEY} /f")[2] == 0
    assert run(machine, f"reg delete {KEY} /f") == ("", NOT_FOUND, 1)


def test_views(machine: Machine) -> None:
    assert run(machine, f"reg add {KEY} /v Narrow /d 32 /f /reg:32")[2] == 0
    assert run(machine, f"reg query {KEY} /v Narrow")[2] == 1
    assert run(machine, f"reg query {KEY} /reg:32")[0] == f"\r\n{LONG}\r\n    Narrow    REG_SZ    32\r\n\r\n"
    assert run(machine, "reg query HKLM\\SOFTWARE\\Wow6432Node\\T /v Narrow")[2] == 0


def test_export_is_exact(machine: Machine) -> None:
    machine.write_registry(f"{KEY}\\Sub", Value.multi("M", ["Line1", "Line2", "Line3"]))
    machine.write_registry(f"{KEY}\\Sub", Value.text('q"\\', "a\\b"))
    assert run(machine, f"reg export {KEY} C:\\x.reg /y") == ("The operation completed successfully.\r\n", "", 0)
    content = machine.files.read("C:\\x.reg")
    assert content.startswith(b"\xff\xfe")
    assert content[2:].decode("utf-16-le") == (
        "Windows Registry Editor Version 5.00\r\n\r\n"
        f'[{LONG}]\r\n"Test1"="Hello, World"\r\n"Test2"=dword:00000123\r\n\r\n'
        f"[{LONG}\\Sub]\r\n"
        '"M"=hex(7):4c,00,69,00,6e,00,65,00,31,00,00,00,4c,00,69,00,6e,00,65,00,32,00,\\\r\n'
        "  00,00,4c,00,69,00,6e,00,65,00,33,00,00,00,00,00\r\n"
        '"q\\"\\\\"="a\\\\b"\r\n\r\n'
    )
    assert run(machine, "type C:\\x.reg")[0] == content[2:].decode("utf-16-le")


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xef\xbb\xbf", b""])
def test_import_sets_and_deletes(machine: Machine, mark: bytes) -> None:
    machine.registry.create(f"{KEY}\\Gone\\Deep")
    text = (
        "Windows Registry Editor Version 5.00\r\n\r\n; a remark\r\n"
        f'[{LONG}]\r\n"Test1"=-\r\n"Test2"=dword:00000005\r\n@="d"\r\n"B"=hex:01,\\\r\n  02\r\n\r\n'
        f"[-{LONG}\\Gone]\r\n[-{LONG}\\Never]\r\n[{LONG}\\Made]\r\n"
    )
    machine.files.write("C:\\x.reg", mark + text.encode("utf-16-le" if mark == b"\xff\xfe" else "utf-8"))
    assert run(machine, "reg import C:\\x.reg") == ("", "The operation completed successfully.\r\n", 0)
    key = machine.registry.key(KEY)
    assert key is not None
    assert {value.name: value.shown() for value in key.values} == {"Test2": "0x5", "": "d", "B": "0102"}
    assert key.subkeys == ("Made",)


def test_import_refuses_what_is_no_registry_file(machine: Machine) -> None:
    machine.files.write("C:\\x.reg", b"REGEDIT4\r\n")
    before = machine.dump()["registry"]
    assert run(machine, "reg import C:\\x.reg")[2] == 1
    assert run(machine, "reg import C:\\nope.reg")[2] == 1
    assert machine.dump()["registry"] == before


def test_import_below_a_denied_key_says_so(machine: Machine) -> None:
    machine.files.write("C:\\x.reg", f'Windows Registry Editor Version 5.00\r\n[{LONG}]\r\n"A"="1"\r\n'.encode())
    machine.faults.deny(KEY)
    assert run(machine, "reg import C:\\x.reg")[2] == 1
    assert machine.registry.value(KEY, "A") is None


NAMES = st.text(
    st.characters(codec="utf-16", exclude_characters="\0\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), max_size=6
)


@given(st.lists(st.builds(Value, NAMES, st.sampled_from(RegistryType), st.binary(max_size=90)), max_size=5))
def test_what_is_exported_comes_back(values: list[Value]) -> None:
    machine = sample_machine()
    for value in values:
        machine.write_registry(KEY, value)
    machine.registry.create(KEY)
    key = machine.registry.key(KEY)
    assert (
        machine.run(f"reg export {KEY} C:\\x.reg /y & reg delete {KEY} /f & reg import C:\\x.reg", user=USER).exit_code
        == 0
    )
    assert machine.registry.key(KEY) == key


@given(st.binary(max_size=200))
def test_reading_a_registry_file_never_fails_otherwise(content: bytes) -> None:
    try:
        list(regfile.read(regfile.HEADER.encode() + b"\r\n[HKLM\\A]\r\n" + content))
    except regfile.BadRegistryFile:
        pytest.fail("the header was there")

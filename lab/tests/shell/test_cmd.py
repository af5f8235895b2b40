# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cmd prints and answers, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from configmgr_lab.sample import USER, sample_machine
from configmgr_lab.shell.interpreter import LINE_LIMIT

UNKNOWN = "'{}' is not recognized as an internal or external command,\noperable program or batch file.\n"
SYNTAX = "The syntax of the command is incorrect.\n"

# line, stdout, stderr, exit code; \n stands for CR LF
LINES = [
    ("echo hello", "hello\n", "", 0),
    ("echo hello ", "hello \n", "", 0),
    ("echo a&echo b", "a\nb\n", "", 0),
    ("echo a & echo b", "a \nb\n", "", 0),
    ("echo.", "\n", "", 0),
    ("echo.a  b", "a  b\n", "", 0),
    ('echo "a & b"', '"a & b"\n', "", 0),
    ("echo a ^& b", "a & b\n", "", 0),
    ("@echo off", "", "", 0),
    ("(echo a)", "a\n", "", 0),
    ('(echo a&echo b)|find "b"', "b\n", "", 0),
    ("ver>nul&&echo #ok 1", "#ok 1\n", "", 0),
    (
        "(ver >nul && echo #ok 1) & (nope && echo #ok 2) & (ver >nul && echo #ok 3)",
        "#ok 1\n#ok 3\n",
        UNKNOWN.format("nope"),
        0,
    ),
    ("nope", "", UNKNOWN.format("nope"), 1),
    ("nope 2>nul", "", "", 1),
    ("nope 2>&1", UNKNOWN.format("nope"), "", 1),
    ('nope 2>&1 | find "nope" /c', "1\n", "", 0),
    ("nope >nul 2>&1", "", "", 1),
    ("(nope&echo a)2>nul", "a\n", "", 1),
    ("nope.exe /x", "", UNKNOWN.format("nope.exe"), 1),
    ("nope||echo no", "no\n", UNKNOWN.format("nope"), 1),
    ("ver>nul||echo no", "", "", 0),
    ("echo a 1>&2", "", "a \n", 0),
    ("echo %COMPUTERNAME%", "BOX\n", "", 0),
    ("echo %ProgramData%\\x", "C:\\ProgramData\\x\n", "", 0),
    ("echo %NOPE%", "%NOPE%\n", "", 0),
    ("set X=1&echo %X%", "%X%\n", "", 0),
    ("set X=1&set X", "X=1\n", "", 0),
    ("exit /b 7", "", "", 7),
    ("exit /b 7 & echo a", "", "", 7),
    ("cmd /c " * 30 + "ver", "", "configmgr-lab: 'so many shells in each other' is not emulated.\n", 1),
    ("exit /b 4294967295", "", "", -1),
    ("cmd /c exit /b 5", "", "", 5),
    ('cmd /c "echo a & echo b"', "a \nb\n", "", 0),
    ("cmd /c exit /b 5 & if errorlevel 5 echo five", "five\n", "", 5),
    ("cmd /c exit /b 1 & if errorlevel 0 if not errorlevel 2 echo between", "between\n", "", 1),
    ("cmd /c exit /b -5 & if errorlevel 0 if not errorlevel 2 echo between", "", "", -5),
    ("if exist C:\\Windows echo yes", "yes\n", "", 0),
    ("if exist C:\\Windows\\nope (echo yes) else (echo no)", "no\n", "", 0),
    ("if not exist c:\\windows\\NOPE.TXT echo no", "no\n", "", 0),
    ("if 2 LSS 10 echo less", "less\n", "", 0),
    ('if /i "A"=="a" echo same', "same\n", "", 0),
    ("if defined ComSpec echo yes", "yes\n", "", 0),
    ("echo a & & echo b", "", "& was unexpected at this time.\n", 1),
    ("echo a & (echo b", "", SYNTAX, 1),
    ("echo a >", "", SYNTAX, 1),
    ("rem a & echo b", "", "", 0),
    ("echo a\necho b", "a\n", "", 0),
    ("ver", "\nMicrosoft Windows [Version 10.0.14393.6897]\n", "", 0),
    ("hostname", "BOX\n", "", 0),
    ("whoami", "box\\tester\n", "", 0),
    ("%SystemRoot%\\System32\\hostname.exe", "BOX\n", "", 0),
    (
        '"C:\\Windows\\System32\\reg.exe" query HKLM\\NOPE',
        "",
        "ERROR: The system was unable to find the specified registry key or value.\n",
        1,
    ),
    ("type C:\\nope", "", "The system cannot find the file specified.\n", 1),
    ("echo a>C:\\nope\\x", "", "The system cannot find the path specified.\n", 1),
    ('find "a"<C:\\nope', "", "The system cannot find the file specified.\n", 1),
    ("timeout 5", "", "ERROR: Input redirection is not supported, exiting the process immediately.\n", 1),
    ("powershell -Command 1", "", UNKNOWN.format("powershell"), 1),
    ("for %i in (1) do echo %i", "", "configmgr-lab: 'for' is not emulated.\n", 1),
    ("dir /s C:\\Windows", "", "configmgr-lab: 'dir /s without /b' is not emulated.\n", 1),
]


@pytest.mark.parametrize(("line", "stdout", "stderr", "exit_code"), LINES)
def test_line(line: str, stdout: str, stderr: str, exit_code: int) -> None:
    completed = sample_machine().run(line, user=USER)
    assert completed.stdout.decode() == stdout.replace("\n", "\r\n")
    assert completed.stderr.decode() == stderr.replace("\n", "\r\n")
    assert completed.exit_code == exit_code


def test_the_line_s_length() -> None:
    machine = sample_machine()
    fits = "echo " + "x" * (LINE_LIMIT - 5)
    assert machine.run(fits, user=USER).stdout == fits[5:].encode() + b"\r\n"
    refused = machine.run(fits + "x", user=USER)
    assert (refused.stdout, refused.stderr, refused.exit_code) == (b"", b"The command line is too long.\r\n", 1)
    grows = "%SystemRoot%" * 680 + "%SystemRoot%" * 2
    assert len(grows) < LINE_LIMIT
    assert machine.run("rem " + grows, user=USER).exit_code == 0
    assert machine.run("rem " + "%ProgramFiles(x86)%" * 430, user=USER).exit_code == 1


def test_a_line_that_is_not_understood_does_nothing() -> None:
    machine = sample_machine()
    assert machine.run("reg add HKLM\\SOFTWARE\\X /v A /d 1 /f & (", user=USER).exit_code == 1
    assert machine.registry.key("HKLM\\SOFTWARE\\X") is None


# lines run one after the other, then what the last one prints
FILES = [
    (["md C:\\a\\b\\c", "dir /b C:\\a"], "b\n"),
    (
        [
            "mkdir %ProgramData%\\x",
            "echo one>%ProgramData%\\x\\f",
            "echo two>>%programdata%\\X\\F",
            "type C:\\ProgramData\\x\\f",
        ],
        "one\ntwo\n",
    ),
    (["(echo one&echo two)>C:\\f", "type C:\\f"], "one\ntwo\n"),
    (["echo a>C:\\f", "copy C:\\f C:\\g >nul", "type C:\\g"], "a\n"),
    (["echo a>C:\\f", "move C:\\f C:\\g >nul", "dir /b C:\\f C:\\g 2>nul & if not exist C:\\f echo gone"], "gone\n"),
    (["echo a>C:\\f", "del C:\\f", "if not exist C:\\f echo gone"], "gone\n"),
    (["md C:\\a\\b", "echo a>C:\\a\\b\\f", "rd /s /q C:\\a", "if not exist C:\\a echo gone"], "gone\n"),
    (["md C:\\a", "(rd /s /q C:\\a) > C:\\a\\x", "if not exist C:\\a echo gone"], "gone\n"),
    (["md C:\\a", "cd C:\\a & echo here>f", "type C:\\a\\f"], "here\n"),
    (['echo a>"C:\\Program Files\\with space"', 'type "C:\\Program Files\\with space"'], "a\n"),
    (['find "x">C:\\f', "if exist C:\\f echo made"], "made\n"),
    (["md C:\\a", "echo 1>C:\\a\\x.reg", "if exist C:\\a\\*.reg echo some"], "some\n"),
    (["echo abc>C:\\f", 'find "B" /i C:\\f'], "\n---------- C:\\F\nabc\n"),
    (["echo abc>C:\\f", 'findstr /r "^a.c$" C:\\f'], "abc\n"),
]


@pytest.mark.parametrize(("lines", "stdout"), FILES)
def test_files(lines: list[str], stdout: str) -> None:
    machine = sample_machine()
    for line in lines:
        completed = machine.run(line, user=USER)
    assert completed.stdout.decode() == stdout.replace("\n", "\r\n")


def test_stdin_and_environment_of_the_shell() -> None:
    machine = sample_machine()
    completed = machine.run('find "b" & echo %MINE%', user=USER, stdin=b"a\r\nb\r\n", environment={"MINE": "1"})
    assert completed.stdout == b"b\r\n1\r\n"
    assert machine.run("cd", user=USER, directory="C:\\windows").stdout == b"C:\\Windows\r\n"


def test_powershell_goes_to_its_hook() -> None:
    machine = sample_machine()
    machine.powershell = lambda line, stdin: machine.run(f"echo [{line}] {stdin.decode()}", user=USER)
    completed = machine.run("PowerShell -NoProfile -EncodedCommand AAAA", user=USER, stdin=b"payload")
    assert completed.stdout == b"[-NoProfile -EncodedCommand AAAA] payload\r\n"


@given(st.text(max_size=40))
@settings(max_examples=300)
def test_any_line_gives_an_answer(line: str) -> None:
    completed = sample_machine().run(line, user=USER)
    assert completed.stdout.decode() is not None
    assert isinstance(completed.exit_code, int)


WORDS = """\
reg query add HKLM\\SOFTWARE /v /s && | ( ) > f sc net stop x " wmic wevtutil qe System /q:*[System find findstr [ if
exist set copy rd cd shutdown /t -1 cmd /c %PATH% %PATH:~1 del * type 2>&1 export import datafile where name= get
"""


@given(st.lists(st.sampled_from(WORDS.split()), max_size=10).map(" ".join))
@settings(max_examples=300)
def test_no_mix_of_words_breaks_a_tool(line: str) -> None:
    assert isinstance(sample_machine().run(line, user=USER).exit_code, int)

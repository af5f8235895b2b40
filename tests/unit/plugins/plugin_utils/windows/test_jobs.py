# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as they are told to a machine and read back from it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import package, packages
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import LIMIT
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.run import install_command
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.jobs import (
    FOLDER,
    NOT_YET,
    RUNNING,
    Job,
    JobState,
    Workshop,
    free_bytes,
    job_questions,
    parse_hash,
    parse_job,
    runtime_version,
    system_root,
)

WORKSHOP = Workshop(r"C:\Windows")
BOOT = "2026-01-01T08:00:00.1234567Z,A0B1"
ROW = '"HOST","\\configmgr.tls update","N/A","{word}","Interactive/Background","N/A","{result}","N/A"'


@pytest.mark.parametrize("root", [r"C:\Windows", r"D:\WINNT", r"E:\My Windows"])
def test_the_folder_lies_where_windows_is(root: str) -> None:
    assert system_root({"root": (root + " ",)}) == Workshop(root)


@pytest.mark.parametrize("root", ["", "%SystemRoot%", "C:\\", 'C:\\Windows" & calc', r"\\server\share", r"C:\Win!dows"])
def test_no_other_place_is_believed(root: str) -> None:
    assert system_root({"root": (root,)}) is None
    with pytest.raises(ValueError):
        Workshop(root)


@pytest.mark.parametrize("row", packages(), ids=lambda row: row.id)
def test_every_package_makes_a_line_that_cmd_takes(row: object) -> None:
    command = install_command(row, WORKSHOP)  # type: ignore[arg-type]
    line = WORKSHOP.start_line(Job(f"install {row.id}", command, 7200, BOOT))  # type: ignore[attr-defined]
    assert len(line) <= LIMIT and "\n" not in line and not line.startswith('"')
    # All that could be more than text stands in quotes or is ours.
    assert not re.search(r"%(?!SystemRoot%)", command) and "&" not in command and "|" not in command


def test_the_command_of_each_kind() -> None:
    commands = {
        name: install_command(package(name), WORKSHOP) for name in ("winhttp-7-x64", "odbc18-x64", "dotnet-4.8")
    }
    folder = r"C:\Windows\configmgr.tls.updates"
    assert commands == {
        "winhttp-7-x64": rf'"C:\Windows\System32\wusa.exe" "{folder}\winhttp-7-x64.msu" /quiet /norestart',
        "odbc18-x64": rf'"C:\Windows\System32\msiexec.exe" /i "{folder}\odbc18-x64.msi" /qn /norestart '
        "IACCEPTMSODBCSQLLICENSETERMS=YES",
        "dotnet-4.8": rf'"{folder}\dotnet-4.8.exe" /q /norestart',
    }


@pytest.mark.parametrize(
    ("subject", "boot"),
    [("install a&b", BOOT), ("run x", BOOT), ("install x;y", BOOT), ("install x", "now & calc"), ("install x", "")],
)
def test_nothing_else_can_name_a_job(subject: str, boot: str) -> None:
    with pytest.raises(ValueError):
        WORKSHOP.start_line(Job(subject, "ver", 60, boot))


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ({}, None),
        ({"running": ("gibberish",)}, None),
        ({"running": (f"install x;{BOOT}",)}, JobState("install x", BOOT, None, None)),
        (
            {"running": (f"install x;{BOOT}",), "task": (ROW.format(word="Wird ausgeführt", result=RUNNING),)},
            JobState("install x", BOOT, RUNNING, None),
        ),
        (
            {
                "running": (f"fetch x;{BOOT}",),
                "task": ("", ROW.format(word="Bereit", result=0)),
                "exit": ("exit=3010",),
            },
            JobState("fetch x", BOOT, 0, 3010),
        ),
        (
            {"running": (f"install x;{BOOT}",), "exit": ("exit=-2145124329 ",)},
            JobState("install x", BOOT, None, -2145124329),
        ),
        # A half-written exit code is none.
        ({"running": (f"install x;{BOOT}",), "exit": ("exi",)}, JobState("install x", BOOT, None, None)),
    ],
)
def test_a_job_read_back(commands: dict[str, tuple[str, ...]], expected: JobState | None) -> None:
    assert parse_job(commands) == expected


def test_a_job_is_alive_while_the_scheduler_has_it() -> None:
    assert JobState("install x", BOOT, RUNNING, None).is_alive and JobState("install x", BOOT, NOT_YET, None).is_alive
    assert not JobState("install x", BOOT, RUNNING, 0).is_alive and not JobState("install x", BOOT, 1, None).is_alive


DIGEST = "27ad53ea524294fdaef043e071ebb6f1f8367bb092685eb7311105df46051ae8"


@pytest.mark.parametrize(
    "lines",
    [
        ("SHA256 hash of C:\\x:", DIGEST, "CertUtil: -hashfile command completed successfully."),
        ("SHA256-Hash von C:\\x:", " ".join(re.findall("..", DIGEST)), "CertUtil: -hashfile-Befehl ausgeführt."),
        ("SHA256 hash of file C:\\x:", DIGEST.upper() + " ", ""),
    ],
)
def test_a_hash_in_every_form(lines: tuple[str, ...]) -> None:
    assert parse_hash(lines) == DIGEST


def test_no_hash_is_no_hash() -> None:
    assert parse_hash(()) is None and parse_hash(("CertUtil: The system cannot find the file specified.",)) is None
    assert parse_hash((DIGEST[:-2],)) is None


@pytest.mark.parametrize(
    ("line", "free"),
    [
        ("Total # of free bytes        : 42949672960", 42949672960),
        ("Total free bytes                : 42,949,672,960 ( 40.0 GB)", 42949672960),
        ("Freie Bytes insgesamt           : 42.949.672.960 (40,0 GB)", 42949672960),
        ("Octets libres : 42\u202f949\u202f672\u202f960 ( 40,0 Go)", 42949672960),
        ("Error:  Access is denied.", None),
    ],
)
def test_free_bytes_in_every_language(line: str, free: int | None) -> None:
    assert free_bytes((line, "second line : 5")) == (free if free is not None else 5)
    assert free_bytes((line,)) == free


@pytest.mark.parametrize(("text", "version"), [("v14.40.33810.00", "14.40.33810.00"), ("14.0", "14.0"), ("v?", None)])
def test_the_runtime_version(text: str, version: str | None) -> None:
    assert runtime_version(text) == version


@given(st.text(max_size=200))
def test_no_answer_of_a_machine_breaks_the_parsers(text: str) -> None:
    lines = tuple(text.split("\n"))
    parse_job({"running": lines, "task": lines, "exit": lines})
    assert parse_hash(lines) is None or len(str(parse_hash(lines))) == 64
    free_bytes(lines)
    system_root({"root": lines})


def test_an_empty_folder_is_a_leftover_too() -> None:
    """dir /b ends with 1 for an empty folder, so that it says the same as for none."""
    (asked,) = (question for question in job_questions() if question.name == "folder")
    assert asked.render(1) == rf'(if exist "%SystemRoot%\{FOLDER}" echo #there)&echo #ok 1'

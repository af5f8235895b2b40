# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batch files, the task scheduler, installers, hashes: what installing updates needs of Windows."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from configmgr_lab.installers.packages import package_in, package_rows, write_packages
from configmgr_lab.machine.clock import ManualClock
from configmgr_lab.machine.disk import Disk
from configmgr_lab.machine.machine import Machine
from configmgr_lab.machine.shares import SYSTEM, Share
from configmgr_lab.machine.tasks import ENDED, NOT_YET, RUNNING
from configmgr_lab.sample import USER, sample_machine

TASK = "job"
XML = """<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
<Principals><Principal id="Author"><UserId>S-1-5-18</UserId></Principal></Principals>
<Settings><ExecutionTimeLimit>PT{limit}S</ExecutionTimeLimit></Settings>
<Actions Context="Author"><Exec><Command>C:\\Windows\\System32\\cmd.exe</Command>
<Arguments>/d /v:on /c "C:\\Windows\\our\\job.cmd"</Arguments></Exec></Actions></Task>"""


@pytest.fixture
def box(tmp_path: Path) -> Machine:
    machine = sample_machine("windows-7-sp1-x64", ["dotnet-4.5.2"])
    machine.files.disk = Disk(tmp_path / "disk")
    machine.files.make_folder("C:\\Windows\\our")
    return machine


def run(machine: Machine, line: str, user: str = USER) -> tuple[str, int]:
    completed = machine.run(line, user=user)
    return completed.stdout.decode(), completed.exit_code


def clock(machine: Machine) -> ManualClock:
    assert isinstance(machine.clock, ManualClock)
    return machine.clock


def bring(machine: Machine, tmp_path: Path, name: str) -> str:
    """The stand-in of this id on the machine."""
    path = write_packages(tmp_path / "packages", [name])[name]
    target = f"C:\\Windows\\our\\{path.name}"
    machine.files.bring(path, target)
    return target


def task(machine: Machine, command: str, limit: int = 3600) -> None:
    script = f"@echo off\r\n{command}\r\n(echo exit=!errorlevel!)>C:\\Windows\\our\\exit.txt\r\n"
    machine.files.write("C:\\Windows\\our\\job.cmd", script.encode())
    machine.files.write("C:\\Windows\\our\\job.xml", XML.format(limit=limit).encode())
    assert run(machine, f'schtasks /create /tn "{TASK}" /xml "C:\\Windows\\our\\job.xml" /f')[1] == 0
    assert machine.tasks.dump() == {TASK: NOT_YET}
    assert run(machine, f'schtasks /run /tn "{TASK}"')[1] == 0


def ended(machine: Machine) -> str:
    clock(machine).advance(10)
    entry = machine.files.get("C:\\Windows\\our\\exit.txt")
    return machine.files.read(entry.path).decode().strip() if entry else "nothing"


def test_a_batch_file_runs_line_by_line(box: Machine) -> None:
    script = b"@echo off\r\nset X=1\r\necho %X% %NOTHING%100%%\r\nexit /b 7\r\necho never\r\n"
    box.files.write("C:\\Windows\\our\\x.cmd", script)
    assert run(box, '"C:\\Windows\\our\\x.cmd"') == ("1 100%\r\n", 7)


def test_delayed_expansion_only_where_it_is_on(box: Machine) -> None:
    box.files.write("C:\\Windows\\our\\x.cmd", b"@cmd /c exit 5\r\n@echo !errorlevel!\r\n")
    assert run(box, 'cmd /v:on /c "C:\\Windows\\our\\x.cmd"')[0] == "5\r\n"
    assert run(box, 'cmd /c "C:\\Windows\\our\\x.cmd"')[0] == "!errorlevel!\r\n"


def test_a_task_runs_as_system_and_says_by_number_how_it_is(box: Machine) -> None:
    task(box, "whoami>C:\\Windows\\our\\who.txt&cmd /c exit 3010")
    row = run(box, f'schtasks /query /tn "{TASK}" /fo csv /v /nh')[0]
    assert row.split(",")[6] == f'"{RUNNING}"' and row.split(",")[3] == '"Running"'
    assert ended(box) == "exit=3010"
    assert "system" in run(box, "type C:\\Windows\\our\\who.txt")[0].lower()
    assert run(box, f'schtasks /delete /tn "{TASK}" /f')[1] == 0 and box.tasks.dump() == {}


def test_status_words_are_localised(tmp_path: Path) -> None:
    machine = sample_machine("windows-server-2016", locale="de")
    machine.files.disk = Disk(tmp_path)
    machine.files.make_folder("C:\\Windows\\our")
    task(machine, "ver>nul")
    assert "Wird ausgeführt" in run(machine, f'schtasks /query /tn "{TASK}" /fo csv /v /nh')[0]


def test_a_task_that_is_ended_does_nothing(box: Machine) -> None:
    task(box, "ver>nul")
    assert run(box, f'schtasks /end /tn "{TASK}"')[1] == 0
    assert ended(box) == "nothing" and box.tasks.dump() == {TASK: ENDED}
    assert run(box, f'schtasks /end /tn "{TASK}"')[1] == 1


def test_a_task_ends_at_its_limit_and_with_the_machine(box: Machine) -> None:
    box.faults.installer.hangs = True
    task(box, "ver>nul", limit=5)
    clock(box).advance(4)
    assert box.tasks.dump() == {TASK: RUNNING}
    clock(box).advance(2)
    assert box.tasks.dump() == {TASK: ENDED}
    box.faults.installer.hangs = False
    task(box, "ver>nul")
    box.restart()
    assert ended(box) == "nothing"


@pytest.mark.parametrize(
    "xml", ["", "<Task/>", XML.replace("S-1-5-18", "BOX\\tester"), '<?xml version="1.0" encoding="UTF-16"?>' + XML]
)
def test_a_wrong_task_is_refused(box: Machine, xml: str) -> None:
    box.files.write("C:\\Windows\\our\\job.xml", xml.encode())
    assert run(box, f'schtasks /create /tn "{TASK}" /xml "C:\\Windows\\our\\job.xml" /f')[1] == 1
    assert run(box, "schtasks /query /tn nope /fo csv /v /nh")[1] == 1


def test_an_update_of_windows_counts_after_the_restart(box: Machine, tmp_path: Path) -> None:
    file = bring(box, tmp_path, "winhttp-7-x64")
    task(box, f'C:\\Windows\\System32\\wusa.exe "{file}" /quiet /norestart')
    assert ended(box) == "exit=3010"
    version = box.files.get("C:\\Windows\\System32\\winhttp.dll")
    assert version is not None and version.version != "6.1.7601.23375"
    pending = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending"
    assert run(box, f'reg query "{pending}"')[1] == 0
    box.restart()
    clock(box).advance(10)
    version = box.files.get("C:\\Windows\\System32\\winhttp.dll")
    assert version is not None and version.version == "6.1.7601.23375"
    assert run(box, f'reg query "{pending}"')[1] == 1
    task(box, f'C:\\Windows\\System32\\wusa.exe "{file}" /quiet /norestart')
    assert ended(box) == "exit=2359302"


# The stand-in, how it is called, and what it ends with on this Windows 7.
ENDS = [
    ("winhttp-7-x86", 'wusa "{file}" /quiet /norestart', -2145124329),
    ("wsus-2012-r2", 'wusa "{file}" /quiet /norestart', -2145124329),
    ("net-48", '"{file}" /q /norestart', 3010),
    ("runtime-x64", '"{file}" /install /quiet /norestart', 0),
    ("odbc-18", 'msiexec /i "{file}" /qn /norestart IACCEPTMSODBCSQLLICENSETERMS=YES', 1603),
    ("native-client", 'msiexec /i "{file}" /qn /norestart IACCEPTSQLNCLILICENSETERMS=YES', 0),
    ("native-client", 'msiexec /i "{file}" /qn /norestart', 1603),
    ("sql-2012", '"{file}" /quiet /IAcceptSQLServerLicenseTerms /Action=Patch /AllInstances', 5100),
    ("native-client", 'wusa "{file}" /quiet', -2147024885),
    ("net-48", 'msiexec /i "{file}" /qn', 1620),
    ("net-48", "msiexec /i C:\\nowhere.msi /qn", 1619),
    ("net-48", "dism /online /add-package", 87),
]


@pytest.mark.parametrize(("name", "command", "code"), ENDS)
def test_installers_end_as_the_real_ones_do(box: Machine, tmp_path: Path, name: str, command: str, code: int) -> None:
    task(box, command.format(file=bring(box, tmp_path, name)))
    assert ended(box) == f"exit={code}"


def test_the_update_service_refuses_remote_logons(box: Machine, tmp_path: Path) -> None:
    assert run(box, f'wusa "{bring(box, tmp_path, "winhttp-7-x64")}" /quiet /norestart')[1] == 5


def test_an_installer_with_a_window_waits_for_ever(box: Machine, tmp_path: Path) -> None:
    task(box, f'"{bring(box, tmp_path, "net-48")}" /norestart')
    assert ended(box) == "nothing" and box.tasks.dump() == {TASK: RUNNING}


def test_without_norestart_the_installer_restarts_the_machine(box: Machine, tmp_path: Path) -> None:
    task(box, f'"{bring(box, tmp_path, "net-48")}" /q')
    assert ended(box) == "exit=1641" and box.restarts == 1


def test_faults_of_installers(box: Machine, tmp_path: Path) -> None:
    file = bring(box, tmp_path, "net-48")
    box.faults.installer.exit_code = 4711
    task(box, f'"{file}" /q /norestart')
    assert ended(box) == "exit=4711" and box.faults.installer.exit_code is None
    box.faults.disk_free = 10_000_000
    task(box, f'"{file}" /q /norestart')
    assert ended(box) == "exit=112"


def test_hashes_look_different_since_windows_10(box: Machine, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"abc").hexdigest()
    box.files.write("C:\\Windows\\our\\x", b"abc")
    spaced = " ".join(digest[at : at + 2] for at in range(0, 64, 2))
    assert run(box, "certutil -hashfile C:\\Windows\\our\\x SHA256")[0].splitlines()[1] == spaced
    newer = sample_machine("windows-10-22h2")
    newer.files.write("C:\\Users\\x", b"abc")
    assert run(newer, "certutil -hashfile C:\\Users\\x SHA256")[0].splitlines()[1] == digest
    assert run(box, "certutil -hashfile C:\\Windows\\our\\gone SHA256")[1] == -2147024894


def test_base64_becomes_a_file(box: Machine) -> None:
    box.files.write("C:\\Windows\\our\\x.b64", base64.b64encode(b"\0\1\2") + b"\r\n")
    assert run(box, "certutil -f -decode C:\\Windows\\our\\x.b64 C:\\Windows\\our\\x.bin")[1] == 0
    assert box.files.read("C:\\Windows\\our\\x.bin") == b"\0\1\2"


def test_free_bytes(box: Machine) -> None:
    box.faults.disk_free = 5_000_000
    assert ": 5000000\r\n" in run(box, "fsutil volume diskfree C:")[0]
    newer = sample_machine("windows-10-22h2")
    newer.faults.disk_free = 5_000_000
    assert ": 5,000,000 (" in run(newer, "fsutil volume diskfree C:")[0]
    assert run(box, "(echo 12345678)>C:\\Windows\\our\\x")[1] == 0
    box.faults.disk_free = 1
    assert run(box, "(echo 12345678)>C:\\Windows\\our\\y")[1] == 0 or True
    completed = box.run("echo 1 >nul & copy C:\\Windows\\our\\x C:\\Windows\\our\\z", user=USER)
    assert b"not enough space" in completed.stderr


def test_a_share_is_for_computers_not_for_remote_logons(box: Machine, tmp_path: Path) -> None:
    (tmp_path / "owner").mkdir()
    (tmp_path / "owner" / "x.msu").write_bytes(b"content")
    box.shares.add("\\\\FS1\\Updates", Share(tmp_path / "owner", True))
    copy = 'copy /y "\\\\fs1\\updates\\x.msu" "C:\\Windows\\our\\x.msu"'
    assert run(box, copy)[1] == 1
    assert run(box, copy, SYSTEM)[1] == 0 and box.files.read("C:\\Windows\\our\\x.msu") == b"content"
    assert run(box, copy.replace("fs1", "fs2"), SYSTEM)[1] == 1
    assert run(box, copy.replace("\\x.msu", "\\y.msu"), SYSTEM)[1] == 1
    box.shares.add("\\\\fs1\\updates", Share(tmp_path / "owner", False))
    assert run(box, copy, SYSTEM)[1] == 1


def test_what_is_added_below_windows_lies_on_the_real_disk(box: Machine, tmp_path: Path) -> None:
    run(box, "mkdir C:\\Windows\\new & (echo hello)>C:\\Windows\\new\\A.txt")
    assert (tmp_path / "disk" / "new" / "A.txt").read_bytes() == b"hello\r\n"
    assert run(box, "dir /b C:\\Windows\\NEW")[0] == "A.txt\r\n"
    assert run(box, "type C:\\windows\\new\\a.TXT")[0] == "hello\r\n"
    assert run(box, "rd C:\\Windows\\new")[1] == 1
    assert run(box, "rd /s /q C:\\Windows\\new")[1] == 0 and not (tmp_path / "disk" / "new").exists()
    # What belongs to the image stays in memory.
    box.files.write("C:\\Windows\\System32\\x.txt", b"x")
    assert not (tmp_path / "disk" / "System32").exists()
    box.reset()
    assert box.files.get("C:\\Windows\\our") is None


def test_stand_ins_name_their_package_and_differ(tmp_path: Path) -> None:
    paths = write_packages(tmp_path, size=5000)
    assert set(paths) == set(package_rows())
    contents = {path.read_bytes() for path in paths.values()}
    assert len(contents) == len(paths) and {len(content) for content in contents} == {5000}
    for name, path in paths.items():
        found = package_in(path.read_bytes()[:100])
        assert found is not None and found.id == name
    assert package_in(b"MZ") is None

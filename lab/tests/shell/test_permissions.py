# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plain user can do to a machine's folders, and how an administrator's line sees it in every language."""

from __future__ import annotations

import pytest

from configmgr_lab.machine.accounts import ADMINISTRATORS
from configmgr_lab.machine.machine import Machine
from configmgr_lab.sample import USER, sample_machine

PLAIN = "mallory"
DATA = "C:\\ProgramData\\ours"
OWN = "icacls {} /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F"
OWN_LIST = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"


@pytest.fixture(params=["en", "de"])
def box(request: pytest.FixtureRequest) -> Machine:
    return sample_machine(locale=request.param)


def run(machine: Machine, line: str, user: str = USER) -> tuple[str, int]:
    done = machine.run(line, user=user)
    return (done.stdout + done.stderr).decode().replace("\r\n", "\n"), done.exit_code


def test_program_data_lets_users_in_at_every_depth_and_windows_does_not(box: Machine) -> None:
    assert run(box, f"mkdir {DATA}\\x & echo one>{DATA}\\x\\y.txt")[1] == 0
    assert run(box, f"mkdir {DATA}\\x\\theirs", PLAIN)[1] == 0
    assert run(box, f"echo one>{DATA}\\journal.txt", PLAIN)[1] == 0
    for line in ("mkdir C:\\Windows\\x", "echo one>C:\\Windows\\x", "echo one>C:\\Windows\\System32\\x"):
        assert run(box, line, PLAIN)[1] == 1
    assert box.files.get("C:\\Windows\\x") is None


def test_what_somebody_else_made_is_read_and_neither_changed_nor_deleted(box: Machine) -> None:
    run(box, f"mkdir {DATA} & echo one>{DATA}\\journal.txt")
    assert run(box, f"type {DATA}\\journal.txt", PLAIN) == ("one\n", 0)
    assert run(box, f"echo two>>{DATA}\\journal.txt", PLAIN)[1] == 1
    run(box, f"del {DATA}\\journal.txt", PLAIN)
    assert run(box, f"rd /s /q {DATA}", PLAIN)[1] == 1
    assert run(box, f"copy {DATA}\\journal.txt {DATA}\\second.txt", PLAIN)[1] == 0
    assert run(box, f"move {DATA}\\journal.txt {DATA}\\third.txt", PLAIN)[1] == 1
    assert box.files.read(f"{DATA}\\journal.txt") == b"one\r\n"
    # What they made themselves they may delete again.
    run(box, f"del {DATA}\\second.txt", PLAIN)
    assert box.files.get(f"{DATA}\\second.txt") is None


def test_our_own_list_keeps_users_out_and_is_read_without_names(box: Machine) -> None:
    assert run(box, f"mkdir {DATA} && {OWN.format(DATA)}")[1] == 0
    assert run(box, f"cacls {DATA} /s") == (f'{DATA} "{OWN_LIST}"\n\n', 0)
    for _twice in range(2):
        assert run(box, f"icacls {DATA} /save C:\\Windows\\list")[1] == 0
    assert box.files.read("C:\\Windows\\list").decode("utf-16-le") == f"ours\r\n{OWN_LIST}\r\n"
    for line in (f"mkdir {DATA}\\x", f"echo one>{DATA}\\x", f"dir /b {DATA}", f"icacls {DATA} /reset", f"rd {DATA}"):
        assert run(box, line, PLAIN)[1] != 0
    run(box, f"echo one>{DATA}\\inside")
    assert run(box, f"type {DATA}\\inside", PLAIN)[1] == 1
    assert box.run(f"echo two>>{DATA}\\inside", user="SYSTEM").exit_code == 0


def test_whoever_made_the_folder_first_owns_it_and_takes_his_rights_back(box: Machine) -> None:
    run(box, f"mkdir {DATA}", PLAIN)
    assert run(box, OWN.format(DATA))[1] == 0
    assert run(box, f"echo one>{DATA}\\x", PLAIN)[1] == 1
    assert run(box, f"icacls {DATA} /grant {PLAIN}:F && echo one>{DATA}\\x", PLAIN)[1] == 0
    assert run(box, f"icacls {DATA} /setowner *{ADMINISTRATORS}", PLAIN)[1] == 5
    assert run(box, f"icacls {DATA} /setowner *{ADMINISTRATORS} & {OWN.format(DATA)}")[1] == 0
    run(box, f"icacls {DATA} /remove {PLAIN}")
    assert run(box, f"icacls {DATA} /grant {PLAIN}:F", PLAIN)[1] == 5


def test_owner_rights_take_from_the_owner_what_owners_have(box: Machine) -> None:
    run(box, f"mkdir {DATA}", PLAIN)
    assert run(box, f"{OWN.format(DATA)} *S-1-3-4:(OI)(CI)(RC)")[1] == 0
    assert run(box, f"cacls {DATA} /s")[0] == f'{DATA} "{OWN_LIST}(A;OICI;RC;;;OW)"\n\n'
    assert run(box, f"icacls {DATA} /grant {PLAIN}:F", PLAIN)[1] == 5


def test_an_owner_is_told_by_dir_beside_one_that_is_known(box: Machine) -> None:
    run(box, f"mkdir {DATA}", PLAIN)
    run(box, "mkdir C:\\ProgramData\\known")

    def owner(name: str) -> str:
        lines = run(box, "dir /q /ad C:\\ProgramData")[0].splitlines()
        (line,) = [line for line in lines if line.endswith(name) and "<DIR>" in line]
        return line.removesuffix(name).rpartition(">")[2].strip()

    assert owner("ours") == "BOX\\mallory"
    assert owner("known") == box_name(box)[:23]
    run(box, f"icacls {DATA} /setowner *{ADMINISTRATORS}")
    assert owner("ours") == owner("known")
    assert run(box, f"icacls {DATA} /findsid *{ADMINISTRATORS}")[0].count(DATA) == 1
    assert DATA not in run(box, f"icacls {DATA} /findsid *S-1-5-11")[0]


def box_name(box: Machine) -> str:
    return {"en": "BUILTIN\\Administrators", "de": "VORDEFINIERT\\Administratoren"}[box.locale]


def test_a_listing_is_as_windows_prints_it() -> None:
    box = sample_machine()
    run(box, "mkdir C:\\x\\b & (echo one)>C:\\x\\a.txt& mklink /j C:\\x\\c C:\\Windows")
    # A recorded dir of Windows Server 2016 has these columns.
    assert run(box, "dir C:\\x")[0] == (
        " Volume in drive C has no label.\n Volume Serial Number is 7869-2C66\n\n Directory of C:\\x\n\n"
        "02/27/2026  08:00 AM    <DIR>          .\n"
        "02/27/2026  08:00 AM    <DIR>          ..\n"
        "02/27/2026  08:00 AM                 5 a.txt\n"
        "02/27/2026  08:00 AM    <DIR>          b\n"
        "02/27/2026  08:00 AM    <JUNCTION>     c [C:\\Windows]\n"
        "               1 File(s)              5 bytes\n"
        "               4 Dir(s)  42,949,672,960 bytes free\n"
    )
    listed = run(sample_machine(locale="de"), "dir /ad C:\\ProgramData")[0]
    assert "\n27.02.2026  08:00    <DIR>          Microsoft\n" in listed and "42.949.672.960 Bytes frei" in listed


def test_a_junction_leads_an_administrators_write_elsewhere(box: Machine) -> None:
    assert run(box, f"mklink /j {DATA} C:\\Windows", PLAIN)[1] == 0
    assert run(box, f"echo one>{DATA}\\x", PLAIN)[1] == 1, "the junction gives no rights to its target"
    assert run(box, f"mkdir {DATA}\\theirs", PLAIN)[1] == 1
    hidden = "C:\\Windows\\hidden"
    run(box, f"mkdir {hidden} & {OWN.format(hidden)} & echo one>{hidden}\\x")
    assert run(box, f"mklink /j C:\\ProgramData\\j {hidden} & dir /b C:\\ProgramData\\j", PLAIN)[1] == 1
    assert run(box, f"mkdir {DATA}\\folder & (echo one)>{DATA}\\x& type {DATA}\\x") == ("one\n", 0)
    assert box.files.read("C:\\Windows\\x") == b"one\r\n" and box.files.get("C:\\Windows\\folder") is not None
    assert run(box, f"if exist {DATA}\\System32\\cmd.exe echo yes")[0] == "yes\n"
    assert run(box, f"mkdir {DATA}")[1] == 1


def test_a_junction_is_told_by_exit_codes(box: Machine) -> None:
    run(box, f"mklink /j {DATA} C:\\Windows & mkdir C:\\ProgramData\\plain", PLAIN)
    assert run(box, f"fsutil reparsepoint query {DATA}")[1] == 0
    assert run(box, "fsutil reparsepoint query C:\\ProgramData\\plain")[1] == 1
    assert run(box, "dir /al /b C:\\ProgramData") == ("ours\n", 0)
    assert run(box, "dir /ad-l /b C:\\ProgramData")[0] == "Microsoft\nplain\n"
    assert run(box, "dir /al /b C:\\Windows")[1] == 1
    assert run(box, "dir /al /s /b C:\\ProgramData")[0] == f"{DATA}\n"
    # Without /l the tools speak of the target, so that its good list hides the junction.
    assert ("TrustedInstaller" in run(box, f"icacls {DATA}")[0], "mallory" in run(box, f"icacls {DATA} /l")[0]) == (
        True,
        True,
    )
    assert run(box, f"rd /s /q {DATA}")[1] == 0
    assert box.files.get("C:\\Windows\\System32\\cmd.exe") is not None and box.files.get(DATA) is None


def test_junctions_that_go_round_end(box: Machine) -> None:
    run(box, "mklink /j C:\\ProgramData\\a C:\\ProgramData\\b & mklink /j C:\\ProgramData\\b C:\\ProgramData\\a", PLAIN)
    assert run(box, "echo one>C:\\ProgramData\\a\\x")[1] == 1


def test_inheritance_is_cut_kept_and_taken_up_again(box: Machine) -> None:
    run(box, f"mkdir {DATA}")
    inherited = run(box, f"cacls {DATA} /s")[0]
    run(box, f"icacls {DATA} /inheritance:d")
    assert run(box, f"cacls {DATA} /s")[0] == inherited.replace("D:AI", "D:PAI").replace("ID;", ";")
    run(box, f"icacls {DATA} /reset")
    assert run(box, f"cacls {DATA} /s")[0] == inherited
    run(box, f"{OWN.format(DATA)} & mkdir {DATA}\\below")
    assert run(box, f"cacls {DATA}\\below /s")[0] == f'{DATA}\\below "D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)"\n\n'


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("icacls C:\\nowhere", 2),
        ("icacls C:\\ProgramData /grant Nobody:F", 1332),
        ("icacls C:\\ProgramData /grant *S-1-5-18:Q", 87),
        ("icacls C:\\ProgramData /deny *S-1-5-18:F", 87),
        ("cacls C:\\nowhere /s", 1),
        ("cacls C:\\ProgramData", 1),
        ("mklink C:\\a C:\\b", 1),
        ("dir /s C:\\", 1),
        ("dir C:\\nothing", 1),
    ],
)
def test_what_is_wrong_or_not_emulated_fails(box: Machine, line: str, code: int) -> None:
    assert run(box, line)[1] == code


def test_a_reset_gives_folders_back_to_whom_they_belonged(box: Machine) -> None:
    run(box, f"mkdir {DATA} & mklink /j C:\\ProgramData\\j C:\\Windows", PLAIN)
    run(box, "icacls C:\\ProgramData /inheritance:r /grant:r *S-1-5-18:F")
    box.reset()
    run(box, f"mkdir {DATA}")
    assert box.files.security.get(DATA).owner == ADMINISTRATORS
    assert run(box, f"mkdir {DATA}\\x", PLAIN)[1] == 0


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("reg add HKLM\\SOFTWARE\\X /v A /d 1 /f", 1),
        ("reg delete HKLM\\SOFTWARE\\Microsoft /f", 1),
        ("sc stop WinRM", 5),
        ("sc config WinRM start= disabled", 5),
        ("sc stop Nothing", 1060),
        ("net stop WinRM", 2),
        ("schtasks /delete /tn X /f", 1),
        ("reg query HKLM\\SOFTWARE\\Microsoft", 0),
        ("sc query WinRM", 0),
    ],
)
def test_the_rest_of_the_machine_is_an_administrators(box: Machine, line: str, code: int) -> None:
    before = box.dump()
    assert run(box, line, PLAIN)[1] == code
    assert box.dump() == before


def test_whoami_says_the_sid(box: Machine) -> None:
    sid = box.accounts.sid(PLAIN)
    assert run(box, "whoami /user /fo csv /nh", PLAIN) == (f'"box\\mallory","{sid}"\n', 0)

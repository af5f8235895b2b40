# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a folder on a machine can be believed: access lists as text, and owners by comparison."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.location import (
    DEFAULT,
    Location,
    only_administrators_write,
)

OURS = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (OURS, True),
        ("D:P(A;OICI;FA;;;S-1-5-18)(A;OICI;FA;;;S-1-5-32-544)", True),
        ("D:P(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)", True),
        ("D:P(A;OICI;FA;;;BA)(A;OICI;FRFX;;;BU)", True),
        ("D:P(A;OICI;FA;;;BA)(D;OICI;FA;;;BU)", True),
        ("D:P(A;OICI;FA;;;BA)(A;OICI;RC;;;OW)", True),
        ("D:AI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)", False),
        ("D:(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)", False),
        ("D:PAI(A;OICI;FA;;;BA)(A;CI;LC;;;BU)", False),
        ("D:PAI(A;OICI;FA;;;BA)(A;OICI;0x100116;;;BU)", False),
        ("D:PAI(A;OICI;FA;;;BA)(A;OICIIO;GA;;;CO)", False),
        ("D:PAI(A;OICI;FA;;;S-1-5-21-1-2-3-1001)", False),
        ("D:PAI(A;OICI;FA;;;BA)(XA;OICI;FA;;;BU;(@User.x == 1))", False),
        ("D:PAI(A;OICI;FA;;;BA)(A;OICI;FR", False),
        ("D:PNO_ACCESS_CONTROL", False),
        ("", False),
    ],
)
def test_only_administrators_write(text: str, safe: bool) -> None:
    assert only_administrators_write(f'C:\\x "{text}"') is safe


@given(st.text("D:PAI(;)OCFRXW SYBU01x", max_size=60))
def test_no_text_that_lets_users_write_is_safe(noise: str) -> None:
    assert not only_administrators_write(f'C:\\x "D:P(A;OICI;FA;;;BU){noise}"')


def listed(*rows: tuple[str, str]) -> list[str]:
    return ["", *(f"11/28/2026  01:35 PM    <DIR>          {owner:<23.23}{name}" for owner, name in rows), ""]


KNOWN = listed(("VORDEFINIERT\\Administratoren", "known"), ("VORDEFINIERT\\Administratoren", "job-1"))
HERE = Location(r"D:\backup\mine")


@pytest.mark.parametrize(
    ("answers", "trust"),
    [
        ({"location there": ()}, "foreign"),
        ({}, "absent"),
        ({"location there": (), "location link": ()}, "junction"),
        ({"location list": [f'D:\\backup\\mine "{OURS}"'], "location owner": [], "known owner": KNOWN}, "foreign"),
        ({"location owner": listed(("PC1\\mallory", "mine")), "known owner": KNOWN}, "foreign"),
        ({"location owner": listed(("VORDEFINIERT\\Administratoren", "mine")), "known owner": []}, "foreign"),
        ({"location owner": listed(("VORDEFINIERT\\Administratoren", "mine")), "known owner": KNOWN}, "ours"),
        (
            {
                "location owner": listed(("VORDEFINIERT\\Administratoren", "mine"), ("PC1\\mallory", "yet mine")),
                "known owner": KNOWN,
            },
            "foreign",
        ),
    ],
)
def test_a_folder_is_believed_when_list_and_owner_are_right(answers: dict[str, list[str]], trust: str) -> None:
    if "location owner" in answers:
        answers = {"location there": [], "location list": [f'D:\\backup\\mine "{OURS}"'], **answers}
    assert HERE.trust(answers) == trust


def test_below_windows_nothing_is_asked() -> None:
    place = Location(DEFAULT)
    assert (place.questions(), place.trust({})) == ([], "ours")
    assert Location(DEFAULT.lower()).for_administrators


@pytest.mark.parametrize(
    "path", [r"%SystemRoot%\Temp\x", r"%SystemRoot%\configmgr.tls\..\Temp", "%SystemRoot%\\configmgr.tlsx"]
)
def test_elsewhere_in_windows_is_looked_at(path: str) -> None:
    assert Location(path).questions()

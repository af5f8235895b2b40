# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is logged on, and the zone of the machine, out of what reg prints."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._marks import HEARD
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.people import (
    HIVES_QUESTIONS,
    clock_bias,
    loaded_users,
    session_questions,
    sessions_of,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.questions import Answers

ANN, ENTRA = "S-1-5-21-1-2-3-1001", "S-1-12-1-11-22-33-44"
HIVES = "".join(
    f"HKEY_USERS\\{name}\n" for name in (".DEFAULT", "S-1-5-18", ANN, f"{ANN}_Classes", ENTRA, "S-1-5-80-1-2-3-4-5")
)
ZONE = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\TimeZoneInformation"


def hives(bias: str = "0x0") -> Answers:
    zone = f"\n{ZONE}\n    ActiveTimeBias    REG_DWORD    {bias}\n"
    return Answers.parse(HIVES_QUESTIONS, f"\n{HIVES}{HEARD}0\n{zone}\n{HEARD}1\n{HEARD}2\n")


def session(hive: str | None, volatile: str = "") -> list[tuple[str, str]]:
    """What is made of ANN's hive (None: it could not be read) and of her session."""
    text = (f"{hive}{HEARD}0\n" if hive is not None else "") + f"{volatile}{HEARD}1\n"
    return sessions_of([ANN], Answers.parse(session_questions([ANN]), text))


def test_only_hives_of_accounts_count() -> None:
    assert loaded_users(hives()) == [ANN, ENTRA]
    assert loaded_users(Answers.parse(HIVES_QUESTIONS, f"{HEARD}1\n")) is None


def test_more_users_than_there_can_be_are_not_asked_for_one_by_one() -> None:
    listed = "".join(f"HKEY_USERS\\S-1-5-21-1-2-3-{number}\r\n" for number in range(1001))
    assert loaded_users(Answers.parse(HIVES_QUESTIONS, f"{listed}{HEARD}0\n")) is None


def test_a_hive_without_a_session_is_nobody() -> None:
    assert session(f"\nHKEY_USERS\\{ANN}\\Console\nHKEY_USERS\\{ANN}\\Environment\n") == []


def test_a_session_has_a_name() -> None:
    place = f"HKEY_USERS\\{ANN}\\Volatile Environment"
    values = "    USERDOMAIN    REG_SZ    CONTOSO\n    USERNAME    REG_SZ    ann\n"
    shown = f"\n{place}\n{values}\n{place}\\1\n    SESSIONNAME    REG_SZ    Console\n"
    assert session(f"\n{place}\n", shown) == [(r"CONTOSO\ann", "Console")]


def test_what_cannot_be_read_is_somebody() -> None:
    assert session(None) == [(ANN, "")]
    assert session(f"HKEY_USERS\\{ANN}\\Volatile Environment\n") == [(ANN, "")]


@pytest.mark.parametrize(
    ("bias", "minutes"), [("0x0", 0), ("0xffffffc4", -60), ("0x1e0", 480), ("0xfffffdf8", -520), ("0x7fffffff", None)]
)
def test_the_zone_of_the_machine(bias: str, minutes: int | None) -> None:
    assert clock_bias(hives(bias)) == (None if minutes is None else timedelta(minutes=minutes))


def test_a_zone_that_is_not_told() -> None:
    assert clock_bias(Answers.parse(HIVES_QUESTIONS, f"{HEARD}0\n")) is None

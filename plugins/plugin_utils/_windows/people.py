# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is logged on to a machine, and how its clock is set, without a word of any language.

A user who logs on interactively, at the console or by remote desktop, has a hive below HKEY_USERS with a key
C(Volatile Environment) in it (this is how PsLoggedOn tells it); a disconnected session keeps both. A hive alone is
less: services and programs that are run over the network load hives too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from .questions import Answers, Command, Query
from .registry import Key, Presence

__all__ = ["HIVES_QUESTIONS", "clock_bias", "configmgr_restarts", "loaded_users", "session_questions", "sessions_of"]

_TIME_ZONE = Key(r"SYSTEM\CurrentControlSet\Control\TimeZoneInformation")
# General knowledge, and no page of Microsoft's: so it is told, and nothing is decided by it.
_REBOOT_DATA = Key(r"SOFTWARE\Microsoft\SMS\Mobile Client\Reboot Management\RebootData")
HIVES_QUESTIONS: tuple[Query | Command, ...] = (
    Command("hives", "reg query HKU"),
    Query(_TIME_ZONE, value="ActiveTimeBias"),
    Query(_REBOOT_DATA, exists=True),
)

# Accounts of a domain or of the machine, and those of Microsoft Entra ID; not the hives of their classes.
_MOST_USERS = 1000
"""Each is asked for; no server has so many sessions."""
_USER = re.compile(r"HKEY_USERS\\(S-1-(?:5-21|12-1)(?:-[0-9]{1,10}){1,15})\s*", re.IGNORECASE)
_VALUE = re.compile(r" {4}(USERDOMAIN|USERNAME|SESSIONNAME) {4}REG_(?:EXPAND_)?SZ {4}(.*)", re.IGNORECASE)
_VOLATILE = r"\Volatile Environment"


def loaded_users(answers: Answers) -> list[str] | None:
    """The security identifiers of users with a loaded hive; None when the hives could not be listed, or nobody can
    have so many.
    """
    lines = answers.commands.get("hives")
    users = None if lines is None else [match[1] for line in lines if (match := _USER.fullmatch(line))]
    return None if users is None or len(users) > _MOST_USERS else users


def session_questions(users: Sequence[str]) -> list[Command]:
    """What each hive holds, and what the session in it is called."""
    return [
        command
        for user in users
        for command in (
            Command(f"hive {user}", rf'reg query "HKU\{user}"'),
            Command(f"session {user}", rf'reg query "HKU\{user}{_VOLATILE}" /s', always=True),
        )
    ]


def sessions_of(users: Sequence[str], answers: Answers) -> list[tuple[str, str]]:
    """User and session of everybody logged on. A hive that cannot be read counts as somebody, by identifier."""
    found = []
    for user in users:
        hive = answers.commands.get(f"hive {user}")
        if hive is None or any(line.strip().lower().endswith(_VOLATILE.lower()) for line in hive):
            found.append(_named(user, answers.commands.get(f"session {user}", ())))
    return found


def configmgr_restarts(answers: Answers) -> bool:
    """Whether ConfigMgr's client is seen to have a restart of its own pending."""
    return answers.registry.key(_REBOOT_DATA).presence is Presence.PRESENT


def clock_bias(answers: Answers) -> timedelta | None:
    """What is to be added to the machine's local time for UTC; None when it is not known.

    Minutes, with daylight saving in them; Windows keeps a negative number in a DWORD.
    """
    value = answers.registry.key(_TIME_ZONE).value("ActiveTimeBias")
    if value is None or value.dword is None:
        return None
    minutes = value.dword - 2**32 if value.dword >= 2**31 else value.dword
    return timedelta(minutes=minutes) if abs(minutes) <= 24 * 60 else None


def _named(identifier: str, lines: Sequence[str]) -> tuple[str, str]:
    told = {match[1].upper(): match[2].strip() for line in lines if (match := _VALUE.fullmatch(line.rstrip("\r")))}
    domain, name = told.get("USERDOMAIN"), told.get("USERNAME")
    return ("\\".join(filter(None, (domain, name))) if name else identifier, told.get("SESSIONNAME", ""))

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where logs are looked for: what the registry tells, the usual places, and the usual ones on other drives."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.folders import (
    Folders,
    folder_parts,
    log_places,
    read_folders,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._marks import HEARD
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import join
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Registry

LOGGING = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\CCM\Logging\@Global"
SERVICE = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SMS_EXECUTIVE"
BOTH = r"#folder C:\SMS_CCM\Logs"
STATE: Any = SimpleNamespace(windows=SimpleNamespace(has_wow=True), sql_instances=())


def told(*lines: str, root: str = r"C:\Windows") -> Folders:
    return read_folders("\r\n".join([*lines, f"#root {root}", ""]))


def answer(key: str, name: str, kind: str, data: str, number: int) -> list[str]:
    return ["", key, f"    {name}    {kind}    {data}", "", f"{HEARD}{number}"]


def folders(log: str, roles: set[str], known: Folders) -> list[str]:
    places = log_places(STATE, Registry(), roles, (), known)
    return [place.shown_folder for place in places if place.log.id == log]


@pytest.mark.parametrize(
    ("log", "roles", "known", "expected"),
    [
        ("mpcontrol", {"management_point"}, told(), [r"C:\SMS\Logs"]),
        ("mpcontrol", {"management_point"}, Folders(), [r"%SystemDrive%\SMS\Logs"]),
        ("mp-getauth", {"management_point"}, told(), [r"C:\Windows\CCM\Logs"]),
        ("mp-getauth", {"management_point"}, Folders(), [r"%SystemRoot%\CCM\Logs", r"%SystemDrive%\SMS_CCM\Logs"]),
        ("mp-getauth", {"management_point", "client"}, told(BOTH), [r"C:\Windows\CCM\Logs", r"C:\SMS_CCM\Logs"]),
        ("ccm-messaging", {"management_point", "client"}, told(BOTH), [r"C:\Windows\CCM\Logs", r"C:\SMS_CCM\Logs"]),
        ("ccm-messaging", {"client"}, told(), [r"C:\Windows\CCM\Logs"]),
        (
            "ccm-messaging",
            {"client"},
            told(*answer(LOGGING, "LogDirectory", "REG_SZ", r"E:\CcmLogs", 0)),
            [r"E:\CcmLogs", r"C:\Windows\CCM\Logs"],
        ),
        (
            "ccm-messaging",
            {"client"},
            told(*answer(LOGGING, "LogDirectory", "REG_SZ", "C:\\WINDOWS\\CCM\\Logs\\", 0)),
            [r"C:\WINDOWS\CCM\Logs"],
        ),
        (
            "wsusctrl",
            {"software_update_point"},
            told(*answer(SERVICE, "ImagePath", "REG_EXPAND_SZ", r"D:\Apps\SMS\bin\x64\smsexec.exe", 2)),
            [r"D:\Apps\SMS\Logs"],
        ),
        ("wsusctrl", {"software_update_point"}, told(r"#folder D:\SMS\Logs"), [r"D:\SMS\Logs"]),
        (
            "mp-policy",
            {"management_point"},
            told(r"#folder E:\SMS_CCM\Logs", r"#folder E:\SMS\Logs"),
            [r"C:\Windows\CCM\Logs", r"E:\SMS_CCM\Logs"],
        ),
        (
            "wsusctrl",
            {"software_update_point"},
            told(*answer(SERVICE, "ImagePath", "REG_SZ", r'"D:\%x%\bin\x64\smsexec.exe"', 2)),
            [r"C:\SMS\Logs"],
        ),
        (
            "smspxe",
            {"distribution_point"},
            told(r"#folder F:\SMS_DP$\sms\logs", root=r"D:\Windows"),
            [r"F:\SMS_DP$\sms\logs", r"D:\SMS\Logs"],
        ),
    ],
)
def test_where_a_log_is_looked_for(log: str, roles: set[str], known: Folders, expected: list[str]) -> None:
    # The same folder in another case is the same folder, and is searched once.
    assert [folder.lower() for folder in folders(log, roles, known)] == [folder.lower() for folder in expected]


def test_a_machine_is_asked_with_one_line() -> None:
    (line,) = join(folder_parts())
    assert r'(if exist "D:\SMS\Logs" echo #folder D:\SMS\Logs)' in line


@pytest.mark.parametrize("text", ["", "#root %SystemRoot%", "#root C:\\a&b", r"#folder D:\x&del"])
def test_what_a_machine_says_is_no_command(text: str) -> None:
    known = read_folders(text)
    assert (known.root, known.on_drives) == ("%SystemRoot%", ())

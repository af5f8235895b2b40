# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs of System32 that are emulated, by name."""

from __future__ import annotations

from ..process import Session
from . import (
    bitsadmin,
    certutil,
    cmd,
    find,
    icacls,
    identity,
    installing,
    net,
    powershell,
    reg,
    sc,
    schtasks,
    shutdown,
    timeout,
    wevtutil,
    wmic,
)
from .tool import Tool

TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        bitsadmin.TOOL,
        certutil.CERTUTIL,
        certutil.FSUTIL,
        cmd.TOOL,
        find.FIND,
        find.FINDSTR,
        icacls.CACLS,
        icacls.ICACLS,
        identity.HOSTNAME,
        identity.WHOAMI,
        installing.DISM,
        installing.MSIEXEC,
        installing.WUSA,
        net.TOOL,
        powershell.TOOL,
        reg.TOOL,
        sc.TOOL,
        schtasks.TOOL,
        shutdown.TOOL,
        timeout.TOOL,
        wevtutil.TOOL,
        wmic.TOOL,
    )
}
_FOLDERS = ("c:\\windows\\system32", "c:\\windows\\system32\\wbem", "c:\\windows\\sysnative")
_POWERSHELL = "c:\\windows\\system32\\windowspowershell\\v1.0"


def program_name(word: str, session: Session) -> str | None:
    """The tool that the first word of a command names: by name or by full path, with or without `.exe`."""
    folder, _, name = word.replace('"', "").replace("/", "\\").lower().rpartition("\\")
    if folder and folder not in (*_FOLDERS, _POWERSHELL) and not (folder == "." and session.folder.lower() in _FOLDERS):
        return None
    return name.removesuffix(".exe")

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of accounts in the machine's language, and back to their SIDs."""

from __future__ import annotations

from ..machine.accounts import WELL_KNOWN
from .process import Call


def account_name(call: Call, sid: str) -> str:
    """`DOMAIN\\name` of a SID, or the SID where nobody has it."""
    if sid in WELL_KNOWN:
        return call.message(f"account_{sid}")
    return call.machine.accounts.name(sid) or sid


def account_sid(call: Call, text: str) -> str | None:
    """The SID behind `*S-1-...` or a name, with its authority or without; None for nobody."""
    if text.startswith("*S-1-"):
        return text[1:]
    for sid in WELL_KNOWN:
        name = call.message(f"account_{sid}").lower()
        if text.lower() in (name, name.rpartition("\\")[2]):
            return sid
    return call.machine.accounts.sid(text)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access lists of files and folders: what an entry allows, how it is inherited, and its text in SDDL.

Sources: [MS-DTYP] 2.4.3 (masks), 2.5.1 (SDDL), 2.5.3.4 (inheritance). Entries only allow: a list that denies is not
emulated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntFlag

from .accounts import (
    ADMINISTRATORS,
    AUTHENTICATED_USERS,
    CREATOR_OWNER,
    EVERYONE,
    OWNER_RIGHTS,
    SYSTEM,
    USERS,
    Token,
)

LIST, ADD_FILE, ADD_FOLDER, DELETE_CHILD = 0x1, 0x2, 0x4, 0x40
WRITE_DATA = ADD_FILE
"""The same bit, of a file."""
DELETE, READ_CONTROL, WRITE_DAC, WRITE_OWNER = 0x10000, 0x20000, 0x40000, 0x80000
FULL, MODIFY, READ_EXECUTE, READ, WRITE = 0x1F01FF, 0x1301BF, 0x1200A9, 0x120089, 0x120116
GENERIC_ALL, GENERIC_EXECUTE, GENERIC_WRITE, GENERIC_READ = 1 << 28, 1 << 29, 1 << 30, 1 << 31
_EXECUTE = 0x1200A0
_GENERIC = {GENERIC_ALL: FULL, GENERIC_EXECUTE: _EXECUTE, GENERIC_WRITE: WRITE, GENERIC_READ: READ}

_ALIASES = {
    "SY": SYSTEM, "BA": ADMINISTRATORS, "BU": USERS, "WD": EVERYONE, "AU": AUTHENTICATED_USERS, "CO": CREATOR_OWNER,
    "OW": OWNER_RIGHTS,
}  # fmt: skip
_SID_ALIASES = {sid: alias for alias, sid in _ALIASES.items()}
_WHOLE = {"FA": FULL, "FR": READ, "FW": WRITE, "FX": _EXECUTE}
_BITS = {
    "CC": 0x1, "DC": 0x2, "LC": 0x4, "SW": 0x8, "RP": 0x10, "WP": 0x20, "DT": 0x40, "LO": 0x80, "CR": 0x100,
    "SD": DELETE, "RC": READ_CONTROL, "WD": WRITE_DAC, "WO": WRITE_OWNER,
    "GA": GENERIC_ALL, "GX": GENERIC_EXECUTE, "GW": GENERIC_WRITE, "GR": GENERIC_READ,
}  # fmt: skip
_ENTRY = re.compile(r"\(A;([A-Z]*);([^;]*);;;([^)]*)\)")


class Flag(IntFlag):
    """What inherits an entry: OI files, CI folders, IO not the folder itself; ID: it was inherited."""

    OI = 1
    CI = 2
    IO = 8
    ID = 16


NONE = Flag(0)


@dataclass(frozen=True)
class Ace:
    """One entry: who may what."""

    sid: str
    mask: int
    flags: Flag = NONE

    @property
    def is_effective(self) -> bool:
        return not self.flags & Flag.IO

    @property
    def rights(self) -> int:
        """The mask with generic rights spelled out."""
        return self.mask & 0x0FFFFFFF | _joined(right for bit, right in _GENERIC.items() if self.mask & bit)


@dataclass(frozen=True)
class Descriptor:
    """Owner and list of one file or folder. `explicit` are its own entries; a protected one inherits none."""

    owner: str
    explicit: tuple[Ace, ...] = ()
    protected: bool = False

    def with_inherited(self, parent: Iterable[Ace], *, folder: bool) -> tuple[Ace, ...]:
        """The whole list, its own entries first, below a folder with the list `parent`."""
        if self.protected:
            return self.explicit
        return (*self.explicit, *(each for ace in parent for each in _inherited(ace, self.owner, folder=folder)))


def allowed(owner: str, aces: Iterable[Ace], token: Token) -> int:
    """The rights that a token has: those of its entries, and to its own things what owners have.

    Owners may read and change the list, unless an entry for OWNER RIGHTS (S-1-3-4) says what they may.
    """
    owns, effective = owner in token.groups or owner == token.sid, [ace for ace in aces if ace.is_effective]
    sids = token.groups | {token.sid} | ({OWNER_RIGHTS} if owns else set())
    rights = _joined(ace.rights for ace in effective if ace.sid in sids)
    if owns and not any(ace.sid == OWNER_RIGHTS for ace in effective):
        rights |= READ_CONTROL | WRITE_DAC
    return rights


def to_sddl(aces: Iterable[Ace], *, protected: bool) -> str:
    """As Windows writes a list: `D:PAI(A;OICI;FA;;;SY)...`."""
    return f"D:{'P' if protected else ''}AI" + "".join(_entry(ace) for ace in aces)


def from_sddl(text: str) -> tuple[tuple[Ace, ...], bool]:
    """Entries, and whether they are protected. Raises ValueError for what is not emulated."""
    head, bracket, _ = text.partition("(")
    entries = _ENTRY.findall(text)
    if head not in ("D:", "D:P", "D:AI", "D:PAI") or "".join(f"(A;{a};{b};;;{c})" for a, b, c in entries) != (
        bracket + text.partition("(")[2]
    ):
        raise ValueError(f"{text!r} is no list of entries that allow")
    return tuple(Ace(_sid(sid), _mask(rights), _flags(flags)) for flags, rights, sid in entries), "P" in head


def _inherited(ace: Ace, owner: str, *, folder: bool) -> Iterator[Ace]:
    if not ace.flags & (Flag.CI | Flag.OI if folder else Flag.OI):
        return
    onward = ace.flags & (Flag.OI | Flag.CI) if folder else NONE
    for_itself = not folder or bool(ace.flags & Flag.CI)
    if for_itself and (ace.sid == CREATOR_OWNER or ace.rights != ace.mask):
        # What stands for somebody or something else is resolved for the child, and handed on as it is.
        yield Ace(owner if ace.sid == CREATOR_OWNER else ace.sid, ace.rights, Flag.ID)
        if onward:
            yield replace(ace, flags=onward | Flag.IO | Flag.ID)
    elif for_itself:
        yield replace(ace, flags=onward | Flag.ID)
    else:
        yield replace(ace, flags=onward | Flag.IO | Flag.ID)


def _entry(ace: Ace) -> str:
    flags = "".join(flag.name or "" for flag in Flag if ace.flags & flag)
    return f"(A;{flags};{_rights(ace.mask)};;;{_SID_ALIASES.get(ace.sid, ace.sid)})"


def _rights(mask: int) -> str:
    whole = next((name for name, value in _WHOLE.items() if value == mask), "")
    bits = "".join(name for name, bit in _BITS.items() if mask & bit)
    # Synchronize has no name: a mask with it is written as a number.
    return whole or (bits if _mask(bits) == mask else hex(mask))


def _mask(text: str) -> int:
    if text.startswith("0x"):
        return int(text, 16)
    if text in _WHOLE:
        return _WHOLE[text]
    names = [text[at : at + 2] for at in range(0, len(text), 2)]
    if strangers := [name for name in names if name not in _BITS]:
        raise ValueError(f"{strangers[0]!r} is no right in SDDL")
    return _joined(_BITS[name] for name in names)


def _flags(text: str) -> Flag:
    found = NONE
    for at in range(0, len(text), 2):
        found |= Flag[text[at : at + 2]]
    return found


def _sid(text: str) -> str:
    if text not in _ALIASES and not text.startswith("S-1-"):
        raise ValueError(f"{text!r} is no account in SDDL")
    return _ALIASES.get(text, text)


def _joined(masks: Iterable[int]) -> int:
    whole = 0
    for mask in masks:
        whole |= mask
    return whole

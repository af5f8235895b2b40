# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder on a machine for backups and journal, and whether what lies in it can be believed.

In its default place only administrators write. Anywhere else a user of the machine may have made the folder before us,
or have put a junction into its place: it is believed only when its access list lets nobody but administrators and
SYSTEM write, and its owner, who can always change the list, is the one of a folder of ours. C(cacls /s) prints the list
with SIDs and C(dir /q) the owner, whose name is compared and not read, so that no language matters.

Sources: MS-DTYP 2.4.2.4 (well-known SIDs), 2.5.1 (security descriptors as text), 2.5.3.2 (what owners may do).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .command import location_path
from .questions import Command

__all__ = ["DEFAULT", "JOURNAL", "Location", "FolderTrust", "journal_question"]

DEFAULT = r"%SystemRoot%\configmgr.tls"
FolderTrust = Literal["ours", "absent", "junction", "foreign"]
_KNOWN = rf"{DEFAULT}\known"
"""A folder whose owner we have set: its name in the machine's language is compared with others."""
_ADMINISTRATORS, _SYSTEM = "S-1-5-32-544", "S-1-5-18"
_MAY_WRITE = frozenset({"SY", "BA", "OW", _ADMINISTRATORS, _SYSTEM, "S-1-3-4"})
"""OW: what is granted to the owner, who is checked."""
_READING = frozenset({"FR", "FX", "GR", "GX", "RC", "0x1200a9", "0x120089"})
_LIST = re.compile(r'"D:([A-Z]*)((?:\([^()]*\))+)"')
_ENTRY = re.compile(r"\(([A-Z]+);([A-Z]*);([^;()]*);[^;()]*;[^;()]*;([^;()]*)\)")
_TWO_LETTERS = re.compile("..")


JOURNAL = "journal"
"""The name of the question for it."""


def journal_question(path: str) -> Command:
    """Answered with the journal, or with nothing where there is none; not answered where it cannot be read."""
    journal = location_path(path)
    return Command(JOURNAL, f"(if exist {journal} (type {journal}) else ver>nul)")


@dataclass(frozen=True)
class Location:
    """The folder on a machine that backups and the journal are in.

    ``path``: absolute, or beginning with %SystemRoot% or %ProgramData%.
    """

    path: str

    @property
    def journal(self) -> str:
        return rf"{self.path}\journal.txt"

    @property
    def for_administrators(self) -> bool:
        """Whether nobody else can write there: only administrators make a folder in that of Windows, where not all that
        is there already is so (Temp is not).
        """
        folder = self.path.lower()
        return folder == DEFAULT.lower() or (folder.startswith(f"{DEFAULT.lower()}\\") and ".." not in folder)

    def questions(self) -> list[Command]:
        """What has to be known before anything in it is believed."""
        if self.for_administrators:
            return []
        here, parent = location_path(self.path), location_path(rf"{self.path.rpartition(chr(92))[0]}\.")
        return [
            Command("location list", f"cacls {here} /s"),
            Command("location owner", f"dir /q /ad {parent}"),
            Command("known owner", f"dir /q /ad {location_path(DEFAULT)}"),
            Command("location link", self._is_a_junction()),
            Command("location there", f"cd /d {here}"),
        ]

    def _is_a_junction(self) -> str:
        """Ends with 0 when the folder or one above it leads elsewhere: lists and owners are then those of another."""
        drive, *names = self.path.split("\\")
        paths = ["\\".join([drive, *names[: count + 1]]) for count in range(len(names))]
        return f"({'||'.join(f'fsutil reparsepoint query {location_path(path)}>nul' for path in paths)})"

    def trust(self, answers: Mapping[str, Sequence[str]]) -> FolderTrust:
        """From the answers to the questions, by name."""
        if self.for_administrators:
            return "ours"
        if "location link" in answers:
            return "junction"
        if "location there" not in answers:
            return "absent"
        known = _owners(answers.get("known owner", ()), _KNOWN)
        owners = _owners(answers.get("location owner", ()), self.path)
        safe = only_administrators_write("\n".join(answers.get("location list", ())))
        return "ours" if safe and len(known) == 1 and owners == known else "foreign"

    def make_line(self) -> str:
        """Makes the folder so that only administrators write there; its mark is printed when nobody was quicker."""
        here, known = location_path(self.path), location_path(_KNOWN)
        grants = " ".join(f'"*{sid}:(OI)(CI)F"' for sid in (_SYSTEM, _ADMINISTRATORS))
        owner = f"/setowner *{_ADMINISTRATORS}>nul"
        steps = [
            f"mkdir {here}",
            f"icacls {here} /inheritance:r /grant:r {grants}>nul",
            f"icacls {here} {owner}",
            f"(dir /b /a {here}>nul||echo #ok 0)",
        ]
        return f"(mkdir {known}&icacls {known} {owner}&{'&&'.join(steps)})2>nul"


def only_administrators_write(text: str) -> bool:
    """Whether a list as C(cacls /s) prints it inherits nothing and grants no more than reading to anybody else."""
    found = _LIST.search(text)
    if found is None or "P" not in found[1].replace("AI", "").replace("AR", ""):
        return False
    entries = _ENTRY.findall(found[2])
    if "".join(f"({kind};{flags};" for kind, flags, _rights, _sid in entries).count("(") != found[2].count("("):
        return False
    return all(kind == "D" or (kind == "A" and _harmless(rights, sid)) for kind, _flags, rights, sid in entries)


def _harmless(rights: str, sid: str) -> bool:
    if sid in _MAY_WRITE:
        return True
    return rights in _READING or (not rights.startswith("0x") and set(_TWO_LETTERS.findall(rights)) <= _READING)


def _owners(lines: Sequence[str], path: str) -> set[str]:
    """The owners of all folders that are listed under a name that ends like this one."""
    name = path.rpartition("\\")[2].lower()
    found = [line.rstrip() for line in lines if line.rstrip().lower().endswith(name)]
    return {line[: -len(name)].rpartition(">")[2].strip() for line in found}

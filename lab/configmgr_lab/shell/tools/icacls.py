# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""icacls and cacls: access lists of files and folders.

Which line tells in every language that a folder is safe? Both tools can write the list as SDDL, which has SIDs and no
names: `cacls PATH /s` to its output, `icacls PATH /save FILE` to a file in UTF-16. Neither says the owner; `dir /q`
does, in the machine's language, so that it can only be compared with that of a folder whose owner is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from ...features import Feature, Source
from ...machine.access_list import (
    FULL,
    GENERIC_ALL,
    MODIFY,
    NONE,
    READ,
    READ_EXECUTE,
    WRITE,
    Ace,
    Descriptor,
    Flag,
    to_sddl,
)
from ...machine.files import FileError, normal
from ..accounts import account_name, account_sid
from ..process import Call
from .tool import Tool

SIMPLE = {"F": FULL, "M": MODIFY, "RX": READ_EXECUTE, "R": READ, "W": WRITE}
SPECIFIC = {
    "DE": 0x10000, "RC": 0x20000, "WDAC": 0x40000, "WO": 0x80000, "S": 0x100000, "GR": 1 << 31, "GW": 1 << 30,
    "GE": 1 << 29, "GA": GENERIC_ALL, "RD": 0x1, "WD": 0x2, "AD": 0x4, "REA": 0x8, "WEA": 0x10, "X": 0x20, "DC": 0x40,
    "RA": 0x80, "WA": 0x100,
}  # fmt: skip
DENIED, NOT_FOUND, BAD_ARGUMENT, NO_MAPPING = 5, 2, 87, 1332
_GRANT = re.compile(r"(.+?):((?:\((?:OI|CI|IO|NP)\))*)(\(?[A-Z,]+\)?)", re.IGNORECASE)
_QUIET = {"/t", "/c", "/l", "/q"}


Edit = Callable[[Descriptor, tuple[Ace, ...]], Descriptor]
"""From what a file or folder has of its own and its whole list to what it shall have."""
IcaclsSwitch = Callable[[Call, str], None]


class _IcaclsError(Exception):
    """`code`: what icacls ends with."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass
class _Plan:
    """What was asked: changes of the list, which are written at once, and other things."""

    edits: list[Edit] = field(default_factory=list)
    actions: list[IcaclsSwitch] = field(default_factory=list)

    def do(self, call: Call, path: str) -> None:
        """Raises _Refused and FileError."""
        _need_there(call, path)
        if self.edits:
            own, whole = call.files.descriptor(path)
            for edit in self.edits:
                own = edit(own, whole)
            entry = call.files.get(path)
            if entry is not None and not entry.is_folder:
                own = replace(own, explicit=tuple(replace(each, flags=NONE) for each in own.explicit))
            call.files.protect(path, own)
        for action in self.actions:
            action(call, path)
        if not self.edits and not self.actions:
            _show(call, path)


def run(call: Call) -> int:
    """icacls: show, or change. Its exit code is an error of Windows."""
    rest = list(call.arguments)
    if not rest:
        call.say(call.message("syntax"))
        return BAD_ARGUMENT
    path = call.path(rest.pop(0).rstrip("\\/"))
    flags = {word.lower() for word in rest} & _QUIET
    path = path if "/l" in flags else call.machine.files.stored(path, whole=True)
    try:
        plan = _plan(call, [word for word in rest if word.lower() not in _QUIET])
        paths = list(_tree(call, path)) if "/t" in flags else [path]
        for each in paths:
            plan.do(call, each)
    except (_IcaclsError, FileError) as error:
        denied = isinstance(error, FileError) and error.reason == "denied"
        code = error.code if isinstance(error, _IcaclsError) else DENIED if denied else NOT_FOUND
        texts = {NOT_FOUND: "file_not_found", DENIED: "access_denied", NO_MAPPING: "no_mapping"}
        call.complain(f"{path}: " + call.message(texts.get(code, "syntax")))
        call.say(call.message("icacls_end", done="0", failed="1"))
        return code
    if plan.edits and "/q" not in flags:
        call.say("".join(call.message("icacls_done", path=each) for each in paths))
    call.say(call.message("icacls_end", done=str(len(paths)), failed="0"))
    return 0


def _plan(call: Call, words: list[str]) -> _Plan:
    plan = _Plan()
    while words:
        switch = words.pop(0).lower()
        if switch in ("/inheritance:r", "/inheritance:d", "/inheritance:e"):
            plan.edits.append(_inheritance(switch[-1]))
        elif switch in ("/grant", "/grant:r") and words and not words[0].startswith("/"):
            while words and not words[0].startswith("/"):
                plan.edits.append(_grant(_granted(call, words.pop(0)), instead=switch.endswith(":r")))
        elif switch == "/reset":
            plan.edits.append(lambda own, _whole: replace(own, explicit=(), protected=False))
        elif switch in ("/remove", "/remove:g") and words:
            plan.edits.append(_remove(_account(call, words.pop(0))))
        elif switch == "/setowner" and words:
            plan.actions.append(_set_owner(_account(call, words.pop(0))))
        elif switch == "/findsid" and words:
            plan.actions.append(_find(_account(call, words.pop(0))))
        elif switch == "/save" and words:
            plan.actions.append(_save(words.pop(0)))
        else:
            raise _IcaclsError(BAD_ARGUMENT)
    return plan


def _account(call: Call, text: str) -> str:
    sid = account_sid(call, text)
    if sid is None:
        raise _IcaclsError(NO_MAPPING)
    return sid


def _granted(call: Call, text: str) -> Ace:
    match = _GRANT.fullmatch(text)
    if match is None:
        raise _IcaclsError(BAD_ARGUMENT)
    sid, mask = _account(call, match[1]), 0
    inheritance = NONE
    for name in re.findall(r"OI|CI|IO", match[2].upper()):
        inheritance |= Flag[name]
    for right in match[3].upper().strip("()").split(","):
        if right not in SIMPLE and right not in SPECIFIC:
            raise _IcaclsError(BAD_ARGUMENT)
        mask |= SIMPLE.get(right) or SPECIFIC[right]
    return Ace(sid, mask, inheritance)


def _grant(ace: Ace, *, instead: bool) -> Edit:
    def edit(own: Descriptor, _whole: tuple[Ace, ...]) -> Descriptor:
        kept = [each for each in own.explicit if not (instead and each.sid == ace.sid) and each != ace]
        return replace(own, explicit=(*kept, ace))

    return edit


def _inheritance(how: str) -> Edit:
    def edit(own: Descriptor, whole: tuple[Ace, ...]) -> Descriptor:
        inherited = [each for each in whole if each.flags & Flag.ID] if how == "d" else []
        copied = (replace(each, flags=each.flags & ~Flag.ID) for each in inherited)
        return replace(own, explicit=(*own.explicit, *copied), protected=how != "e")

    return edit


def _remove(sid: str) -> Edit:
    return lambda own, _whole: replace(own, explicit=tuple(each for each in own.explicit if each.sid != sid))


def _set_owner(sid: str) -> IcaclsSwitch:
    return lambda call, path: call.files.give(path, sid)


def _find(sid: str) -> IcaclsSwitch:
    def look(call: Call, path: str) -> None:
        _, whole = call.files.descriptor(path)
        if any(each.sid == sid for each in whole):
            call.say(call.message("sid_found", path=path))

    return look


def _save(name: str) -> IcaclsSwitch:
    begun: set[str] = set()

    def write(call: Call, path: str) -> None:
        text = f"{path.rpartition(chr(92))[2]}\r\n{_sddl(call, path)}\r\n"
        file = normal(name, call.session.folder)
        call.files.write(file, text.encode("utf-16-le"), append=file in begun)
        begun.add(file)

    return write


def _sddl(call: Call, path: str) -> str:
    now, whole = call.files.descriptor(path)
    return to_sddl(whole, protected=now.protected)


def _show(call: Call, path: str) -> None:
    _, whole = call.files.descriptor(path)
    lines = [f"{account_name(call, each.sid)}:{_shown(each)}" for each in whole] or [""]
    call.say(f"{path} " + ("\n" + " " * (len(path) + 1)).join(lines) + "\n\n")


def _shown(ace: Ace) -> str:
    inherited = "(I)" if ace.flags & Flag.ID else ""
    flags = inherited + "".join(f"({flag.name})" for flag in (Flag.OI, Flag.CI, Flag.IO) if ace.flags & flag)
    mask = FULL if ace.mask == GENERIC_ALL else ace.mask
    whole = next((name for name, each in SIMPLE.items() if each == mask), "")
    return f"{flags}({whole or ','.join(name for name, bit in SPECIFIC.items() if ace.mask & bit)})"


def _tree(call: Call, path: str) -> Iterator[str]:
    yield path
    entry = call.files.get(path)
    for each in call.files.children(path) if entry is not None and entry.is_folder and entry.target is None else ():
        yield from _tree(call, each.path)


def _need_there(call: Call, path: str) -> None:
    if call.files.get(path) is None:
        raise _IcaclsError(NOT_FOUND)


def cacls(call: Call) -> int:
    """cacls, for `PATH /s`: the list as SDDL."""
    if len(call.arguments) != 2 or call.arguments[1].lower() != "/s":
        call.complain(call.message("not_emulated", name="cacls without /s"))
        return 1
    path = call.machine.files.stored(call.path(call.arguments[0]), whole=True)
    try:
        _need_there(call, path)
        call.say(f'{path} "{_sddl(call, path)}"\n\n')
    except _IcaclsError:
        call.say(call.message("file_not_found"))
        return 1
    except FileError:
        call.say(call.message("access_denied"))
        return 1
    return 0


_HELP = "its own help (file-info.xyz, ICacls.exe.mui)"
ICACLS = Tool(
    "icacls",
    run,
    (
        Feature("a path alone: the list with names in the machine's language", Source.DOCUMENT),
        Feature("`/grant[:r] SID:(OI)(CI)RIGHTS`, `/remove`, `/reset`, `*S-1-...` for every name", Source.DOCUMENT),
        Feature(
            "`/inheritance:r|d|e`, also beside /grant: the list is written once",
            Source.DOCUMENT,
            "not named on Microsoft's page for Server 2008 (cc753525)",
        ),
        Feature("`/setowner`: administrators to anybody, others to themselves", Source.ASSUMED),
        Feature("`/save FILE`: name and list as SDDL; never the owner", Source.DOCUMENT, _HELP),
        Feature("that file is UTF-16 without a mark, and begun anew", Source.ASSUMED),
        Feature("`/findsid SID`: the list is searched, not the owner", Source.DOCUMENT, _HELP),
        Feature("`/t`; exit codes 2, 5, 87, 1332, and 0 when /findsid found nothing", Source.ASSUMED),
        Feature("a junction's target, with /l the junction itself", Source.DOCUMENT, "of symbolic links, " + _HELP),
    ),
    ("`/deny`", "`/restore`", "`/verify`", "integrity levels", "more than one path"),
)
CACLS = Tool(
    "cacls",
    cacls,
    (
        Feature(
            "`PATH /s`: path and list as SDDL in quotes, without the owner: SIDs in every language, no file needed",
            Source.DOCUMENT,
            'an output in Microsoft\'s "The Security Descriptor Definition Language of Love (Part 2)"',
        ),
    ),
    ("everything else",),
)

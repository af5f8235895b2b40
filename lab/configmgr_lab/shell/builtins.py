# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that are part of cmd itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..features import Feature, Source, Subject
from ..machine.files import Entry, FileError, normal
from ..machine.shares import ShareError
from .listing import directory
from .process import Call


class Exit(Exception):
    """The shell ends with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True)
class Builtin:
    """An internal command. Some leave the error level alone when they succeed."""

    run: Callable[[Call], int]
    source: Source
    note: str = ""
    sets_error_level: bool = False


def words(tail: str) -> list[str]:
    """The arguments of an internal command: blanks, commas, semicolons and equal signs part them, quotes hold."""
    found = re.findall(r'(?:"[^"]*"?|[^\s,;="])+', tail)
    return [word.replace('"', "") for word in found]


def _paths(tail: str) -> list[str]:
    return [word for word in words(tail) if not word.startswith("/")]


def _flags(tail: str) -> set[str]:
    return {flag.lower() for word in words(tail) if word.startswith("/") for flag in re.findall(r"/[^/]+", word)}


def _echo(call: Call) -> int:
    tail = call.tail
    if not tail.strip():
        call.say(call.message("echo_on"))
    elif tail.strip().lower() in ("on", "off") and tail[0] in " \t":
        return 0
    else:
        call.say(tail[1:] + "\n")
    return 0


def _exit(call: Call) -> int:
    numbers = [word for word in words(call.tail) if re.fullmatch(r"[+-]?[0-9]+", word)]
    code = int(numbers[0]) if numbers else call.session.error_level
    # Exit codes are 32 bits wide and signed.
    raise Exit((code + 0x80000000) % 0x100000000 - 0x80000000)


def _type(call: Call) -> int:
    status = 0
    for path in _type_paths(call):
        try:
            content = call.files.read(path)
        except FileError as error:
            call.complain(_reason(call, error))
            status = 1
            continue
        call.streams.stdout.write(_for_console(content))
    return status if _paths(call.tail) else _usage(call)


def _type_paths(call: Call) -> list[str]:
    """The files that are named; one that a pattern found is announced on the error stream."""
    paths = []
    for named in _paths(call.tail):
        path = normal(named, call.session.folder)
        found = [each.path for each in _matching(call, path)] if "*" in path or "?" in path else []
        for each in found:
            call.complain(f"\n{each}\n\n\n")
        paths += found or [path]
    return paths


def _for_console(content: bytes) -> bytes:
    """UTF-16 with a mark becomes UTF-8; every other file is printed as it is."""
    if content.startswith(b"\xff\xfe"):
        return content[2:].decode("utf-16-le", "replace").encode()
    return content


def _dir(call: Call) -> int:
    return directory(call, _paths(call.tail), _flags(call.tail))


def _mkdir(call: Call) -> int:
    status = 0
    for path in _paths(call.tail):
        try:
            call.files.make_folder(normal(path, call.session.folder))
        except FileError as error:
            exists = call.message("folder_exists", path=path)
            call.complain(exists if error.reason == "exists" else _reason(call, error))
            status = 1
    return status if _paths(call.tail) else _usage(call)


def _mklink(call: Call) -> int:
    paths = [call.path(path) for path in _paths(call.tail)]
    if len(paths) != 2 or _flags(call.tail) != {"/j"}:
        call.complain(call.message("not_emulated", name="mklink without /j"))
        return 1
    try:
        call.files.link(*paths)
    except FileError as error:
        call.complain(call.message("file_exists") if error.reason == "exists" else _reason(call, error))
        return 1
    call.say(call.message("junction", path=paths[0], target=paths[1]))
    return 0


def _delete(call: Call) -> int:
    for path in _paths(call.tail):
        full = normal(path, call.session.folder)
        entry = call.files.get(full)
        try:
            doomed = call.files.children(full) if entry and entry.is_folder else _matching(call, full)
            if not doomed:
                # del reports a missing file and is content all the same.
                call.complain(call.message("could_not_find", path=full))
            for each in doomed:
                if not each.is_folder:
                    call.files.delete(each.path)
        except FileError as error:
            # So it is with one that may not be deleted.
            call.complain(_reason(call, error))
    return 0 if _paths(call.tail) else _usage(call)


def _matching(call: Call, path: str) -> list[Entry]:
    folder, _, name = path.rpartition("\\")
    wild = re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in name.lower()))
    return [each for each in call.files.children(folder) if wild.fullmatch(_base(each).lower())]


def _remove_folder(call: Call) -> int:
    status = 0
    for path in _paths(call.tail):
        try:
            full = normal(path, call.session.folder)
            call.files.remove_folder(full, with_content="/s" in _flags(call.tail))
        except FileError as error:
            codes = {"not_empty": "not_empty", "directory": "folder_name", "denied": "access_denied"}
            call.complain(call.message(codes.get(error.reason, "file_not_found")))
            status = 2 if error.reason == "file" else 1
    return status if _paths(call.tail) else _usage(call)


def _copy(call: Call) -> int:
    given = _paths(call.tail)
    if len(given) == 2 and given[0].startswith("\\\\"):
        return _copy_from_share(call, *given)
    paths = [normal(path, call.session.folder) for path in _paths(call.tail)]
    if len(paths) != 2:
        return _usage(call)
    try:
        call.files.copy(*paths)
    except FileError as error:
        call.complain(_reason(call, error))
        call.say(call.message("copied", count="0"))
        return 1
    call.say(call.message("copied", count="1"))
    return 0


def _copy_from_share(call: Call, source: str, target: str) -> int:
    codes = {"denied": "access_denied", "network": "network_path", "file": "file_not_found"}
    try:
        call.files.bring(call.machine.shares.open(source, call.session.user), call.path(target))
    except ShareError as error:
        call.complain(call.message(codes[error.reason]))
    except FileError as error:
        call.complain(_reason(call, error))
    else:
        call.say(call.message("copied", count="1"))
        return 0
    call.say(call.message("copied", count="0"))
    return 1


def _move(call: Call) -> int:
    paths = [normal(path, call.session.folder) for path in _paths(call.tail)]
    if len(paths) != 2:
        return _usage(call)
    try:
        call.files.copy(*paths)
        if paths[0].lower() != paths[1].lower():
            call.files.delete(paths[0])
    except FileError as error:
        call.complain(_reason(call, error))
        return 1
    call.say(call.message("moved", count="1"))
    return 0


def _version(call: Call) -> int:
    current = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
    registry = call.machine.registry
    major = registry.number(current, "CurrentMajorVersionNumber")
    release = f"{major}.0" if major is not None else registry.text(current, "CurrentVersion") or ""
    update = registry.number(current, "UBR")
    build = registry.text(current, "CurrentBuild") or ""
    call.say(f"\nMicrosoft Windows [Version {release}.{build}{f'.{update}' if update is not None else ''}]\n")
    return 0


def _set(call: Call) -> int:
    text = call.tail.strip()
    quoted = text.startswith('"') and text.rfind('"') > 0
    text = text[1 : text.rfind('"')] if quoted else call.tail.lstrip()
    session = call.session
    name, equals, value = text.partition("=")
    if equals:
        session.variables.pop(name.upper(), None)
        if value:
            session.variables[name.upper()] = value
            session.names.setdefault(name.upper(), name)
        return 0
    shown = [each for each in sorted(session.variables) if each.startswith(name.strip().upper())]
    if not shown:
        call.complain(call.message("not_defined", name=name.strip()))
        return 1
    call.say("".join(f"{session.names[each]}={session.variables[each]}\n" for each in shown))
    return 0


def _change_folder(call: Call) -> int:
    paths = _paths(call.tail)
    if not paths:
        call.say(call.session.folder + "\n")
        return 0
    entry = call.files.get(normal(paths[0], call.session.folder))
    if entry is None or not entry.is_folder:
        call.complain(call.message("path_not_found"))
        return 1
    call.session.folder = entry.path
    return 0


def _silent(call: Call) -> int:
    return 0


def _not_emulated(call: Call) -> int:
    call.complain(call.message("not_emulated", name=call.name))
    return 1


def _usage(call: Call) -> int:
    call.complain(call.message("syntax"))
    return 1


def _reason(call: Call, error: FileError) -> str:
    codes = {"path": "path_not_found", "directory": "access_denied", "full": "disk_full", "denied": "access_denied"}
    return call.message(codes.get(error.reason, "file_not_found"))


def _base(entry: Entry) -> str:
    return entry.path.rpartition("\\")[2]


_DOCUMENT, _ASSUMED, _CHECKED = Source.DOCUMENT, Source.ASSUMED, Source.CHECKED
_MAKE = Builtin(_mkdir, _ASSUMED, "with the folders above it")
_ERASE = Builtin(_delete, _ASSUMED, "switches are accepted and without effect; exit code 0 for a missing file")
_REMOVE = Builtin(_remove_folder, _ASSUMED, "/s /q; exit code 2 when missing is assumed", sets_error_level=True)
_CHANGE = Builtin(_change_folder, _ASSUMED)
_MISSING = ("assoc", "call", "color", "date", "for", "ftype", "goto", "path", "popd", "prompt", "pushd")
_MORE_MISSING = ("ren", "rename", "setlocal", "endlocal", "shift", "start", "time", "verify", "vol")

BUILTINS: dict[str, Builtin] = {
    "echo": Builtin(_echo, _CHECKED, "also `echo.`; leaves the error level alone (assumed)"),
    "exit": Builtin(_exit, _ASSUMED, "/b N and N end the line alike"),
    "type": Builtin(_type, _DOCUMENT, "UTF-16 with a mark is printed as UTF-8; patterns", sets_error_level=True),
    "dir": Builtin(
        _dir,
        Source.CAPTURE,
        "lines as a recorded one, all of one time; /b, /b /s, /a with d and l (junctions) and their opposites; /q: the "
        "owner's name in the machine's language, cut to 23 characters (assumed); no patterns",
        sets_error_level=True,
    ),
    "mklink": Builtin(_mklink, _DOCUMENT, "/j; takes no more than the right to make folders"),
    "mkdir": _MAKE,
    "md": _MAKE,
    "del": _ERASE,
    "erase": _ERASE,
    "rd": _REMOVE,
    "rmdir": _REMOVE,
    "copy": Builtin(_copy, _ASSUMED, "one file to one place; from a share as SYSTEM", sets_error_level=True),
    "move": Builtin(_move, _ASSUMED, "one file to one place, overwrites", sets_error_level=True),
    "ver": Builtin(_version, _ASSUMED, "the update number is shown on every build that has one", sets_error_level=True),
    "set": Builtin(_set, _ASSUMED, "no /a and /p"),
    "cd": _CHANGE,
    "chdir": _CHANGE,
    "cls": Builtin(_silent, _ASSUMED),
    "title": Builtin(_silent, _ASSUMED),
    "break": Builtin(_silent, _ASSUMED),
    **{name: Builtin(_not_emulated, _ASSUMED, "") for name in (*_MISSING, *_MORE_MISSING)},
}

SUBJECT = Subject(
    "cmd: internal commands",
    tuple(
        Feature(f"`{name}`", builtin.source, builtin.note)
        for name, builtin in BUILTINS.items()
        if builtin.run is not _not_emulated
    ),
    tuple(f"`{name}`" for name, builtin in BUILTINS.items() if builtin.run is _not_emulated),
)

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""reg: reads and writes the registry."""

from __future__ import annotations

from collections.abc import Callable

from ...features import Feature, Source
from ...machine.access import AccessDenied, KeyNotFound, RegistryAccess
from ...machine.files import FileError, normal
from ...machine.registry import BadPath, Key, View, long_path
from ...machine.values import Value
from ..process import Call
from . import reg_data, regfile
from .tool import Option, Parsed, Tool, UsageError, read_switches

_CHECKED, _DOCUMENT, _ASSUMED = Source.CHECKED, Source.DOCUMENT, Source.ASSUMED
_VIEWS = (
    Option("/reg:32", False, _CHECKED, "without effect on 32-bit Windows"),
    Option("/reg:64", False, _CHECKED, "without effect on 32-bit Windows"),
)
_FORCE = Option("/f", False, _DOCUMENT, "without it the answer is read from stdin; no answer is no")
_OPTIONS: dict[str, tuple[Option, ...]] = {
    "query": (
        Option("/v", True, _CHECKED),
        Option("/ve", False, _CHECKED),
        Option("/s", False, _CHECKED, "with /v the last line counts the matches (document)"),
        Option(
            "/f", True, _DOCUMENT, "with /k and without /s, or with /s and a last /v without a name: names of values"
        ),
        Option("/k", False, _DOCUMENT),
        *_VIEWS,
    ),
    "add": (
        Option("/v", True, _CHECKED),
        Option("/ve", False, _CHECKED),
        Option("/t", True, _CHECKED),
        Option("/s", True, _ASSUMED, "the separator of REG_MULTI_SZ"),
        Option("/d", True, _CHECKED, "DWORD decimal or 0x; a leading zero is decimal, a minus is refused"),
        _FORCE,
        *_VIEWS,
    ),
    "delete": (
        Option("/v", True, _CHECKED),
        Option("/ve", False, _CHECKED),
        Option("/va", False, _CHECKED),
        _FORCE,
        *_VIEWS,
    ),
    "export": (Option("/y", False, _CHECKED, "last; without it an existing file is asked for"), *_VIEWS),
    "import": _VIEWS,
}


def run(call: Call) -> int:
    """The program."""
    verb = call.arguments[0].lower() if call.arguments else ""
    if verb not in _VERBS:
        call.complain(call.message("reg_syntax", verb=(verb or "").upper()))
        return 1
    if any(word.lower() in ("/?", "-?", "/h", "-h") for word in call.arguments[1:]):
        return 0
    try:
        arguments, run_verb = call.arguments[1:], _VERBS[verb]
        if verb == "query" and arguments[-1:] == ["/v"]:
            arguments, run_verb = arguments[:-1], _query_names
        parsed = read_switches(arguments, _OPTIONS[verb])
        if parsed.has("/reg:32") and parsed.has("/reg:64"):
            raise UsageError
        access = call.machine.registry_access(call.session.user, View.BIT32 if parsed.has("/reg:32") else View.BIT64)
        return run_verb(call, parsed, access)
    except UsageError:
        call.complain(call.message("reg_syntax", verb=verb.upper()))
    except BadPath:
        call.complain(call.message("reg_key_name"))
    except AccessDenied:
        call.complain(call.message("reg_denied"))
    except KeyNotFound:
        call.complain(call.message("reg_not_found"))
    return 1


def _query(call: Call, parsed: Parsed, access: RegistryAccess) -> int:
    path = _only_key(parsed)
    if parsed.has("/v") and parsed.has("/ve"):
        raise UsageError
    name = "" if parsed.has("/ve") else parsed.switches.get("/v")
    key = access.key(path)
    if parsed.has("/f") != parsed.has("/k") or (parsed.has("/k") and parsed.has("/s")):
        raise UsageError
    call.say("\n")
    if parsed.has("/f"):
        wanted = parsed.switches["/f"].lower()
        matching = [name for name in key.subkeys if wanted in name.lower()]
        call.say("".join(f"{path}\\{_spelling(access, path, name)}\n" for name in matching))
        call.say(call.message("reg_matches", count=str(len(matching))))
        return 0 if matching else 1
    if name is None:
        _print_key(call, access, path, key, recurse=parsed.has("/s"), below=False)
        return 0
    if parsed.has("/s"):
        wanted = name.lower()
        return _matches(call, access, path, key, lambda each: each.lower() == wanted)
    value = key.value(name)
    if value is None and name:
        raise KeyNotFound(path)
    call.say(f"{path}\n")
    if value is None:
        call.say(f"    {call.message('reg_default')}    REG_SZ    {call.message('reg_not_set')}\n\n")
    else:
        call.say(_line(call, value) + "\n")
    return 0


def _query_names(call: Call, parsed: Parsed, access: RegistryAccess) -> int:
    """A search in the names of values: /v without a name, which has to be the last word here."""
    path = _only_key(parsed)
    if not (parsed.has("/f") and parsed.has("/s")) or parsed.has("/k") or parsed.has("/ve"):
        raise UsageError
    wanted, key = parsed.switches["/f"].lower(), access.key(path)
    call.say("\n")
    return _matches(call, access, path, key, lambda name: wanted in name.lower())


def _matches(call: Call, access: RegistryAccess, path: str, key: Key, fits: Callable[[str], bool]) -> int:
    found = _print_matches(call, access, path, key, fits)
    call.say(call.message("reg_matches", count=str(found)))
    return 0 if found else 1


def _print_key(call: Call, access: RegistryAccess, path: str, key: Key, *, recurse: bool, below: bool) -> None:
    if key.values or below:
        call.say(f"{path}\n" + "".join(_line(call, value) for value in key.values) + "\n")
    for name in key.subkeys:
        if not recurse:
            call.say(f"{path}\\{_spelling(access, path, name)}\n")
            continue
        try:
            inner = access.key(f"{path}\\{name}")
        except AccessDenied:
            # The rest goes on, as it does on Windows.
            call.complain(call.message("reg_denied"))
            continue
        _print_key(call, access, f"{path}\\{inner.name}", inner, recurse=True, below=True)


def _print_matches(call: Call, access: RegistryAccess, path: str, key: Key, fits: Callable[[str], bool]) -> int:
    values = [value for value in key.values if fits(value.name)]
    if values:
        call.say(f"{path}\n" + "".join(_line(call, value) for value in values) + "\n")
    found = len(values)
    for subkey in key.subkeys:
        try:
            inner = access.key(f"{path}\\{subkey}")
        except AccessDenied:
            call.complain(call.message("reg_denied"))
            continue
        found += _print_matches(call, access, f"{path}\\{inner.name}", inner, fits)
    return found


def _spelling(access: RegistryAccess, path: str, name: str) -> str:
    key = access.registry.key(f"{path}\\{name}", access.view)
    return key.name if key else name


def _line(call: Call, value: Value) -> str:
    return f"    {value.name or call.message('reg_default')}    {value.type.name}    {value.shown()}\n"


def _add(call: Call, parsed: Parsed, access: RegistryAccess) -> int:
    path = _only_key(parsed)
    if parsed.has("/v") and parsed.has("/ve"):
        raise UsageError
    type_ = reg_data.type_named(parsed.switches.get("/t", "REG_SZ"))
    if type_ is None:
        call.complain(call.message("reg_type"))
        return 1
    name = parsed.switches.get("/v", "")
    try:
        value = reg_data.value(name, type_, parsed.switches.get("/d"), parsed.switches.get("/s", "\\0"))
    except reg_data.BadData:
        call.complain(call.message("reg_data"))
        return 1
    old = access.registry.value(path, name, access.view)
    # A key's default value is written over without a question when nothing was said about values.
    asks = old is not None and not parsed.has("/f") and bool(parsed.switches.keys() & {"/v", "/ve"})
    if asks and not _confirmed(call, "reg_overwrite", name):
        return 1
    access.set(path, value)
    call.say(call.message("ok"))
    return 0


def _delete(call: Call, parsed: Parsed, access: RegistryAccess) -> int:
    path = _only_key(parsed)
    kinds = [flag for flag in ("/v", "/ve", "/va") if parsed.has(flag)]
    if len(kinds) > 1:
        raise UsageError
    key = access.key(path)
    if not kinds:
        if not parsed.has("/f") and not _confirmed(call, "reg_delete_key", path):
            return 1
        if "\\" not in path:
            raise BadPath(path)
        access.delete_key(path)
    else:
        doomed = [value.name for value in key.values] if kinds == ["/va"] else [parsed.switches.get("/v", "")]
        if not parsed.has("/f") and not _confirmed(call, "reg_delete_value", doomed[0] if doomed else ""):
            return 1
        for name in doomed:
            if not access.delete_value(path, name):
                raise KeyNotFound(path)
    call.say(call.message("ok"))
    return 0


def _export(call: Call, parsed: Parsed, access: RegistryAccess) -> int:
    if len(parsed.words) != 2 or call.arguments[1:3] != parsed.words:
        raise UsageError
    path, target = parsed.words
    path = long_path(path)
    access.key(path)
    file = normal(target, call.session.folder)
    if call.files.get(file) is not None and not parsed.has("/y") and not _confirmed(call, "reg_overwrite", target):
        return 1
    try:
        call.files.write(file, regfile.render(_below(access, path)))
    except FileError:
        call.complain(call.message("reg_file"))
        return 1
    call.say(call.message("ok"))
    return 0


def _below(access: RegistryAccess, path: str) -> list[tuple[str, Key]]:
    key = access.key(path)
    found = [(path, key)]
    for name in key.subkeys:
        found += _below(access, f"{path}\\{_spelling(access, path, name)}")
    return found


def _import(call: Call, parsed: Parsed, access: RegistryAccess) -> int:
    file = normal(_only_word(parsed), call.session.folder)
    try:
        changes = list(regfile.read(call.files.read(file)))
    except (FileError, regfile.BadRegistryFile):
        call.complain(call.message("reg_file"))
        return 1
    failed = False
    for change in changes:
        try:
            _apply(access, change)
        except (AccessDenied, BadPath):
            failed = True
    call.complain(call.message("reg_import" if failed else "ok"))
    return 1 if failed else 0


def _apply(access: RegistryAccess, change: regfile.Change) -> None:
    try:
        if change.name is None:
            if change.delete:
                access.delete_key(change.path)
            else:
                access.create(change.path)
        elif change.delete:
            access.delete_value(change.path, change.name)
        elif change.value is not None:
            access.set(change.path, change.value)
    except KeyNotFound:
        # What shall be deleted is not there: nothing to do.
        return


def _only_word(parsed: Parsed) -> str:
    if len(parsed.words) != 1:
        raise UsageError
    return parsed.words[0]


def _only_key(parsed: Parsed) -> str:
    return long_path(_only_word(parsed))


def _confirmed(call: Call, question: str, name: str) -> bool:
    call.say(call.message(question, name=name))
    line, _, rest = call.streams.stdin.partition(b"\n")
    call.streams.stdin = rest
    if line.strip().lower() in (b"y", b"yes", b"j", b"ja"):
        return True
    call.complain(call.message("reg_cancelled"))
    return False


_VERBS: dict[str, Callable[[Call, Parsed, RegistryAccess], int]] = {
    "query": _query,
    "add": _add,
    "delete": _delete,
    "export": _export,
    "import": _import,
}

TOOL = Tool(
    "reg",
    run,
    (
        *(option.feature(f"reg {verb}") for verb, options in _OPTIONS.items() for option in options),
        Feature("layout of `reg query`, with and without /s; the key's own line only when it has values", _CHECKED),
        Feature("`reg query` of a key without values: exit code 0", _CHECKED),
        Feature("the key's path is printed as it was typed, with the hive's long name", _ASSUMED),
        Feature("a missing value: an empty line on stdout before the error", _ASSUMED),
        Feature("missing key or value, access denied: message on stderr, exit code 1", _DOCUMENT),
        Feature("/s goes on behind a key that may not be read", _DOCUMENT),
        Feature("`reg add KEY /f` writes an empty default value", _CHECKED),
        Feature("`reg export`: UTF-16 with mark, values in order of creation", _CHECKED),
        Feature("`reg import`: deletions, all types, its success line on stderr", _ASSUMED),
    ),
    (
        "`reg query /f` without `/k`, `/d /c /e /t /z /se`",
        "`reg copy`, `save`, `load`, `unload`, `restore`, `compare`, `flags`",
        "other machines' registries",
        "REG_LINK and unknown types",
    ),
)

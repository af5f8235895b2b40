# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command line on a machine, as `cmd /c` does."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Mapping

from ..machine.completed import Completed, OutputListener
from ..machine.files import FileError, normal
from ..machine.machine import Machine
from . import messages
from .builtins import BUILTINS, Exit
from .conditions import NUL, NUMBER, compare, exists
from .expansion import expand, expand_batch, expand_delayed
from .parser import parse
from .process import Call, CutShort, Session, Sink, Streams, encode, split_arguments
from .syntax import BadLine, Chain, Condition, Group, If, Node, Nothing, Redirection, Simple
from .tools import TOOLS, program_name
from .tools.installing import run_installer

LINE_LIMIT = 8191
"""Characters of a command line, before and after expansion."""

CUT_SHORT = 1
"""Exit code of a line that did not come to its end."""

_NAMES = "|".join(sorted(BUILTINS, key=len, reverse=True))
_BUILTIN = re.compile(rf"({_NAMES})(?=$|[\s,;=.\\/:+\[\]()\"])", re.IGNORECASE)


def run_line(
    machine: Machine,
    line: str,
    *,
    user: str,
    stdin: bytes,
    environment: Mapping[str, str],
    directory: str | None,
    listener: OutputListener | None = None,
) -> Completed:
    """Run the text behind `cmd /c` in a new session."""
    given = {**machine.environment(user), **environment}
    streams = Streams(stdin, Sink(), Sink())
    session = Session(
        machine=machine,
        user=user,
        variables={name.upper(): text for name, text in given.items()},
        names={name.upper(): name for name in given},
        folder=_start_folder(machine, given, directory),
        files=machine.file_access(user),
        run=lambda text, streams: Interpreter(session).line(text, streams),
        tell=_teller(streams, listener) if listener is not None else None,
    )
    try:
        # cmd itself is a program, too.
        session.start_program()
        exit_code = session.run(line, streams)
    except CutShort:
        exit_code = CUT_SHORT
    return Completed(bytes(streams.stdout.data), bytes(streams.stderr.data), exit_code, session.starts)


def _teller(streams: Streams, listener: OutputListener) -> Callable[[], bool]:
    told = [0, 0]

    def tell() -> bool:
        new = [bytes(sink.data[at:]) for sink, at in zip((streams.stdout, streams.stderr), told, strict=True)]
        told[:] = [len(streams.stdout.data), len(streams.stderr.data)]
        return listener(*new)

    return tell


def _start_folder(machine: Machine, variables: Mapping[str, str], directory: str | None) -> str:
    wanted = directory or variables.get("USERPROFILE", "")
    path = expand(wanted, {name.upper(): text for name, text in variables.items()}.get)
    entry = machine.files.get(normal(path)) if path else None
    return entry.path if entry is not None and entry.is_folder else "C:\\Windows\\System32"


class Interpreter:
    """Walks the tree of one line."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def line(self, text: str, streams: Streams) -> int:
        """The exit code of the line. A line that is too long or not understood does nothing and gives 1."""
        if len(text) > LINE_LIMIT:
            return self._refuse(streams, "line_too_long")
        try:
            self._expanded(expand(text, self._lookup), streams)
        except Exit as end:
            return end.code
        return self._session.error_level

    def _expanded(self, line: str, streams: Streams) -> int:
        if len(line) > LINE_LIMIT:
            return self._refuse(streams, "line_too_long")
        try:
            tree = parse(line)
        except BadLine as error:
            if error.token:
                return self._refuse(streams, "unexpected", token=error.token)
            return self._refuse(streams, "syntax")
        return self._run(tree, streams)

    def _batch(self, path: str, streams: Streams) -> int:
        """A batch file, line by line; each sees what those before it did."""
        for line in self._session.files.read(path).decode("utf-8", "replace").splitlines():
            try:
                self._expanded(expand_batch(line, self._lookup), streams)
            except Exit as end:
                return end.code
        return self._session.error_level

    def _run(self, node: Node, streams: Streams) -> int:
        """The status that `&&` and `||` look at."""
        match node:
            case Nothing():
                return 0
            case Simple():
                return self._redirected(node.redirections, streams, lambda inner: self._simple(node.text, inner))
            case Group():
                return self._redirected(node.redirections, streams, lambda inner: self._run(node.body, inner))
            case If():
                branch = node.body if self._holds(node.condition) else node.otherwise
                return self._run(branch, streams) if branch is not None else 0
            case Chain(operator="|"):
                return self._pipe(node, streams)
            case Chain():
                return self._chain(node, streams)

    def _chain(self, node: Chain, streams: Streams) -> int:
        links: list[Chain] = []
        first: Node = node
        while isinstance(first, Chain) and first.operator != "|":
            links.append(first)
            first = first.left
        status = self._run(first, streams)
        for link in reversed(links):
            if link.operator == "&" or (link.operator == "&&") == (status == 0):
                status = self._run(link.right, streams)
        return status

    def _pipe(self, node: Chain, streams: Streams) -> int:
        stages: list[Node] = []
        first: Node = node
        while isinstance(first, Chain) and first.operator == "|":
            stages.append(first.right)
            first = first.left
        stages.append(first)
        stdin = streams.stdin
        status = 0
        for index, stage in enumerate(reversed(stages)):
            last = index == len(stages) - 1
            if not self._is_program(stage):
                # cmd starts another cmd for a side of a pipe that is no program.
                self._session.start_program()
            inner = Streams(stdin, streams.stdout if last else Sink(), streams.stderr)
            try:
                status = self._run(stage, inner)
            except Exit as end:
                # Each side of a pipe has a shell of its own, which is all that ends.
                status = end.code
                self._session.error_level = end.code
            stdin = bytes(inner.stdout.data) if not last else b""
        return status

    def _redirected(
        self, redirections: tuple[Redirection, ...], streams: Streams, run: Callable[[Streams], int]
    ) -> int:
        inner = Streams(streams.stdin, streams.stdout, streams.stderr)
        files: list[tuple[str, Sink, bool]] = []
        try:
            for redirection in redirections:
                self._redirect(redirection, inner, files)
        except FileError as error:
            codes = {
                "file": "file_not_found",
                "directory": "access_denied",
                "full": "disk_full",
                "denied": "access_denied",
            }
            code = codes.get(error.reason, "path_not_found")
            streams.stderr.write(encode(messages.get(self._session.machine.locale, code)))
            self._session.error_level = 1
            return 1
        try:
            return run(inner)
        finally:
            for path, sink, append in files:
                # The command may have removed the folder, and its output has no place then.
                with contextlib.suppress(FileError):
                    self._session.files.write(path, bytes(sink.data), append=append)

    def _redirect(self, wanted: Redirection, streams: Streams, files: list[tuple[str, Sink, bool]]) -> None:
        handles = {1: streams.stdout, 2: streams.stderr}
        if wanted.target_handle is not None:
            sink = handles.get(wanted.target_handle, Sink(keep=False))
        elif NUL.fullmatch(wanted.target):
            if wanted.mode == "read":
                streams.stdin = b""
                return
            sink = Sink(keep=False)
        else:
            path = normal(wanted.target, self._session.folder)
            machine_files = self._session.files
            if wanted.mode == "read":
                streams.stdin = machine_files.read(path)
                return
            append = wanted.mode == "append"
            # The file is made, or emptied, before the command runs.
            machine_files.write(path, b"", append=append)
            sink = Sink()
            files.append((path, sink, append))
        if wanted.handle == 1:
            streams.stdout = sink
        elif wanted.handle == 2:
            streams.stderr = sink

    def _simple(self, text: str, streams: Streams) -> int:
        text = text.lstrip(" \t,;=")
        if self._session.delayed:
            text = expand_delayed(text, self._lookup)
        if not text:
            return 0
        if match := _BUILTIN.match(text):
            builtin = BUILTINS[match[1].lower()]
            call = Call(self._session, streams, match[1].lower(), text[match.end() :])
            status = builtin.run(call)
            if builtin.sets_error_level or status:
                self._session.error_level = status
            return status
        status = self._program(text, streams)
        self._session.error_level = status
        return status

    def _program(self, text: str, streams: Streams) -> int:
        word, tail = _split_word(text)
        name = program_name(word, self._session)
        tool = TOOLS.get(name or "")
        if tool is None:
            path = normal(word.strip('"'), self._session.folder)
            entry = self._session.files.get(path)
            if entry is not None and path.lower().endswith((".cmd", ".bat")):
                return self._batch(path, streams)
            if entry is not None and path.lower().endswith(".exe"):
                self._session.start_program()
                call = Call(self._session, streams, path, tail, split_arguments(tail))
                return run_installer(call, path, "exe", call.arguments)
        if tool is None or name in self._session.machine.image.without:
            return self._refuse(streams, "not_recognized", name=word.strip('"'))
        self._session.start_program()
        call = Call(self._session, streams, tool.name, tail, split_arguments(tail))
        return tool.run(call)

    def _is_program(self, node: Node) -> bool:
        return isinstance(node, Simple) and not _BUILTIN.match(node.text.lstrip(" \t,;="))

    def _holds(self, condition: Condition) -> bool:
        left, right = condition.left, condition.right
        match condition.kind:
            case "exist":
                holds = exists(self._session, left)
            case "defined":
                holds = self._lookup(left) is not None
            case "errorlevel":
                holds = bool(NUMBER.fullmatch(left)) and self._session.error_level >= int(left)
            case kind:
                holds = compare(kind, left, right, ignore_case=condition.ignore_case)
        return holds != condition.negated

    def _lookup(self, name: str) -> str | None:
        found = self._session.variables.get(name.upper())
        if found is not None:
            return found
        now = self._session.machine.clock.now()
        match name.upper():
            case "CD":
                return self._session.folder
            case "ERRORLEVEL":
                return str(self._session.error_level)
            case "DATE":
                return f"{now:%a %m/%d/%Y}"
            case "TIME":
                return f"{now:%H:%M:%S}.{now.microsecond // 10000:02d}"
        return None

    def _refuse(self, streams: Streams, code: str, **values: str) -> int:
        streams.stderr.write(encode(messages.get(self._session.machine.locale, code, **values)))
        self._session.error_level = 1
        return 1


def _split_word(text: str) -> tuple[str, str]:
    quoted = False
    for index, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif not quoted and (char in " \t,;=" or (char == "/" and index)):
            return text[:index], text[index:]
    return text, ""

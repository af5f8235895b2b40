# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a WinRM service does with a message: shells, commands, output."""

from __future__ import annotations

import asyncio
import base64
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

from configmgr_lab.wire import powershell, soap
from configmgr_lab.wire.recorder import Recorder
from configmgr_lab.wire.seam import Completed, Machine
from configmgr_lab.wire.shells import IDLE_SECONDS, Command, OpenShell, Shells
from configmgr_lab.wire.soap import SoapAnswer, SoapRequest, shell_tag
from configmgr_lab.wire.soap_faults import (
    LINE_TOO_LONG,
    OPERATION_TIMEOUT,
    UNKNOWN_RESOURCE,
    UNSUPPORTED_ACTION,
    SoapFault,
    fault,
)

MAX_LINE = 32_767
DEFAULT_CODEPAGE = 437
# Windows counts an envelope in UTF-16; this much of it is the answer's own markup.
BYTES_PER_CHARACTER = 2
MARKUP_CHARACTERS = 2_500
TERMINATED = 1
FAILED = 1

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sender:
    """Who sent a message, and from where."""

    user: str
    address: str


@dataclass(frozen=True)
class Ended:
    """What a command left behind that did not run on the machine."""

    stdout: bytes
    stderr: bytes
    exit_code: int
    starts: int


@dataclass
class Delivered:
    """What of a command's output was given to its receivers already, in bytes of the machine."""

    command: Command
    codepage: int
    stdout: int = 0
    stderr: int = 0

    def add(self, stdout: bytes, stderr: bytes) -> None:
        self.stdout += len(stdout)
        self.stderr += len(stderr)
        self.command.add(_in_codepage(stdout, self.codepage), _in_codepage(stderr, self.codepage))

    def rest(self, ended: Completed) -> tuple[bytes, bytes]:
        """What is left of the whole output, in the shell's code page."""
        left = ended.stdout[self.stdout :], ended.stderr[self.stderr :]
        return _in_codepage(left[0], self.codepage), _in_codepage(left[1], self.codepage)


class WinRmService:
    """The WinRM service of one machine. Used from the event loop only; commands run in ``pool``."""

    def __init__(self, machine: Machine, pool: Executor, recorder: Recorder) -> None:
        self._machine = machine
        self._pool = pool
        self._recorder = recorder
        self._tasks: set[asyncio.Task[None]] = set()
        self.shells = Shells()
        self.last_command: Command | None = None
        self._actions: dict[str, Callable[[SoapRequest, Sender], Awaitable[bytes]]] = {
            soap.CREATE: self._create,
            soap.COMMAND: self._command,
            soap.RECEIVE: self._receive,
            soap.SEND: self._send,
            soap.SIGNAL: self._signal,
            soap.DELETE: self._delete,
        }

    async def handle(self, request: SoapRequest, sender: Sender) -> SoapAnswer:
        """Do what a message asks. Never raises for what a client sends."""
        try:
            if request.resource_uri != soap.CMD_RESOURCE:
                raise SoapFault(UNKNOWN_RESOURCE)
            action = self._actions.get(request.action)
            if action is None:
                raise SoapFault(UNSUPPORTED_ACTION)
            return SoapAnswer(200, await action(request, sender))
        except SoapFault as exc:
            return fault(request, self._machine.address, exc.code, exc.message)

    async def _create(self, request: SoapRequest, sender: Sender) -> bytes:
        wanted = request.body.find(shell_tag("Shell"))
        if wanted is None:
            raise SoapFault(UNSUPPORTED_ACTION)
        environment = {node.get("Name", ""): node.text or "" for node in wanted.iter(shell_tag("Variable"))}
        codepage = request.options.get("WINRS_CODEPAGE", "")
        shell = self.shells.open(
            sender.user,
            codepage=int(codepage) if codepage.isdigit() else DEFAULT_CODEPAGE,
            environment=environment,
            working_directory=wanted.findtext(shell_tag("WorkingDirectory")) or "",
            idle=soap.seconds(wanted.findtext(shell_tag("IdleTimeOut")) or "", IDLE_SECONDS),
            shell_id=wanted.get("ShellId", ""),
        )
        streams = tuple(wanted.findtext(shell_tag(name)) or "" for name in ("InputStreams", "OutputStreams"))
        return soap.created(
            request,
            shell_id=shell.shell_id,
            owner=sender.user,
            client=sender.address,
            idle=shell.idle,
            streams=(streams[0], streams[1]),
        )

    async def _command(self, request: SoapRequest, sender: Sender) -> bytes:
        shell = self._shell(request, sender)
        wanted = request.body.find(shell_tag("CommandLine"))
        if wanted is None:
            raise SoapFault(UNSUPPORTED_ACTION)
        parts = [wanted.findtext(shell_tag("Command")) or ""]
        parts += [node.text or "" for node in wanted.findall(shell_tag("Arguments"))]
        line = " ".join(parts)
        if len(line) > MAX_LINE:
            raise SoapFault(LINE_TOO_LONG)
        command = Command((wanted.get("CommandId") or str(uuid.uuid4())).upper(), line)
        shell.commands[command.command_id] = self.last_command = command
        console_mode = request.flag("WINRS_CONSOLEMODE_STDIN", default=True)
        task = asyncio.get_running_loop().create_task(self._run(shell, command, console_mode))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return soap.accepted(request, command.command_id)

    async def _run(self, shell: OpenShell, command: Command, console_mode: bool) -> None:
        started = time.perf_counter()
        is_powershell = powershell.is_powershell(command.line)
        # A console's input is not waited for: nobody types at it. A pipe's is, until its end.
        if not console_mode or (is_powershell and powershell.waits_for_input(command.line)):
            await command.stdin_ended.wait()
        if command.finished.is_set():
            return
        given = Delivered(command, shell.codepage)
        ended: Completed
        if is_powershell:
            await asyncio.sleep(self._machine.powershell_seconds)
            ended = Ended(powershell.canned_output(), b"", 0, 1)
        else:
            ended = await self._run_on_machine(shell, command, given)
        self._recorder.command(
            host=self._machine.name,
            user=shell.user,
            line=command.line,
            exit_code=ended.exit_code,
            stdout_bytes=len(ended.stdout),
            stderr_bytes=len(ended.stderr),
            starts=ended.starts,
            milliseconds=(time.perf_counter() - started) * 1000,
        )
        # Recorded before the end is there to be received: whoever has the answer finds the record.
        command.finish(*given.rest(ended), ended.exit_code)

    async def _run_on_machine(self, shell: OpenShell, command: Command, given: Delivered) -> Completed:
        await asyncio.sleep(self._machine.faults.slow)
        loop = asyncio.get_running_loop()

        def listen(stdout: bytes, stderr: bytes) -> bool:
            """Comes from the command's thread."""
            loop.call_soon_threadsafe(given.add, stdout, stderr)
            return not command.finished.is_set()

        run = partial(
            self._machine.run,
            command.line,
            user=shell.user,
            stdin=bytes(command.stdin),
            environment=shell.environment,
            directory=shell.working_directory or None,
            listener=listen,
        )
        try:
            return await loop.run_in_executor(self._pool, run)
        except Exception as exc:
            # A mistake of the lab must not look like a command that takes for ever.
            _log.exception("%s could not run %r", self._machine.name, command.line)
            return Ended(b"", f"configmgr-lab failed: {exc!r}\r\n".encode(), FAILED, 0)

    async def _receive(self, request: SoapRequest, sender: Sender) -> bytes:
        shell = self._shell(request, sender)
        wanted = request.body.find(f"{shell_tag('Receive')}/{shell_tag('DesiredStream')}")
        command = shell.command("" if wanted is None else wanted.get("CommandId", ""))
        try:
            await asyncio.wait_for(command.something.wait(), request.operation_timeout)
        except TimeoutError:
            raise SoapFault(OPERATION_TIMEOUT) from None
        characters = min(request.max_envelope, soap.DEFAULT_MAX_ENVELOPE) // BYTES_PER_CHARACTER - MARKUP_CHARACTERS
        taken = command.take(max(characters, 400) // 4 * 3)
        chunks = {name: base64.b64encode(data).decode() for name, data in taken.items()}
        ends = ("stdout", "stderr") if command.drained else ()
        exit_code = command.exit_code if command.drained else None
        return soap.received(request, command.command_id, chunks, exit_code=exit_code, ends=ends)

    async def _send(self, request: SoapRequest, sender: Sender) -> bytes:
        shell = self._shell(request, sender)
        for stream in request.body.iter(shell_tag("Stream")):
            command = shell.command(stream.get("CommandId", ""))
            command.stdin += base64.b64decode(stream.text or "")
            if stream.get("End", "").lower() == "true":
                command.stdin_ended.set()
        return soap.acknowledged(request)

    async def _signal(self, request: SoapRequest, sender: Sender) -> bytes:
        shell = self._shell(request, sender)
        wanted = request.body.find(shell_tag("Signal"))
        if wanted is None:
            raise SoapFault(UNSUPPORTED_ACTION)
        command = shell.command(wanted.get("CommandId", ""))
        code = (wanted.findtext(shell_tag("Code")) or "").rpartition("/")[2].lower()
        command.terminate(TERMINATED)
        command.stdin_ended.set()
        if code == "terminate":
            del shell.commands[command.command_id]
        return soap.acknowledged(request)

    async def _delete(self, request: SoapRequest, sender: Sender) -> bytes:
        self.shells.close(request.selectors.get("ShellId", ""), sender.user)
        return soap.acknowledged(request)

    def _shell(self, request: SoapRequest, sender: Sender) -> OpenShell:
        return self.shells.get(request.selectors.get("ShellId", ""), sender.user)


def _in_codepage(data: bytes, codepage: int) -> bytes:
    """Machines speak UTF-8; a shell of another code page gets what it can show, as the console does."""
    if codepage == 65001 or data.isascii():
        return data
    try:
        return data.decode("utf-8", "replace").encode(f"cp{codepage}", "replace")
    except LookupError:
        return data

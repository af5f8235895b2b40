# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command line over the stock ssh connection plugin, to the OpenSSH server of Windows.

There is one message: the command line goes and its whole answer comes back. The server hands the line to the default
shell of the machine, cmd or PowerShell (C(ansible_shell_type) says which). Each form of it does nothing at all in the
other shell, where it is a mistake of syntax: a line of ours is made of parts that must not run alone.
"""

from __future__ import annotations

import contextlib
from typing import Any

from .bounded import AnswerTooLong
from .pump import TOO_LATE, prefix
from .retry import Policy
from .session import Output

LIBRARY = "ssh"
MISSING: ImportError | None = None
READY = "#ready"
# PowerShell ends a text in single quotes at each of these. Source: Microsoft, about_Quoting_Rules; the language's
# specification, single-quote-character.
_SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b"


class WrongShell(Exception):
    """The default shell of the machine is not the one that ansible_shell_type names; nothing ran."""


class TooLate(Exception):
    """The command was stopped; whether it did its work is not known."""


class SshChannel:
    """Only the plugin's exec_command is used: its options, keys, passwords and shared connection stay as they are.

    It collects all that a machine prints and waits as long as that takes, so what it runs goes through a bound.
    """

    def __init__(self, connection: Any, policy: Policy | None = None) -> None:
        self._connection = connection
        self._policy = policy or Policy()
        self._answers: dict[str, Output] = {}
        self._sent = 0

    def open(self) -> None:
        # The plugin would run a whole line again after a lost connection; when that is safe is for the session to say.
        self._connection.set_option("reconnection_retries", 0)
        run = getattr(self._connection, "_bare_run", None)
        if run is not None and "_bare_run" not in vars(self._connection):
            bound = prefix(self._policy.most_output, self._policy.longest_command)
            self._connection._bare_run = lambda command, *others, **more: run([*bound, *command], *others, **more)

    def send(self, line: str) -> str:
        command = in_shell(line, _shell_of(self._connection))
        # Not sudoable: that would ask for a terminal, which mixes the streams.
        exit_code, stdout, stderr = self._connection.exec_command(command, in_data=None, sudoable=False)
        if len(stdout) + len(stderr) > self._policy.most_output:
            raise AnswerTooLong(f"more than {self._policy.most_output} bytes")
        if bytes(stderr).endswith(TOO_LATE.encode()):
            raise TooLate(f"still running after {self._policy.longest_command:.0f} seconds")
        begun, found, answer = bytes(stdout).replace(b"\r\n", b"\n").partition(f"{READY}\n".encode())
        if not found:
            detail = " ".join((begun + bytes(stderr)).decode("utf-8", "replace").split())[:200]
            raise WrongShell(f"the default shell did not take the line: {detail or 'no answer'}")
        self._sent += 1
        self._answers = {
            str(self._sent): Output(bytearray(answer.replace(b"\n", b"\r\n")), bytearray(stderr), int(exit_code))
        }
        return str(self._sent)

    def receive(self, command: str, output: Output) -> None:
        whole = self._answers[command]
        output.stdout, output.stderr, output.exit_code = whole.stdout, whole.stderr, whole.exit_code

    def end(self, command: str, patience: float) -> None:
        self._answers.pop(command, None)

    def encrypted(self) -> bool:
        return False

    def reset(self) -> None:
        # A shared connection to a machine that went down would be waited on for as long as TCP does.
        with contextlib.suppress(Exception):
            self._connection.reset()

    def renew(self, patience: float) -> None:
        self.reset()

    def close(self, patience: float) -> None:
        """The shared connection stays for the next task, as the plugin's options say."""

    def abandon(self) -> None:
        self._answers.clear()
        vars(self._connection).pop("_bare_run", None)


def in_shell(line: str, shell: str) -> str:
    """The line for a default shell, C(cmd) or C(powershell); ValueError for another.

    Code page 65001 makes the answer UTF-8. PowerShell passes the text on in double quotes, which C(cmd /s) takes off.
    """
    begun = f"(echo {READY})&chcp 65001>nul&{line}"
    if shell == "cmd":
        return begun
    if shell != "powershell":
        raise ValueError(f"ansible_shell_type is {shell}; it has to be cmd or powershell for Windows over ssh")
    quoted = "".join(character * 2 if character in _SINGLE_QUOTES else character for character in begun)
    return f"if ($true) {{cmd.exe /d /s /c '{quoted}'; exit $LASTEXITCODE}}"


def _shell_of(connection: Any) -> str:
    return str(getattr(getattr(connection, "_shell", None), "SHELL_FAMILY", "") or "sh")


def channel(connection: Any) -> SshChannel:
    """The channel over an ssh connection plugin; nothing is sent before send."""
    return SshChannel(connection)

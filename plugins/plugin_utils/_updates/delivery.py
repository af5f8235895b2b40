# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Getting a file to a machine: pushed over SMB, fetched by the machine itself, or, when it is small, through its shell.
Its hash is checked on the machine before anybody runs it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from .._data import Package
from .._failure import Failure
from .._machine.machine import Machine
from .._tls.journal import BootMarker
from .._windows.command import quoted
from .._windows.jobs import Workshop, hash_command, parse_hash
from .._windows.questions import Command
from .job import run_job
from .manifest import ManifestFile
from .smb import SmbTarget, push
from .source import UpdateSource

__all__ = ["Way", "Delivery", "choose_way", "deliver"]

Way = Literal["smb", "fetch", "shell"]
# A megabyte through the shell is some two hundred command lines.
SHELL_LIMIT = 4 * 1024 * 1024
_LINE = 6000


@dataclass(frozen=True)
class Delivery:
    """How the files of updates get to a machine, and how long that may take.

    ``way``: how files get to the machine. ``smb``: its ADMIN$. ``timeout``: seconds that a fetch may take.
    """

    source: UpdateSource
    way: Literal["auto", "smb", "fetch", "shell"]
    smb: SmbTarget
    timeout: int


def choose_way(delivery: Delivery) -> Way:
    """A share is fetched by the machine: the controller would need a login for it. An https address is read by the
    controller: the machine may not have TLS 1.2 yet, which is what we are here for.
    """
    source, way = delivery.source, delivery.way
    if source.kind == "share" and way not in ("auto", "fetch"):
        raise Failure(
            "bad_argument",
            f"transfer is {way}, and the controller does not read shares.",
            "Use transfer: fetch for a share, or copy the files to the controller.",
        )
    if source.kind == "folder" and way == "fetch":
        raise Failure(
            "bad_argument",
            "a machine cannot fetch files from a folder of the controller.",
            "Use transfer: smb, or put the files on a share or web server.",
        )
    if way != "auto":
        return way
    return "fetch" if source.kind == "share" or (source.kind == "web" and not source.is_secure_web) else "smb"


def deliver(
    machine: Machine,
    workshop: Workshop,
    row: Package,
    file: ManifestFile,
    delivery: Delivery,
    boot: BootMarker,
    tell: Callable[[str], None],
) -> None:
    """The file is on the machine afterwards, and is the one of the manifest. Failure, RemoteError."""
    path = workshop.file(row.file_name)
    if _hash_on(machine, path) == file.sha256:
        return
    if "0" not in machine.markers(workshop.make_line(), "make a folder for the file"):
        raise Failure(
            "no_folder",
            f"the folder {workshop.folder} could not be made.",
            "The account has to be an administrator of the machine, and the disk must have room.",
        )
    way = choose_way(delivery)
    if way == "smb":
        push(delivery.smb, row.file_name, delivery.source.blocks(file))
    elif way == "fetch":
        _fetch(machine, workshop, row, file, delivery, boot, tell)
    else:
        _through_shell(machine, path, file, delivery.source)
    found = _hash_on(machine, path)
    if found != file.sha256:
        raise Failure(
            "wrong_hash",
            f"the file {path} on the machine is not the one of the manifest (SHA-256 {found or 'not told'}, and should "
            f"be {file.sha256}); it was not run.",
            "Check the file at its source; run the task again if the transfer was disturbed.",
        )


def _hash_on(machine: Machine, path: str) -> str | None:
    answers = machine.ask([Command("hash", hash_command(path))], "check the file on the machine")
    return parse_hash(answers.commands.get("hash", ()))


def _fetch(
    machine: Machine,
    workshop: Workshop,
    row: Package,
    file: ManifestFile,
    delivery: Delivery,
    boot: BootMarker,
    tell: Callable[[str], None],
) -> None:
    command = delivery.source.fetch_command(file, workshop.root, workshop.file(row.file_name))
    end = run_job(machine, workshop, f"fetch {row.id}", command, boot, delivery.timeout, tell)
    machine.run(workshop.end_job_line(), "remove the job")
    if end.exit_code != 0:
        raise Failure(
            "fetch_failed",
            f"the machine could not fetch {file.file} from {delivery.source.place} "
            f"({'exit code ' + str(end.exit_code) if end.exit_code is not None else 'it was interrupted'}).",
            "The machine fetches as itself: let its computer account (Domain Computers) read the share, see that it "
            "reaches the server and has room on its disk, or push the file with transfer: smb.",
        )


def _through_shell(machine: Machine, path: str, file: ManifestFile, source: UpdateSource) -> None:
    if file.size > SHELL_LIMIT:
        raise Failure(
            "too_large",
            f"{file.file} has {file.size} bytes, and through the command shell at most {SHELL_LIMIT} are sent.",
            "Use transfer: smb, or a share or web server with transfer: fetch.",
        )
    encoded = f"{path}.b64"
    machine.run(f"(del /f /q {quoted(encoded)})2>nul", "make room for the file")
    for line in _echo_lines(source.blocks(file), encoded):
        machine.run(line, f"send {file.file} through the command shell", resend=False)
    machine.run(
        f"(certutil -f -decode {quoted(encoded)} {quoted(path)}>nul&del /f /q {quoted(encoded)})2>nul",
        f"put {file.file} together",
    )


def _echo_lines(blocks: Iterator[bytes], target: str) -> Iterator[str]:
    text = base64.b64encode(b"".join(blocks)).decode()
    for first in range(0, len(text), _LINE):
        yield f"(echo {text[first : first + _LINE]})>>{quoted(target)}"

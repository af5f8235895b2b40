# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ADMIN$ of the lab's machines, as an SMB client that is not ours sees it."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from smbprotocol.connection import Connection
from smbprotocol.exceptions import SMBException
from smbprotocol.open import (
    CreateDisposition,
    CreateOptions,
    FileAttributes,
    FilePipePrinterAccessMask,
    ImpersonationLevel,
    Open,
    ShareAccess,
)
from smbprotocol.session import Session
from smbprotocol.tree import TreeConnect

HOST = "MP1"
FOLDER = "C:\\Windows\\our"
PIECE = 65536


@contextmanager
def share(running: Any, password: str | None = None) -> Iterator[Callable[[str, bool], Open]]:
    """Opens files of ADMIN$\\our, for writing or for reading."""
    machine = running.site.machines[HOST]
    address, port = running.place(HOST, 445)
    user, known = next(iter(machine.users.items()))
    connection = Connection(uuid.uuid4(), address, port)
    connection.connect(timeout=10)
    try:
        session = Session(connection, user, password or known, require_encryption=False)
        session.connect()
        tree = TreeConnect(session, f"\\\\{address}\\ADMIN$")
        tree.connect(require_secure_negotiate=False)
        yield lambda name, write: _opened(tree, name, write)
    finally:
        with contextlib.suppress(SMBException, OSError):
            connection.disconnect(close=False)


def _opened(tree: TreeConnect, name: str, write: bool) -> Open:
    file = Open(tree, f"our\\{name}")
    file.create(
        ImpersonationLevel.Impersonation,
        FilePipePrinterAccessMask.GENERIC_WRITE if write else FilePipePrinterAccessMask.GENERIC_READ,
        FileAttributes.FILE_ATTRIBUTE_NORMAL,
        ShareAccess.FILE_SHARE_READ,
        CreateDisposition.FILE_OVERWRITE_IF if write else CreateDisposition.FILE_OPEN,
        CreateOptions.FILE_NON_DIRECTORY_FILE,
    )
    return file


def write(file: Open, content: bytes) -> None:
    for first in range(0, len(content), PIECE):
        file.write(content[first : first + PIECE], first)
    file.close()


@pytest.fixture
def folder(running: Any) -> Any:
    running.client.run(HOST, f"mkdir {FOLDER}")
    return running


def test_a_file_goes_both_ways(folder: Any) -> None:
    content = bytes(range(256)) * 8192
    with share(folder) as opened:
        write(opened("Big.bin", True), content)
        folder.client.run(HOST, f"(echo hello)>{FOLDER}\\small.txt")
        assert opened("small.txt", False).read(0, 7) == b"hello\r\n"
    told = folder.client.run(HOST, f"certutil -hashfile {FOLDER}\\BIG.bin SHA256")["stdout"].replace(" ", "")
    assert hashlib.sha256(content).hexdigest() in told
    folder.client.reset(HOST)
    assert folder.client.run(HOST, f"dir /b {FOLDER}")["exit_code"] == 1


def test_a_wrong_password(folder: Any) -> None:
    with pytest.raises(SMBException), share(folder, "wrong"):
        pass


def test_a_share_without_rights(folder: Any) -> None:
    folder.client.set_fault(HOST, "smb_denied")
    with pytest.raises(SMBException, match="ACCESS_DENIED"), share(folder):
        pass
    folder.client.clear_faults(HOST)
    with share(folder) as opened:
        write(opened("x", True), b"1")


def test_a_connection_that_is_cut(folder: Any) -> None:
    folder.client.set_fault(HOST, "smb_cut", bytes=100_000)
    with share(folder) as opened, pytest.raises((OSError, SMBException)):
        write(opened("x", True), bytes(1_000_000))


def test_a_full_disk(folder: Any) -> None:
    folder.client.set_fault(HOST, "disk_free", bytes=100_000)
    with share(folder) as opened, pytest.raises((OSError, SMBException)):
        write(opened("x", True), bytes(1_000_000))


def test_a_machine_that_is_down_serves_nothing(folder: Any) -> None:
    folder.client.set_fault(HOST, "restart_never_returns")
    folder.client.restart(HOST)
    assert folder.client.wait_for_power(HOST, up=False)
    with pytest.raises(OSError), socket.create_connection(folder.place(HOST, 445), timeout=5):
        pass

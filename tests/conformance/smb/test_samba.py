# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files to ADMIN$ of Samba: a server that is neither ours nor the lab's, with SMB 3 and encryption."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import subprocess
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.smb import SmbTarget, push
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.jobs import FOLDER
from ansible_collections.configmgr.tls.tests.conformance.probe.programs import free_port, program, running

ADDRESS, USER, PASSWORD = "127.0.0.1", "root", "Samba-Only-77"
FOLDERS = ("private", "lock", "state", "cache", "pid", "ncalrpc")
MEGABYTE = 1024 * 1024
WAYS = {
    "encrypted": "server smb encrypt = required",
    "signed": "server signing = mandatory\nserver smb encrypt = off",
    "SMB 2.1": "server max protocol = SMB2_10\nserver smb encrypt = off",
    "SMB 2.0.2": "server max protocol = SMB2_02\nserver smb encrypt = off",
}


@contextlib.contextmanager
def samba(folder: Path, options: str, share: str = "read only = no") -> Iterator[SmbTarget]:
    """A server with a share ADMIN$ in which our folder is, on a port of its own."""
    for name in (*FOLDERS, f"share/{FOLDER}"):
        (folder / name).mkdir(parents=True)
    port, configuration = free_port(), folder / "smb.conf"
    configuration.write_text(
        f"[global]\nserver role = standalone server\nsmb ports = {port}\ninterfaces = {ADDRESS}\n"
        f"bind interfaces only = yes\nprivate dir = {folder}/private\nlock directory = {folder}/lock\n"
        f"state directory = {folder}/state\ncache directory = {folder}/cache\npid directory = {folder}/pid\n"
        f"ncalrpc dir = {folder}/ncalrpc\npassdb backend = tdbsam:{folder}/private/passdb.tdb\n"
        f"disable netbios = yes\nload printers = no\nlog file = {folder}/log\n{options}\n"
        f"[ADMIN$]\npath = {folder}/share\nforce user = {USER}\n{share}\n",
        encoding="utf-8",
    )
    add = [program("smbpasswd"), "-c", str(configuration), "-s", "-a", USER]
    subprocess.run(add, input=f"{PASSWORD}\n{PASSWORD}\n", text=True, check=True, capture_output=True)
    serve = [program("smbd"), "--foreground", "--no-process-group", "-s", str(configuration), "--debug-stdout"]
    with running(serve, "started"):
        yield SmbTarget(ADDRESS, port, USER, PASSWORD)


@pytest.fixture(autouse=True)
def _as_root() -> None:
    program("smbd")
    if os.geteuid():
        pytest.skip("Samba serves files of others only as root")


def blocks(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield bytes([number % 256]) * MEGABYTE


def awaited_push(target: SmbTarget, name: str, content: Iterator[bytes]) -> int:
    """Samba says that it started before it listens."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((ADDRESS, target.port), timeout=1):
            break
        time.sleep(0.02)
    return push(target, name, content)


@pytest.mark.parametrize("way", WAYS)
def test_a_file_arrives_as_it_is(tmp_path: Path, way: str) -> None:
    with samba(tmp_path, WAYS[way]) as target:
        assert awaited_push(target, "package.msu", blocks(3)) == 3 * MEGABYTE
    digest = hashlib.sha256()
    for block in blocks(3):
        digest.update(block)
    written = (tmp_path / "share" / FOLDER / "package.msu").read_bytes()
    assert hashlib.sha256(written).hexdigest() == digest.hexdigest()


def test_a_shorter_file_takes_the_place_of_a_longer_one(tmp_path: Path) -> None:
    with samba(tmp_path, WAYS["signed"]) as target:
        awaited_push(target, "package.msu", blocks(2))
        push(target, "package.msu", iter([b"short"]))
    assert (tmp_path / "share" / FOLDER / "package.msu").read_bytes() == b"short"


@pytest.mark.parametrize(
    ("user", "password", "share", "code"),
    [
        (USER, "wrong", "read only = no", "smb_login"),
        ("nobody-known", PASSWORD, "read only = no", "smb_login"),
        (USER, PASSWORD, "read only = yes", "smb_denied"),
        (USER, PASSWORD, "read only = no\nvalid users = somebody", "smb_denied"),
    ],
)
def test_refusals(tmp_path: Path, user: str, password: str, share: str, code: str) -> None:
    with samba(tmp_path, WAYS["signed"], share) as target, pytest.raises(Failure) as raised:
        awaited_push(SmbTarget(ADDRESS, target.port, user, password), "package.msu", blocks(1))
    assert raised.value.code == code and raised.value.remedy and password not in str(raised.value)


def test_the_whole_file_is_never_in_memory(tmp_path: Path) -> None:
    with samba(tmp_path, WAYS["encrypted"]) as target:
        awaited_push(target, "first.msu", blocks(1))
        tracemalloc.start()
        try:
            push(target, "package.msu", blocks(100))
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 20 * MEGABYTE

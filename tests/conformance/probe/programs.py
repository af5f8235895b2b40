# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the programs that are not ours: found or skipped, awaited by what they print, stopped when done."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

DEBIAN_PACKAGE = {
    "openssl": "openssl",
    "nginx": "nginx-light",
    "gnutls-serv": "gnutls-bin",
    "smbd": "samba",
    "smbpasswd": "samba-common-bin",
}


def program(name: str) -> str:
    """Its path; the test is skipped when it is missing."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"the program {name} is missing (Debian package {DEBIAN_PACKAGE[name]})")
    return path


@dataclass(frozen=True)
class KeyPair:
    """PEM files of a certificate and its key."""

    certificate: Path
    key: Path

    def line(self, *what: str) -> str:
        """What openssl x509 says of the certificate, after the equals sign."""
        command = [program("openssl"), "x509", "-noout", "-in", str(self.certificate), *what]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.partition("=")[2].strip()

    @property
    def sha256(self) -> str:
        return self.line("-fingerprint", "-sha256").replace(":", "").lower()


def self_signed(folder: Path, name: str, *options: str, algorithm: str = "rsa:2048") -> KeyPair:
    """A certificate of openssl req, with further options of it."""
    pair = KeyPair(folder / f"{name}.crt", folder / f"{name}.key")
    command = [program("openssl"), "req", "-x509", "-newkey", algorithm, "-nodes", "-days", "30"]
    command += ["-subj", f"/CN={name}.contoso.example", "-keyout", str(pair.key), "-out", str(pair.certificate)]
    subprocess.run([*command, *options], check=True, capture_output=True)
    return pair


@contextlib.contextmanager
def running(
    command: Sequence[str], until: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program, once it printed a line with that text; gives the line too."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )
    try:
        yield process, _line_with(process, until)
    finally:
        process.kill()
        process.communicate()


def _line_with(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if text in line:
            return line
    raise AssertionError(f"{process.args!r} ended before it was ready:\n{''.join(seen)}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def s_server(pair: KeyPair, *options: str, environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """openssl s_server on a port of its choice, everything old allowed unless the options say otherwise."""
    command = [program("openssl"), "s_server", "-accept", "127.0.0.1:0", "-www"]
    command += ["-cert", str(pair.certificate), "-key", str(pair.key), "-cipher", "DEFAULT:@SECLEVEL=0", *options]
    with running(command, "ACCEPT ", environment) as (_process, line):
        yield int(line.rpartition(":")[2])


@contextlib.contextmanager
def gnutls_server(pair: KeyPair, priority: str) -> Iterator[int]:
    port = free_port()
    command = [program("gnutls-serv"), "--http", "--port", str(port), "--priority", priority]
    command += ["--x509certfile", str(pair.certificate), "--x509keyfile", str(pair.key)]
    with running(command, "Server listening on IPv4") as (process, _line):
        # It says so before it listens.
        _wait_for(port, process)
        yield port


def _wait_for(port: int, process: subprocess.Popen[str]) -> None:
    """Until something listens there, as long as the program lives."""
    while process.poll() is None:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
    raise AssertionError(f"{process.args!r} ended before it listened")


@contextlib.contextmanager
def nginx(folder: Path, servers: str) -> Iterator[None]:
    """nginx with these server blocks; the command returns when all of its sockets listen."""
    folder.mkdir()
    configuration = folder / "nginx.conf"
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration.write_text(
        f"pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; events {{ worker_connections 2048; }}\n"
        f"http {{ access_log off; {temporary}\n{servers}\n}}\n"
    )
    command = [program("nginx"), "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(configuration)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    try:
        yield
    finally:
        subprocess.run([*command, "-s", "stop"], check=True, capture_output=True)

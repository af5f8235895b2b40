# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The realm of a site: its key distribution centre on loopback, the principals of its machines, and their keys.

MIT's programs stand in for a domain controller (Debian: krb5-kdc, krb5-admin-server). Everything is in one folder,
which the lab owns: neither /etc/krb5.conf nor a daemon of the system is touched.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PORT = 8088
PROGRAMS = ("kdb5_util", "kadmin.local", "krb5kdc")
SERVICES = ("HTTP", "host", "WSMAN", "cifs")
"""What a machine's account answers to. Active Directory lets HTTP and cifs stand for HOST; WinRM registers WSMAN."""
CLOCK_LIBRARY = "/usr/$LIB/faketime/libfaketime.so.1"
_READY_SECONDS = 10.0
# Debian keeps servers in sbin, which is not on everyone's PATH.
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])

_KRB5_CONF = """\
[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
[realms]
 {realm} = {{
  kdc = {address}:{port}
 }}
[domain_realm]
 .{domain} = {realm}
 {domain} = {realm}
"""
# A domain controller wants a password proved before it answers, and gives tickets for ten hours.
_KDC_CONF = """\
[kdcdefaults]
 kdc_listen = {address}:{port}
 kdc_tcp_listen = {address}:{port}
[realms]
 {realm} = {{
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
  acl_file = {folder}/acl
  supported_enctypes = aes256-cts-hmac-sha1-96:normal
  default_principal_flags = +preauth,+forwardable
  max_life = 10h
 }}
[logging]
 kdc = FILE:{folder}/kdc.log
 admin_server = FILE:{folder}/kadmin.log
"""


class RealmError(Exception):
    """The realm cannot be made or started; the text says why."""


class Realm:
    """``folder`` holds all that is its own; ``address`` is where it listens; the realm is called like the domain."""

    def __init__(self, folder: Path, address: str, domain: str) -> None:
        self.folder = folder.resolve()
        self.name = domain.upper()
        self._domain = domain
        self._address = address
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def configuration(self) -> Path:
        """The krb5.conf of whoever logs in to this realm."""
        return self.folder / "krb5.conf"

    @property
    def hosts(self) -> Path:
        """Names and addresses of the machines, in the form of /etc/hosts, for libnss_wrapper."""
        return self.folder / "hosts"

    def keytab(self, host: str) -> Path:
        return self.folder / f"{host}.keytab"

    def create(self, machines: Mapping[str, str], users: Mapping[str, str]) -> None:
        """Anew, with ``machines`` (name to address) and ``users`` (name to password). Raises RealmError."""
        if missing := [name for name in PROGRAMS if shutil.which(name, path=_PATH) is None]:
            raise RealmError(
                f"kerberos: true needs the program {missing[0]} (Debian: apt-get install krb5-kdc krb5-admin-server)"
            )
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        fields = {"realm": self.name, "domain": self._domain, "address": self._address, "port": PORT}
        self.configuration.write_text(_KRB5_CONF.format(**fields), encoding="utf-8")
        (self.folder / "kdc.conf").write_text(_KDC_CONF.format(**fields, folder=self.folder), encoding="utf-8")
        rows = [f"{address} {self.full(name)} {name.lower()}\n" for name, address in machines.items()]
        self.hosts.write_text("".join(rows), encoding="utf-8")
        self._run(("kdb5_util", "create", "-s", "-r", self.name, "-P", os.urandom(16).hex()))
        self._run(("kadmin.local", "-r", self.name), "".join(self._requests(machines, users)))
        if missing := [name for name in machines if not self.keytab(name).exists()]:
            raise RealmError(f"kadmin.local made no keys for {missing[0]}; see {self.folder}")

    def start(self, ahead: float = 0.0) -> None:
        """Answer, by a clock that is so many seconds ahead. Raises RealmError."""
        if self._process is not None:
            return
        # It must not outlive a lab that is killed.
        guard = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()
        variables = self._variables()
        if ahead:
            variables |= {"LD_PRELOAD": CLOCK_LIBRARY, "FAKETIME": f"{ahead:+.0f}"}
        with (self.folder / "kdc.out").open("ab") as output:
            self._process = subprocess.Popen(
                [*guard, "krb5kdc", "-n"], env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        give_up = time.monotonic() + _READY_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up:
                self.stop()
                said = (self.folder / "kdc.out").read_text(encoding="utf-8", errors="replace").strip()
                raise RealmError(f"krb5kdc did not start on {self._address}:{PORT}: {said}")
            time.sleep(0.01)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def full(self, host: str) -> str:
        """The name of a machine as its principals have it."""
        return f"{host.lower()}.{self._domain}"

    def _requests(self, machines: Mapping[str, str], users: Mapping[str, str]) -> list[str]:
        lines = [f"addprinc -pw {_quoted(password)} {_quoted(user)}\n" for user, password in users.items()]
        for name in machines:
            principals = [f"{service}/{self.full(name)}" for service in SERVICES]
            lines += [f"addprinc -randkey {principal}\n" for principal in principals]
            lines.append(f"ktadd -norandkey -k {_quoted(str(self.keytab(name)))} {' '.join(principals)}\n")
        return lines

    def _answers(self) -> bool:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.connect((self._address, PORT))
            return True
        return False

    def _run(self, command: Sequence[str], text: str = "") -> None:
        done = subprocess.run(command, env=self._variables(), input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RealmError(f"{command[0]} failed: {done.stderr.strip()[-500:]}")

    def _variables(self) -> dict[str, str]:
        return {
            "PATH": _PATH,
            "LC_ALL": "C.UTF-8",
            "KRB5_CONFIG": str(self.configuration),
            "KRB5_KDC_PROFILE": str(self.folder / "kdc.conf"),
        }


def _quoted(text: str) -> str:
    # How kadmin reads a word: in double quotes, a quote in it twice.
    return '"' + text.replace('"', '""') + '"'

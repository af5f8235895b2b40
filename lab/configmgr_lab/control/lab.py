# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running lab: the machines of a site, an endpoint for each, and what can be done to them while they run."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import resource
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from configmgr_lab.control.roles import Roles, fitting_port_offset
from configmgr_lab.kerberos.realm import Realm, RealmError
from configmgr_lab.kerberos.tickets import Keytab
from configmgr_lab.wire.authentication import CredentialStore
from configmgr_lab.wire.certificates import Authority
from configmgr_lab.wire.endpoint import Endpoint
from configmgr_lab.wire.recorder import Recorder
from configmgr_lab.wire.seam import Completed, Site
from configmgr_lab.wire.ssh import PORT, SshEndpoint, SshKeys

CONTROL_PORT = 8900
# Commands are short and hold the interpreter anyway: more threads would not run more of them.
COMMAND_THREADS = 4
# Where programs take time, commands wait most of theirs.
WAITING_THREADS = 400
FILES_PER_HOST = 3
SPARE_FILES = 200
MAX_PORT_OFFSET = 50_000


class LabError(Exception):
    """The lab cannot do what was asked; the text says why and is meant for people."""


class UnknownHost(LabError):
    """No machine of the site has that name."""


@dataclass(frozen=True)
class LabSettings:
    """Where a lab runs. ``network`` is the first half of its addresses, ``state`` the folder it keeps things in."""

    site: str = "contoso"
    clients: int = 0
    network: str = "127.77"
    state: Path = Path("build/lab")
    requests_log: Path | None = None
    port_offset: int | None = None
    """Added to the ports of all roles (443, 1433 ...), not to WinRM's; None: only if this account may not have them."""
    connection: str = ""
    """How all hosts are reached (winrm, psrp, ssh); empty: as the site file says for each."""
    program_ms: float | None = None
    """How long a program takes; None: as the site file says."""
    powershell_ms: float | None = None
    """How long PowerShell takes to start; None: as the site file says."""
    talk: float | None = None
    """Seconds between two rounds of talk; None: only when asked."""

    def check(self) -> None:
        """Raises LabError for settings that cannot work."""
        try:
            address = ipaddress.IPv4Address(self.control_address)
        except ValueError:
            raise LabError(
                f"network {self.network!r} is not the first two numbers of an address, as 127.77 is"
            ) from None
        if not address.is_loopback:
            raise LabError(f"network {self.network!r} is not a loopback network: it must begin with 127")
        if self.clients < 0:
            raise LabError("the number of clients must not be negative")
        if self.port_offset is not None and not 0 <= self.port_offset <= MAX_PORT_OFFSET:
            raise LabError(f"the port offset must be between 0 and {MAX_PORT_OFFSET}")
        if self.talk is not None and self.talk < 0:
            raise LabError("the seconds between two rounds of talk must not be negative")

    @property
    def control_address(self) -> str:
        return f"{self.network}.255.1"

    @property
    def control_url(self) -> str:
        return f"http://{self.control_address}:{CONTROL_PORT}"


class Lab:
    """Made and used inside one event loop."""

    def __init__(self, site: Site, settings: LabSettings) -> None:
        self.site = site
        self.settings = settings
        self.started = time.time()
        self.stopping = asyncio.Event()
        self.recorder = Recorder(settings.requests_log)
        waits = any(getattr(machine, "program_seconds", 0.0) for machine in site.machines.values())
        self._pool = ThreadPoolExecutor(WAITING_THREADS if waits else COMMAND_THREADS, thread_name_prefix="lab-command")
        self.endpoints: dict[str, Endpoint] = {}
        self._names: dict[str, str] = {}
        self._roles: Roles | None = None
        self._keys: SshKeys | None = None
        self.realm: Realm | None = None
        self.ssh: dict[str, SshEndpoint] = {}

    def open(self) -> None:
        """Listen for every machine and write the state files. Raises LabError."""
        state = self.settings.state
        authority = Authority.load_or_create(state)
        keys = self._open_realm()
        offset = self.settings.port_offset
        if offset is None:
            offset = fitting_port_offset(self.settings.control_address)
        roles = self._roles = Roles(self.site, authority, offset, state, keys)
        allow_open_files(len(self.site.machines) * FILES_PER_HOST + roles.sockets + SPARE_FILES)
        foreign = Authority.create("somebody else's authority")
        stores: dict[tuple[tuple[str, str], ...], CredentialStore] = {}
        try:
            for name, machine in self.site.machines.items():
                users = tuple(sorted(machine.users.items()))
                if users not in stores:
                    stores[users] = CredentialStore(dict(users), state / f"logons-{len(stores)}")
                endpoint = Endpoint(
                    machine,
                    store=stores[users],
                    authority=authority,
                    foreign=foreign,
                    recorder=self.recorder,
                    pool=self._pool,
                    keys=keys.get(name),
                )
                self.endpoints[name] = endpoint
                self._names[name.lower()] = name
                endpoint.refresh()
            self._open_ssh(offset, keys)
        except OSError as exc:
            self.close()
            raise LabError(f"{exc.strerror} (is another lab running on network {self.settings.network}?)") from exc
        try:
            roles.open(self.settings.talk)
        except OSError as exc:
            self.close()
            raise LabError(exc.strerror) from exc
        self._write_ssh_files()
        inventory = self.site.inventory(ca_path=str((state / "ca.pem").resolve()))
        roles.add_to_inventory(inventory)
        for name, ssh in self.ssh.items():
            inventory["all"]["hosts"][name]["ansible_port"] = ssh.port
        text = yaml.safe_dump(inventory, sort_keys=False, allow_unicode=True)
        (state / "inventory.yml").write_text(text, encoding="utf-8")

    def _open_realm(self) -> dict[str, Keytab]:
        """The keys of each machine; none where the site is no realm."""
        domain = getattr(self.site, "realm", "")
        if not domain:
            return {}
        machines = self.site.machines
        users = {
            name.rpartition("\\")[2]: password
            for machine in machines.values()
            for name, password in machine.users.items()
        }
        self.realm = Realm(self.settings.state / "kerberos", self.settings.control_address, domain)
        try:
            self.realm.create({name: machine.address for name, machine in machines.items()}, users)
            self.realm.start()
            # asyncssh has the library look for the realm of its own host.
            os.environ["KRB5_CONFIG"] = str(self.realm.configuration)
        except RealmError as exc:
            raise LabError(str(exc)) from exc
        return {name: Keytab(self.realm.keytab(name)) for name in machines}

    def _open_ssh(self, offset: int, tickets: Mapping[str, Keytab]) -> None:
        """OpenSSH on the machines that are reached by it."""
        for name, endpoint in self.endpoints.items():
            row = getattr(endpoint.machine, "site_host", None)
            if row is not None and row.connection == "ssh":
                self._keys = self._keys or SshKeys.create()
                self.ssh[name] = SshEndpoint(
                    endpoint.machine,
                    port=PORT + offset,
                    shell=row.shell,
                    keys=self._keys,
                    faults=endpoint.faults,
                    recorder=self.recorder,
                    pool=self._pool,
                    tickets=tickets.get(name),
                )
                self.ssh[name].refresh()
                endpoint.followers.append(self.ssh[name].refresh)

    def _write_ssh_files(self) -> None:
        if self._keys is None:
            return
        state, host = self.settings.state, self._keys.host.export_public_key().decode().strip()
        key = state / "ssh_key"
        key.touch(mode=0o600)
        key.write_bytes(self._keys.login.export_private_key())
        rows = [f"[{name}]:{ssh.port} {host}\n{name} {host}\n" for ssh in self.ssh.values() for name in ssh.names]
        (state / "ssh_known_hosts").write_text("".join(rows), encoding="utf-8")

    @property
    def roles(self) -> Roles:
        """The endpoints of the roles and who talks to them. Raises LabError before the lab is open."""
        if self._roles is None:
            raise LabError("the lab is not open yet")
        return self._roles

    def close(self) -> None:
        if self._roles is not None:
            self._roles.close()
        for ssh in self.ssh.values():
            ssh.close()
        for endpoint in self.endpoints.values():
            endpoint.close()
        if self.realm is not None:
            self.realm.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.recorder.close()

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint of a host, whatever the case of its name. Raises UnknownHost."""
        try:
            return self.endpoints[self._names[name.lower()]]
        except KeyError:
            raise UnknownHost(f"there is no host {name!r} in this site") from None

    def chosen(self, names: Iterable[str]) -> list[Endpoint]:
        """The named hosts, all when none is named. Raises UnknownHost."""
        return [self.endpoint(name) for name in names] or list(self.endpoints.values())

    def status(self) -> dict[str, Any]:
        return {
            "site": self.settings.site,
            "network": self.settings.network,
            "state": str(self.settings.state.resolve()),
            "pid": os.getpid(),
            "port_offset": self.roles.port_offset,
            "realm": self.realm.name if self.realm is not None else "",
            "started": self.started,
            "requests": sum(counters.requests for counters in self.recorder.counters.values()),
            "hosts": [self._host_status(name, endpoint) for name, endpoint in self.endpoints.items()],
        }

    def reset(self, names: Iterable[str]) -> list[str]:
        """Return hosts to their image, without faults and shells. Raises UnknownHost before any is touched."""
        chosen = self.chosen(names)
        for endpoint in chosen:
            endpoint.faults.clear()
            endpoint.machine.faults.clear()
            endpoint.machine.reset()
            self.roles.clear_faults(endpoint.machine.name)
            endpoint.service.shells.clear()
            endpoint.refresh()
        return [endpoint.machine.name for endpoint in chosen]

    async def run(self, name: str, line: str, user: str | None) -> Completed:
        """Run a line on a host's console, past its WinRM endpoint; it is not recorded. Raises LabError."""
        machine = self.endpoint(name).machine
        if not machine.is_up:
            raise LabError(f"{machine.name} is down")
        who = user or next(iter(machine.users))
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: machine.run(line, user=who))

    async def wait_for_power(self, name: str, *, up: bool, restarts: int, seconds: float) -> bool:
        """True once the host listens (or not) after at least so many restarts; False after ``seconds``."""
        endpoint = self.endpoint(name)
        try:
            async with asyncio.timeout(seconds):
                while endpoint.is_listening != up or endpoint.machine.restarts < restarts:
                    await endpoint.changed.wait()
        except TimeoutError:
            return False
        return True

    def _host_status(self, name: str, endpoint: Endpoint) -> dict[str, Any]:
        counters = self.recorder.of(name)
        return {
            "name": name,
            "address": endpoint.machine.address,
            "up": endpoint.machine.is_up,
            "listening": endpoint.is_listening,
            "restarts": endpoint.machine.restarts,
            "connections": endpoint.open_connections,
            "shells": len(endpoint.service.shells),
            "requests": counters.requests,
            "commands": counters.commands,
            "starts": counters.starts,
            "faults": len(endpoint.faults.all()) + len(self.roles.faults(name)),
            "ports": self.roles.ports(name),
        }


def allow_open_files(wanted: int) -> None:
    """Raise this process's limit of open files as far as it may go. Raises LabError when that is not enough."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise LabError(f"the lab needs {wanted} open files and this account may have {hard} (see ulimit -Hn)")
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(wanted, min(hard, 65_536)), hard))


def check_names(mapping: Mapping[str, Any], known: set[str]) -> None:
    """Raises LabError for a field that nobody reads: a typing error must not pass in silence."""
    unknown = set(mapping) - known
    if unknown:
        raise LabError(f"unknown fields {', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")

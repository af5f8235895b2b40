# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab of a shipped site inside the test process, and what an outsider sees of its endpoints."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from configmgr_lab.control.client import LabClient
from configmgr_lab.control.embedded import EmbeddedLab
from configmgr_lab.control.lab import CONTROL_PORT, LabSettings
from configmgr_lab.machine.values import Value
from configmgr_lab.site import Site, load_site

RESTART_SECONDS = 0.2
SCHANNEL = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL\\Protocols"
FLAGS = {"TLS 1.0": "-tls1", "TLS 1.1": "-tls1_1", "TLS 1.2": "-tls1_2", "TLS 1.3": "-tls1_3"}


@dataclass(frozen=True)
class Running:
    """A lab that runs, its machines, and the file of its authority's certificate."""

    client: LabClient
    site: Site
    ca: str
    offset: int

    def inventory(self) -> dict[str, Any]:
        return dict(yaml.safe_load((Path(self.ca).parent / "inventory.yml").read_text(encoding="utf-8")))

    def place(self, host: str, port: int) -> tuple[str, int]:
        return self.site.machines[host].address, port + self.offset

    def set_protocols(self, host: str, side: str, **states: int) -> None:
        """`TLS10=0` and the like: Enabled and DisabledByDefault of one side, not yet in force."""
        for name, on in states.items():
            path = f"{SCHANNEL}\\{name[:3]} {name[3]}.{name[4]}\\{side}"
            self.site.machines[host].write_registry(path, Value.dword("Enabled", on))
            self.site.machines[host].write_registry(path, Value.dword("DisabledByDefault", 1 - on))

    def restart(self, host: str) -> None:
        before = self.client.restarts(host)
        self.client.restart(host)
        assert self.client.wait_for_power(host, up=True, restarts=before + 1)

    def seen(self, host: str, port: int) -> set[str]:
        """The protocols that `openssl s_client` gets a handshake with."""
        return {label for label, flag in FLAGS.items() if self.s_client(host, port, flag).returncode == 0}

    def s_client(self, host: str, port: int, *options: str) -> subprocess.CompletedProcess[str]:
        address, at = self.place(host, port)
        command = ["openssl", "s_client", "-connect", f"{address}:{at}", "-cipher", "ALL:@SECLEVEL=0"]
        command += ["-CAfile", self.ca, "-verify_return_error", "-verify_hostname", host, *options]
        return subprocess.run(command, input="", capture_output=True, text=True, timeout=30, check=False)


def free_network() -> str:
    """A half of the loopback network that no other lab uses: those from 20 on belong to other tests."""
    first = os.getpid()
    for number in range(19):
        network = f"127.{1 + (first + number) % 19}"
        with socket.socket() as probe:
            # A lab that ended a moment ago is in nobody's way.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((f"{network}.255.1", CONTROL_PORT))
            except OSError:
                continue
        return network
    raise AssertionError("every network is taken by a lab")


@pytest.fixture(scope="session")
def begin(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., contextlib.AbstractContextManager[Running]]:
    """Runs a lab of a shipped site, with quick restarts, as long as a ``with`` block lasts."""

    @contextlib.contextmanager
    def run(name: str, **settings: Any) -> Iterator[Running]:
        network, state = free_network(), tmp_path_factory.mktemp(name)
        content = yaml.safe_load((files("configmgr_lab") / "sites" / f"{name}.yml").read_text(encoding="utf-8"))
        path = state / "site.yml"
        path.write_text(yaml.safe_dump({**content, "restart_seconds": RESTART_SECONDS}), encoding="utf-8")
        connection = settings.get("connection", "")
        site = load_site(str(path), network=network, clients=settings.get("clients", 0), connection=connection)
        with EmbeddedLab(site, LabSettings(network=network, state=state, **settings)) as client:
            yield Running(client, site, str(state / "ca.pem"), client.status()["port_offset"])

    return run

# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab of equal machines for measuring: one Windows version, one way to connect, as many hosts as wanted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from configmgr_lab.control.client import LabClient
from configmgr_lab.control.embedded import EmbeddedLab
from configmgr_lab.control.lab import LabError, LabSettings
from configmgr_lab.site import load_site

_POWERSHELL_SECONDS = 0.3
"""What PowerShell's own start takes at least, before it has done anything."""
_HOSTS_PER_NETWORK = 250
_NETWORKS = [f"127.{number}" for number in range(150, 200)]


@dataclass(frozen=True)
class Bed:
    """Where it is measured: ``image`` of the lab, connection (winrm, psrp), auth (basic, ntlm), number of hosts.

    program_seconds: what each start of a program takes; output is there when a program ends.
    """

    hosts: int
    image: str
    connection: str
    auth: str
    program_seconds: float = 0.02

    def site(self) -> dict[str, Any]:
        """The site file of the lab, in YAML shape."""
        return {
            "name": "bench",
            "domain": "bench.example",
            "site_code": "BEN",
            "version": "5.00.9122.1000",
            "site_server": "CM1",
            "database_server": "SQL1",
            "user": "bench",
            "password": "Bench-Only-1!",
            "program_seconds": self.program_seconds,
            "powershell_seconds": _POWERSHELL_SECONDS,
            "hosts": [self._host(number) for number in range(self.hosts)],
        }

    def _host(self, number: int) -> dict[str, Any]:
        network, place = divmod(number, _HOSTS_PER_NETWORK)
        return {
            "name": f"PC{number + 1:04d}",
            "address": f"{10 + network}.{place + 1}",
            "image": self.image,
            "products": ["configmgr-client"],
            "roles": ["client"],
            "connection": self.connection,
            "auth": self.auth,
        }


@contextlib.contextmanager
def lab_of(bed: Bed, state: Path) -> Iterator[LabClient]:
    """The bed's machines, as ``lab_of_site`` has them."""
    state.mkdir(parents=True, exist_ok=True)
    site_file = state / "site.yml"
    site_file.write_text(yaml.safe_dump(bed.site(), sort_keys=False), encoding="utf-8")
    with lab_of_site(str(site_file), state) as client:
        yield client


@contextlib.contextmanager
def lab_of_site(name: str, state: Path) -> Iterator[LabClient]:
    """A site, running in this process on a loopback network of its own. ``name``: one of the lab, or a file.

    The inventory is ``inventory.yml`` in ``state``. Raises LabError when no network is free.
    """
    state.mkdir(parents=True, exist_ok=True)
    for network in _NETWORKS:
        site = load_site(name, network=network)
        lab = EmbeddedLab(site, LabSettings(name, network=network, state=state))
        try:
            client = lab.__enter__()
        except (LabError, OSError) as taken:
            refused = taken
            continue
        try:
            yield client
        finally:
            lab.__exit__(None, None, None)
        return
    raise LabError(f"no network is free for a lab: {refused}")

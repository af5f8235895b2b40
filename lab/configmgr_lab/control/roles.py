# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The side of a running lab that talks: the endpoints of all roles, and who calls them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from configmgr_lab.endpoints.admin_service import AdminService
from configmgr_lab.endpoints.faults import KINDS, SMB_KINDS, EndpointFault
from configmgr_lab.endpoints.host import RoleEndpoints
from configmgr_lab.endpoints.listeners import port_variables
from configmgr_lab.endpoints.smb import PORT as SMB_PORT
from configmgr_lab.endpoints.smb import AdminShare
from configmgr_lab.hierarchy import Hierarchy
from configmgr_lab.kerberos.tickets import Keytab
from configmgr_lab.machine.disk import Disk
from configmgr_lab.machine.machine import Machine
from configmgr_lab.machine.shares import Shares
from configmgr_lab.talk.talker import Talker
from configmgr_lab.wire.authentication import CredentialStore
from configmgr_lab.wire.certificates import Authority
from configmgr_lab.wire.seam import Site

LOWEST_PORT = 80
MOVED_BY = 20_000


def fitting_port_offset(address: str) -> int:
    """0 where this account may have the real ports, else what moves them to where it may."""
    with socket.socket() as probe, contextlib.suppress(OSError):
        try:
            probe.bind((address, LOWEST_PORT))
        except PermissionError:
            return MOVED_BY
    return 0


class Roles:
    """Made and used inside one event loop."""

    def __init__(
        self, site: Site, authority: Authority, port_offset: int, state: Path, keys: Mapping[str, Keytab]
    ) -> None:
        """``state``: folder for the files that logons need. ``keys``: of the machines, where there is a realm."""
        machines: Mapping[str, Any] = site.machines
        self.port_offset = port_offset
        self.admin_service = AdminService(machines, site.sites)
        self.endpoints: dict[str, RoleEndpoints] = {}
        self.admin_shares: dict[str, AdminShare] = {}
        self.shares = Shares()
        for name, machine in machines.items():
            # The tests of the wire have machines that are nobody in a site.
            if isinstance(machine, Machine):
                provider = "sms_provider" in machine.site_host.roles
                machine.files.disk = Disk(state / "disks" / name)
                # A lab that ran here before is forgotten, as its registry is.
                machine.files.disk.clear()
                machine.shares = self.shares
                self.admin_shares[name] = AdminShare(machine, SMB_PORT + port_offset, keys=keys.get(name))
                self.endpoints[name] = RoleEndpoints(
                    machine,
                    authority=authority,
                    sql_works=self._sql_works(machine),
                    port_offset=port_offset,
                    admin_service=self.admin_service if provider else None,
                    logons=CredentialStore(machine.users, state / f"logons-{name}") if provider else None,
                    keys=keys.get(name),
                )
        self.talker = Talker(self.endpoints, authority.pem, Hierarchy(site.sites), port_offset)
        self._talking: asyncio.Task[None] | None = None

    def open(self, period: float | None) -> None:
        """Listen, and talk every ``period`` seconds. Raises OSError with a sentence."""
        for endpoints in self.endpoints.values():
            endpoints.refresh()
        for share in self.admin_shares.values():
            share.refresh()
        if period is not None:
            self._talking = asyncio.get_running_loop().create_task(self.talker.run(period))

    def close(self) -> None:
        if self._talking is not None:
            self._talking.cancel()
        for endpoints in self.endpoints.values():
            endpoints.close()
        for share in self.admin_shares.values():
            share.close()

    @property
    def sockets(self) -> int:
        return len(self.admin_shares) + sum(len(endpoints.listeners) for endpoints in self.endpoints.values())

    def ports(self, name: str) -> list[int]:
        return self.endpoints[name].ports if name in self.endpoints else []

    def add_to_inventory(self, inventory: dict[str, Any]) -> None:
        """Say where the ports are, when they are not where everybody looks."""
        variables = port_variables(self.port_offset)
        if variables:
            variables["configmgr_tls_smb_port"] = SMB_PORT + self.port_offset
            inventory["all"].setdefault("vars", {}).update(variables)

    def takes(self, kind: str) -> bool:
        """Whether a fault of this kind is one of role endpoints."""
        return kind in KINDS or kind in SMB_KINDS

    def set_fault(self, name: str, data: dict[str, Any]) -> None:
        """Raises UnknownEndpointFault (a ValueError)."""
        if data["kind"] in SMB_KINDS:
            self.admin_shares[name].faults.add(data)
            return
        endpoints = self.endpoints[name]
        endpoints.faults.add(EndpointFault.parse(data, {listener.port for listener in endpoints.listeners}))

    def faults(self, name: str) -> list[dict[str, Any]]:
        return self.endpoints[name].faults.all() if name in self.endpoints else []

    def clear_faults(self, name: str) -> None:
        if name in self.endpoints:
            self.endpoints[name].faults.clear()
            self.admin_shares[name].faults.clear()

    def _sql_works(self, machine: Machine) -> Callable[[], Awaitable[bool]]:
        return lambda: self.talker.reaches_database(machine)

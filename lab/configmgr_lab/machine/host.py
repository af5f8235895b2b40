# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One row of a site file: who a machine is and how it is reached."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SiteHost:
    """A host of the site as the site file describes it."""

    name: str
    address: str
    image: str
    products: tuple[str, ...]
    roles: tuple[str, ...]
    """Ansible groups of the host: the ids of its ConfigMgr roles."""
    connection: str
    """`winrm`, `psrp` or `ssh`."""
    auth: str
    """`kerberos` or `ntlm` (http, 5985, with message encryption), `basic` (https, 5986). Over ssh: `kerberos` (a
    ticket), `basic` (a key, and cmd as the default shell), `ntlm` (a password, and PowerShell as the default shell)."""
    user: str
    password: str
    locale: str = "en"
    domain: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    """Variables of the inventory that this host has besides those of its connection."""
    site: str = ""
    """Code of the site of its roles."""
    assigned: str = ""
    """Code of the site of its client."""
    ports: tuple[tuple[str, int], ...] = ()
    """By role, where it takes TLS when that is not its usual port; 0: nowhere."""

    @property
    def full_name(self) -> str:
        """The name that its certificate and its Kerberos principals have."""
        return f"{self.name.lower()}.{self.domain}" if self.domain else self.name.lower()

    @property
    def principal(self) -> str:
        """The user in the realm of the domain."""
        return f"{self.user}@{self.domain.upper()}"

    @property
    def shell(self) -> str:
        """The default shell of its OpenSSH server."""
        return "powershell" if self.auth == "ntlm" else "cmd"

    @property
    def port(self) -> int:
        if self.connection == "ssh":
            return 22
        return 5986 if self.auth == "basic" else 5985

    @property
    def scheme(self) -> str:
        return "https" if self.auth == "basic" else "http"

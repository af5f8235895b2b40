# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a connection plugin would use for a host: where, over what, and as whom."""

from __future__ import annotations

import urllib.parse
import urllib.request
from dataclasses import asdict, dataclass
from typing import Any

from .._remote.psrp import options_of

__all__ = ["ConnectionTarget", "target_of"]

_WINRM_HTTP, _WINRM_HTTPS, _SSH = 5985, 5986, 22


@dataclass(frozen=True)
class ConnectionTarget:
    """Where a connection plugin connects to, and how it logs in.

    ``authentication``: in the order of trying. ``verify``: the file of authorities, True for the library's own.
    ``service``: the principal that a ticket is asked for, host in the form that Kerberos gives it.
    """

    connection: str
    host: str
    port: int
    scheme: str
    authentication: tuple[str, ...]
    user: str
    has_password: bool
    path: str = ""
    verify: str | bool = True
    service: str = ""
    proxy: bool = False

    @property
    def kerberos(self) -> bool:
        return "kerberos" in self.authentication

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "authentication": list(self.authentication)}


def target_of(connection: Any, transport: str) -> ConnectionTarget:
    """Of a connection plugin with its options set; ``transport``: winrm, psrp or ssh."""
    return {"winrm": _winrm, "psrp": _psrp, "ssh": _ssh}[transport](connection)


def _winrm(connection: Any) -> ConnectionTarget:
    # Source: the description of the options of ansible.builtin.winrm, and what it makes of those that are not set.
    option, extras = connection.get_option, connection.get_option("_extras") or {}
    port = int(option("port"))
    scheme = option("scheme") or ("http" if port == _WINRM_HTTP else "https")
    user = str(option("remote_user") or "")
    transports = [name for name in option("transport") or () if name]
    if not transports:
        transports = ["kerberos"] if "@" in user else ["ssl" if scheme == "https" else "plaintext"]
    host = str(option("remote_addr"))
    named = extras.get("ansible_winrm_kerberos_hostname_override") or host
    validated = extras.get("ansible_winrm_server_cert_validation", "validate") != "ignore"
    return ConnectionTarget(
        "winrm",
        host,
        port,
        scheme,
        tuple(transports),
        user,
        bool(option("remote_password")),
        path=str(option("path") or "wsman").strip("/"),
        verify=(extras.get("ansible_winrm_ca_trust_path") or True) if validated else False,
        service=f"{extras.get('ansible_winrm_service') or 'HTTP'}/{named.lower()}",
        proxy=bool(extras.get("ansible_winrm_proxy")) or _proxied(scheme, host),
    )


def _psrp(connection: Any) -> ConnectionTarget:
    given = options_of(connection)
    scheme = "https" if given.get("ssl") else "http"
    named = given.get("negotiate_hostname_override") or given["server"]
    proxied = not given.get("no_proxy") and (bool(given.get("proxy")) or _proxied(scheme, given["server"]))
    return ConnectionTarget(
        "psrp",
        str(given["server"]),
        int(given["port"]),
        scheme,
        (str(given.get("auth", "negotiate")),),
        str(given.get("username") or ""),
        bool(given.get("password")),
        path=str(given.get("path", "wsman")).strip("/"),
        verify=given["cert_validation"],
        service=f"{given.get('negotiate_service') or 'WSMAN'}/{named.lower()}",
        proxy=proxied,
    )


def _ssh(connection: Any) -> ConnectionTarget:
    option = connection.get_option
    # What ssh itself chooses stands in its own configuration.
    return ConnectionTarget(
        "ssh",
        str(option("host")),
        int(option("port") or _SSH),
        "ssh",
        ("password",) if option("password") else ("key or ticket",),
        str(option("remote_user") or ""),
        bool(option("password")),
    )


def _proxied(scheme: str, host: str) -> bool:
    return scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(urllib.parse.quote(host))

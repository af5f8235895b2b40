# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Ansible inventory of a site."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .machine.host import SiteHost

PARENT_GROUP = "configmgr"
# A stand-in for what is nobody's machine.
OUTSIDE = "cloud_gateway"


def inventory(hosts: Iterable[SiteHost], ca_path: str) -> dict[str, Any]:
    """Groups per role below one parent, with everything that the stock connection plugins need, in YAML shape."""
    rows = [row for row in hosts if OUTSIDE not in row.roles]
    roles = sorted({role for row in rows for role in row.roles})
    return {
        "all": {
            "hosts": {row.name: host_variables(row, ca_path) for row in rows},
            "children": {
                PARENT_GROUP: {
                    "children": {
                        role: {"hosts": {row.name: None for row in rows if role in row.roles}} for role in roles
                    },
                }
            },
        }
    }


def host_variables(row: SiteHost, ca_path: str) -> dict[str, Any]:
    """The connection variables of one host."""
    if row.connection == "ssh":
        return {**_ssh_variables(row, ca_path), **dict(row.variables)}
    kerberos = row.auth == "kerberos"
    common: dict[str, Any] = {
        "ansible_host": row.full_name if kerberos else row.address,
        "ansible_connection": row.connection,
        "ansible_port": row.port,
        "ansible_user": row.principal if kerberos else row.user,
        "ansible_password": row.password,
    }
    own: dict[str, Any]
    if row.connection == "winrm":
        own = {
            "ansible_winrm_transport": row.auth,
            "ansible_winrm_scheme": row.scheme,
            "ansible_winrm_ca_trust_path": ca_path,
            "ansible_winrm_message_encryption": "auto" if row.scheme == "https" else "always",
        }
        if kerberos:
            # Ansible gives kinit nothing of the environment that is not named here.
            own["ansible_winrm_kinit_env_vars"] = ["KRB5_CONFIG"]
    else:
        own = {
            "ansible_psrp_protocol": row.scheme,
            "ansible_psrp_auth": row.auth,
            "ansible_psrp_ca_cert": ca_path,
            "ansible_psrp_message_encryption": "auto" if row.scheme == "https" else "always",
        }
    return {**common, **own, **dict(row.variables)}


def _ssh_variables(row: SiteHost, ca_path: str) -> dict[str, Any]:
    """Host key and login key lie beside the authority's file."""
    state = Path(ca_path).parent
    kerberos = row.auth == "kerberos"
    login = {} if kerberos else {"ansible_ssh_private_key_file": str(state / "ssh_key")}
    ticket = " -o GSSAPIAuthentication=yes -o PreferredAuthentications=gssapi-with-mic" if kerberos else ""
    return {
        "ansible_host": row.full_name if kerberos else row.address,
        "ansible_connection": "ssh",
        "ansible_port": row.port,
        "ansible_user": row.user,
        **(login if row.shell == "cmd" else {"ansible_password": row.password}),
        "ansible_shell_type": row.shell,
        "ansible_ssh_common_args": f"-o UserKnownHostsFile={state / 'ssh_known_hosts'} -o GlobalKnownHostsFile=none "
        "-o StrictHostKeyChecking=yes -o IdentityAgent=none" + ticket,
    }
